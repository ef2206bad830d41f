use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resource::Suspension;

/// A size that may be asked for. The maximum is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scaling {
    /// Minimum.
    pub min: u32,
    /// Desired.
    pub desired: u32,
}

/// What happens to the taint that tells the Cluster Autoscaler to stay away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TaintChange {
    /// It is put on.
    Add,
    /// It is taken off.
    Remove,
    /// It stays as it is.
    Keep,
}

/// Every change that off-hours can make; there is no other. Nothing here
/// terminates or deletes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation")]
pub enum Call {
    /// autoscaling:UpdateAutoScalingGroup
    UpdateAutoScalingGroup {
        /// The group.
        group: String,
        /// Its new minimum and desired capacity.
        scaling: Scaling,
    },
    /// autoscaling:SuspendProcesses
    SuspendProcesses {
        /// The group.
        group: String,
        /// Which processes.
        processes: BTreeSet<String>,
    },
    /// autoscaling:ResumeProcesses
    ResumeProcesses {
        /// The group.
        group: String,
        /// Which processes.
        processes: BTreeSet<String>,
    },
    /// ec2:StopInstances
    StopInstances {
        /// The instances.
        ids: Vec<String>,
    },
    /// ec2:StartInstances
    StartInstances {
        /// The instances.
        ids: Vec<String>,
    },
    /// eks:UpdateNodegroupConfig
    UpdateNodegroupConfig {
        /// The cluster.
        cluster: String,
        /// The node group.
        node_group: String,
        /// Its new minimum and desired size.
        scaling: Scaling,
        /// What happens to the taint.
        taint: TaintChange,
    },
    /// rds:StopDBInstance
    StopDbInstance {
        /// The instance.
        id: String,
    },
    /// rds:StartDBInstance
    StartDbInstance {
        /// The instance.
        id: String,
    },
    /// rds:StopDBCluster
    StopDbCluster {
        /// The cluster.
        id: String,
    },
    /// rds:StartDBCluster
    StartDbCluster {
        /// The cluster.
        id: String,
    },
    /// ecs:UpdateService
    UpdateService {
        /// The cluster.
        cluster: String,
        /// The service.
        service: String,
        /// Its new desired count.
        desired: u32,
    },
    /// application-autoscaling:RegisterScalableTarget
    RegisterScalableTarget {
        /// The cluster.
        cluster: String,
        /// The service.
        service: String,
        /// The new suspended state; capacities stay as they are.
        suspension: Suspension,
    },
    /// cloudwatch:DisableAlarmActions
    DisableAlarmActions {
        /// The alarms.
        names: BTreeSet<String>,
    },
    /// cloudwatch:EnableAlarmActions
    EnableAlarmActions {
        /// The alarms.
        names: BTreeSet<String>,
    },
}

impl Call {
    /// The IAM action that the call needs.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::UpdateAutoScalingGroup { .. } => "autoscaling:UpdateAutoScalingGroup",
            Self::SuspendProcesses { .. } => "autoscaling:SuspendProcesses",
            Self::ResumeProcesses { .. } => "autoscaling:ResumeProcesses",
            Self::StopInstances { .. } => "ec2:StopInstances",
            Self::StartInstances { .. } => "ec2:StartInstances",
            Self::UpdateNodegroupConfig { .. } => "eks:UpdateNodegroupConfig",
            Self::StopDbInstance { .. } => "rds:StopDBInstance",
            Self::StartDbInstance { .. } => "rds:StartDBInstance",
            Self::StopDbCluster { .. } => "rds:StopDBCluster",
            Self::StartDbCluster { .. } => "rds:StartDBCluster",
            Self::UpdateService { .. } => "ecs:UpdateService",
            Self::RegisterScalableTarget { .. } => "application-autoscaling:RegisterScalableTarget",
            Self::DisableAlarmActions { .. } => "cloudwatch:DisableAlarmActions",
            Self::EnableAlarmActions { .. } => "cloudwatch:EnableAlarmActions",
        }
    }
}
