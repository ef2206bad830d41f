//! A channel on a simulated clock.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{AccountId, Notification, Region, Severity, Status};
use notify::matters::{Account, Held, MattersConfig, Outcome, Outgoing, Reason, Rules, State};
use serde_json::{Value, json};

/// Monday, noon.
pub fn start() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// So many seconds after the start.
pub fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// A finding that has just been seen.
pub fn finding(name: &str, severity: Severity, now: Timestamp) -> Notification {
    Notification {
        version: 1,
        id: format!("finding/{name}/{now}"),
        source: "security-triage".to_owned(),
        environment: "prod".to_owned(),
        account: AccountId::new("123456789012"),
        region: Some(Region::new("us-east-1")),
        severity,
        kind: "security-triage.finding".to_owned(),
        dedup_key: Some(name.to_owned()),
        status: Status::Open,
        owner: None,
        title: format!("finding {name}"),
        summary: "Somebody has to look.".to_owned(),
        facts: vec![],
        sections: vec![],
        next_steps: vec![],
        commands: vec![],
        links: vec![],
        attachment: None,
        occurred_at: now,
    }
}

/// Its end.
pub fn over(name: &str, now: Timestamp) -> Notification {
    Notification {
        status: Status::Resolved,
        title: format!("{name} is over"),
        ..finding(name, Severity::Notice, now)
    }
}

/// A word of its own that nothing follows.
pub fn word(id: &str, severity: Severity, now: Timestamp) -> Notification {
    Notification {
        id: id.to_owned(),
        source: "off-hours".to_owned(),
        kind: "off-hours.asleep".to_owned(),
        dedup_key: None,
        title: format!("word {id}"),
        ..finding(id, severity, now)
    }
}

/// The rules of a channel from the JSON of its configuration.
pub fn rules(config: Value) -> Rules {
    let config: MattersConfig = serde_json::from_value(config).unwrap();
    Rules::new("ops", &config, "matters").unwrap()
}

/// One group for all findings, whatever their severity.
pub fn grouped() -> Value {
    json!({"groups": [{
        "match": {"source": "security-triage"},
        "by": ["source", "kind", "environment"],
    }]})
}

/// The same, with more said about the group.
pub fn grouped_with(more: &Value) -> Value {
    let mut config = grouped();
    let group = config["groups"][0].as_object_mut().unwrap();
    group.extend(more.as_object().unwrap().clone());
    config
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub at: Timestamp,
    pub out: Outgoing,
}

/// A channel that says `ok` to everything, on a clock that is moved from one
/// event to the next.
#[derive(Clone, Debug)]
pub struct Channel {
    pub state: State,
    pub rules: Rules,
    pub now: Timestamp,
    pub sent: Vec<Sent>,
    pub heard: u64,
}

impl Channel {
    pub fn new(config: Value) -> Self {
        Self {
            state: State::default(),
            rules: rules(config),
            now: start(),
            sent: Vec::new(),
            heard: 0,
        }
    }

    /// Hears something now.
    pub fn hear(&mut self, heard: Vec<Notification>) -> Vec<Held> {
        self.heard += heard.len() as u64;
        let held = self.state.take(heard, self.now, &self.rules);
        self.look();
        held
    }

    /// Sends what is due now.
    pub fn look(&mut self) {
        loop {
            let round = self.state.due(self.now, &self.rules, 20);
            if round.outgoing.is_empty() {
                break;
            }
            for out in round.outgoing {
                let outcome = Outcome::Delivered {
                    reference: Some(format!("ts-{}", self.sent.len())),
                };
                self.state.settle(&out.id, &outcome, self.now);
                self.sent.push(Sent { at: self.now, out });
            }
        }
        let accounts = self.state.accounts();
        assert_eq!(accounts.sum(), accounts.tally.heard, "{accounts:?}");
    }

    /// Moves the clock, and looks whenever the model says that there is
    /// something to do.
    pub fn until(&mut self, then: Timestamp) {
        let mut looks = 0;
        while let Some(next) = self.state.next_look(self.now, &self.rules) {
            // What is due now and stays so waits for something else.
            let next = next.max(self.now + SignedDuration::from_secs(1));
            if next > then {
                break;
            }
            looks += 1;
            assert!(looks < 20_000, "the clock stands still at {next}");
            self.now = next;
            self.look();
        }
        self.now = then;
        self.look();
    }

    pub fn after(&mut self, seconds: i64) {
        self.until(self.now + SignedDuration::from_secs(seconds));
    }

    /// What was sent, as `seconds reason covers`.
    pub fn told(&self) -> Vec<(i64, Reason, u64)> {
        self.sent
            .iter()
            .map(|sent| {
                let seconds = sent.at.duration_since(start()).as_secs();
                (seconds, sent.out.reason, sent.out.covers)
            })
            .collect()
    }

    pub fn last(&self) -> &Outgoing {
        &self.sent.last().expect("something was sent").out
    }
}

/// The account of a single notification.
pub fn account(held: &[Held]) -> &Account {
    assert_eq!(held.len(), 1);
    &held[0].account
}
/// Numbers that look like chance and are the same in every run.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}
