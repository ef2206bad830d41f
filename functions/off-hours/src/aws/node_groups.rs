use std::collections::BTreeMap;

use aws_sdk_eks::types::{
    CapacityTypes, Nodegroup, NodegroupResources, NodegroupScalingConfig, NodegroupStatus,
    TaintEffect,
};
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use nightshift_core::printable;
use nightshift_runtime::{CallClass, CallError};

use super::auto_scaling::{self, Serving};
use super::place::Place;
use super::watched::Watched;
use super::{AT_ONCE, Found, Scope, arn, count};
use crate::model::{Capacity, Health, Kind, Resource, Sizes, State};

const LIST_CLUSTERS: &str = "eks:ListClusters";
const LIST: &str = "eks:ListNodegroups";
const DESCRIBE: &str = "eks:DescribeNodegroup";
const DESCRIBE_CLUSTER: &str = "eks:DescribeCluster";
const PAGE: i32 = 100;
/// The taint that keeps the Cluster Autoscaler from scaling a group up from zero.
pub(super) const TAINT: (&str, &str) = ("nightshift", "asleep");

/// A node group with the Auto Scaling groups behind it.
struct Group {
    resource: Resource,
    behind: Vec<String>,
}

/// The Region's managed node groups. EKS describes only one at a time: one
/// call for each, eight at once, and one for each cluster whose node groups
/// lack the environment tag.
pub(super) async fn sweep(place: &Place, scope: &Scope) -> Result<Vec<Found>, CallError> {
    let clusters: Vec<String> = place
        .eks
        .list_clusters()
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .map_err(|error| place.error(LIST_CLUSTERS, "all clusters", &error))?;
    let lists: Vec<_> = clusters
        .into_iter()
        .map(|cluster| list(place, cluster))
        .collect();
    let names: Vec<Vec<(String, String)>> =
        iter(lists).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut groups = describe_all(place, names.into_iter().flatten()).await?;
    inherit_environment(place, scope, &mut groups).await?;
    finish(place, groups).await
}

/// Some node groups; one call for each.
pub(super) async fn look(
    place: &Place,
    scope: &Scope,
    resources: &[&Resource],
) -> Result<Vec<Found>, CallError> {
    let names = resources
        .iter()
        .filter_map(|resource| match &resource.sizes {
            Sizes::NodeGroup { cluster, .. } => Some((cluster.clone(), resource.name.clone())),
            _ => None,
        });
    let mut groups = describe_all(place, names).await?;
    for group in &mut groups {
        let before = resources
            .iter()
            .find(|resource| resource.arn == group.resource.arn);
        if before.is_some_and(|before| scope.holds(&before.tags)) {
            belongs_by_cluster(&mut group.resource, scope);
        }
    }
    finish(place, groups).await
}

async fn list(place: &Place, cluster: String) -> Result<Vec<(String, String)>, CallError> {
    let names = place
        .eks
        .list_nodegroups()
        .cluster_name(&cluster)
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<String>, _>>()
        .await;
    match names {
        Ok(names) => Ok(names
            .into_iter()
            .map(|name| (cluster.clone(), name))
            .collect()),
        Err(error) => {
            let error = place.error(LIST, &cluster, &error);
            gone(error).map(|()| Vec::new())
        }
    }
}

/// What was deleted between two calls is no failure.
fn gone(error: CallError) -> Result<(), CallError> {
    if error.class == CallClass::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}

async fn describe_all(
    place: &Place,
    names: impl Iterator<Item = (String, String)>,
) -> Result<Vec<Group>, CallError> {
    let calls: Vec<_> = names
        .map(|(cluster, name)| describe(place, cluster, name))
        .collect();
    let groups: Vec<Option<Group>> = iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(groups.into_iter().flatten().collect())
}

async fn describe(
    place: &Place,
    cluster: String,
    name: String,
) -> Result<Option<Group>, CallError> {
    let answer = place
        .eks
        .describe_nodegroup()
        .cluster_name(&cluster)
        .nodegroup_name(&name)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.nodegroup().and_then(|group| read(place, group))),
        Err(error) => {
            gone(place.error(DESCRIBE, &format!("{cluster}/{name}"), &error)).map(|()| None)
        }
    }
}

fn read(place: &Place, group: &Nodegroup) -> Option<Group> {
    let arn = arn(Kind::NodeGroup, group.nodegroup_arn())?;
    let scaling = group.scaling_config();
    let desired = count(scaling.and_then(NodegroupScalingConfig::desired_size));
    let sizes = Sizes::NodeGroup {
        cluster: group.cluster_name()?.to_owned(),
        min: count(scaling.and_then(NodegroupScalingConfig::min_size)),
        max: count(scaling.and_then(NodegroupScalingConfig::max_size)).max(1),
        desired,
        tainted: group.taints().iter().any(|taint| {
            (taint.key(), taint.value()) == (Some(TAINT.0), Some(TAINT.1))
                && taint.effect() == Some(&TaintEffect::NoSchedule)
        }),
    };
    let at_rest = if desired == 0 { State::Off } else { State::On };
    let state = match group.status() {
        Some(NodegroupStatus::Active | NodegroupStatus::Degraded) | None => at_rest,
        Some(status @ (NodegroupStatus::CreateFailed | NodegroupStatus::DeleteFailed)) => {
            State::Broken(status.as_str().to_owned())
        }
        Some(status) => State::Busy(status.as_str().to_owned()),
    };
    let behind = group
        .resources()
        .map(NodegroupResources::auto_scaling_groups);
    let resource = Resource {
        account: arn.account(),
        arn,
        kind: Kind::NodeGroup,
        name: group.nodegroup_name()?.to_owned(),
        region: place.region.clone(),
        tags: group
            .tags()
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        health: health(group, &state),
        state,
        sizes,
        cannot_sleep: None,
        alarms: Vec::new(),
        capacity: vec![capacity(group, desired)],
        maintenance_window: None,
    };
    let behind = behind
        .unwrap_or_default()
        .iter()
        .filter_map(|group| group.name());
    Some(Group {
        resource,
        behind: behind.map(str::to_owned).collect(),
    })
}

