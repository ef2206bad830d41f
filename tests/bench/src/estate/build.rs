use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Alarm, Database, DatabaseCluster, ENVIRONMENT, Estate, Group, Instance, NodeGroup, Service,
    Tags,
};

/// Twenty resources in a row; the first ten hold every kind.
const MIX: [Kind; 20] = {
    use Kind::{Cluster, Database, Group, Instance, Nodes, Service};
    [
        Instance, Group, Service, Database, Instance, Nodes, Instance, Service, Cluster, Group,
        Instance, Instance, Service, Group, Instance, Database, Instance, Service, Group, Instance,
    ]
};

/// Node groups of one EKS cluster, services of one ECS cluster.
const NODE_GROUPS: usize = 10;
const SERVICES: usize = 50;

#[derive(Clone, Copy)]
enum Kind {
    Instance,
    Group,
    Database,
    Cluster,
    Nodes,
    Service,
}

pub(super) fn estate(resources: usize) -> Estate {
    let mut estate = Estate {
        resources,
        ..Estate::default()
    };
    for index in 0..resources {
        add(&mut estate, index, ENVIRONMENT);
    }
    for index in 0..resources / 10 {
        add(&mut estate, index, "staging");
    }
    estate
}

/// An instance's id, 17 hexadecimal digits as EC2's are; FNV-1a keeps them apart.
pub(crate) fn member(owner: &str, index: usize) -> String {
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let name = format!("{owner}/{index}");
    format!("i-{:017x}", name.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
}

fn add(estate: &mut Estate, index: usize, environment: &str) {
    let kind = MIX
        .get(index % MIX.len())
        .copied()
        .unwrap_or(Kind::Instance);
    let row = index / MIX.len();
    // The place moves on by seven from row to row, so that every kind has short days.
    let short = index % MIX.len() == row * 7 % MIX.len();
    let tags = tags(environment, short, index);
    // From row to row the other half has an alarm, so that every kind has some.
    let watched = (index + row).is_multiple_of(2);
    let name = |kind: &str| format!("{environment}-{kind}-{index:06}");
    let dimensions = match kind {
        Kind::Instance => instance(estate, index, environment, tags),
        Kind::Group => {
            let name = name("group");
            group(estate, &name, tags);
            vec![("AutoScalingGroupName", name)]
        }
        Kind::Database => {
            let name = name("db");
            estate.databases.insert(
                name.clone(),
                Database {
                    tags,
                    status: "available",
                    cluster: None,
                },
            );
            vec![("DBInstanceIdentifier", name)]
        }
        Kind::Cluster => cluster(estate, name("aurora"), tags),
        Kind::Nodes => nodes(estate, index, environment, name("nodes"), tags),
        Kind::Service => service(estate, index, environment, name("service"), tags),
    };
    if watched {
        estate.alarms.insert(
            format!("{environment}-alarm-{index:06}"),
            Alarm {
                dimensions,
                enabled: true,
            },
        );
    }
}

fn tags(environment: &str, short: bool, index: usize) -> Tags {
    let schedule = if short { "short-hours" } else { "office-hours" };
    [
        ("Environment", environment.to_owned()),
        ("Schedule", schedule.to_owned()),
        ("Project", "personal-timeline".to_owned()),
        ("Owner", format!("team-{}", index % 12)),
        ("CostCenter", format!("cc-{:04}", index % 40)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

fn instance(
    estate: &mut Estate,
    index: usize,
    environment: &str,
    mut tags: Tags,
) -> Vec<(&'static str, String)> {
    let id = member(environment, index);
    tags.insert("Name".to_owned(), format!("{environment}-host-{index:06}"));
    estate.instances.insert(
        id.clone(),
        Instance {
            tags,
            state: "running",
            address: None,
        },
    );
    vec![("InstanceId", id)]
}

fn group(estate: &mut Estate, name: &str, tags: Tags) {
    let instances = (0..2).map(|index| member(name, index)).collect();
    estate.groups.insert(
        name.to_owned(),
        Group {
            tags,
            min: 1,
            max: 4,
            desired: 2,
            instances,
            suspended: BTreeSet::new(),
        },
    );
}

fn cluster(estate: &mut Estate, name: String, tags: Tags) -> Vec<(&'static str, String)> {
    for member in 0..2 {
        estate.databases.insert(
            format!("{name}-{member}"),
            Database {
                tags: tags.clone(),
                status: "available",
                cluster: Some(name.clone()),
            },
        );
    }
    let status = "available";
    estate
        .database_clusters
        .insert(name.clone(), DatabaseCluster { tags, status });
    vec![("DBClusterIdentifier", name)]
}

fn nodes(
    estate: &mut Estate,
    index: usize,
    environment: &str,
    name: String,
    tags: Tags,
) -> Vec<(&'static str, String)> {
    let cluster = format!("{environment}-eks-{:03}", index / (MIX.len() * NODE_GROUPS));
    let behind = format!("eks-{name}");
    let owner = Tags::from([("eks:nodegroup-name".to_owned(), name.clone())]);
    group(estate, &behind, owner);
    estate.node_groups.insert(
        (cluster.clone(), name.clone()),
        NodeGroup {
            tags,
            min: 1,
            max: 4,
            desired: 2,
            taints: Vec::new(),
            behind,
        },
    );
    vec![("ClusterName", cluster), ("NodegroupName", name)]
}

fn service(
    estate: &mut Estate,
    index: usize,
    environment: &str,
    name: String,
    tags: Tags,
) -> Vec<(&'static str, String)> {
    let cluster = format!(
        "{environment}-ecs-{:03}",
        index / (MIX.len() / 4 * SERVICES)
    );
    // Every second service scales by itself.
    if index % 10 == 2 {
        let id = format!("service/{cluster}/{name}");
        estate.targets.insert(
            id.clone(),
            json!({
                "ServiceNamespace": "ecs",
                "ResourceId": id,
                "ScalableDimension": "ecs:service:DesiredCount",
                "MinCapacity": 1,
                "MaxCapacity": 6,
                "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
                "CreationTime": 1_735_689_600.0,
                "SuspendedState": {
                    "DynamicScalingInSuspended": false,
                    "DynamicScalingOutSuspended": false,
                    "ScheduledScalingSuspended": false,
                },
            }),
        );
    }
    let service = Service {
        tags,
        desired: 2,
        running: 2,
    };
    estate
        .services
        .insert((cluster.clone(), name.clone()), service);
    vec![("ClusterName", cluster), ("ServiceName", name)]
}
