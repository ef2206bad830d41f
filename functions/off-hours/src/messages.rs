//! What people read: every occasion as a notification. All judgement is made
//! before; here it is put into words.

mod days;
mod digest;
mod trouble;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{
    Arn, Command, Document, Fact, Money, Notification, Section, Severity, Status, shortened,
};
use nightshift_schedule::Zone;
use serde_json::json;

pub use digest::monthly;

use crate::decide::clock;
use crate::model::{Record, Resource};
use crate::occasions::Occasion;
use crate::plan::Decision;
use crate::rounds::Finished;

/// A list longer than this helps nobody; the report has all of it.
const MOST_LINES: usize = 20;

/// Puts occasions into words.
pub struct Teller<'a> {
    document: &'a Document,
    /// What `cargo lambda invoke --remote` takes.
    function: &'a str,
    zone: &'a Zone,
    now: Timestamp,
    decisions: BTreeMap<&'a Arn, &'a Decision>,
    records: BTreeMap<&'a Arn, &'a Record>,
    resources: BTreeMap<&'a Arn, &'a Resource>,
}

impl<'a> Teller<'a> {
    /// A teller of what came of a run.
    pub fn new(
        document: &'a Document,
        function: &'a str,
        zone: &'a Zone,
        finished: &'a Finished,
        now: Timestamp,
    ) -> Self {
        Self {
            document,
            function,
            zone,
            now,
            decisions: finished
                .plan
                .decisions
                .iter()
                .map(|decision| (&decision.arn, decision))
                .collect(),
            records: finished
                .snapshot
                .records
                .iter()
                .map(|(arn, stored)| (arn, &stored.value))
                .collect(),
            resources: finished
                .snapshot
                .resources
                .iter()
                .map(|resource| (&resource.arn, resource))
                .collect(),
        }
    }

    /// The message of an occasion.
    pub fn tell(&self, occasion: &Occasion) -> Notification {
        match occasion {
            Occasion::AboutToSleep { at, resources } => self.about_to_sleep(*at, resources),
            Occasion::FellAsleep {
                run,
                took,
                asleep,
                running,
            } => self.fell_asleep(run, *took, asleep, running),
            Occasion::Usable {
                run,
                took,
                usable,
                unusable,
            } => self.usable(run, *took, usable, unusable),
            Occasion::ForcedStart { resource } => self.forced_start(resource),
            Occasion::Trouble { resources } => self.trouble(resources),
            Occasion::InvalidValues { values } => self.invalid_values(values),
            Occasion::Halted { refusal } => self.halted(refusal),
            Occasion::Blind { errors } => self.blind(errors),
            Occasion::OverrideReminder {
                resource,
                override_,
            } => self.reminder(resource, override_),
        }
    }

    fn message(&self, kind: &str, severity: Severity, about: &str, title: String) -> Notification {
        Notification {
            version: Notification::VERSION,
            id: format!("off-hours/{}/{kind}/{about}", self.document.environment),
            source: "off-hours".to_owned(),
            environment: self.document.environment.clone(),
            account: self
                .document
                .accounts
                .first()
                .cloned()
                .unwrap_or_else(|| "".into()),
            region: match self.document.regions.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
            severity,
            kind: format!("off-hours.{kind}"),
            title,
            summary: String::new(),
            facts: Vec::new(),
            sections: Vec::new(),
            next_steps: Vec::new(),
            commands: Vec::new(),
            links: Vec::new(),
            dedup_key: None,
            status: Status::Open,
            owner: None,
            attachment: None,
            occurred_at: self.now,
        }
    }

    fn name(&self, arn: &Arn) -> String {
        self.decisions.get(arn).map_or_else(
            || arn.to_string(),
            |decision| format!("{} ({})", shortened(&decision.name, 100), decision.kind),
        )
    }

    fn with_reason(&self, arn: &Arn) -> String {
        let reason = self
            .decisions
            .get(arn)
            .map_or("", |decision| decision.reason.as_str());
        format!("{}: {}", self.name(arn), shortened(reason, 400))
    }

    fn clock(&self, instant: Timestamp) -> String {
        clock(self.zone, self.now, instant)
    }

    /// What an hour of resources costs that sleep; none where none is priced.
    fn hourly(&self, arns: &[Arn]) -> Option<Money> {
        let priced: Vec<Money> = arns
            .iter()
            .filter_map(|arn| self.records.get(arn)?.memory.as_ref()?.hourly)
            .collect();
        (!priced.is_empty()).then(|| priced.into_iter().sum())
    }

    fn wish_command(&self, command: &str, arn: &Arn, until: Timestamp) -> Command {
        let payload = json!({
            "command": command,
            "resource": arn,
            "until": until,
            "owner": "<you>",
            "reason": "<why>",
        });
        self.command(
            format!("{command} {}", self.name(arn)),
            &payload.to_string(),
        )
    }

    fn command(&self, label: String, payload: &str) -> Command {
        Command {
            label,
            text: format!(
                "cargo lambda invoke --remote --retry-attempts 6 {} --data-ascii {}",
                self.function,
                quoted(payload)
            ),
        }
    }
}

/// A word that no shell takes apart.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A list under a heading, or nothing where it is empty.
fn section(title: &str, items: Vec<String>) -> Option<Section> {
    let more = items.len().saturating_sub(MOST_LINES);
    let mut items = items;
    items.truncate(MOST_LINES);
    if more > 0 {
        items.push(format!("and {more} more; the run's report lists them"));
    }
    (!items.is_empty()).then(|| Section {
        title: title.to_owned(),
        items,
    })
}

/// A length of time as people say it.
fn spoken(duration: SignedDuration) -> String {
    let minutes = (duration.as_secs() + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than a minute".to_owned(),
        (0, 1) => "a minute".to_owned(),
        (0, minutes) => format!("{minutes} minutes"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn resources(count: usize) -> String {
    match count {
        1 => "1 resource".to_owned(),
        count => format!("{count} resources"),
    }
}

fn price(hourly: Option<Money>) -> Fact {
    let value = hourly.map_or_else(
        || "not priced".to_owned(),
        |hourly| {
            let cents = hourly.micro_usd() / 100;
            format!(
                "${}.{:04} an hour at list price",
                cents / 10_000,
                cents % 10_000
            )
        },
    );
    Fact::new("Saves", value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_as_people_say_them() {
        for (seconds, words) in [
            (10, "less than a minute"),
            (70, "a minute"),
            (540, "9 minutes"),
            (3600, "1 h"),
            (5400, "1 h 30 min"),
        ] {
            assert_eq!(spoken(SignedDuration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_payload_stays_one_word_of_the_shell() {
        assert_eq!(quoted("a'; rm -rf b"), r"'a'\''; rm -rf b'");
    }

    #[test]
    fn long_lists_are_folded() {
        let folded = section("Asleep", vec!["x".to_owned(); 25]).unwrap();
        assert_eq!(folded.items.len(), 21);
        assert!(folded.items[20].starts_with("and 5 more"));
        assert_eq!(section("Asleep", Vec::new()), None);
    }

    #[test]
    fn small_prices_keep_their_digits() {
        assert_eq!(
            price(Money::parse_usd("0.0208")).value,
            "$0.0208 an hour at list price"
        );
    }
}
