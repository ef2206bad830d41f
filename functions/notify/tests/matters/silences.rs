//! What is held back, by whom, and what becomes of it.

use nightshift_core::{IsoDuration, Severity};
use notify::matters::{Account, Reason, Silence, SilenceCommand, SilenceError, Silences};
use serde_json::{Value, json};

use crate::world::{Channel, account, at, finding, grouped, over, start, word};

use Severity::{Critical, Error, Info, Notice, Warning};

fn command(value: Value) -> SilenceCommand {
    serde_json::from_value(value).unwrap()
}

fn silence(channel: &mut Channel, matcher: &Value, lasts: &str) -> Silence {
    let command = command(json!({
        "command": "silence", "match": matcher, "author": "mira", "reason": "upgrade", "for": lasts,
    }));
    let made = channel.state.silences.obey(&command, channel.now).unwrap();
    made[0].clone()
}

#[test]
fn what_is_silenced_and_still_open_is_told_when_the_silence_ends() {
    let mut channel = Channel::new(grouped());
    let made = silence(&mut channel, &json!({"matter": "a"}), "PT1H");
    let held = channel.hear(vec![finding("a", Error, at(0))]);
    let by = made.id.clone();
    assert_eq!(*account(&held), Account::Silenced { by: by.clone() });
    channel.hear(vec![finding("b", Error, at(0))]);
    channel.until(at(3599));
    assert_eq!(channel.told(), [(30, Reason::First, 1)]);
    assert_eq!(channel.state.accounts().silenced, [(by.clone(), 1)].into());
    channel.until(at(3700));
    assert_eq!(channel.told()[1], (3600, Reason::NewMember, 1));
    let facts = &channel.last().notification.facts;
    assert!(
        facts
            .iter()
            .any(|fact| fact.label == "Held back" && fact.value.contains(&by)),
        "{facts:?}"
    );
}

#[test]
fn what_is_over_before_its_silence_is_never_told_and_has_its_account() {
    let mut channel = Channel::new(grouped());
    silence(&mut channel, &json!({"kind": "security-triage.*"}), "PT1H");
    channel.hear(vec![finding("a", Error, at(0))]);
    channel.until(at(600));
    channel.hear(vec![over("a", at(600))]);
    channel.after(24 * 3600);
    assert_eq!(channel.told(), []);
    let accounts = channel.state.accounts();
    assert_eq!(accounts.tally.heard, 0, "forgotten after a day");
    channel.hear(vec![finding("a", Error, channel.now)]);
    channel.after(60);
    assert_eq!(channel.told().len(), 1, "a new beginning is told");
}

#[test]
fn single_words_that_nothing_follows_end_where_they_are_held_back() {
    let mut channel = Channel::new(json!({}));
    let made = silence(&mut channel, &json!({"source": "off-hours"}), "PT1H");
    channel.hear(vec![word("one", Notice, at(0)), word("two", Notice, at(0))]);
    let round = channel.state.due(channel.now, &channel.rules, 20);
    assert!(round.untold.is_empty(), "told by the look before");
    let tally = channel.state.accounts().tally;
    assert_eq!((tally.heard, tally.silenced), (2, 2));
    channel.until(at(3601));
    assert_eq!(channel.told(), []);
    channel.hear(vec![word("three", Notice, channel.now)]);
    assert_eq!(channel.told().len(), 1, "{made:?} is over");
}

#[test]
fn a_round_says_what_ended_untold_and_by_whose_word() {
    let mut channel = Channel::new(json!({}));
    let made = silence(&mut channel, &json!({"source": "off-hours"}), "PT1H");
    channel
        .state
        .take(vec![word("one", Notice, start())], start(), &channel.rules);
    let round = channel.state.due(start(), &channel.rules, 20);
    assert_eq!(round.untold.len(), 1);
    assert_eq!(round.untold[0].count, 1);
    assert_eq!(round.untold[0].account, Account::Silenced { by: made.id });
}

#[test]
fn a_silence_that_is_ended_lets_go_at_once() {
    let mut channel = Channel::new(grouped());
    let made = silence(&mut channel, &json!({"at_most": "error"}), "PT8H");
    channel.hear(vec![
        finding("a", Error, at(0)),
        finding("b", Critical, at(0)),
    ]);
    channel.until(at(900));
    assert_eq!(channel.told(), [(30, Reason::First, 1)]);
    let ended = command(json!({"command": "unsilence", "id": made.id}));
    channel.state.silences.obey(&ended, channel.now).unwrap();
    channel.look();
    assert_eq!(channel.told()[1], (900, Reason::NewMember, 1));
    let again = channel
        .state
        .silences
        .obey(&ended, channel.now)
        .unwrap_err();
    assert!(again.to_string().contains("those that hold are: none"));
}

#[test]
fn a_silence_made_while_it_waits_holds_it_back() {
    let mut channel = Channel::new(grouped());
    channel.hear(vec![finding("a", Error, at(0))]);
    channel.until(at(10));
    silence(&mut channel, &json!({"owner": "*", "matter": "a"}), "PT10M");
    channel.until(at(600));
    assert_eq!(channel.told(), []);
    channel.until(at(700));
    assert_eq!(channel.told(), [(610, Reason::First, 1)]);
}

