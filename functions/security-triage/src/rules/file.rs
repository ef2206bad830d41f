//! The rule file, as people write and review it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::{AccountId, IsoDuration, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Match;
use super::glob::Glob;
use crate::playbooks::Playbook;

/// The rules of one environment: `functions.security-triage.rules`.
///
/// Of the rules that tell, suppress or escalate, the first that matches decides,
/// and no other. Rules that name a playbook add to that, every one that matches,
/// unless the incident is suppressed. What no rule decides is told as its band
/// says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleFile {
    /// The rules, in the order in which they are read.
    pub order: Vec<Rule>,
    /// Whether the rules that Nightshift ships are read after these.
    pub shipped: bool,
    /// What becomes of what no rule decides.
    pub otherwise: Otherwise,
    /// After how long an open incident that goes on is told again.
    pub repeat: Repeat,
    /// Where playbooks may be used; one that is not named is not.
    pub playbooks: BTreeMap<Playbook, Terms>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, by which people and reports speak of it: small letters, digits
    /// and hyphens, the same in no other rule.
    pub name: String,
    /// Why there is such a rule.
    pub description: String,
    /// What it matches: all that is said has to hold.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What becomes of what it matches.
    pub outcome: Outcome,
    /// Patterns of the names of rules further down that this one is meant to go
    /// before, although it decides otherwise about findings that both match.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub precedes: BTreeSet<Glob>,
}

/// What becomes of what a rule matches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// People are told.
    Tell(Tell),
    /// Nobody is told, for a while and a reason.
    Suppress(Suppress),
    /// People are told louder than the finding itself would.
    Escalate(Escalate),
    /// A playbook is proposed, or used where the configuration allows that.
    Playbook(UsePlaybook),
}

/// People are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tell {
    /// How loud.
    pub severity: Loudness,
    /// Whom it concerns; where nobody is named, whom the resource's tags name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What a person should do, beside what is said of every finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// Whether GuardDuty archives the finding once the message is delivered.
    pub archive: bool,
    /// What Security Hub is told once the message is delivered; `notified`, unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
}

/// How loud a message is, beside the finding's own band.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loudness {
    /// As the band says.
    #[default]
    Kept,
    /// At least this.
    RaisedTo(Severity),
    /// At most this.
    LoweredTo(Severity),
}

/// Nobody is told, for a while and a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// Why nobody need know.
    pub reason: String,
    /// Who answers for that.
    pub author: String,
    /// Until when; from then on the rule matches nothing. At most a year ahead.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Whether Critical findings are suppressed too. Without it a rule that could
    /// match one is refused.
    #[serde(default)]
    pub even_critical: bool,
    /// Whether GuardDuty archives the finding.
    #[serde(default)]
    pub archive: bool,
    /// What Security Hub is told; nothing, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
}

/// People are told louder than the finding itself would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Escalate {
    /// At least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether somebody is called, whatever the hour; that is Critical.
    pub page: bool,
    /// Whom it concerns; where nobody is named, whom the resource's tags name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What a person should do, beside what is said of every finding.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// What Security Hub is told once the message is delivered; `notified`, unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
}

/// A playbook is proposed, or used where the configuration allows that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsePlaybook {
    /// Which.
    pub name: Playbook,
    /// Whether it is used without asking. The playbook's terms have to allow that too.
    #[serde(default)]
    pub automatic: bool,
}

/// Security Hub's workflow status (Security Hub API Reference, `WorkflowUpdate`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Workflow {
    /// `NEW`: it is left as it is.
    Unchanged,
    /// `NOTIFIED`: somebody has been told.
    Notified,
    /// `SUPPRESSED`: nothing will be done about it. Security Hub keeps that until
    /// a person changes it.
    Suppressed,
    /// `RESOLVED`: its cause is gone.
    Resolved,
}

/// What becomes of what no rule decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// It is told as its band says.
    #[default]
    Tell,
    /// There must be no such thing: a file whose rules do not decide every band is
    /// refused.
    Refuse,
}