fn health(group: &Nodegroup, state: &State) -> Health {
    let issue = group
        .health()
        .and_then(|health| health.issues().first())
        .map(|issue| {
            let code = issue.code().map_or("unknown", |code| code.as_str());
            format!(
                "{code}: {}",
                printable(issue.message().unwrap_or_default(), 300)
            )
        });
    match (issue, state) {
        (Some(issue), State::On) => Health::Failing(issue),
        (Some(issue), _) => Health::NotYet(issue),
        (None, State::On) => Health::Healthy,
        (None, State::Off) => Health::NotYet("it has no nodes".to_owned()),
        (None, _) => {
            let status = group.status().map_or("unknown", |status| status.as_str());
            Health::NotYet(format!("its status is {status}"))
        }
    }
}

/// On-demand groups launch the first of their types that has capacity.
fn capacity(group: &Nodegroup, desired: u32) -> Capacity {
    let class = group
        .instance_types()
        .first()
        .map_or("of its launch template", String::as_str);
    let spot = group.capacity_type() == Some(&CapacityTypes::Spot);
    Capacity {
        class: class.to_owned(),
        engine: if spot { "spot" } else { "" }.to_owned(),
        count: desired,
    }
}

/// A node group without an environment tag belongs where its cluster does.
async fn inherit_environment(
    place: &Place,
    scope: &Scope,
    groups: &mut [Group],
) -> Result<(), CallError> {
    let mut clusters: BTreeMap<String, Option<String>> = BTreeMap::new();
    for group in groups.iter() {
        if let Sizes::NodeGroup { cluster, .. } = &group.resource.sizes
            && !group.resource.tags.contains_key(&scope.environment_tag)
        {
            clusters.insert(cluster.clone(), None);
        }
    }
    let calls: Vec<_> = clusters
        .iter_mut()
        .map(|(cluster, environment)| async move {
            *environment = cluster_environment(place, scope, cluster).await?;
            Ok(())
        })
        .collect();
    iter(calls)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    for group in groups {
        if let Sizes::NodeGroup { cluster, .. } = &group.resource.sizes
            && clusters.get(cluster) == Some(&Some(scope.environment.clone()))
        {
            belongs_by_cluster(&mut group.resource, scope);
        }
    }
    Ok(())
}

/// It is told among the environment's own and left alone: the role may change
/// only what carries the tag itself.
fn belongs_by_cluster(resource: &mut Resource, scope: &Scope) {
    let (key, environment) = (&scope.environment_tag, &scope.environment);
    if resource.tags.contains_key(key) {
        return;
    }
    resource.tags.insert(key.clone(), environment.clone());
    resource.cannot_sleep = Some(format!(
        "has no tag {key} of its own, only its cluster has, and off-hours may change only what carries it; tag the node group {key} = `{environment}` to let it sleep"
    ));
}

async fn cluster_environment(
    place: &Place,
    scope: &Scope,
    cluster: &str,
) -> Result<Option<String>, CallError> {
    match place.eks.describe_cluster().name(cluster).send().await {
        Ok(answer) => {
            let tags = answer.cluster().and_then(|cluster| cluster.tags());
            Ok(tags
                .and_then(|tags| tags.get(&scope.environment_tag))
                .cloned())
        }
        Err(error) => gone(place.error(DESCRIBE_CLUSTER, cluster, &error)).map(|()| None),
    }
}

/// EKS is done once sizes are set; whether nodes are there, only the Auto
/// Scaling groups behind tell. One call for each 100 of them.
async fn finish(place: &Place, mut groups: Vec<Group>) -> Result<Vec<Found>, CallError> {
    let names: Vec<String> = groups
        .iter()
        .flat_map(|group| group.behind.clone())
        .collect();
    let serving = auto_scaling::serving(place, &names).await?;
    for group in &mut groups {
        let behind: Vec<&Serving> = group
            .behind
            .iter()
            .filter_map(|name| serving.get(name))
            .collect();
        if !behind.is_empty() {
            judge(&mut group.resource, &behind);
        }
    }
    Ok(groups.into_iter().map(found).collect())
}

fn judge(resource: &mut Resource, behind: &[&Serving]) {
    let Sizes::NodeGroup { desired, .. } = resource.sizes else {
        return;
    };
    let instances: u32 = behind.iter().map(|group| group.instances).sum();
    let in_service: u32 = behind.iter().map(|group| group.in_service).sum();
    match resource.state {
        State::Off if instances > 0 => resource.state = State::Stopping,
        State::On if in_service < desired && resource.health == Health::Healthy => {
            resource.health =
                Health::NotYet(format!("{in_service} of {desired} nodes are in service"));
        }
        _ => {}
    }
}

fn found(group: Group) -> Found {
    let mut watched: Vec<Watched> = group
        .behind
        .into_iter()
        .map(Watched::AutoScalingGroup)
        .collect();
    if let Sizes::NodeGroup { cluster, .. } = &group.resource.sizes {
        let (cluster, name) = (cluster.clone(), group.resource.name.clone());
        watched.push(Watched::NodeGroup { cluster, name });
    }
    Found {
        resource: group.resource,
        watched,
    }
}
