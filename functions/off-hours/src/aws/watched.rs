use std::collections::BTreeMap;

/// What a CloudWatch dimension can name of what off-hours looks after.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Watched {
    /// By `AutoScalingGroupName`.
    AutoScalingGroup(String),
    /// By `InstanceId`.
    Instance(String),
    /// By `ClusterName` and `NodegroupName`, Container Insights' own.
    NodeGroup { cluster: String, name: String },
    /// By `DBInstanceIdentifier`.
    DbInstance(String),
    /// By `DBClusterIdentifier`.
    DbCluster(String),
    /// By `ClusterName` and `ServiceName`.
    EcsService { cluster: String, name: String },
}

impl Watched {
    /// What the dimensions of one metric name, if it is something that can
    /// sleep. A group stands before its instances: with it they come and go.
    pub fn from_dimensions<'a>(
        dimensions: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Option<Self> {
        let dimensions: BTreeMap<&str, &str> = dimensions.collect();
        let named = |key: &str| dimensions.get(key).map(|value| (*value).to_owned());
        let in_cluster = |key: &str| Some((named("ClusterName")?, named(key)?));
        if let Some(group) = named("AutoScalingGroupName") {
            Some(Self::AutoScalingGroup(group))
        } else if let Some((cluster, name)) = in_cluster("NodegroupName") {
            Some(Self::NodeGroup { cluster, name })
        } else if let Some((cluster, name)) = in_cluster("ServiceName") {
            Some(Self::EcsService { cluster, name })
        } else if let Some(id) = named("DBClusterIdentifier") {
            Some(Self::DbCluster(id))
        } else if let Some(id) = named("DBInstanceIdentifier") {
            Some(Self::DbInstance(id))
        } else {
            named("InstanceId").map(Self::Instance)
        }
    }
}
