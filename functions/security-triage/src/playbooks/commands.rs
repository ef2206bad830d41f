//! What an operator can ask, and the answers.

use std::future::Future;

use jiff::Timestamp;
use nightshift_runtime::LedgerError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Playbook;
use super::journal::{Phase, Stored};
use super::plan::{Plan, Target};
use super::refusal::{Refusal, Refusals};
use super::tick::End;
use crate::finding::FindingKey;
use crate::incident::Incident;

/// A command about plans.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Makes a plan, shows its calls, and changes nothing.
    Plan {
        /// The incident, `account/region/id`.
        incident: String,
        /// The playbook.
        playbook: Playbook,
        /// Which resource, where the incident is about several; a rule of a
        /// security group by its own id.
        #[serde(default)]
        resource: Option<String>,
        /// Who asks.
        #[serde(default)]
        by: Option<String>,
        /// Whether the plan is only shown, although the configuration would let
        /// it be approved.
        #[serde(default)]
        dry_run: bool,
    },
    /// Says yes to a plan, which is carried out at once.
    Approve {
        /// The plan.
        plan: String,
        /// Its token.
        token: String,
        /// Who approves.
        #[serde(default)]
        by: Option<String>,
    },
    /// Brings back what a plan has changed; withdraws one that nobody approved.
    Undo {
        /// The plan.
        plan: String,
        /// Who asks.
        #[serde(default)]
        by: Option<String>,
        /// Whether what others have changed since is overwritten.
        #[serde(default)]
        force: bool,
    },
    /// Lists the plans and where they stand.
    Plans {},
    /// Goes on with plans that are under way; the schedule sends it.
    Continue {},
}

impl Command {
    /// By which of its names a command is one about plans.
    pub const NAMES: [&str; 5] = ["plan", "approve", "undo", "plans", "continue"];

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::Approve { .. } => "approve",
            Self::Undo { .. } => "undo",
            Self::Plans {} => "plans",
            Self::Continue {} => "continue",
        }
    }
}

/// Where incidents are read.
pub trait Incidents: Send + Sync {
    /// An incident by its key; None where there is no such.
    fn incident(
        &self,
        key: &FindingKey,
    ) -> impl Future<Output = Result<Option<Incident>, String>> + Send;
}

/// Why a command came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// It is refused; asking again does not help unless something changes.
    #[error(transparent)]
    Refused(#[from] Refusals),
    /// The ledger did not serve; asking again may help.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

/// A plan that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The plan.
    pub plan: Plan,
    /// The token that approves it; none in a dry run, in which nothing is kept.
    pub token: Option<String>,
}

/// What came of a plan that was gone on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progressed {
    /// How the run ended.
    pub end: End,
    /// The plan and where it stands.
    pub stored: Option<Stored>,
}

/// A line of the list of plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed {
    /// The plan.
    pub plan: String,
    /// The incident.
    pub incident: String,
    /// The playbook.
    pub playbook: Playbook,
    /// What it contains.
    pub target: Target,
    /// Where it stands.
    pub phase: Phase,
    /// Whether nobody can approve it any more.
    pub expired: bool,
    /// When it was made.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// When its journal was last written.
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// Who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
