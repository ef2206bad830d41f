//! What holds whatever is heard, in whatever order, and however it goes.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use nightshift_core::{IsoDuration, Notification, Severity};
use notify::matters::{Outcome, Outgoing, Reason, State};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::world::{Channel, Dice, at, finding, grouped, grouped_with, over, rules, start, word};

fn severity() -> impl Strategy<Value = Severity> {
    prop_oneof![
        Just(Severity::Info),
        Just(Severity::Notice),
        Just(Severity::Warning),
        Just(Severity::Error),
        Just(Severity::Critical),
    ]
}

/// What happens to a channel.
#[derive(Clone, Debug)]
enum Event {
    Opens(u8, Severity),
    Ends(u8),
    Word(u8, Severity),
    /// The queue brings something a second time.
    Again(Index),
    Passes(u32),
    Silence(u8, u16),
    Unsilence,
    Sends(u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..6u8, severity()).prop_map(|(name, severity)| Event::Opens(name, severity)),
        3 => (0..6u8).prop_map(Event::Ends),
        2 => (0..4u8, severity()).prop_map(|(name, severity)| Event::Word(name, severity)),
        1 => any::<Index>().prop_map(Event::Again),
        4 => (0..4000u32).prop_map(Event::Passes),
        1 => (0..6u8, 1..600u16).prop_map(|(name, minutes)| Event::Silence(name, minutes)),
        1 => Just(Event::Unsilence),
        4 => any::<u8>().prop_map(Event::Sends),
    ]
}

fn config() -> impl Strategy<Value = Value> {
    let base = prop_oneof![
        Just(json!({})),
        Just(json!({"groups": []})),
        Just(grouped()),
        Just(grouped_with(&json!({"words": "each", "interval": "PT1M"}))),
        Just(grouped_with(&json!({"resolved": "all", "repeat": "PT30M"}))),
        Just(grouped_with(&json!({"remind": true}))),
    ];
    (base, 2..8u32, any::<bool>(), any::<bool>()).prop_map(|(mut config, hour, quiet, inhibits)| {
        config["budget"] = json!({"per_hour": hour, "urgent": (hour - 2).min(2)});
        if quiet {
            config["quiet_hours"] = json!({"hours": "daily 13:00-15:00 @UTC"});
        }
        if inhibits {
            config["inhibitions"] = json!([{
                "name": "worse",
                "source": {"at_least": "critical"},
                "target": {"source": "security-triage", "at_most": "warning"},
            }]);
        }
        config
    })
}

/// A channel whose other end fails now and then.
struct Play {
    channel: Channel,
    heard: Vec<Notification>,
    /// Attempts that may have been seen, and what they cover.
    seen: Vec<(jiff::Timestamp, Outgoing)>,
    covers: BTreeMap<String, u64>,
    per_hour: usize,
}

impl Play {
    fn new(config: Value) -> Self {
        let per_hour = config["budget"]["per_hour"].as_u64().unwrap();
        Self {
            channel: Channel::new(config),
            heard: Vec::new(),
            seen: Vec::new(),
            covers: BTreeMap::new(),
            per_hour: usize::try_from(per_hour).unwrap(),
        }
    }

    fn hear(&mut self, notification: Notification) {
        let Channel {
            state, now, rules, ..
        } = &mut self.channel;
        self.heard.push(notification.clone());
        state.take(vec![notification], *now, rules);
    }

    /// One look; each message goes as the dice say.
    fn send(&mut self, dice: u8) {
        let mut dice = Dice::new(dice.into());
        let Channel {
            state, now, rules, ..
        } = &mut self.channel;
        let now = *now;
        for out in state.due(now, rules, 3).outgoing {
            self.covers.insert(out.id.clone(), out.covers);
            let outcome = match dice.roll(8) {
                0 => Outcome::Refused {
                    until: now + SignedDuration::from_secs(40),
                },
                1 => Outcome::Untried,
                2 => Outcome::Unknown,
                // It died, or it was sent and nobody knows.
                3 => {
                    self.seen.push((now, out.clone()));
                    continue;
                }
                _ => Outcome::Delivered { reference: None },
            };
            if matches!(outcome, Outcome::Delivered { .. } | Outcome::Unknown) {
                self.seen.push((now, out.clone()));
            }
            state.settle(&out.id, &outcome, now);
        }
    }

