//! What every function speaks: ARNs, durations, prices, the configuration.

use nightshift_core::{Arn, Document, IsoDuration, Money};
use notify::NotifyConfig;
use off_hours::config::Config;
use serde_json::Value;

use crate::{off_hours as hours, told_well};

/// Any ARN: its parts are the whole, and nothing else is taken for one.
pub fn arn(text: &str) {
    match text.parse::<Arn>() {
        Ok(arn) => {
            assert_eq!(arn.to_string(), text);
            let json = serde_json::to_value(&arn).expect("JSON");
            assert_eq!(
                serde_json::from_value::<Arn>(json).ok().as_ref(),
                Some(&arn)
            );
            let partition = text.split(':').nth(1).expect("a partition");
            let parts = Arn::from_parts(
                partition,
                arn.service(),
                &arn.region(),
                &arn.account(),
                arn.resource(),
            );
            assert_eq!(parts, arn);
            assert!(!arn.service().is_empty() && !arn.resource().is_empty());
            assert!(!text.contains(char::is_whitespace));
        }
        Err(error) => told_well(&error.to_string()),
    }
}

/// Any duration: never negative, and written it is read again.
pub fn duration(text: &str) {
    match text.parse::<IsoDuration>() {
        Ok(duration) => {
            assert!(!duration.as_duration().is_negative());
            let written = duration.to_string();
            assert_eq!(
                written.parse(),
                Ok(duration),
                "{text:?} was written as {written:?}"
            );
        }
        Err(problem) => told_well(&problem),
    }
}

/// Any price, with or without the class that it is configured for: read
/// exactly, or not at all.
pub fn price(text: &str) {
    let (class, text) = text.split_once('=').unwrap_or(("", text));
    hours::configured_price(class, text);
    let Some(price) = Money::parse_usd(text) else {
        return;
    };
    assert!(price >= Money::ZERO);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<6}");
    let micros: i128 = digits.parse().expect("digits");
    assert_eq!(i128::from(price.micro_usd()), micros);
    let written = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    assert_eq!(Money::parse_usd(&written), Some(price));
    let _ = (price + price, price.times(u32::MAX), price.to_string());
    assert_eq!(price.per_hour_over_seconds(3_600), price);
}

/// Any configuration: what is taken is taken again as it was written, and the
/// guards never open by accident.
pub fn configuration(text: &str) {
    match Document::from_json(text) {
        Ok(document) => {
            let written = serde_json::to_string(&document).expect("JSON");
            assert_eq!(Document::from_json(&written).as_ref(), Ok(&document));
            assert!(
                !document
                    .guards
                    .denied_environments
                    .contains(&document.environment)
            );
            let given: Value = serde_json::from_str(text).expect("JSON");
            if given["guards"].get("dry_run").is_none() {
                assert!(document.guards.dry_run);
            }
            section::<NotifyConfig>(&document, "notify");
            section::<Config>(&document, "off-hours");
        }
        Err(error) => told_well(&error.to_string()),
    }
}

fn section<T>(document: &Document, function: &str)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    match document.section::<T>(function) {
        Ok(section) => {
            let mut again = document.clone();
            let written = serde_json::to_value(&section).expect("JSON");
            again.functions.insert(function.to_owned(), written);
            assert_eq!(again.section::<T>(function), Ok(section));
        }
        Err(error) => told_well(&error.to_string()),
    }
}
