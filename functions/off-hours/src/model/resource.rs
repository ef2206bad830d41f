use std::collections::BTreeSet;
use std::fmt;

use nightshift_core::{AccountId, Arn, Region, Tags};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of resources that can sleep.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An EC2 Auto Scaling group.
    AutoScalingGroup,
    /// An EC2 instance that belongs to no group.
    Ec2Instance,
    /// An EKS managed node group.
    NodeGroup,
    /// An RDS DB instance that belongs to no cluster.
    DbInstance,
    /// An Aurora, DocumentDB or Neptune cluster; Multi-AZ DB clusters are seen, and
    /// cannot be stopped.
    DbCluster,
    /// An ECS service with its scalable target.
    EcsService,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::AutoScalingGroup,
        Self::Ec2Instance,
        Self::NodeGroup,
        Self::DbInstance,
        Self::DbCluster,
        Self::EcsService,
    ];

    /// The name that people read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AutoScalingGroup => "Auto Scaling group",
            Self::Ec2Instance => "EC2 instance",
            Self::NodeGroup => "EKS node group",
            Self::DbInstance => "RDS instance",
            Self::DbCluster => "DB cluster",
            Self::EcsService => "ECS service",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a resource runs, as AWS shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It runs, or is sized above zero.
    On,
    /// It is stopped, or sized to zero.
    Off,
    /// On its way to running.
    Starting,
    /// On its way to standing still.
    Stopping,
    /// In a status from which it can neither be stopped nor started now, in AWS's word.
    Busy(String),
    /// Off, because AWS could not run it: a start may bring it back once the
    /// cause is mended. In AWS's word.
    Stalled(String),
    /// In a status that only a person can mend, in AWS's word.
    Broken(String),
}

/// Whether a running resource is usable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Usable.
    Healthy,
    /// Not usable yet or any more, and why.
    NotYet(String),
    /// Not usable, because what AWS tried for it has failed, in AWS's words. AWS
    /// goes on trying.
    Failing(String),
}

impl Health {
    /// Why it is not usable, where somebody says so.
    pub fn why_not(&self) -> Option<&str> {
        match self {
            Self::NotYet(words) | Self::Failing(words) if !words.is_empty() => Some(words),
            _ => None,
        }
    }
}

/// One resource as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name in all of AWS.
    pub arn: Arn,
    /// What it is.
    pub kind: Kind,
    /// The name that people use.
    pub name: String,
    /// Where it is.
    pub region: Region,
    /// Whose it is.
    pub account: AccountId,
    /// Its tags.
    pub tags: Tags,
    /// Whether it runs.
    pub state: State,
    /// Whether it is usable; meaningful while it runs or starts.
    pub health: Health,
    /// The numbers of its kind.
    pub sizes: Sizes,
    /// Why it cannot be stopped and started, where it cannot, with the AWS rule.
    pub cannot_sleep: Option<String>,
    /// The CloudWatch alarms that watch it.
    pub alarms: Vec<Alarm>,
    /// What runs and costs money while it is on.
    pub capacity: Vec<Capacity>,
    /// RDS's weekly maintenance window, `ddd:hh24:mi-ddd:hh24:mi` in UTC.
    pub maintenance_window: Option<String>,
}

/// A CloudWatch alarm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Whether it may act.
    pub actions_enabled: bool,
    /// Whether it carries the environment's tag itself; none where that was not
    /// asked. It is asked of what is about to be muted, as CloudWatch tells the tags
    /// of only one alarm at a time.
    pub is_ours: Option<bool>,
}

impl Resource {
    /// The ARN of an alarm that watches it.
    pub fn alarm_arn(&self, name: &str) -> Arn {
        let (region, account) = (&self.region, &self.account);
        let alarm = format!("alarm:{name}");
        Arn::from_parts(self.arn.partition(), "cloudwatch", region, account, &alarm)
    }
}

/// Something that is paid by the hour while it runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Capacity {
    /// The type or class as the price list names it, such as `t3.small`,
    /// `db.t3.micro` or `fargate-vcpu`.
    pub class: String,
    /// The engine for databases, such as `postgres`; empty otherwise.
    pub engine: String,
    /// How many of them, Multi-AZ standbys counted.
    pub count: u32,
}

/// How an Auto Scaling group sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AutoScalingMode {
    /// Minimum and desired capacity go to zero; instances are terminated by the
    /// group and launched anew.
    #[default]
    Zero,
    /// Processes are suspended and the same instances stopped and started.
    SuspendAndStop,
}

/// An instance of an Auto Scaling group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The instance's id.
    pub id: String,
    /// Whether it runs.
    pub running: bool,
}

/// The numbers that are remembered, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// Of an Auto Scaling group.
    AutoScalingGroup {
        /// Minimum capacity.
        min: u32,
        /// Maximum capacity.
        max: u32,
        /// Desired capacity.
        desired: u32,
        /// The suspended processes.
        suspended: BTreeSet<String>,
        /// Its instances.
        members: Vec<Member>,
        /// How it sleeps.
        mode: AutoScalingMode,
    },
    /// Of an EC2 instance.
    Ec2Instance {
        /// Its id.
        id: String,
    },
    /// Of an EKS managed node group.
    NodeGroup {
        /// The cluster's name.
        cluster: String,
        /// Minimum size.
        min: u32,
        /// Maximum size, at least 1.
        max: u32,
        /// Desired size.
        desired: u32,
        /// Whether it carries the taint that keeps an autoscaler from waking it.
        tainted: bool,
    },
    /// Of a DB instance.
    DbInstance,
    /// Of a DB cluster.
    DbCluster,
    /// Of an ECS service.
    EcsService {
        /// The cluster's name.
        cluster: String,
        /// Desired count of tasks.
        desired: u32,
        /// Running tasks.
        running: u32,
        /// Its scalable target, where Application Auto Scaling knows it.
        target: Option<ScalableTarget>,
    },
}

/// A scalable target of Application Auto Scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScalableTarget {
    /// Minimum capacity.
    pub min: u32,
    /// Maximum capacity.
    pub max: u32,
    /// What of it is suspended.
    pub suspension: Suspension,
}

/// Which scaling activities of a scalable target are suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspension {
    /// Scaling in by a policy.
    pub scale_in: bool,
    /// Scaling out by a policy.
    pub scale_out: bool,
    /// Scheduled scaling.
    pub scheduled: bool,
}

impl Suspension {
    /// Everything suspended.
    pub const ALL: Self = Self {
        scale_in: true,
        scale_out: true,
        scheduled: true,
    };
}