#[test]
fn silences_are_signed_bounded_and_never_for_everything() {
    let mut silences = Silences::default();
    let hour = IsoDuration::from_hours(1);
    let some = |source: &str| serde_json::from_value(json!({"source": source})).unwrap();
    let now = start();
    for (matcher, author, reason, lasts, expected) in [
        (json!({}), "mira", "upgrade", hour, "hold back everything"),
        (
            json!({"source": "x"}),
            " ",
            "upgrade",
            hour,
            "`author` is empty",
        ),
        (
            json!({"source": "x"}),
            "mira",
            "",
            hour,
            "`reason` is empty",
        ),
        (
            json!({"source": "x"}),
            "mira",
            "upgrade",
            IsoDuration::from_minutes(0),
            "expected more than nothing",
        ),
        (
            json!({"source": "x"}),
            "mira",
            "upgrade",
            IsoDuration::from_hours(10_000),
            "at most PT720H",
        ),
    ] {
        let matcher = serde_json::from_value(matcher).unwrap();
        let error = silences
            .silence(matcher, author, reason, lasts, now)
            .unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    for index in 0..Silences::MOST {
        silences
            .silence(some(&format!("s{index}")), "mira", "upgrade", hour, now)
            .unwrap();
    }
    assert_eq!(
        silences.silence(some("one more"), "mira", "upgrade", hour, now),
        Err(SilenceError::Full {
            most: Silences::MOST
        })
    );
    // An hour later they have all expired, and there is room.
    assert!(
        silences
            .silence(some("one more"), "mira", "upgrade", hour, at(3600))
            .is_ok()
    );
    assert_eq!(silences.holding(at(3600)).count(), 1);
}

#[test]
fn commands_are_read_strictly() {
    for (value, expected) in [
        (
            json!({"command": "silence", "match": {"sorce": "x"}, "author": "m", "reason": "r", "for": "PT1H"}),
            "sorce",
        ),
        (
            json!({"command": "silence", "match": {"source": ""}, "author": "m", "reason": "r", "for": "PT1H"}),
            "empty pattern",
        ),
        (
            json!({"command": "silence", "match": {"source": "x"}, "author": "m", "reason": "r", "for": "1h"}),
            "ISO 8601",
        ),
        (json!({"command": "unsilence"}), "id"),
        (json!({"command": "silences", "all": true}), "all"),
    ] {
        let error = serde_json::from_value::<SilenceCommand>(value).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let dry = command(json!({"command": "unsilence", "id": "x", "dry_run": true}));
    assert!(!dry.changes());
    assert!(command(json!({"command": "unsilence", "id": "x"})).changes());
}

fn inhibiting() -> Channel {
    let mut config = grouped();
    config["inhibitions"] = json!([{
        "name": "failover",
        "source": {"kind": "failover.*"},
        "target": {"kind": "security-triage.*", "at_most": "error"},
        "equal": ["environment"],
    }]);
    Channel::new(config)
}

fn failover(now: jiff::Timestamp) -> nightshift_core::Notification {
    nightshift_core::Notification {
        source: "failover".to_owned(),
        kind: "failover.started".to_owned(),
        ..finding("failover", Error, now)
    }
}

#[test]
fn what_something_else_explains_is_told_when_that_is_over() {
    let mut channel = inhibiting();
    channel.hear(vec![failover(at(0))]);
    let held = channel.hear(vec![finding("a", Error, at(0))]);
    let by = "failover".to_owned();
    assert_eq!(*account(&held), Account::Inhibited { by: by.clone() });
    // Another environment, or something worse, is told.
    let mut elsewhere = finding("b", Error, at(0));
    elsewhere.environment = "staging".to_owned();
    channel.hear(vec![elsewhere, finding("c", Critical, at(0))]);
    channel.until(at(600));
    assert_eq!(
        channel.told(),
        [
            (0, Reason::First, 1),
            (30, Reason::First, 1),
            (30, Reason::First, 1)
        ]
    );
    assert_eq!(channel.state.accounts().inhibited, [(by, 1)].into());
    let mut done = failover(at(600));
    done.status = nightshift_core::Status::Resolved;
    channel.hear(vec![done]);
    channel.until(at(700));
    // The worse of the two goes first.
    assert_eq!(
        channel.told()[3..],
        [(600, Reason::NewMember, 1), (600, Reason::Resolved, 1)]
    );
}

#[test]
fn what_is_over_while_something_explains_it_is_never_told() {
    let mut channel = inhibiting();
    channel.hear(vec![failover(at(0)), finding("a", Error, at(0))]);
    channel.until(at(600));
    channel.hear(vec![over("a", at(600))]);
    channel.after(1);
    assert_eq!(channel.state.accounts().tally.inhibited, 2);
    channel.after(24 * 3600);
    assert_eq!(channel.told().len(), 1);
}

#[test]
fn an_inhibition_does_not_outlast_what_it_was_told_to() {
    let mut channel = inhibiting();
    channel.hear(vec![failover(at(0)), finding("a", Error, at(0))]);
    channel.until(at(4 * 3600 - 1));
    assert_eq!(channel.told().len(), 1);
    channel.until(at(4 * 3600 + 60));
    assert_eq!(channel.told().len(), 2);
}

#[test]
fn two_that_are_alike_on_both_sides_do_not_mute_each_other() {
    let mut config = grouped();
    config["inhibitions"] = json!([{
        "name": "worst",
        "source": {"at_least": "warning"},
        "target": {"source": "security-triage"},
        "equal": ["account"],
    }]);
    let mut channel = Channel::new(config);
    channel.hear(vec![
        finding("a", Error, at(0)),
        finding("b", Warning, at(0)),
        finding("c", Info, at(0)),
    ]);
    channel.until(at(100));
    // Both a and b match both sides; c is only a target.
    assert_eq!(channel.told(), [(30, Reason::First, 2)]);
    assert_eq!(channel.state.accounts().inhibited["worst"], 1);
}
