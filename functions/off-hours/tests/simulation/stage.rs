//! An environment with its world, its ledger and its clock.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Document, Guard, Money, StopSwitch};
use nightshift_runtime::{Body, CallError, Deadline, Entry};
use off_hours::act::{Acted, Actor};
use off_hours::config::{CalendarSource, Config};
use off_hours::decide::{Cause, Policy, context};
use off_hours::model::{Phase, Record, Resource};
use off_hours::observe::{Calendars, PARTITION, observe, resource_key};
use off_hours::occasions::{Occasion, due};
use off_hours::plan::{Decision, Outcome};
use off_hours::rounds::{Finished, run};

use crate::faults::{Faults, SteppedLedger};
use crate::world::World;

/// Office hours of the tests.
pub const HOURS: &str = "Mon-Fri 07:00-19:00 @UTC";

pub struct Stage {
    pub world: World,
    pub ledger: SteppedLedger,
    pub faults: Faults,
    pub document: Document,
    pub config: Config,
    pub switch: StopSwitch,
    pub dry_run: bool,
    pub deadline: Duration,
    /// Everything people were told, and when.
    pub told: Vec<(Timestamp, Occasion)>,
}

struct NoCalendars;

impl Calendars for NoCalendars {
    async fn text(&self, _source: &CalendarSource) -> Result<String, CallError> {
        Ok(String::new())
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hourly(_resource: &Resource) -> Option<Money> {
    Money::parse_usd("0.10")
}

impl Stage {
    /// On a Monday at noon, everything slow by three minutes.
    pub fn new() -> Self {
        let faults = Faults::default();
        let world = World::new(at("2026-11-23T12:00:00Z"), faults.clone());
        world.state().delay = SignedDuration::from_mins(3);
        Self {
            world,
            ledger: SteppedLedger::new(faults.clone()),
            faults,
            document: Document::from_json(
                r#"{"version":1,"project":"p","environment":"dev","accounts":["123456789012"],
                    "regions":["us-east-1"],"ledger_table":"l","notifications_topic":"t",
                    "guards":{"stop_parameter":"/s","dry_run":false,
                              "protected_tags":{"nightshift:protected":"true"},
                              "blast_radius":{"count":1000,"percent":100}}}"#,
            )
            .unwrap(),
            config: Config::default(),
            switch: StopSwitch::Run,
            dry_run: false,
            deadline: Duration::from_mins(5),
            told: Vec::new(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.world.state().now
    }

    /// One run now. None where the process could not even read its ledger.
    pub fn tick(&mut self) -> Option<Finished> {
        self.tick_for(&Cause::default())
    }

    pub fn tick_for(&mut self, cause: &Cause) -> Option<Finished> {
        let (finished, told) = block_on(self.invoke(cause))?;
        let now = self.now();
        self.told.extend(told.into_iter().map(|one| (now, one)));
        Some(finished)
    }

    /// Carries out a plan as it stands.
    pub fn act(&self, finished: &Finished) -> Acted {
        let guard = Guard::new(&self.document, self.switch.clone());
        let deadline = Deadline::after(self.deadline);
        let actor = Actor {
            cloud: &self.world,
            ledger: &self.ledger,
            guard: &guard,
            deadline: &deadline,
            dry_run: self.dry_run,
            now: self.now(),
            pause: Duration::ZERO,
        };
        block_on(actor.act(&finished.snapshot, &finished.plan))
    }

    /// Two runs side by side, taking turns in an order that depends on the seed.
    pub fn tick_twice(&mut self, seed: u64) {
        self.faults.take_turns(Some(seed));
        let cause = Cause::default();
        block_on(async { tokio::join!(self.invoke(&cause), self.invoke(&cause)) });
        self.faults.take_turns(None);
    }

    async fn invoke(&self, cause: &Cause) -> Option<(Finished, Vec<Occasion>)> {
        let now = self.now();
        let (document, config) = (&self.document, &self.config);
        let before = observe(
            &self.world,
            &self.ledger,
            &NoCalendars,
            document,
            config,
            now,
        )
        .await
        .ok()?;
        let guard = Guard::new(document, self.switch.clone());
        let deadline = Deadline::after(self.deadline);
        let context = context(config).expect("the configuration is right");
        let policy = Policy {
            document,
            config,
            context: &context,
            guard: &guard,
            hourly: &hourly,
            dry_run: self.dry_run,
        };
        let actor = Actor {
            cloud: &self.world,
            ledger: &self.ledger,
            guard: &guard,
            deadline: &deadline,
            dry_run: self.dry_run,
            now,
            pause: Duration::ZERO,
        };
        let finished = run(&actor, &policy, cause, before.clone()).await;
        let due = due(&before, &finished, &policy, now);
        let kept = actor
            .write_environment(&before.environment, &due.environment)
            .await;
        let told = if kept.is_ok() {
            due.occasions
        } else {
            Vec::new()
        };
        Some((finished, told))
    }

    /// Ticks every five minutes up to and including an instant.
    pub fn run_to(&mut self, until: &str) {
        let until = at(until);
        loop {
            self.tick();
            let next = self.now() + SignedDuration::from_mins(5);
            if next > until {
                break;
            }
            self.world.pass_to(next);
        }
    }

    /// Lets time pass without a single run, then runs once.
    pub fn skip_to(&mut self, until: &str) -> Finished {
        self.world.pass_to(at(until));
        self.tick().expect("the ledger serves")
    }

    pub fn record(&self, arn: &Arn) -> Option<Record> {
        let entries = self.ledger.kept.entries(PARTITION);
        let entry = entries
            .into_iter()
            .find(|one| one.key == resource_key(arn))?;
        Some(entry.body.read().unwrap())
    }

    /// Changes a record as a command would.
    pub fn edit(&self, arn: &Arn, change: impl FnOnce(&mut Record)) {
        let entries = self.ledger.kept.entries(PARTITION);
        let known = entries.into_iter().find(|one| one.key == resource_key(arn));
        let (version, mut record) = match known {
            Some(entry) => (entry.version, entry.body.read().unwrap()),
            None => (0, Record::new(&self.world.seen(arn), self.now())),
        };
        change(&mut record);
        let entry = Entry {
            key: resource_key(arn),
            version: version + 1,
            body: Body::new(&record).unwrap(),
            expires_at: None,
        };
        self.ledger.kept.seed(PARTITION, entry);
    }

    pub fn phase(&self, arn: &Arn) -> Option<Phase> {
        self.record(arn).map(|record| record.phase)
    }

    pub fn told(&self, is_wanted: impl Fn(&Occasion) -> bool) -> usize {
        self.told.iter().filter(|(_, one)| is_wanted(one)).count()
    }
}

pub fn decision<'a>(finished: &'a Finished, arn: &Arn) -> &'a Decision {
    let mut decisions = finished.plan.decisions.iter();
    decisions.find(|one| one.arn == *arn).expect("it was seen")
}

pub fn outcome<'a>(finished: &'a Finished, arn: &Arn) -> Option<&'a Outcome> {
    finished.outcomes.iter().find(|one| one.arn == *arn)
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}
