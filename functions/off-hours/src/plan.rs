//! What passes between the rooms: what was observed, what was decided, and
//! what came of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::{Arn, Refusal, Region};
use nightshift_runtime::CallError;
use nightshift_schedule::{Calendar, Desired};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Call, EnvironmentRecord, Kind, Record, Resource};

/// A value of the ledger with the version it was read at; 0 when it is new.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored<T> {
    /// The version it was read at.
    pub version: u64,
    /// The value.
    pub value: T,
}

/// The world at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Everything that was seen, production and strangers included.
    pub resources: Vec<Resource>,
    /// What the ledger keeps, by resource.
    pub records: BTreeMap<Arn, Stored<Record>>,
    /// What the ledger keeps of the environment.
    pub environment: Stored<EnvironmentRecord>,
    /// Closed and frozen dates of calendars.
    pub calendar: Calendar,
    /// The kinds and Regions of which certainly everything was seen.
    pub swept: BTreeSet<(Kind, Region)>,
    /// The sweeps that failed; what they would have shown is unknown.
    pub blind: Vec<CallError>,
    /// What else could not be read, and what is left alone for it.
    pub problems: Vec<String>,
}

impl Snapshot {
    /// What is remembered, without the world that was seen: all that a later
    /// comparison needs, and a fraction of the memory.
    #[must_use]
    pub fn memory(&self) -> Self {
        Self {
            records: self.records.clone(),
            environment: self.environment.clone(),
            ..Self::default()
        }
    }
}

/// What is to be done with a resource.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is put to sleep.
    Stop,
    /// It is brought back.
    Start,
    /// Nothing.
    None,
    /// Something should be done and must not be.
    Refused,
    /// Something was tried and did not succeed.
    Failed,
}

/// How a resource stands to what is wanted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Nothing is wanted of it.
    LeftAlone,
    /// It is as it should be.
    Settled,
    /// It is to be changed now.
    Wanted,
    /// It is to be changed once another wave is done.
    Held,
    /// AWS is at work on it.
    Underway,
    /// A change by a person or a maintenance window is respected for a while.
    Respected,
    /// It should be changed and must not be.
    Refused,
    /// It could not be changed, or does not become usable.
    Failing,
}

/// What was decided about one resource, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The resource.
    pub arn: Arn,
    /// What it is.
    pub kind: Kind,
    /// The name that people use.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// What its schedule, or a person, wants now.
    pub desired: Desired,
    /// Until when.
    pub until: Option<Timestamp>,
    /// How it stands to what is wanted.
    pub progress: Progress,
    /// When it is going to be put to sleep, where it is to run until then.
    pub sleeps_at: Option<Timestamp>,
    /// Whether AWS itself has started it after seven days.
    pub forced_start: bool,
    /// Whether people are to be told that it does not come as it should, without
    /// waiting for another attempt.
    pub alarming: bool,
    /// What is to be done.
    pub action: Action,
    /// Why, in words for people.
    pub reason: String,
    /// Its place in the order: low waves wake first and sleep last.
    pub wave: u8,
    /// The changes, in order; empty unless something is to be done.
    pub calls: Vec<Call>,
    /// What the ledger has to keep before the first change; none where it
    /// stays as it is.
    pub record: Option<Record>,
    /// Whether the resource belongs to this environment at all.
    pub ours: bool,
}

/// Everything that was decided at one moment.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// One for each resource seen, in the order of waves.
    pub decisions: Vec<Decision>,
    /// Records of what is not there any more, where something about them is to be kept.
    pub missing: Vec<Record>,
    /// Why the run as a whole must not change anything.
    pub halted: Option<Refusal>,
}

/// What came of one decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The resource.
    pub arn: Arn,
    /// What came of it.
    pub result: Achieved,
    /// The calls that were made, or that a real run would make.
    pub calls: Vec<Call>,
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Achieved {
    /// Every call was taken; AWS may still be at work.
    Done,
    /// A dry run: nothing was called.
    WouldDo,
    /// The guard stood in the way at the moment of the change.
    Refused(Refusal),
    /// Another run has written to the ledger meanwhile and is at work on it.
    AnotherRun,
    /// A call, or the ledger before it, failed.
    Failed(String),
    /// There was no time left; the next run goes on.
    Postponed,
}
