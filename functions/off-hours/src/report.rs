//! The typed answer of a run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{Arn, Region};
use nightshift_schedule::Desired;
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Call, Kind, Override};
use crate::plan::{Achieved, Action, Decision, Outcome};
use crate::savings::Digest;

/// What one run saw, decided and did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `off-hours`.
    pub function: &'static str,
    /// What the run was asked to do.
    pub command: &'static str,
    /// Why it ran: the command, or the AWS event in words.
    pub cause: String,
    /// Lambda's request id.
    pub request_id: String,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether changes were only printed.
    pub dry_run: bool,
    /// Why nothing was changed at all, where that was so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    /// How many resources were seen, and what came of them.
    pub counts: Counts,
    /// Every resource seen, in the order of waves.
    pub resources: Vec<Line>,
    /// Resources of other environments left out of `resources`, where there
    /// were too many for one answer.
    #[serde(skip_serializing_if = "is_zero")]
    pub strangers_left_out: usize,
    /// What could not be looked at, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
    /// What people were told, by title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// What people should have been told and were not, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
    /// How long the run took.
    pub milliseconds: u64,
}

/// How many resources were seen, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// All that were seen.
    pub seen: usize,
    /// Those of this environment.
    pub ours: usize,
    /// Put to sleep now.
    pub stop: usize,
    /// Brought back now.
    pub start: usize,
    /// Left as they are.
    pub none: usize,
    /// What should have been changed and must not be.
    pub refused: usize,
    /// What was tried and did not succeed.
    pub failed: usize,
}

/// One resource in a report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// The resource.
    pub arn: Arn,
    /// What it is.
    pub kind: Kind,
    /// The name that people use.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// What its schedule, or a person, wants.
    pub desired: Desired,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// What was done with it.
    pub action: Action,
    /// Why, in words.
    pub reason: String,
    /// Its wave.
    pub wave: u8,
    /// The calls that were made, or that a real run would make.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
}

/// An answer of Lambda may have 6 MB; a line has some 400 bytes.
const MOST_LINES: usize = 10_000;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Line {
    /// A decision with what came of it.
    pub fn new(decision: Decision, outcome: Option<Outcome>) -> Self {
        let (result, calls) = match outcome {
            Some(outcome) => (outcome.result, outcome.calls),
            None => (Achieved::Done, Vec::new()),
        };
        let (action, reason) = match result {
            Achieved::Done | Achieved::WouldDo => (decision.action, decision.reason),
            Achieved::Refused(refusal) => (Action::Refused, refusal.to_string()),
            Achieved::Failed(problem) => (Action::Failed, problem),
            Achieved::AnotherRun => (
                Action::None,
                "another run is at work on it, and this one leaves it alone".to_owned(),
            ),
            Achieved::Postponed => (
                Action::None,
                format!(
                    "{}; no time was left, the next run goes on",
                    decision.reason
                ),
            ),
        };
        Self {
            arn: decision.arn,
            kind: decision.kind,
            name: decision.name,
            region: decision.region,
            desired: decision.desired,
            until: decision.until,
            action,
            reason,
            wave: decision.wave,
            calls,
        }
    }
}

impl Counts {
    /// Counts lines; `ours` comes from the decisions.
    pub fn of(lines: &[Line], ours: usize) -> Self {
        let count = |action| lines.iter().filter(|line| line.action == action).count();
        Self {
            seen: lines.len(),
            ours,
            stop: count(Action::Stop),
            start: count(Action::Start),
            none: count(Action::None),
            refused: count(Action::Refused),
            failed: count(Action::Failed),
        }
    }
}

/// Keeps an answer within Lambda's limit: what belongs to other environments
/// is left out first, and counted.
pub fn within_limit(lines: Vec<Line>, is_ours: impl Fn(&Arn) -> bool) -> (Vec<Line>, usize) {
    if lines.len() <= MOST_LINES {
        return (lines, 0);
    }
    let seen = lines.len();
    let mut kept: Vec<Line> = lines
        .into_iter()
        .filter(|line| is_ours(&line.arn))
        .collect();
    kept.truncate(MOST_LINES);
    let left_out = seen - kept.len();
    (kept, left_out)
}

/// The answer to `status`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `off-hours`.
    pub function: &'static str,
    /// Always `status`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How many resources are remembered, by phase; `missing` are those that are not
    /// there any more.
    pub phases: BTreeMap<String, usize>,
    /// What people have asked for.
    pub overrides: Vec<Overridden>,
    /// Changes by people that are respected for a while.
    pub leases: Vec<Leased>,
    /// What does not succeed.
    pub failing: Vec<Failing>,
    /// Entries of the ledger that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// A resource that a person keeps awake or asleep.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Overridden {
    /// The resource.
    pub arn: Arn,
    /// How it was asked for: by `tag` or by `command`. The tag goes before.
    pub by: &'static str,
    /// What was asked for.
    #[serde(rename = "override")]
    pub override_: Override,
}

/// A resource that a person has changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Leased {
    /// The resource.
    pub arn: Arn,
    /// What the person made of it.
    pub state: Desired,
    /// Until when that is respected.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// A resource that does not do what it should.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Failing {
    /// The resource.
    pub arn: Arn,
    /// How many attempts were made.
    pub attempts: u32,
    /// Why they failed.
    pub cause: String,
}

/// The answer to `digest`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DigestReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `off-hours`.
    pub function: &'static str,
    /// Always `digest`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What the month came to; money is in millionths of a US dollar.
    #[serde(flatten)]
    pub digest: Digest,
    /// Whether people were told.
    pub told: bool,
}
