//! The typed answer to a command about plans.

use jiff::Timestamp;
use nightshift_runtime::{Metric, Unit};
use schemars::JsonSchema;
use serde::Serialize;

use super::commands::{Listed, Progressed, Proposal};
use super::journal::{Journal, Phase, Progress};
use super::plan::{Deed, Plan};

/// What came of a command about plans. Nothing of it is logged: it may hold a
/// token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlansReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `security-triage`.
    pub function: &'static str,
    /// `plan`, `approve`, `undo`, `plans` or `continue`.
    pub command: &'static str,
    /// Lambda's request id.
    pub request_id: String,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether calls are only printed.
    pub dry_run: bool,
    /// All that speaks against the command, each with how to allow it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// The plan that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Proposed>,
    /// The plans that were gone on with, approved, undone or withdrawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub progressed: Vec<Stand>,
    /// All plans, the latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Listed>,
    /// What people were not told, and why; the next run tells them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
}

/// A plan that waits for a yes, or was only printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Proposed {
    /// The plan.
    pub plan: Plan,
    /// What approves it, once, until it expires; none in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Every call that would be made, in order, as a command line.
    pub calls: Vec<String>,
}

/// Where a plan stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stand {
    /// The plan.
    pub plan: String,
    /// Its phase.
    pub phase: Phase,
    /// How this run of it ended: `rests`, `waits`, `another-run`, `no-plan`,
    /// `unsure` or `refused`.
    pub end: &'static str,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Each step that was begun.
    pub steps: Vec<StepStand>,
}

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepStand {
    /// The step.
    pub step: String,
    /// How far.
    pub progress: Progress,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl From<Proposal> for Proposed {
    fn from(proposal: Proposal) -> Self {
        let Proposal { plan, token } = proposal;
        let line = |deed: &Deed| match deed {
            Deed::Keep(look) | Deed::Check { look, .. } => look.command_line(&plan.region),
            Deed::Change(change) => change.call.command_line(&plan.region),
        };
        let calls = plan.steps.iter().map(|step| line(&step.deed)).collect();
        Self { plan, token, calls }
    }
}

impl Stand {
    /// Where a plan stands after a run; None where there is no such plan.
    pub fn of(progressed: &Progressed) -> Option<Self> {
        let stored = progressed.stored.as_ref()?;
        let journal = &stored.journal;
        Some(Self {
            plan: stored.plan.id.clone(),
            phase: journal.phase,
            end: progressed.end.word(),
            problem: journal
                .problem
                .clone()
                .or_else(|| progressed.end.problem().map(str::to_owned)),
            steps: steps(&stored.plan, journal),
        })
    }
}

fn steps(plan: &Plan, journal: &Journal) -> Vec<StepStand> {
    let begun = plan
        .steps
        .iter()
        .filter_map(|step| Some((step, journal.records.get(&step.name)?)));
    begun
        .map(|(step, record)| StepStand {
            step: step.name.clone(),
            progress: record.progress,
            problem: record.problem.clone(),
        })
        .collect()
}

impl PlansReport {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// The run in numbers.
    pub fn metrics(&self) -> Vec<Metric> {
        let count = |name, value: usize| Metric {
            name,
            value: u32::try_from(value).map_or(f64::MAX, f64::from),
            unit: Unit::Count,
        };
        let ended = |phase: Phase| {
            let stands = self.progressed.iter();
            stands.filter(|stand| stand.phase == phase).count()
        };
        let held_up = self
            .progressed
            .iter()
            .filter(|stand| matches!(stand.end, "refused" | "unsure"));
        vec![
            count("PlansMade", usize::from(self.proposed.is_some())),
            count("PlansDone", ended(Phase::Done)),
            count("PlansUndone", ended(Phase::Undone)),
            count("PlansFailed", ended(Phase::Failed)),
            count("PlansHeldUp", held_up.count()),
            count("PlansRefused", usize::from(!self.refused.is_empty())),
        ]
    }
}
