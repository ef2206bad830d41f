//! What wakes off-hours, what people write into tags, what it has remembered.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_schedule::Zone;
use off_hours::event::Trigger;
use off_hours::model::{EnvironmentRecord, Record};
use off_hours::prices::Prices;
use off_hours::{Tagged, maintenance_ends_at};
use serde_json::Value;

use crate::told_well;

/// Any event, as Lambda hands it over.
pub fn event(text: &str) {
    let Ok(input) = serde_json::from_str::<Value>(text) else {
        return;
    };
    match Trigger::parse(&input) {
        Ok(Trigger::Command(_)) => assert!(input.get("command").is_some()),
        Ok(Trigger::Hastened(hastening)) => {
            if !hastening.words.is_empty() {
                told_well(&hastening.words);
            }
            if let Some(arn) = hastening.forced_start {
                assert_eq!(input["detail"]["SourceArn"], arn.as_str());
            }
        }
        Err(error) => told_well(&error.to_string()),
    }
}

/// Any value of the tags by which people keep a resource awake, or asleep.
pub fn keep_awake(text: &str) {
    let zone = Zone::named("Europe/Berlin").expect("a zone");
    let parsed = Tagged::parse(text, &zone);
    let spread = text.split_whitespace().collect::<Vec<_>>().join("  ");
    assert_eq!(
        Tagged::parse(&format!(" {spread} "), &zone),
        parsed,
        "blanks matter"
    );
    match parsed {
        Ok(wish) => {
            told_well(&wish.owner);
            if !wish.reason.is_empty() {
                told_well(&wish.reason);
            }
            let Tagged {
                until,
                owner,
                reason,
            } = &wish;
            let written = format!("until {until} by {owner} for {reason}");
            assert_eq!(
                Tagged::parse(&written, &zone).as_ref(),
                Ok(&wish),
                "{written}"
            );
        }
        Err(problem) => told_well(&problem),
    }
}

/// Any maintenance window: what is going on or about to begin ends within a
/// week and the half hour before it.
pub fn maintenance_window(text: &str) {
    const LONGEST: SignedDuration = SignedDuration::from_mins(7 * 24 * 60 + 30);
    let monday = Timestamp::from_second(1_795_392_000).expect("within range");
    for hours in (0..7 * 24).step_by(5) {
        let now = monday + SignedDuration::from_hours(hours);
        if let Some(end) = maintenance_ends_at(text, now) {
            assert!(
                end > now && end.duration_since(now) <= LONGEST,
                "{text:?} at {now}: {end}"
            );
        }
    }
}

/// Any entry of the ledger: what is read is written as it was.
pub fn ledger_record(text: &str) {
    if let Ok(record) = serde_json::from_str::<Record>(text) {
        let written = serde_json::to_string(&record).expect("JSON");
        assert_eq!(serde_json::from_str::<Record>(&written).ok(), Some(record));
    }
    if let Ok(record) = serde_json::from_str::<EnvironmentRecord>(text) {
        let written = serde_json::to_string(&record).expect("JSON");
        assert_eq!(
            serde_json::from_str::<EnvironmentRecord>(&written).ok(),
            Some(record)
        );
    }
}

/// Any configured price, by class or class and engine.
pub fn configured_price(class: &str, price: &str) {
    let configured = BTreeMap::from([(class.to_owned(), price.to_owned())]);
    if let Err(error) = Prices::new(&configured) {
        told_well(&error.to_string());
    }
}
