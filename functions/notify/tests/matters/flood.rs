//! The budget, and ten thousand findings in a minute.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Notification, Severity};
use notify::matters::{Accounts, FLIGHT, Outcome, Outgoing, Reason, Rules, State};
use serde_json::{Value, json};

use crate::world::{Channel, Dice, at, finding, over, rules, start, word};

use Severity::{Critical, Error, Info, Notice, Warning};

fn tight() -> Value {
    json!({"budget": {"per_hour": 5, "urgent": 2, "gather": "PT5M"}})
}

#[test]
fn what_does_not_fit_into_the_hour_is_counted_in_one_message() {
    let mut channel = Channel::new(tight());
    let words: Vec<Notification> = (0..12)
        .map(|index| Notification {
            kind: format!("off-hours.kind-{}", index % 3),
            ..word(&format!("w{index:02}"), Notice, start())
        })
        .collect();
    channel.hear(words);
    // Two fit besides the two for what is urgent and the one for the summary.
    assert_eq!(channel.sent.len(), 2);
    assert_eq!(channel.state.accounts().tally.folded, 10);
    channel.until(at(299));
    assert_eq!(channel.sent.len(), 2);
    channel.until(at(301));
    assert_eq!(channel.told()[2], (300, Reason::Summary, 10));
    let told = &channel.last().notification;
    assert_eq!(told.title, "10 more of 3 kinds");
    assert_eq!(told.facts[0].value, "10 notice");
    assert_eq!(told.sections[0].items.len(), 10);
    assert_eq!(told.sections[1].items[0], "off-hours.kind-2: 4 (4 notice)");
    channel.after(48 * 3600);
    assert_eq!(channel.sent.len(), 3);
}

#[test]
fn the_urgent_have_room_of_their_own_and_go_first() {
    let mut channel = Channel::new(tight());
    let mut words: Vec<Notification> = (0..9)
        .map(|index| word(&format!("w{index}"), Notice, start()))
        .collect();
    words.push(word("urgent", Critical, start()));
    channel.hear(words);
    let titles: Vec<&str> = channel
        .sent
        .iter()
        .map(|sent| sent.out.notification.title.as_str())
        .collect();
    assert_eq!(titles, ["word urgent", "word w0"]);
    channel.after(60);
    channel.hear(vec![
        word("second", Error, at(60)),
        word("third", Error, at(60)),
        word("fourth", Error, at(60)),
    ]);
    assert_eq!(channel.sent.len(), 4);
    channel.until(at(3599));
    assert_eq!(channel.sent.len(), 5, "and the summary");
    assert_eq!(channel.last().covers, 9);
    assert_eq!(channel.last().notification.severity, Error);
    assert_eq!(
        channel.last().notification.sections[0].items[0],
        "error: word third"
    );
    // Two slots are free again an hour later.
    channel.until(at(3700));
    channel.hear(vec![
        word("later", Notice, at(3700)),
        word("last", Notice, at(3700)),
    ]);
    assert_eq!(channel.sent.len(), 6);
}

#[test]
fn more_matters_than_can_wait_are_only_counted() {
    let mut channel = Channel::new(json!({}));
    let closed = Outcome::Refused { until: at(3000) };
    channel.state.take(
        vec![word("first", Notice, start())],
        start(),
        &channel.rules,
    );
    let out = channel.state.due(start(), &channel.rules, 20).outgoing;
    channel.state.settle(&out[0].id, &closed, start());
    for index in 0..700 {
        let word = word(&format!("w{index}"), Notice, start());
        channel.state.take(vec![word], at(1), &channel.rules);
    }
    let accounts = channel.state.accounts();
    assert_eq!(accounts.tally.heard, 701);
    assert_eq!(accounts.tally.folded, 201);
    assert_eq!(accounts.sum(), 701);
}

/// The channel's other end: it takes a message a second, tells who comes
/// faster to wait, and fails in both ways: before and after it has shown the
/// message.
struct Slack {
    dice: Dice,
    /// Every message shown, each time.
    shown: Vec<(Timestamp, String)>,
    open_at: Timestamp,
    refused: usize,
    failed: usize,
    silent: usize,
}

impl Slack {
    fn post(&mut self, out: &Outgoing, now: Timestamp) -> Outcome {
        if now < self.open_at {
            self.refused += 1;
            return Outcome::Refused {
                until: self.open_at,
            };
        }
        match self.dice.roll(12) {
            0 => {
                self.refused += 1;
                let wait = SignedDuration::from_secs(30);
                self.open_at = now + wait;
                Outcome::Refused { until: now + wait }
            }
            1 => {
                self.failed += 1;
                Outcome::Unknown
            }
            2 => {
                self.silent += 1;
                Outcome::Unknown
            }
            3 => {
                self.silent += 1;
                self.show(out, now);
                Outcome::Unknown
            }
            _ => {
                self.show(out, now);
                Outcome::Delivered {
                    reference: Some(format!("{now}")),
                }
            }
        }
    }

