//! What people are to be told, each thing once.
//!
//! Pure: from the world before a run and after it. What was told and still
//! holds is kept in the environment's record, and forgotten when it is over, so
//! that it is told again when it comes back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Refusal};
use nightshift_schedule::{Desired, Zone};

use crate::decide::{KEEP_AWAKE_TAG, KeepAwake, Policy};
use crate::model::{EnvironmentRecord, Override, Phase, Record, Run};
use crate::plan::{Action, Decision, Progress, Snapshot};
use crate::rounds::Finished;

/// How often the owner of an override is reminded.
const REMINDER: SignedDuration = SignedDuration::from_hours(24);
/// Attempts that fail for passing reasons are told from this one on.
const TELLING_ATTEMPTS: u32 = 2;
/// How long an announced sleep is kept.
const ANNOUNCED: SignedDuration = SignedDuration::from_hours(48);

/// Something that people are to be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Occasion {
    /// Everything that could be put to sleep sleeps.
    FellAsleep {
        /// The evening.
        run: Run,
        /// How long it took.
        took: SignedDuration,
        /// What sleeps since.
        asleep: Vec<Arn>,
        /// What should sleep and does not; the decisions say why.
        running: Vec<Arn>,
    },
    /// The environment is usable again, as far as it can be.
    Usable {
        /// The morning.
        run: Run,
        /// How long it took.
        took: SignedDuration,
        /// What was brought back.
        usable: Vec<Arn>,
        /// What should run and is not usable; the decisions say why.
        unusable: Vec<Arn>,
    },
    /// Resources that run now are going to be put to sleep.
    AboutToSleep {
        /// When.
        at: Timestamp,
        /// Which.
        resources: Vec<Arn>,
    },
    /// AWS has started a database after seven days, and it is put back to sleep.
    ForcedStart {
        /// Which.
        resource: Arn,
    },
    /// Resources cannot be changed, or do not become usable; the decisions say why.
    Trouble {
        /// Which.
        resources: Vec<Arn>,
    },
    /// Tag values that are not understood; the decisions say why.
    InvalidValues {
        /// The resources and the values.
        values: Vec<(Arn, String)>,
    },
    /// Nothing was changed at all, or nothing was put to sleep.
    Halted {
        /// Why.
        refusal: Refusal,
    },
    /// Something could not be looked at.
    Blind {
        /// What and why.
        errors: Vec<String>,
    },
    /// An override still holds.
    OverrideReminder {
        /// The resource.
        resource: Arn,
        /// What was asked for.
        override_: Override,
    },
}

/// What is to be told, and what is then to be kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// What is to be told.
    pub occasions: Vec<Occasion>,
    /// The environment's record after that.
    pub environment: EnvironmentRecord,
}

/// What is due after a run; `before` is the world before its first round.
pub fn due(before: &Snapshot, finished: &Finished, policy: &Policy<'_>, now: Timestamp) -> Due {
    let after = &finished.snapshot;
    let mut due = Due {
        occasions: Vec::new(),
        environment: after.environment.value.clone(),
    };
    let ours: Vec<&Decision> = finished
        .plan
        .decisions
        .iter()
        .filter(|one| one.ours)
        .collect();
    let view = View {
        ours: &ours,
        records: &after
            .records
            .iter()
            .map(|(arn, stored)| (arn, &stored.value))
            .collect(),
        before,
        policy,
        now,
    };
    view.evening(&mut due);
    view.morning(&mut due);
    view.announcements(&mut due);
    view.forced_starts(&mut due);
    view.invalid_values(&mut due);
    let mut standing = BTreeSet::new();
    view.trouble(&mut due, &mut standing);
    view.halted(&mut due, &mut standing, finished.plan.halted.as_ref());
    view.blind(&mut due, &mut standing, after);
    view.overrides(&mut due, &mut standing, after);
    due.environment
        .reported
        .retain(|key, _| standing.contains(key));
    due
}

struct View<'a> {
    ours: &'a [&'a Decision],
    records: &'a BTreeMap<&'a Arn, &'a Record>,
    before: &'a Snapshot,
    policy: &'a Policy<'a>,
    now: Timestamp,
}

