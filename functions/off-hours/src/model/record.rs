use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::{Arn, Money, Region};
use nightshift_schedule::Desired;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Scaling;
use super::resource::{Kind, Resource, Suspension};

/// Where a resource stands in what off-hours did with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing was done yet, or it was brought back and seen usable.
    #[default]
    Awake,
    /// Its memory is written and it is being put to sleep.
    FallingAsleep,
    /// It was seen asleep.
    Asleep,
    /// It is being brought back.
    Waking,
}

/// What the ledger keeps of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// The resource.
    pub arn: Arn,
    /// What it is.
    pub kind: Kind,
    /// The name that people use.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// What it was before it fell asleep; kept until the next evening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// When changes were last asked for. A run that finds this moments ago leaves
    /// the resource to the run that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub acted_at: Option<Timestamp>,
    /// When AWS said that it starts what has been stopped for seven days; kept
    /// until it sleeps again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub forced_at: Option<Timestamp>,
    /// Since when it costs nothing, for the savings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub asleep_since: Option<Timestamp>,
    /// A change by a person that is respected for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// What a person has asked for, by command.
    #[serde(default, rename = "override", skip_serializing_if = "Option::is_none")]
    pub override_: Option<Override>,
    /// What a person has asked for, by tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagged: Option<Override>,
    /// The schedule value or opt-out that was last reported as wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_value: Option<String>,
    /// Since when AWS says that what it tries for a start fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub failing_since: Option<Timestamp>,
    /// Attempts that did not succeed since the last success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<FailedAttempts>,
    /// Since when it has not been among the environment's own, in all runs that
    /// certainly saw everything of its kind and Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub missing_since: Option<Timestamp>,
    /// When the ledger may forget it, unless it is seen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub forget_at: Option<Timestamp>,
    /// What its last sleep saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sleep: Option<Saved>,
    /// What was saved, by month (`2026-11`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub saved: BTreeMap<String, Saved>,
}

impl Record {
    /// The record of a resource of which nothing is known yet.
    pub fn new(resource: &Resource, now: Timestamp) -> Self {
        Self {
            arn: resource.arn.clone(),
            kind: resource.kind,
            name: resource.name.clone(),
            region: resource.region.clone(),
            phase: Phase::Awake,
            since: now,
            memory: None,
            acted_at: None,
            forced_at: None,
            asleep_since: None,
            lease: None,
            override_: None,
            tagged: None,
            reported_value: None,
            failing_since: None,
            failed: None,
            missing_since: None,
            forget_at: None,
            last_sleep: None,
            saved: BTreeMap::new(),
        }
    }
}

/// A change by a person, respected until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lease {
    /// What the person made of it.
    pub state: Desired,
    /// When it was noticed.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it goes back in line.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// What a person has asked for, until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    /// What was asked for: on (keep awake) or off (sleep now).
    pub state: Desired,
    /// When it was asked for; of a tag, when it was first seen.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// When it ends.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Who asked.
    pub owner: String,
    /// Why.
    pub reason: String,
}

/// Attempts that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailedAttempts {
    /// How many.
    pub attempts: u32,
    /// The first of them.
    #[schemars(with = "String")]
    pub first_at: Timestamp,
    /// The last of them.
    #[schemars(with = "String")]
    pub last_at: Timestamp,
    /// Why, in AWS's words.
    pub cause: String,
}

/// What a resource saved in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Saved {
    /// How long it slept, in seconds.
    pub seconds: i64,
    /// What that would have cost at list price.
    pub money: Money,
}

/// What a resource was before it fell asleep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Memory {
    /// When it was taken.
    #[schemars(with = "String")]
    pub taken_at: Timestamp,
    /// The alarms that off-hours muted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub muted_alarms: BTreeSet<String>,
    /// The alarms that watch it and were left alone, because they do not carry the
    /// environment's tag.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub loud_alarms: BTreeSet<String>,
    /// The price of an hour of it at list price; none where it is not priced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly: Option<Money>,
    /// The numbers of its kind.
    pub remembered: Remembered,
}

/// The remembered numbers, by kind. A desired size here is never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Remembered {
    /// Of an Auto Scaling group that goes to zero.
    AutoScalingGroup {
        /// Minimum and desired capacity.
        scaling: Scaling,
    },
    /// Of an Auto Scaling group whose instances are stopped.
    SuspendedAutoScalingGroup {
        /// The processes that off-hours suspended; those already suspended are
        /// not among them.
        suspended: BTreeSet<String>,
        /// The instances that off-hours stopped.
        stopped: BTreeSet<String>,
    },
    /// Of an EKS node group.
    NodeGroup {
        /// Minimum and desired size.
        scaling: Scaling,
        /// Whether off-hours put the taint on.
        tainted: bool,
    },
    /// Of an ECS service.
    EcsService {
        /// Desired count.
        desired: u32,
        /// What was suspended before; none without a scalable target.
        suspension: Option<Suspension>,
    },
    /// Of what is only stopped and started.
    Power,
}

/// What the ledger keeps of the environment as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvironmentRecord {
    /// The sleep that is going on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub falling_asleep: Option<Run>,
    /// The awakening that is going on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waking: Option<Run>,
    /// The instants of sleep that were announced, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub announced: BTreeMap<Timestamp, Timestamp>,
    /// What people were told and still holds, by a key of its own, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub reported: BTreeMap<String, Timestamp>,
}

/// One evening or one morning, from its first action to its end. Its members
/// are those whose records changed since it began: a list of thousands would
/// not fit into one entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// When it began.
    #[schemars(with = "String")]
    pub started_at: Timestamp,
}