    fn play(&mut self, event: &Event) {
        let now = self.channel.now;
        match event {
            Event::Opens(name, severity) => self.hear(finding(&format!("m{name}"), *severity, now)),
            Event::Ends(name) => self.hear(over(&format!("m{name}"), now)),
            Event::Word(name, severity) => {
                self.hear(word(&format!("w{name}/{now}"), *severity, now));
            }
            Event::Again(index) => {
                if !self.heard.is_empty() {
                    let again = self.heard[index.index(self.heard.len())].clone();
                    self.hear(again);
                }
            }
            Event::Passes(seconds) => {
                self.channel.now = now + SignedDuration::from_secs(i64::from(*seconds));
            }
            Event::Silence(name, minutes) => {
                let matcher = serde_json::from_value(json!({"matter": format!("m{name}")}));
                let lasts = IsoDuration::from_minutes(i64::from(*minutes));
                let silences = &mut self.channel.state.silences;
                silences
                    .silence(matcher.unwrap(), "mira", "test", lasts, now)
                    .unwrap();
            }
            Event::Unsilence => {
                let first = self.channel.state.silences.holding(now).next();
                if let Some(id) = first.map(|silence| silence.id.clone()) {
                    self.channel.state.silences.unsilence(&id, now).unwrap();
                }
            }
            Event::Sends(dice) => self.send(*dice),
        }
    }

