//! How matters are grouped, muted and counted, as the configuration says it.

use std::collections::BTreeSet;

use nightshift_core::{IsoDuration, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::labels::{Label, Matcher, Pattern};

/// The part `matters` of a channel. Left out, every message goes out at once,
/// except security findings, which come in floods and are gathered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MattersConfig {
    /// How messages are gathered: the first group that matches holds. What
    /// none matches is a matter of its own and goes out at once.
    pub groups: Vec<Group>,
    /// What is not worth telling while something else is going on.
    pub inhibitions: Vec<Inhibition>,
    /// Hours in which only what cannot wait is told.
    pub quiet_hours: Option<QuietHours>,
    /// How many messages the channel bears.
    pub budget: Budget,
}

/// How messages of one sort become one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Group {
    /// Which messages.
    #[serde(rename = "match")]
    pub matcher: Matcher,
    /// What the members of one matter have in common.
    pub by: BTreeSet<Label>,
    /// How long a new matter waits for more of it.
    pub wait: IsoDuration,
    /// How long after a message the next one about the same matter comes at
    /// the earliest. What has become worse does not wait for it.
    pub interval: IsoDuration,
    /// How long after a message what is only heard again is told again.
    pub repeat: Repeat,
    /// Whether every further word about a member is told like a new member,
    /// or only counted until `repeat` has passed.
    pub words: Words,
    /// Which endings are told.
    pub resolved: Endings,
    /// Whether what is still open is told again when `repeat` has passed,
    /// although nothing more was heard of it.
    pub remind: bool,
}

/// How long something that is only heard again stays untold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Repeat {
    /// Equally long for all.
    Always(IsoDuration),
    /// By how much attention it wants.
    BySeverity(Windows),
}

/// A length of time for each severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Windows {
    /// For critical matters.
    pub critical: IsoDuration,
    /// For errors.
    pub error: IsoDuration,
    /// For warnings.
    pub warning: IsoDuration,
    /// For notices.
    pub notice: IsoDuration,
    /// For what is only for the record.
    pub info: IsoDuration,
}

/// What becomes of further words about a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// Each is told.
    Each,
    /// They are counted, and told when `repeat` has passed.
    #[default]
    Repeat,
}

/// Which endings are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Endings {
    /// The end of each member.
    #[default]
    Each,
    /// The end of the last one; the others are told with it.
    All,
}

/// While a member that `source` matches is open, what `target` matches is not
/// told, if both have the labels `equal` in common. What matches both sides is
/// never muted by what matches both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inhibition {
    /// What it is called in reports.
    pub name: String,
    /// What mutes.
    pub source: Matcher,
    /// What is muted.
    pub target: Matcher,
    /// What both have in common.
    #[serde(default)]
    pub equal: BTreeSet<Label>,
    /// How long after it was last heard of something mutes.
    #[serde(default = "four_hours")]
    pub lasts: IsoDuration,
}

/// Hours in which only what cannot wait is told. The rest is told in one
/// message when they end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Windows of the schedule grammar, with their zone, such as
    /// `daily 22:00-07:00 @Europe/Berlin`.
    pub hours: String,
    /// This severity and what is worse is told all the same.
    #[serde(default = "error")]
    pub break_through: Severity,
}

/// How many messages the channel bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// The most messages in any hour, whatever they are. One of them is kept
    /// for the summary of what did not fit.
    pub per_hour: u32,
    /// How many of them only urgent messages may use.
    pub urgent: u32,
    /// This severity and what is worse is urgent.
    pub urgent_from: Severity,
    /// How long the summary waits for more.
    pub gather: IsoDuration,
}

const fn four_hours() -> IsoDuration {
    IsoDuration::from_hours(4)
}

const fn error() -> Severity {
    Severity::Error
}

impl Default for MattersConfig {
    fn default() -> Self {
        let plans = Matcher {
            kind: Pattern::new("security-triage.plan").ok(),
            ..Matcher::default()
        };
        let security = Matcher {
            source: Pattern::new("security-triage").ok(),
            ..Matcher::default()
        };
        Self {
            groups: vec![
                // A plan carries the command that approves it, and does not wait.
                Group {
                    matcher: plans,
                    ..Group::alone()
                },
                Group {
                    matcher: security,
                    ..Group::default()
                },
            ],
            inhibitions: Vec::new(),
            quiet_hours: None,
            budget: Budget::default(),
        }
    }
}

impl Default for Group {
    fn default() -> Self {
        Self {
            matcher: Matcher::default(),
            by: [
                Label::Source,
                Label::Kind,
                Label::Environment,
                Label::Severity,
            ]
            .into(),
            wait: IsoDuration::from_seconds(30),
            interval: IsoDuration::from_minutes(5),
            repeat: Repeat::BySeverity(Windows::default()),
            words: Words::default(),
            resolved: Endings::default(),
            remind: false,
        }
    }
}

impl Group {
    /// Every matter by itself: each word goes out at once, and as it came.
    pub fn alone() -> Self {
        Self {
            by: [Label::Source, Label::Matter].into(),
            wait: IsoDuration::from_minutes(0),
            interval: IsoDuration::from_minutes(0),
            words: Words::Each,
            ..Self::default()
        }
    }
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            critical: IsoDuration::from_minutes(15),
            error: IsoDuration::from_hours(1),
            warning: IsoDuration::from_hours(8),
            notice: IsoDuration::from_hours(24),
            info: IsoDuration::from_hours(24),
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            per_hour: 100,
            urgent: 20,
            urgent_from: Severity::Error,
            gather: IsoDuration::from_minutes(5),
        }
    }
}
