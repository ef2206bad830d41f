//! A flood of findings within a minute, through the whole of notify: batches in,
//! ledger, a channel that is seldom well, processes that die, and the queue
//! that shows again what nobody has answered for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Notification, Severity};
use nightshift_testkit::Queue as Settings;
use nightshift_testkit::{Crash, Manifest};
use notify::matters::{Shelf, Tally};
use notify::{Answer, Notify, Pace, PostError};
use serde_json::{Value, json};

use crate::world::{
    Outside, World, kept, notification, one_webhook, record, run, said, told_to_wait,
};

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A message in the queue.
struct Message {
    finding: Notification,
    receives: u32,
}

/// SQS, as far as its manner of delivery goes.
struct Queue {
    /// By when they are to be seen, and in the order in which they came.
    waiting: BTreeMap<(Timestamp, u64), Message>,
    dead: Vec<Notification>,
    count: u64,
    settings: Settings,
}

impl Queue {
    fn new(findings: Vec<Notification>) -> Self {
        let mut queue = Self {
            waiting: BTreeMap::new(),
            dead: Vec::new(),
            count: 0,
            settings: Manifest::of("notify").queue.unwrap(),
        };
        for finding in findings {
            let receives = 0;
            queue.put(finding.occurred_at, Message { finding, receives });
        }
        queue
    }

    fn put(&mut self, visible_at: Timestamp, message: Message) {
        self.count += 1;
        self.waiting.insert((visible_at, self.count), message);
    }

    /// The next batch, of what is to be seen now.
    fn receive(&mut self, now: Timestamp) -> Vec<Message> {
        let mut batch = Vec::new();
        while (batch.len() as u64) < self.settings.batch_size
            && let Some(first) = self.waiting.first_entry()
            && first.key().0 <= now
        {
            let mut message = first.remove();
            if u64::from(message.receives) == self.settings.max_receive_count {
                self.dead.push(message.finding);
                continue;
            }
            message.receives += 1;
            batch.push(message);
        }
        batch
    }

    /// What was not answered for is seen again; sooner or later, as was asked.
    fn keep(&mut self, message: Message, now: Timestamp, hidden: &[(String, i32)]) {
        let receipt = format!("receipt-{}", message.finding.id);
        let asked = hidden.iter().rev().find(|(name, _)| *name == receipt);
        let unasked = i64::try_from(self.settings.visibility_seconds).unwrap();
        let seconds = asked.map_or(unasked, |(_, seconds)| i64::from(*seconds));
        self.put(now + SignedDuration::from_secs(seconds), message);
    }
}

/// The clock is the test's: nobody waits in real time for the turn of a process
/// that is dead. What came is written down, and told when the turn is over.
fn pace() -> Pace {
    Pace {
        turn: Duration::from_hours(1),
        ..Pace::default()
    }
}

/// What befell the channel and the processes.
#[derive(Debug, Default)]
struct Troubles {
    limits: usize,
    failures: usize,
    time_outs: usize,
    deaths: usize,
}

/// The answers of a channel that is seldom well; each trouble early once.
fn answers(dice: &mut Dice) -> Vec<Result<Answer, PostError>> {
    let answer = |kind| match kind {
        0 => told_to_wait(30),
        1 => said(500, "rollup_error"),
        2 => Err(PostError::Timeout(Duration::from_secs(8))),
        _ => said(200, "ok"),
    };
    let early = [0, 3, 1, 3, 2, 3];
    let later: Vec<u64> = (0..2_000).map(|_| dice.roll(12)).collect();
    early.into_iter().chain(later).map(answer).collect()
}

/// Findings of so many kinds, in bursts, all within a minute.
fn findings(count: u32, kinds: u64) -> Vec<Notification> {
    let mut dice = Dice(7);
    let mut kind = 0;
    (0..count)
        .map(|nth| {
            if nth % 10 == 0 {
                kind = dice.roll(kinds);
            }
            let second = i64::from(nth) * 60 / i64::from(count);
            let severities = [Severity::Critical, Severity::Error, Severity::Warning];
            Notification {
                id: format!("finding/{nth}"),
                source: "security-triage".to_owned(),
                kind: format!("security-triage.kind-{kind}"),
                dedup_key: Some(format!("f{nth}")),
                title: format!("finding {nth}"),
                severity: severities[usize::try_from(kind % 3).unwrap()],
                occurred_at: notification().occurred_at + SignedDuration::from_secs(second),
                ..notification()
            }
        })
        .collect()
}

struct Flood {
    world: Outside,
    notify: Notify<Outside>,
    queue: Queue,
    dice: Dice,
    troubles: Troubles,
    /// When something was, or may have been, shown.
    shown: Vec<Timestamp>,
}

