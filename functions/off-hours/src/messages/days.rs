//! The evening, the morning, and what lies between.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Arn, Fact, Money, Notification, Severity};

use super::{Teller, price, resources, section, spoken};
use crate::decide::KEEP_AWAKE_TAG;
use crate::model::{Override, Run};
use crate::plan::Progress;
use crate::savings::still_paid;

/// How long a suggested keep-awake lasts.
const SUGGESTED: SignedDuration = SignedDuration::from_hours(2);
/// More command lines than this hide the message.
const MOST_COMMANDS: usize = 3;

impl Teller<'_> {
    pub(super) fn about_to_sleep(&self, at: Timestamp, arns: &[Arn]) -> Notification {
        let environment = &self.document.environment;
        let title = format!(
            "{environment} sleeps at {}: {}",
            self.clock(at),
            resources(arns.len())
        );
        let mut message = self.message("about-to-sleep", Severity::Notice, &at.to_string(), title);
        message.summary = format!(
            "In {} what is listed here is put to sleep, as its schedule says, and comes back exactly as it is now.",
            spoken(self.now.duration_until(at))
        );
        message
            .sections
            .extend(section("Goes to sleep", self.names(arns)));
        let until = at.saturating_add(SUGGESTED).unwrap_or(at);
        message.next_steps.push(format!(
            "To keep one awake, send its command, or tag it: {KEEP_AWAKE_TAG} = until <date>T<time> @{} by <you> for <why>",
            self.zone
        ));
        message.commands.extend(
            arns.iter()
                .take(MOST_COMMANDS)
                .map(|arn| self.wish_command("keep-awake", arn, until)),
        );
        message
    }

    pub(super) fn fell_asleep(
        &self,
        run: &Run,
        took: SignedDuration,
        asleep: &[Arn],
        running: &[Arn],
    ) -> Notification {
        let environment = &self.document.environment;
        let (severity, title) = if running.is_empty() {
            (
                Severity::Notice,
                format!("{environment} is asleep: {}", resources(asleep.len())),
            )
        } else {
            (
                Severity::Warning,
                format!(
                    "{environment} is asleep but for {} of {}",
                    running.len(),
                    asleep.len() + running.len()
                ),
            )
        };
        let mut message = self.message("asleep", severity, &run.started_at.to_string(), title);
        let wakes = asleep
            .iter()
            .filter_map(|arn| self.decisions.get(arn)?.until)
            .min();
        message.summary = match wakes {
            Some(at) => format!(
                "It took {}. The first of it wakes at {}.",
                spoken(took),
                self.clock(at)
            ),
            None => format!("It took {}.", spoken(took)),
        };
        message.facts = vec![
            Fact::new("Asleep", asleep.len().to_string()),
            Fact::new("Should sleep and runs", running.len().to_string()),
            price(self.hourly(asleep)),
        ];
        message
            .sections
            .extend(section("Asleep", self.names(asleep)));
        message
            .sections
            .extend(section("Should sleep and runs", self.with_reasons(running)));
        message
            .sections
            .extend(section("Awake, and why", self.awake_at_night(running)));
        message
            .sections
            .extend(section(&self.unmuted(), self.loud_alarms(asleep)));
        message
            .sections
            .extend(section("Costs on", self.still_paid(asleep)));
        message
    }

    pub(super) fn usable(
        &self,
        run: &Run,
        took: SignedDuration,
        usable: &[Arn],
        unusable: &[Arn],
    ) -> Notification {
        let environment = &self.document.environment;
        let (severity, title) = if unusable.is_empty() {
            (
                Severity::Notice,
                format!("{environment} is usable after {}", spoken(took)),
            )
        } else {
            (
                Severity::Error,
                format!(
                    "{environment} is not wholly usable: {} of {} did not come back",
                    unusable.len(),
                    usable.len() + unusable.len()
                ),
            )
        };
        let mut message = self.message("usable", severity, &run.started_at.to_string(), title);
        message.summary = format!(
            "{} began to wake at {}; each is as it was before it slept.",
            resources(usable.len() + unusable.len()),
            self.clock(run.started_at)
        );
        let saved: Money = usable
            .iter()
            .filter_map(|arn| self.records.get(arn)?.last_sleep)
            .map(|sleep| sleep.money)
            .sum();
        message.facts = vec![
            Fact::new("Usable", usable.len().to_string()),
            Fact::new("Took", spoken(took)),
            Fact::new("Saved while asleep", format!("{saved} at list price")),
        ];
        message
            .sections
            .extend(section("Usable", self.names(usable)));
        message
            .sections
            .extend(section("Not usable", self.with_reasons(unusable)));
        if !unusable.is_empty() {
            message.next_steps.push(
                "off-hours tries again by itself, less and less often; the reasons above say what it cannot mend".to_owned(),
            );
        }
        message
    }

    pub(super) fn forced_start(&self, arn: &Arn) -> Notification {
        let title = format!("RDS has started {} after seven days", self.name(arn));
        let about = format!("{arn}/{}", self.now);
        let mut message = self.message("forced-start", Severity::Notice, &about, title);
        message.summary = String::from(
            "RDS lets no database stand still for longer than seven days. It is outside its hours, so off-hours has put it back to sleep; nobody needs to do anything.",
        );
        message.facts.extend(
            self.decisions
                .get(arn)
                .and_then(|decision| decision.until)
                .map(|until| Fact::new("Sleeps until", self.clock(until))),
        );
        message
    }

    pub(super) fn reminder(&self, arn: &Arn, wish: &Override) -> Notification {
        let state = match wish.state {
            nightshift_schedule::Desired::Off => "kept asleep",
            _ => "kept awake",
        };
        let title = format!(
            "{} is still {state}, until {}",
            self.name(arn),
            self.clock(wish.until)
        );
        let about = format!("{arn}/{}", self.now);
        let mut message = self.message("override-reminder", Severity::Info, &about, title);
        message.summary = format!(
            "{} asked for it at {}: {}.",
            wish.owner,
            self.clock(wish.since),
            wish.reason
        );
        let payload = serde_json::json!({"command": "release", "resource": arn, "owner": "<you>"})
            .to_string();
        message
            .commands
            .push(self.command("If it is no longer needed".to_owned(), &payload));
        message
    }

    fn names(&self, arns: &[Arn]) -> Vec<String> {
        arns.iter().map(|arn| self.name(arn)).collect()
    }

    pub(super) fn with_reasons(&self, arns: &[Arn]) -> Vec<String> {
        arns.iter().map(|arn| self.with_reason(arn)).collect()
    }

    /// What runs on by somebody's wish, or because it cannot sleep.
    fn awake_at_night(&self, told: &[Arn]) -> Vec<String> {
        let told: BTreeSet<&Arn> = told.iter().collect();
        self.decisions
            .values()
            .filter(|one| one.ours && !told.contains(&one.arn))
            .filter(|one| {
                one.desired != nightshift_schedule::Desired::Off
                    || matches!(one.progress, Progress::Refused | Progress::Respected)
            })
            .map(|one| self.with_reason(&one.arn))
            .collect()
    }

    fn unmuted(&self) -> String {
        let (key, environment) = (&self.document.environment_tag, &self.document.environment);
        format!("Alarms not muted: they lack the tag {key} = {environment}")
    }

    fn loud_alarms(&self, arns: &[Arn]) -> Vec<String> {
        let of = |arn| {
            let memory = self.records.get(arn)?.memory.as_ref()?;
            let names: Vec<&str> = memory.loud_alarms.iter().map(String::as_str).collect();
            (!names.is_empty()).then(|| format!("{}: {}", self.name(arn), names.join(", ")))
        };
        arns.iter().filter_map(of).collect()
    }

    fn still_paid(&self, arns: &[Arn]) -> Vec<String> {
        let by_kind: BTreeSet<String> = arns
            .iter()
            .filter_map(|arn| self.resources.get(arn))
            .map(|resource| format!("{}: {}", resource.kind, still_paid(resource)))
            .collect();
        by_kind.into_iter().collect()
    }
}
