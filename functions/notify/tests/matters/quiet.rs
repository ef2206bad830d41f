//! Quiet hours, and the morning after.

use nightshift_core::Severity;
use notify::matters::{MattersConfig, Reason, Rules};
use serde_json::{Value, json};

use crate::world::{Channel, at, finding, grouped, over, word};

use Severity::{Critical, Error, Notice, Warning};

/// Berlin's night begins nine hours after the tests' noon in UTC (22:00 there)
/// and ends at 07:00, nine hours later.
const NIGHT: i64 = 9 * 3600;
const MORNING: i64 = 18 * 3600;

fn quiet() -> Channel {
    let mut config = grouped();
    config["quiet_hours"] = json!({"hours": "daily 22:00-07:00 @Europe/Berlin"});
    let mut channel = Channel::new(config);
    channel.until(at(NIGHT));
    channel
}

#[test]
fn what_can_wait_is_told_in_the_morning_in_one_message() {
    let mut channel = quiet();
    let now = channel.now;
    channel.hear(vec![
        finding("a", Warning, now),
        finding("b", Notice, now),
        word("one", Notice, now),
    ]);
    channel.after(60);
    assert_eq!(channel.told(), []);
    assert_eq!(channel.state.accounts().tally.digested, 3);
    channel.hear(vec![over("a", channel.now), over("b", channel.now)]);
    channel.until(at(MORNING - 1));
    assert_eq!(channel.told(), []);
    assert_eq!(
        channel.state.next_look(channel.now, &channel.rules),
        Some(at(MORNING))
    );
    channel.until(at(MORNING + 3600));
    assert_eq!(channel.told(), [(MORNING, Reason::Digest, 5)]);
    let told = &channel.last().notification;
    assert_eq!(told.title, "While it was quiet: 5 messages");
    let lines = &told.sections[0].items;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("warning: "), "{lines:?}");
    assert!(lines[0].ends_with("4 messages, over"), "{lines:?}");
    assert_eq!(lines[1], "notice: word one");
}

#[test]
fn what_cannot_wait_is_told_at_night() {
    let mut channel = quiet();
    let now = channel.now;
    channel.hear(vec![finding("a", Error, now), word("one", Critical, now)]);
    channel.after(60);
    assert_eq!(
        channel.told(),
        [(NIGHT, Reason::First, 1), (NIGHT + 30, Reason::First, 1)]
    );
    // And so is the end of what has woken somebody.
    channel.hear(vec![over("a", channel.now)]);
    channel.after(3600);
    assert_eq!(channel.last().reason, Reason::Resolved);
    channel.until(at(MORNING + 60));
    assert_eq!(channel.sent.len(), 3);
}

#[test]
fn what_becomes_worse_at_night_is_told_at_night() {
    let mut channel = quiet();
    channel.hear(vec![finding("a", Warning, channel.now)]);
    channel.after(120);
    channel.hear(vec![finding("a", Critical, channel.now)]);
    channel.after(60);
    assert_eq!(channel.told(), [(NIGHT + 150, Reason::Raised, 1)]);
}

#[test]
fn hours_that_never_end_are_refused() {
    for (hours, expected) in [
        (json!("daily 22:00-07:00"), "name the zone"),
        (json!("always @Europe/Berlin"), "never end"),
        (json!("daily 00:00-24:00 @UTC"), "never end"),
        (json!("daily 25:00-07:00 @UTC"), "25:00"),
        (json!("daily 22:00-07:00 @CET"), "CET"),
        (json!("off @UTC"), "off"),
    ] {
        let config: MattersConfig =
            serde_json::from_value(json!({"quiet_hours": {"hours": hours}})).unwrap();
        let error = Rules::new("ops", &config, "channels.ops.matters")
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(
            error.contains("channels.ops.matters.quiet_hours.hours"),
            "{error}"
        );
    }
}

#[test]
fn rules_that_make_no_sense_are_refused_by_path() {
    let refused = |config: Value| {
        let config: MattersConfig = serde_json::from_value(config).unwrap();
        Rules::new("ops", &config, "m").unwrap_err().to_string()
    };
    for (config, expected) in [
        (json!({"groups": [{"by": []}]}), "m.groups[0].by"),
        (
            json!({"groups": [{}, {"match": {"source": "x"}}]}),
            "m.groups[1].match",
        ),
        (
            json!({"inhibitions": [{"name": "n", "source": {}, "target": {"source": "x"}}]}),
            "m.inhibitions[0]",
        ),
        (json!({"budget": {"per_hour": 1}}), "m.budget.per_hour"),
        (
            json!({"budget": {"per_hour": 10, "urgent": 9}}),
            "m.budget.urgent",
        ),
    ] {
        let error = refused(config);
        assert!(error.contains(expected), "{error}");
    }
    let named = Rules::new("#ops", &MattersConfig::default(), "m");
    assert!(named.is_err());
    for config in [
        json!({"groups": [{"waits": "PT1M"}]}),
        json!({"budget": {"per_hour": -1}}),
        json!({"groups": [{"match": {"kind": ""}}]}),
        json!({"groups": [{"repeat": {"critcal": "PT1M"}}]}),
    ] {
        assert!(
            serde_json::from_value::<MattersConfig>(config.clone()).is_err(),
            "{config}"
        );
    }
}