/// After how long an open incident that goes on is told again, by how loud it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Repeat {
    /// Of what is told as critical; PT15M unless configured.
    pub critical: IsoDuration,
    /// Of what is told as an error, as High findings are; PT1H unless configured.
    pub error: IsoDuration,
    /// Of what is told as a warning, as Medium findings are; PT8H unless configured.
    pub warning: IsoDuration,
    /// Of everything else; PT24H unless configured.
    pub notice: IsoDuration,
}

/// Where a playbook may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    /// The accounts in which it may be proposed.
    pub accounts: BTreeSet<AccountId>,
    /// Whether rules may use it without asking.
    pub automatic: bool,
}

impl Default for RuleFile {
    fn default() -> Self {
        Self {
            order: Vec::new(),
            shipped: true,
            otherwise: Otherwise::Tell,
            repeat: Repeat::default(),
            playbooks: BTreeMap::new(),
        }
    }
}

impl Default for Repeat {
    /// A quarter of an hour, an hour, eight hours, a day.
    fn default() -> Self {
        Self {
            critical: IsoDuration::from_minutes(15),
            error: IsoDuration::from_hours(1),
            warning: IsoDuration::from_hours(8),
            notice: IsoDuration::from_hours(24),
        }
    }
}

impl Repeat {
    /// After how long what is told at `severity` is told again.
    pub const fn after(&self, severity: Severity) -> IsoDuration {
        match severity {
            Severity::Critical => self.critical,
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Notice | Severity::Info => self.notice,
        }
    }
}

impl Loudness {
    /// What a message is told at, whose finding is as loud as `own`.
    pub fn of(self, own: Severity) -> Severity {
        match self {
            Self::Kept => own,
            Self::RaisedTo(severity) => own.max(severity),
            Self::LoweredTo(severity) => own.min(severity),
        }
    }
}

impl Escalate {
    /// What a message is told at, whose finding is as loud as `own`.
    pub fn of(&self, own: Severity) -> Severity {
        if self.page {
            Severity::Critical
        } else {
            self.severity.map_or(own, |severity| own.max(severity))
        }
    }
}

impl Outcome {
    /// The word by which the file names it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Tell(_) => "tell",
            Self::Suppress(_) => "suppress",
            Self::Escalate(_) => "escalate",
            Self::Playbook(_) => "playbook",
        }
    }

    /// Whether it decides if people are told; a playbook only adds.
    pub const fn decides(&self) -> bool {
        !matches!(self, Self::Playbook(_))
    }

    /// Whom it names as the owner.
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Tell(tell) => tell.owner.as_deref(),
            Self::Escalate(escalate) => escalate.owner.as_deref(),
            Self::Suppress(_) | Self::Playbook(_) => None,
        }
    }

    /// What it adds for a person to do.
    pub fn next_steps(&self) -> &[String] {
        match self {
            Self::Tell(tell) => &tell.next_steps,
            Self::Escalate(escalate) => &escalate.next_steps,
            Self::Suppress(_) | Self::Playbook(_) => &[],
        }
    }

    /// Whether GuardDuty is to archive the finding.
    pub const fn archive(&self) -> bool {
        match self {
            Self::Tell(tell) => tell.archive,
            Self::Suppress(suppress) => suppress.archive,
            Self::Escalate(_) | Self::Playbook(_) => false,
        }
    }

    /// What Security Hub is told, whether said or not.
    pub fn workflow(&self) -> Workflow {
        match self {
            Self::Tell(tell) => tell.workflow.unwrap_or(Workflow::Notified),
            Self::Escalate(escalate) => escalate.workflow.unwrap_or(Workflow::Notified),
            Self::Suppress(suppress) => suppress.workflow.unwrap_or(Workflow::Unchanged),
            Self::Playbook(_) => Workflow::Unchanged,
        }
    }
}

impl Rule {
    /// Whether it has ended.
    pub fn is_over(&self, now: Timestamp) -> bool {
        match &self.outcome {
            Outcome::Suppress(suppress) => suppress.until <= now,
            Outcome::Tell(_) | Outcome::Escalate(_) | Outcome::Playbook(_) => false,
        }
    }
}