    /// So many hours in which nothing more happens and all is delivered.
    fn drain(&mut self, hours: i64) {
        let Channel {
            state, now, rules, ..
        } = &mut self.channel;
        let end = *now + SignedDuration::from_hours(hours);
        while *now < end {
            let next = state.next_look(*now, rules).unwrap_or(end);
            *now = next.max(*now + SignedDuration::from_secs(1)).min(end);
            for out in state.due(*now, rules, 20).outgoing {
                self.covers.insert(out.id.clone(), out.covers);
                self.seen.push((*now, out.clone()));
                state.settle(&out.id, &Outcome::Delivered { reference: None }, *now);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every notification ends in exactly one account, and the reader never
    /// sees more messages in an hour than the channel bears.
    #[test]
    fn nothing_is_lost_and_nobody_is_flooded(
        config in config(),
        events in vec(event(), 1..60),
    ) {
        let mut play = Play::new(config);
        for event in &events {
            play.play(event);
            let accounts = play.channel.state.accounts();
            prop_assert_eq!(accounts.sum(), accounts.tally.heard, "{:?}", accounts);
        }
        let before = play.channel.state.accounts();
        prop_assert_eq!(before.tally.heard, play.heard.len() as u64);
        play.drain(30);
        // Ends that wait for the end of others wait until those are forgotten.
        play.drain(7 * 24);
        play.drain(1);
        let accounts = play.channel.state.accounts();
        prop_assert_eq!(accounts.waiting, 0, "{:?}", accounts);
        prop_assert_eq!(accounts.on_the_way, 0, "{:?}", accounts);
        for window in play.seen.windows(play.per_hour + 1) {
            let (first, last) = (&window[0], &window[window.len() - 1]);
            let hour = SignedDuration::from_hours(1);
            prop_assert!(last.0.duration_since(first.0) > hour, "{:?} to {:?}", first, last);
        }
    }

    /// Whatever was in one message of the model was in one message that was
    /// sent: their numbers are the accounts'.
    #[test]
    fn messages_cover_what_the_accounts_say(
        config in config(),
        events in vec(event(), 1..50),
    ) {
        let mut play = Play::new(config);
        for event in &events {
            play.play(event);
        }
        // Until nothing is on its way; well before anything is forgotten.
        play.drain(8);
        let accounts = play.channel.state.accounts();
        let forgotten = accounts.tally.heard < play.heard.len() as u64;
        prop_assume!(!forgotten);
        let told: u64 = play.covers.values().sum();
        let tally = accounts.tally;
        prop_assert_eq!(told, tally.told + tally.folded + tally.digested, "{:?}", accounts);
    }

    /// What comes before the first message may come in any order.
    #[test]
    fn the_order_within_the_wait_makes_no_difference(
        words in vec((0..6u8, severity(), any::<bool>(), 0..30i64), 1..25),
        seed in any::<u64>(),
        single in any::<bool>(),
    ) {
        let rules = rules(if single { json!({}) } else { grouped() });
        let heard: Vec<Notification> = words
            .iter()
            .enumerate()
            .map(|(index, (name, severity, ends, second))| {
                // Severities belong to names, or they would open other matters.
                let name = format!("m{name}-{severity:?}");
                let when = at(second - 60);
                let mut word = if *ends { over(&name, when) } else { finding(&name, *severity, when) };
                word.severity = *severity;
                word.id = format!("{index}");
                word
            })
            .collect();
        let mut shuffled = heard.clone();
        let mut dice = Dice::new(seed);
        for index in (1..shuffled.len()).rev() {
            let other = usize::try_from(dice.roll(index as u64 + 1)).unwrap();
            shuffled.swap(index, other);
        }
        let told = |heard: Vec<Notification>| {
            let mut state = State::default();
            for word in heard {
                state.take(vec![word], start(), &rules);
            }
            let round = state.due(at(30), &rules, 100);
            (round, state.accounts())
        };
        prop_assert_eq!(told(heard), told(shuffled));
    }

    /// The queue may bring everything twice, at any time before it is told.
    #[test]
    fn twice_is_once(
        words in vec((0..6u8, severity(), any::<bool>()), 1..20),
    ) {
        let rules = rules(grouped());
        let heard: Vec<Notification> = words
            .iter()
            .map(|(name, severity, ends)| {
                let name = format!("m{name}");
                if *ends { over(&name, at(-9)) } else { finding(&name, *severity, at(-10)) }
            })
            .collect();
        let (mut once, mut twice) = (State::default(), State::default());
        once.take(heard.clone(), start(), &rules);
        twice.take(heard.clone(), start(), &rules);
        twice.take(heard, at(5), &rules);
        prop_assert_eq!(
            once.due(at(30), &rules, 100),
            twice.due(at(30), &rules, 100)
        );
    }

    /// In whatever order beginnings and ends arrive and come again, a matter
    /// that is open was opened once: there is at most one message more that
    /// opens it than there are messages that close it, and in the end as many.
    #[test]
    fn at_most_one_open_message_for_a_matter(
        order in vec((0..5u8, any::<bool>(), 0..900i64), 1..40),
    ) {
        let mut channel = Channel::new(json!({}));
        let mut open: BTreeMap<String, i64> = BTreeMap::new();
        for (name, ends, pause) in order {
            let name = format!("m{name}");
            // The end is after the beginning, whichever comes first.
            let word = if ends { over(&name, at(-1)) } else { finding(&name, Severity::Error, at(-2)) };
            channel.hear(vec![word]);
            channel.after(pause);
        }
        channel.after(7200);
        for sent in &channel.sent {
            let count = open.entry(sent.out.matter.clone().unwrap()).or_default();
            if sent.out.reason == Reason::First {
                *count += 1;
            }
            if sent.out.closes && *count > 0 {
                *count -= 1;
            }
            prop_assert!(*count <= 1, "{:?}", channel.told());
        }
    }

    /// Whoever looks only when the model says so misses nothing.
    #[test]
    fn nothing_is_due_before_the_next_look(
        config in config(),
        events in vec(event(), 1..30),
    ) {
        let mut play = Play::new(config);
        for event in &events {
            if !matches!(event, Event::Sends(_)) {
                play.play(event);
            }
        }
        play.channel.look();
        for _ in 0..20 {
            let now = play.channel.now;
            let next = play.channel.state.next_look(now, &play.channel.rules);
            let until = next.unwrap_or(now + SignedDuration::from_hours(30));
            let pause = until.duration_since(now).as_secs();
            for part in 1..4 {
                let before = now + SignedDuration::from_secs(pause * part / 4);
                if before < until {
                    let mut copy = play.channel.state.clone();
                    let round = copy.due(before, &play.channel.rules, 20);
                    prop_assert_eq!(round.outgoing, vec![], "{} before {}", before, until);
                }
            }
            if next.is_none() {
                break;
            }
            play.channel.now = until.max(now + SignedDuration::from_secs(1));
            play.channel.look();
        }
    }
}