    fn show(&mut self, out: &Outgoing, now: Timestamp) {
        self.shown.push((now, out.id.clone()));
    }

    /// The most messages shown within any hour.
    fn busiest_hour(&self) -> usize {
        let hour = SignedDuration::from_hours(1);
        let mut first = 0;
        let mut most = 0;
        for (index, (at, _)) in self.shown.iter().enumerate() {
            while self.shown[first].0 + hour < *at {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most
    }
}

/// Runs that may die at any step, over a state that is kept between them.
struct World {
    /// What is written down: who dies before that has done nothing.
    state: State,
    rules: Rules,
    slack: Slack,
    now: Timestamp,
    dice: Dice,
    /// One in so many steps is the last of its run; none die if 0.
    mortal: u64,
    deaths: usize,
    /// How many notifications each message covers.
    covers: BTreeMap<String, u64>,
    queue: Vec<Vec<Notification>>,
}

impl World {
    fn new(config: Value, seed: u64, mortal: u64) -> Self {
        Self {
            state: State::default(),
            rules: rules(config),
            slack: Slack {
                dice: Dice::new(seed),
                shown: Vec::new(),
                open_at: start(),
                refused: 0,
                failed: 0,
                silent: 0,
            },
            now: start(),
            dice: Dice::new(seed ^ 0xdead),
            mortal,
            deaths: 0,
            covers: BTreeMap::new(),
            queue: Vec::new(),
        }
    }

    fn dies(&mut self) -> bool {
        let dies = self.mortal > 0 && self.dice.roll(self.mortal) == 0;
        self.deaths += usize::from(dies);
        dies
    }

    /// One invocation: a batch of the queue, or the minute's look.
    fn run(&mut self, batch: Option<Vec<Notification>>) {
        if self.dies() {
            // Nothing was written down: the queue still has it all.
            self.queue.extend(batch);
            return;
        }
        let again = batch.clone();
        self.state
            .take(batch.unwrap_or_default(), self.now, &self.rules);
        let round = self.state.due(self.now, &self.rules, 5);
        // From here on it is written down.
        for out in &round.outgoing {
            self.covers.insert(out.id.clone(), out.covers);
        }
        let mut closed = false;
        for out in round.outgoing {
            let outcome = if closed {
                Outcome::Untried
            } else if self.dies() {
                self.queue.extend(again);
                return;
            } else {
                self.slack.post(&out, self.now)
            };
            closed |= matches!(outcome, Outcome::Refused { .. });
            if self.dies() {
                self.queue.extend(again);
                return;
            }
            self.state.settle(&out.id, &outcome, self.now);
        }
    }

    /// What is in the queue, then a look every minute in which there may be
    /// something to do, until all is told.
    fn drain(&mut self, hours: i64) {
        let minute = SignedDuration::from_mins(1);
        let end = self.now + SignedDuration::from_hours(hours);
        while self.now < end {
            while let Some(batch) = self.queue.pop() {
                self.run(Some(batch));
            }
            self.run(None);
            self.now += minute;
            match self.state.next_look(self.now, &self.rules) {
                Some(next) => self.now = self.now.max(next),
                None => break,
            }
        }
        self.now = end;
        assert!(self.queue.is_empty());
    }

    fn accounts(&self) -> Accounts {
        self.state.accounts()
    }

    /// What holds after every flood: nothing is lost, nothing waits, and the
    /// reader was never told more often than the channel bears.
    fn holds(&self, per_hour: usize) {
        let accounts = self.accounts();
        let shown: BTreeSet<&String> = self.slack.shown.iter().map(|(_, id)| id).collect();
        assert_eq!(accounts.sum(), accounts.tally.heard, "{accounts:?}");
        assert_eq!(
            (accounts.waiting, accounts.on_the_way),
            (0, 0),
            "{accounts:?}"
        );
        let never: Vec<&String> = self
            .covers
            .keys()
            .filter(|id| !shown.contains(id))
            .collect();
        assert!(never.is_empty(), "{never:?}");
        let told: u64 = self.covers.values().sum();
        let tally = accounts.tally;
        assert_eq!(
            told,
            tally.told + tally.folded + tally.digested,
            "{tally:?}"
        );
        let busiest = self.slack.busiest_hour();
        assert!(busiest <= per_hour, "{busiest} in an hour");
    }
}

/// Ten thousand findings of nine kinds and four severities within a minute.
fn findings(count: u64) -> Vec<(i64, Notification)> {
    let mut dice = Dice::new(7);
    (0..count)
        .map(|index| {
            let second = i64::try_from(index * 60 / count).unwrap();
            let severity =
                [Critical, Error, Warning, Info][usize::try_from(dice.roll(40)).unwrap().min(3)];
            let finding = Notification {
                kind: format!("security-triage.kind-{}", dice.roll(9)),
                environment: ["prod", "staging"][usize::try_from(dice.roll(2)).unwrap()].to_owned(),
                ..finding(&format!("f{index:05}"), severity, at(second))
            };
            (second, finding)
        })
        .collect()
}

fn pour(world: &mut World, heard: Vec<(i64, Notification)>, batch: usize) {
    let mut batches: Vec<(i64, Vec<Notification>)> = Vec::new();
    for (second, finding) in heard {
        match batches.last_mut() {
            Some((_, open)) if open.len() < batch => open.push(finding),
            _ => batches.push((second, vec![finding])),
        }
    }
    for (second, batch) in batches {
        world.now = at(second);
        world.run(Some(batch));
        // What died comes back while the flood goes on.
        if world.dice.roll(2) == 0
            && let Some(again) = world.queue.pop()
        {
            world.run(Some(again));
        }
    }
}

#[test]
fn ten_thousand_findings_in_a_minute_are_few_messages_and_all_are_accounted_for() {
    let mut world = World::new(json!({}), 2, 5);
    pour(&mut world, findings(10_000), 50);
    world.drain(12);
    world.holds(100);
    let tally = world.accounts().tally;
    assert_eq!(tally.heard - tally.repeated, 10_000);
    assert!(world.deaths > 50, "{}", world.deaths);
    let shown = world.slack.shown.len();
    assert!(shown < 200, "{shown}");
    eprintln!(
        "{shown} messages ({} in the busiest hour), {} distinct; {} runs died; \
         Slack: {} times 429, {} times 500, {} time-outs; {tally:?}",
        world.slack.busiest_hour(),
        world.covers.len(),
        world.deaths,
        world.slack.refused,
        world.slack.failed,
        world.slack.silent,
    );
}

#[test]
fn ten_thousand_words_of_their_own_keep_to_the_budget_as_well() {
    let config = json!({"groups": [], "budget": {"per_hour": 20, "urgent": 5}});
    let mut world = World::new(config, 5, 6);
    let words = findings(10_000).into_iter().map(|(second, finding)| {
        let alone = Notification {
            dedup_key: None,
            ..finding
        };
        (second, alone)
    });
    pour(&mut world, words.collect(), 100);
    world.drain(12);
    world.holds(20);
    let tally = world.accounts().tally;
    assert_eq!(tally.told + tally.folded, tally.heard - tally.repeated);
    // Words beyond what is remembered may be counted once more when the queue
    // brings them again; none may be missing.
    assert!(tally.heard - tally.repeated >= 10_000);
    assert!(tally.told >= 14, "{tally:?}");
}

#[test]
fn a_channel_that_is_down_for_hours_loses_nothing_and_floods_nobody_after() {
    let config = json!({"groups": [], "budget": {"per_hour": 30, "urgent": 5}});
    let mut world = World::new(config, 6, 8);
    world.slack.open_at = at(5 * 3600);
    for hour in 0..8 {
        let heard = (0..40).map(|index| {
            let name = format!("h{hour}-{index}");
            let severity = [Notice, Warning, Error][index % 3];
            word(&name, severity, at(hour * 3600))
        });
        world.now = at(hour * 3600);
        let batches: Vec<Vec<Notification>> = heard
            .collect::<Vec<_>>()
            .chunks(10)
            .map(<[_]>::to_vec)
            .collect();
        world.queue.extend(batches);
        world.drain(1);
    }
    world.drain(12);
    world.holds(30);
    assert_eq!(
        world.accounts().tally.heard - world.accounts().tally.repeated,
        320
    );
}

#[test]
fn ends_in_a_flood_close_what_was_opened() {
    let mut world = World::new(json!({}), 8, 5);
    let heard = findings(2_000);
    let ends: Vec<(i64, Notification)> = heard
        .iter()
        .map(|(_, finding)| {
            let name = finding.dedup_key.clone().unwrap();
            let end = Notification {
                kind: finding.kind.clone(),
                environment: finding.environment.clone(),
                ..over(&name, at(4000))
            };
            (4000, end)
        })
        .collect();
    pour(&mut world, heard, 10);
    world.drain(1);
    pour(&mut world, ends, 10);
    world.drain(12);
    world.holds(100);
}

#[test]
fn nobody_is_under_way_for_longer_than_the_function_may_run() {
    let timeout = nightshift_testkit::Manifest::of("notify").timeout_seconds;
    assert!(2 * i128::from(timeout) < i128::from(FLIGHT.as_secs()));
}
