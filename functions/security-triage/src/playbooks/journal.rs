//! Where a plan stands: written before and after each of its calls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::{Bindings, Call};
use super::groups::GroupId;
use super::look::Seen;
use super::plan::Plan;

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It waits for somebody to say yes.
    Planned,
    /// Somebody has; nothing is done yet.
    Approved,
    /// It is being carried out, step by step.
    Running,
    /// Every step has succeeded.
    Done,
    /// A step has failed; what was done before stands.
    Failed,
    /// It is being undone, step by step, the last one first.
    Undoing,
    /// What it changed is as it was before.
    Undone,
}

impl Phase {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Whether there is something to go on with.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Approved | Self::Running | Self::Undoing)
    }
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing was done.
    #[default]
    Open,
    /// Its call was about to be made; whether it was, a look tells.
    Attempted,
    /// It has succeeded.
    Done,
    /// It was found done before anything was tried; an undo leaves it alone.
    FoundSo,
    /// The call that undoes it was about to be made.
    UndoAttempted,
    /// It is undone.
    Undone,
}

/// What AWS said to the last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Nothing was heard: it may or may not have been done.
    Unknown,
    /// Yes.
    Yes,
    /// No, but the same call may pass later.
    NotNow,
    /// No.
    No,
}

/// What is kept of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// How far it has come.
    pub progress: Progress,
    /// What was seen right before the first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seen>,
    /// The call as it was made, nothing left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// What was seen after it, or what was kept as evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seen>,
    /// How often the call was tried, in the present direction.
    #[serde(default)]
    pub attempts: u32,
    /// When it was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub attempted_at: Option<Timestamp>,
    /// Before this the step is left alone: the last attempt may be under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub rest_until: Option<Timestamp>,
    /// What AWS said to the last attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Whether some attempt may have been what made it so.
    #[serde(default)]
    pub maybe_ours: bool,
    /// What went wrong last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Who said yes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Who, in their own words; a token's holder where they did not say.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Who asked to bring it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct UndoOrder {
    /// Who and when.
    pub said: Said,
    /// Whether what others have changed since is overwritten.
    pub forced: bool,
}

/// Where a plan stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Journal {
    /// The phase.
    pub phase: Phase,
    /// When this was last written.
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Said>,
    /// Who asked to undo it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoOrder>,
    /// What is kept of each step that was begun, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub records: BTreeMap<String, Record>,
    /// A step that must not be left standing and is being undone, because what
    /// should have followed it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retreat: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A plan and where it stands, as the ledger holds them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Stored {
    /// The plan.
    pub plan: Plan,
    /// Where it stands.
    pub journal: Journal,
    /// The id of the message by which people were told so; every other write
    /// takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

impl Journal {
    /// The journal of a new plan.
    pub fn new(now: Timestamp) -> Self {
        Self {
            phase: Phase::Planned,
            updated: now,
            approved: None,
            undo: None,
            records: BTreeMap::new(),
            retreat: None,
            problem: None,
        }
    }

    /// What is kept of a step.
    pub fn record(&self, step: &str) -> Record {
        self.records.get(step).cloned().unwrap_or_default()
    }

    /// How far a step has come.
    pub fn progress(&self, step: &str) -> Progress {
        self.records
            .get(step)
            .map_or(Progress::Open, |record| record.progress)
    }

    /// Fills in what only this run of the plan knows.
    pub fn bind<T>(&self, fill: impl FnOnce(&Bindings<'_>) -> T) -> T {
        let made = |step: &str| {
            let record = self.records.get(step)?;
            match record.after.as_ref()? {
                Seen::Group(Some(GroupId::Known(id))) => Some(id.clone()),
                _ => None,
            }
        };
        fill(&Bindings {
            made: &made,
            approved_at: self.approved.as_ref().map(|said| said.at),
        })
    }
}