impl View<'_> {
    fn evening(&self, due: &mut Due) {
        let is_open = self.is_at_work(Desired::Off);
        if due.environment.falling_asleep.is_none() && is_open {
            due.environment.falling_asleep = Some(Run {
                started_at: self.now,
            });
        }
        let Some(run) = due.environment.falling_asleep.clone() else {
            return;
        };
        if is_open && !self.is_out_of_time(&run, Desired::Off) {
            return;
        }
        due.environment.falling_asleep = None;
        let asleep = self.reached(Phase::Asleep, &run);
        let running = self.not_reached(Desired::Off);
        if !asleep.is_empty() || !running.is_empty() {
            due.occasions.push(Occasion::FellAsleep {
                took: self.now.duration_since(run.started_at),
                run,
                asleep,
                running,
            });
        }
    }

    fn morning(&self, due: &mut Due) {
        let is_open = self.is_at_work(Desired::On);
        if due.environment.waking.is_none() && is_open {
            due.environment.waking = Some(Run {
                started_at: self.now,
            });
        }
        let Some(run) = due.environment.waking.clone() else {
            return;
        };
        if is_open && !self.is_out_of_time(&run, Desired::On) {
            return;
        }
        due.environment.waking = None;
        let usable = self.reached(Phase::Awake, &run);
        let unusable = self.not_reached(Desired::On);
        if !usable.is_empty() || !unusable.is_empty() {
            due.occasions.push(Occasion::Usable {
                took: self.now.duration_since(run.started_at),
                run,
                usable,
                unusable,
            });
        }
    }

    /// Whether anything is still on its way.
    fn is_at_work(&self, desired: Desired) -> bool {
        let phase = match desired {
            Desired::Off => Phase::FallingAsleep,
            _ => Phase::Waking,
        };
        !self.policy.dry_run
            && self.ours.iter().any(|one| {
                let is_begun = self.phase(&one.arn) == phase;
                one.desired == desired
                    && match one.progress {
                        Progress::Wanted | Progress::Held => true,
                        Progress::Underway => is_begun,
                        _ => false,
                    }
            })
    }

    /// Each wave has as long as a later one waits for it.
    fn is_out_of_time(&self, run: &Run, desired: Desired) -> bool {
        let waves: BTreeSet<u8> = self
            .ours
            .iter()
            .filter(|one| one.desired == desired)
            .map(|one| one.wave)
            .collect();
        let waves = i32::try_from(waves.len().max(1)).unwrap_or(i32::MAX);
        let timeout = self.policy.config.health_timeout.as_duration();
        let most = timeout.checked_mul(waves).unwrap_or(SignedDuration::MAX);
        self.now.duration_since(run.started_at) >= most
    }

    fn phase(&self, arn: &Arn) -> Phase {
        self.records
            .get(arn)
            .map_or(Phase::Awake, |record| record.phase)
    }

    /// What has arrived since the run began.
    fn reached(&self, phase: Phase, run: &Run) -> Vec<Arn> {
        let has = |record: &Record| record.phase == phase && record.since >= run.started_at;
        self.ours
            .iter()
            .filter(|one| one.progress == Progress::Settled)
            .filter(|one| self.records.get(&one.arn).is_some_and(|record| has(record)))
            // Seen on for the first time is not brought back.
            .filter(|one| phase != Phase::Awake || self.before.records.contains_key(&one.arn))
            .map(|one| one.arn.clone())
            .collect()
    }

    fn not_reached(&self, desired: Desired) -> Vec<Arn> {
        self.ours
            .iter()
            .filter(|one| one.desired == desired && one.progress != Progress::Settled)
            .filter(|one| match desired {
                Desired::On => {
                    one.progress != Progress::Underway || self.phase(&one.arn) != Phase::Awake
                }
                _ => true,
            })
            .map(|one| one.arn.clone())
            .collect()
    }

    /// Each instant of sleep is announced once.
    fn announcements(&self, due: &mut Due) {
        let announced = &mut due.environment.announced;
        announced.retain(|at, _| self.now.duration_since(*at) < ANNOUNCED);
        let Some(lead) = self.policy.config.warn_before else {
            return;
        };
        let mut by_instant: BTreeMap<Timestamp, Vec<Arn>> = BTreeMap::new();
        for one in self.ours {
            let Some(at) = self.sleeps_at(one) else {
                continue;
            };
            let left = self.now.duration_until(at);
            if left.is_positive() && left <= lead.as_duration() {
                by_instant.entry(at).or_default().push(one.arn.clone());
            }
        }
        for (at, resources) in by_instant {
            if !announced.contains_key(&at) {
                announced.insert(at, self.now);
                due.occasions.push(Occasion::AboutToSleep { at, resources });
            }
        }
    }

    /// When something that runs now goes to sleep: at the end of its hours, of
    /// an override, or of a change by a person.
    fn sleeps_at(&self, one: &Decision) -> Option<Timestamp> {
        if one.desired == Desired::On && one.progress == Progress::Settled {
            return one.sleeps_at;
        }
        let lease = self.records.get(&one.arn)?.lease.as_ref()?;
        (one.progress == Progress::Respected && lease.state == Desired::On).then_some(lease.until)
    }

    fn forced_starts(&self, due: &mut Due) {
        for one in self.ours {
            if one.forced_start && one.action == Action::Stop {
                due.occasions.push(Occasion::ForcedStart {
                    resource: one.arn.clone(),
                });
            }
        }
    }

    /// Once for each change of the value: the record keeps the last one.
    fn invalid_values(&self, due: &mut Due) {
        let mut values = Vec::new();
        for one in self.ours {
            let told =
                |records: Option<&Record>| records.and_then(|one| one.reported_value.clone());
            let before = self
                .before
                .records
                .get(&one.arn)
                .map(|stored| &stored.value);
            let now = told(self.records.get(&one.arn).copied());
            if let Some(value) = now.filter(|value| told(before).as_ref() != Some(value)) {
                values.push((one.arn.clone(), value));
            }
        }
        if !values.is_empty() {
            due.occasions.push(Occasion::InvalidValues { values });
        }
    }

    fn trouble(&self, due: &mut Due, standing: &mut BTreeSet<String>) {
        let mut resources = Vec::new();
        for one in self.ours {
            let failed = self
                .records
                .get(&one.arn)
                .and_then(|record| record.failed.as_ref());
            let is_lasting = match failed {
                Some(failed) => failed.attempts >= TELLING_ATTEMPTS,
                None => one.progress == Progress::Failing,
            };
            if is_lasting && self.tell(due, standing, format!("trouble#{}", one.arn)) {
                resources.push(one.arn.clone());
            }
        }
        if !resources.is_empty() {
            due.occasions.push(Occasion::Trouble { resources });
        }
    }

    fn halted(&self, due: &mut Due, standing: &mut BTreeSet<String>, refusal: Option<&Refusal>) {
        // A stop switch on a quiet afternoon stands in nobody's way.
        let refusal = refusal.filter(|_| {
            self.ours
                .iter()
                .any(|one| one.progress == Progress::Refused)
        });
        let Some(refusal) = refusal else { return };
        let kind = match refusal {
            // The count changes from run to run and says nothing new.
            Refusal::BlastRadius { .. } => "blast-radius".to_owned(),
            other => other.to_string(),
        };
        if self.tell(due, standing, format!("halted#{kind}")) {
            due.occasions.push(Occasion::Halted {
                refusal: refusal.clone(),
            });
        }
    }

    fn blind(&self, due: &mut Due, standing: &mut BTreeSet<String>, after: &Snapshot) {
        let mut errors = Vec::new();
        let blind = after.blind.iter().map(|error| {
            let key = format!("blind#{}#{}", error.operation, error.region);
            (key, error.to_string())
        });
        let unread = after
            .problems
            .iter()
            .map(|problem| (format!("blind#{problem}"), problem.clone()));
        for (key, words) in blind.chain(unread) {
            if self.tell(due, standing, key) {
                errors.push(words);
            }
        }
        if !errors.is_empty() {
            due.occasions.push(Occasion::Blind { errors });
        }
    }

    fn overrides(&self, due: &mut Due, standing: &mut BTreeSet<String>, after: &Snapshot) {
        for resource in &after.resources {
            let record = self.records.get(&resource.arn);
            let tag = resource.tags.get(KEEP_AWAKE_TAG);
            if record.is_none_or(|record| record.override_.is_none()) && tag.is_none() {
                continue;
            }
            if !self.ours.iter().any(|one| one.arn == resource.arn) {
                continue;
            }
            let zone = &self.policy.context.default_zone;
            let wish = record
                .and_then(|record| record.override_.clone())
                .or_else(|| tag.and_then(|value| self.by_tag(value, zone)))
                .filter(|wish| wish.until > self.now);
            let Some(wish) = wish else { continue };
            let key = format!("override#{}", resource.arn);
            let first = due.environment.reported.get(&key).copied();
            let last = first.unwrap_or(wish.since.min(self.now));
            standing.insert(key.clone());
            if self.now.duration_since(last) >= REMINDER {
                due.environment.reported.insert(key, self.now);
                due.occasions.push(Occasion::OverrideReminder {
                    resource: resource.arn.clone(),
                    override_: wish,
                });
            } else {
                due.environment.reported.insert(key, last);
            }
        }
    }

    fn by_tag(&self, value: &str, zone: &Zone) -> Option<Override> {
        let tag = KeepAwake::parse(value, zone).ok()?;
        Some(Override {
            state: Desired::On,
            since: self.now,
            until: tag.until,
            owner: tag.owner,
            reason: tag.reason,
        })
    }

    /// Whether this is to be told, because it was not yet since it began.
    fn tell(&self, due: &mut Due, standing: &mut BTreeSet<String>, key: String) -> bool {
        standing.insert(key.clone());
        let told = &mut due.environment.reported;
        match told.entry(key) {
            std::collections::btree_map::Entry::Occupied(_) => false,
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(self.now);
                true
            }
        }
    }
}