impl Flood {
    fn new(count: u32, kinds: u64) -> Self {
        let mut section = one_webhook();
        section["matters"] = json!({"slack": {}});
        let mut world = World::new(&section);
        world.mortal = true;
        let mut dice = Dice(11);
        world.says("webhook", answers(&mut dice));
        let world = world.leak();
        Self {
            notify: Notify::with(world, pace()),
            world,
            queue: Queue::new(findings(count, kinds)),
            dice,
            troubles: Troubles::default(),
            shown: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        *self.world.now.lock().unwrap()
    }

    /// One invocation, which may be its process's last: then nobody answers,
    /// and the next one begins cold.
    async fn invoke(&mut self, input: Value) -> Option<Value> {
        let before = self.world.sent().len();
        if self.dice.roll(20) == 0 {
            let when = [Crash::Before, Crash::After][usize::try_from(self.dice.roll(2)).unwrap()];
            let nth = usize::try_from(self.dice.roll(5)).unwrap() + 1;
            self.world.ledger.crash_at_write(nth, when);
        }
        let answer = run(&self.notify, input).await;
        let died = self.world.ledger.crashed();
        self.world.ledger.restart();
        for sent in &self.world.sent()[before..] {
            match sent.status {
                Some(429) => self.troubles.limits += 1,
                Some(500) => self.troubles.failures += 1,
                None => {
                    self.troubles.time_outs += 1;
                    self.shown.push(self.now());
                }
                Some(_) => self.shown.push(self.now()),
            }
        }
        if died {
            self.troubles.deaths += 1;
            self.notify = Notify::with(self.world, pace());
            return None;
        }
        answer.ok()
    }

    async fn deliver(&mut self, batch: Vec<Message>) {
        let records: Vec<Value> = batch
            .iter()
            .map(|message| record(&message.finding, message.receives))
            .collect();
        let hidden = self.world.hidden.lock().unwrap().len();
        let answer = self.invoke(json!({"Records": records})).await;
        let left: BTreeSet<String> = match &answer {
            Some(response) => kept(response).into_iter().collect(),
            None => batch.iter().map(|one| one.finding.id.clone()).collect(),
        };
        let hidden = self.world.hidden.lock().unwrap()[hidden..].to_vec();
        let now = self.now();
        for message in batch {
            if left.contains(&message.finding.id) {
                self.queue.keep(message, now, &hidden);
            }
        }
    }

    /// A second: as many batches as two processes manage, and every minute a look.
    async fn second(&mut self, nth: i64) {
        const BATCHES: usize = 4;
        for _ in 0..BATCHES {
            let batch = self.queue.receive(self.now());
            if batch.is_empty() {
                break;
            }
            self.deliver(batch).await;
        }
        if nth % 60 == 0 {
            self.invoke(json!({"command": "flush"})).await;
        }
        self.world.later(1);
    }

    fn busiest_hour(&self) -> usize {
        let hour = SignedDuration::from_hours(1);
        let within = |from: &Timestamp| {
            let end = *from + hour;
            self.shown
                .iter()
                .filter(|at| (from..&end).contains(at))
                .count()
        };
        self.shown.iter().map(within).max().unwrap_or_default()
    }
}

/// Nothing is lost, nobody is flooded, and each finding has one account.
async fn holds(count: u32, kinds: u64) {
    const PER_HOUR: usize = 100;
    let mut flood = Flood::new(count, kinds);
    let mut nth = 0;
    while !flood.queue.waiting.is_empty() {
        flood.second(nth).await;
        nth += 1;
        assert!(nth < 6 * 3600, "the queue is never empty");
    }
    // Then nothing comes any more, and every minute somebody looks.
    for _ in 0..90 {
        flood.world.later(60);
        flood.invoke(json!({"command": "flush"})).await;
    }
    let kept = Shelf::new(&flood.world.ledger).open("slack").await.unwrap();
    let accounts = kept.state.accounts();
    let Tally {
        told,
        folded,
        heard,
        repeated,
        ..
    } = accounts.tally;
    eprintln!(
        "{} messages, {} in the busiest hour; told {told}, folded {folded}, repeated {repeated}; {:?}",
        flood.shown.len(),
        flood.busiest_hour(),
        flood.troubles,
    );
    // Each finding has one account, and what is accounted for was sent.
    assert_eq!(accounts.sum(), heard, "{accounts:?}");
    assert_eq!(accounts.waiting + accounts.on_the_way, 0, "{accounts:?}");
    assert_eq!(heard - repeated, u64::from(count));
    assert_eq!(told + folded, u64::from(count));
    assert!(flood.queue.dead.is_empty());
    assert!(flood.world.buried.lock().unwrap().is_empty());
    assert!(flood.busiest_hour() <= PER_HOUR, "{}", flood.busiest_hour());
    let Troubles {
        limits,
        failures,
        time_outs,
        deaths,
    } = flood.troubles;
    assert!(limits > 0 && failures > 0 && time_outs > 0 && deaths > 5);
}

#[tokio::test]
async fn two_thousand_findings_in_a_minute_are_few_messages_and_none_is_lost() {
    holds(2_000, 3).await;
}

#[tokio::test]
#[ignore = "it takes minutes: cargo test -p notify --test it flood -- --ignored --nocapture"]
async fn ten_thousand_findings_in_a_minute_are_few_messages_and_none_is_lost() {
    holds(10_000, 12).await;
}
