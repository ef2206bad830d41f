//! The configuration of one channel, read and found to make sense.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{ConfigError, Severity};
use nightshift_schedule::{Calendar, Context, Desired, Parsed, Schedule, Zone};

use super::config::{Budget, Group, Inhibition, MattersConfig, Repeat};
use super::labels::Labels;
use super::outgoing::Class;

/// How one channel treats matters.
#[derive(Clone, Debug)]
pub struct Rules {
    channel: String,
    groups: Vec<Group>,
    single: Group,
    inhibitions: Vec<Inhibition>,
    quiet: Option<Quiet>,
    budget: Budget,
}

#[derive(Clone, Debug)]
struct Quiet {
    schedule: Schedule,
    break_through: Severity,
}

impl Rules {
    /// The longest name of a channel.
    pub const CHANNEL: usize = 60;

    /// Reads what the configuration says of a channel; `path` is where it says it.
    ///
    /// # Errors
    /// The first field that makes no sense, by its path.
    pub fn new(channel: &str, config: &MattersConfig, path: &str) -> Result<Self, ConfigError> {
        let at = |field: &str, problem: &str| ConfigError::at(format!("{path}.{field}"), problem);
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if channel.is_empty() || channel.len() > Self::CHANNEL || !channel.chars().all(plain) {
            return Err(ConfigError::at(
                path,
                "a channel's name has 1 to 60 of a-z, A-Z, 0-9, `-`, `_` and `.`",
            ));
        }
        for (index, group) in config.groups.iter().enumerate() {
            if group.by.is_empty() {
                return Err(at(
                    &format!("groups[{index}].by"),
                    "name at least one label; [\"matter\"] keeps each matter alone",
                ));
            }
            if let Some(earlier) = config.groups[..index]
                .iter()
                .position(|earlier| earlier.matcher.is_empty() || earlier.matcher == group.matcher)
            {
                return Err(at(
                    &format!("groups[{index}].match"),
                    &format!("groups[{earlier}] takes all of these before; put this one first"),
                ));
            }
        }
        for (index, inhibition) in config.inhibitions.iter().enumerate() {
            if inhibition.source.is_empty() || inhibition.target.is_empty() {
                return Err(at(
                    &format!("inhibitions[{index}]"),
                    "an empty matcher takes everything; say what mutes and what is muted",
                ));
            }
        }
        let Budget {
            per_hour, urgent, ..
        } = config.budget;
        if !(2..=1000).contains(&per_hour) {
            return Err(at("budget.per_hour", "expected 2 to 1000 messages"));
        }
        if urgent > per_hour - 2 {
            return Err(at(
                "budget.urgent",
                "one message an hour is for the summary, and at least one for what is not \
                 urgent: expected at most per_hour - 2",
            ));
        }
        let quiet = config.quiet_hours.as_ref().map(|quiet| {
            let schedule =
                hours(&quiet.hours).map_err(|problem| at("quiet_hours.hours", &problem))?;
            Ok(Quiet {
                schedule,
                break_through: quiet.break_through,
            })
        });
        Ok(Self {
            channel: channel.to_owned(),
            groups: config.groups.clone(),
            single: Group::alone(),
            inhibitions: config.inhibitions.clone(),
            quiet: quiet.transpose()?,
            budget: config.budget,
        })
    }

    /// The channel's name.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The group that a notification falls into.
    pub(crate) fn group(&self, labels: &Labels) -> &Group {
        self.groups
            .iter()
            .find(|group| group.matcher.matches(labels))
            .unwrap_or(&self.single)
    }

    pub(crate) fn inhibitions(&self) -> &[Inhibition] {
        &self.inhibitions
    }

    pub(crate) const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What part of the budget is for what is so severe.
    pub(crate) fn class(&self, severity: Severity) -> Class {
        if severity >= self.budget.urgent_from {
            Class::Urgent
        } else {
            Class::Ordinary
        }
    }

    /// Until when what is so severe waits for the morning; none if it need not.
    pub(crate) fn quiet_until(&self, severity: Severity, now: Timestamp) -> Option<Timestamp> {
        let quiet = self.quiet.as_ref()?;
        if severity >= quiet.break_through {
            return None;
        }
        let standing = quiet.schedule.at(now, &Calendar::default());
        (standing.desired == Desired::On)
            .then_some(standing.until)
            .flatten()
    }

    /// Whether the hours are quiet for anything.
    pub(crate) fn is_quiet(&self, now: Timestamp) -> bool {
        self.quiet.as_ref().is_some_and(|quiet| {
            let standing = quiet.schedule.at(now, &Calendar::default());
            standing.desired == Desired::On && standing.until.is_some()
        })
    }
}

impl Group {
    pub(crate) fn repeat_after(&self, severity: Severity) -> SignedDuration {
        let length = match self.repeat {
            Repeat::Always(length) => length,
            Repeat::BySeverity(windows) => match severity {
                Severity::Critical => windows.critical,
                Severity::Error => windows.error,
                Severity::Warning => windows.warning,
                Severity::Notice => windows.notice,
                Severity::Info => windows.info,
            },
        };
        length.as_duration()
    }
}

/// Reads quiet hours: windows that begin and end, in a zone that is named.
fn hours(text: &str) -> Result<Schedule, String> {
    if !text.contains('@') {
        return Err("name the zone, as in `daily 22:00-07:00 @Europe/Berlin`".to_owned());
    }
    let schedule = match Schedule::parse(text, &Context::new(Zone::utc())) {
        Parsed::Schedule(schedule) => schedule,
        Parsed::Excluded { .. } => {
            return Err("leave quiet_hours out where no hour is quiet".to_owned());
        }
        Parsed::Invalid { errors } => {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(told.join("; "));
        }
    };
    // What is on for ever has no morning.
    let standing = schedule.at(Timestamp::UNIX_EPOCH, &Calendar::default());
    if standing.desired == Desired::On && standing.until.is_none() {
        return Err(
            "these hours never end, and what they hold back would never be told".to_owned(),
        );
    }
    Ok(schedule)
}
