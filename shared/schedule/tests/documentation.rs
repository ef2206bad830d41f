//! The table of examples in docs/schedule-grammar.md is true.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use jiff::civil::date;
use nightshift_schedule::{Calendar, Context, OPT_OUT_WORDS, Schedule, Syntax, Zone, explain};

const GRAMMAR: &str = include_str!("../../../docs/schedule-grammar.md");

fn context() -> Context {
    let mut context = Context::new(Zone::named("America/New_York").unwrap());
    context.named.insert(
        "office-hours".to_owned(),
        "Mon-Fri 07:00-19:00 @Europe/Berlin".to_owned(),
    );
    context.calendar = Calendar::from_dates([date(2026, 12, 25)], [date(2026, 12, 31)]);
    assert!(context.problems().is_empty());
    context
}

/// The rows of the table with this heading, cell by cell.
fn table(heading: &str) -> Vec<Vec<String>> {
    let rows = GRAMMAR.lines().skip_while(|line| *line != heading).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

#[test]
fn every_example_is_true() {
    let context = context();
    let rows = table("| value | at (UTC) | desired | until | why |");
    assert!(rows.len() > 50, "{} rows", rows.len());
    for row in rows {
        let [value, at, desired, until, why] = row.as_slice() else {
            panic!("{row:?} has not five cells");
        };
        let value = value.strip_prefix('`').unwrap().strip_suffix('`').unwrap();
        let at: Timestamp = at.parse().unwrap();
        let answer = explain(value, Syntax::Nightshift, &context, at, 14);
        let json = serde_json::to_value(&answer).unwrap();
        let found = json["until"].as_str().unwrap_or("-");
        let told = format!("{value} at {at}, {why}: {json:#}");
        assert_eq!(json["desired"].as_str().unwrap(), desired, "{told}");
        assert_eq!(found, until, "{told}");
        assert!(!why.is_empty());
    }
}

#[test]
fn every_importer_example_is_read() {
    let context = context();
    let rows = table("| `syntax` | what it takes | what to know |");
    assert_eq!(rows.len(), Syntax::ALL.len() - 1);
    for row in rows {
        let syntax: Syntax = row[0].trim_matches('`').parse().unwrap();
        let value = row[1].split('`').nth(1).unwrap_or("");
        // The ellipsis stands for more of the same; a schedule in JSON is not written out.
        let value = value.trim_end_matches(", ...");
        if value.is_empty() {
            continue;
        }
        let answer = explain(value, syntax, &context, Timestamp::UNIX_EPOCH, 1);
        assert!(answer.valid, "{value}: {:?}", answer.errors);
    }
}

#[test]
fn every_opt_out_word_is_told() {
    let context = context();
    for word in OPT_OUT_WORDS {
        assert!(GRAMMAR.contains(&format!("`{word}`")), "{word}");
        let answer = explain(word, Syntax::Nightshift, &context, Timestamp::UNIX_EPOCH, 1);
        assert!(answer.valid && answer.excluded, "{word}");
    }
}

/// The answer of `explain` has the fields that its readers were promised.
#[test]
fn an_explanation_has_its_fields() {
    let context = context();
    let at: Timestamp = "2026-11-23T19:00:00Z".parse().unwrap();
    let answer = explain("Mon-Fri 07:00-19:00", Syntax::Nightshift, &context, at, 2);
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "valid": true,
            "excluded": false,
            "desired": "on",
            "zone": "America/New_York",
            "since": "2026-11-23T12:00:00Z",
            "until": "2026-11-24T00:00:00Z",
            "transitions": [
                {"at": "2026-11-24T00:00:00Z", "to": "off"},
                {"at": "2026-11-24T12:00:00Z", "to": "on"},
                {"at": "2026-11-25T00:00:00Z", "to": "off"},
                {"at": "2026-11-25T12:00:00Z", "to": "on"},
            ],
            "errors": [],
            "reason": "inside Mon-Fri 07:00-19:00 (America/New_York) until 19:00",
            "canonical": "Mon-Fri 07:00-19:00 @America/New_York",
            "tzdb": nightshift_schedule::tzdb_version(),
        })
    );
    let wrong = explain(
        "Mon-Fri 25:00-26:00 @EST",
        Syntax::Nightshift,
        &context,
        at,
        2,
    );
    let json = serde_json::to_value(&wrong).unwrap();
    assert_eq!(json["valid"], false);
    assert_eq!(json["desired"], "none");
    assert_eq!(json["errors"].as_array().unwrap().len(), 3);
    assert_eq!(json["errors"][0]["position"], 8);
    let imported = explain("off", Syntax::CloudCustodian, &context, at, 2);
    let json = serde_json::to_value(&imported).unwrap();
    assert_eq!(json["translated"], "no");
    assert_eq!(json["excluded"], true);
    assert_eq!(json["differences"], serde_json::json!([]));
    let schema =
        serde_json::to_value(schemars::schema_for!(nightshift_schedule::Explanation)).unwrap();
    assert!(
        schema["properties"]["transitions"].is_object(),
        "{schema:#}"
    );
}

#[test]
fn reasons_are_words() {
    let context = context();
    for (value, at, reason) in [
        (
            "office-hours",
            "2026-11-23T08:00:00Z",
            "inside Mon-Fri 07:00-19:00 (office-hours, Europe/Berlin) until 19:00",
        ),
        (
            "Mon-Fri 07:00-19:00",
            "2026-11-21T08:00:00Z",
            "outside Mon-Fri 07:00-19:00 (America/New_York), until Mon 2026-11-23 07:00",
        ),
        (
            "Mon-Fri 07:00-19:00",
            "2026-12-25T18:00:00Z",
            "closed date 2026-12-25, until Mon 2026-12-28 07:00",
        ),
        ("always", "2027-02-01T18:00:00Z", "always on"),
        ("no", "2027-02-01T18:00:00Z", "opted out by `no`"),
        (
            "sometimes",
            "2027-02-01T18:00:00Z",
            "the schedule is invalid: at 0: `sometimes` is neither hours nor the name of a schedule (write hours such as `Mon-Fri 07:00-19:00`, `always`, or one of the named schedules `office-hours`)",
        ),
    ] {
        let answer = explain(value, Syntax::Nightshift, &context, at.parse().unwrap(), 1);
        assert_eq!(answer.reason, reason);
    }
    let schedule = Schedule::parse("always", &context);
    assert_eq!(
        schedule,
        Schedule::parse("Always @America/New_York", &context)
    );
}
