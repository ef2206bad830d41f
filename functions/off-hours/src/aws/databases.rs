use std::collections::BTreeMap;

use aws_sdk_rds::types::{DbInstance, Filter};
use nightshift_runtime::CallError;

use super::database_rules::{health, instance_cannot_sleep, instance_state};
use super::place::Place;
use super::watched::Watched;
use super::{Found, arn, tags};
use crate::model::{Capacity, Kind, Resource, Sizes};

const DESCRIBE: &str = "rds:DescribeDBInstances";
/// The most records that one page holds (RDS API reference).
const PAGE: i32 = 100;
/// How many identifiers one filter is given.
const FILTER_VALUES: usize = 100;

/// Every instance of a Region, read once a run.
#[derive(Debug, Default)]
pub(super) struct Databases {
    /// Instances by themselves.
    instances: Vec<Resource>,
    /// Members of clusters, by the cluster's identifier.
    pub members: BTreeMap<String, Vec<ClusterMember>>,
}

/// An instance that belongs to a cluster.
#[derive(Clone, Debug)]
pub(super) struct ClusterMember {
    pub id: String,
    pub class: String,
    pub status: String,
}

/// The Region's instances that belong to no cluster; one call for each page of
/// 100, shared with the clusters. RDS has no filter for tags.
pub(super) async fn sweep(place: &Place) -> Result<Vec<Found>, CallError> {
    let databases = all(place).await?;
    Ok(databases.instances.iter().cloned().map(found).collect())
}

/// Some instances; one call for each 100 of them.
pub(super) async fn look(place: &Place, resources: &[&Resource]) -> Result<Vec<Found>, CallError> {
    let mut instances = Vec::new();
    for resources in resources.chunks(FILTER_VALUES) {
        let ids = resources.iter().map(|resource| resource.name.clone());
        let by_id = filter("db-instance-id", ids.collect());
        describe(place, Some(by_id), |instance| {
            instances.extend(read(place, instance));
        })
        .await?;
    }
    Ok(instances.into_iter().map(found).collect())
}

/// Everything, from the first kind that asks in this run.
pub(super) async fn all(place: &Place) -> Result<&Databases, CallError> {
    let read_all = || async {
        let mut databases = Databases::default();
        describe(place, None, |instance| {
            if let Some((cluster, member)) = member(instance) {
                databases.members.entry(cluster).or_default().push(member);
            } else {
                databases.instances.extend(read(place, instance));
            }
        })
        .await?;
        Ok(databases)
    };
    place.databases.get_or_try_init(read_all).await
}

/// The members of some clusters as they are now; one call for each 100
/// clusters' first 100 members.
pub(super) async fn members(
    place: &Place,
    clusters: &[String],
) -> Result<BTreeMap<String, Vec<ClusterMember>>, CallError> {
    let mut members: BTreeMap<String, Vec<ClusterMember>> = BTreeMap::new();
    for clusters in clusters.chunks(FILTER_VALUES) {
        let by_cluster = filter("db-cluster-id", clusters.to_vec());
        describe(place, Some(by_cluster), |instance| {
            if let Some((cluster, member)) = member(instance) {
                members.entry(cluster).or_default().push(member);
            }
        })
        .await?;
    }
    Ok(members)
}

pub(super) fn filter(name: &str, values: Vec<String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

async fn describe(
    place: &Place,
    by: Option<Filter>,
    mut each: impl FnMut(&DbInstance),
) -> Result<(), CallError> {
    let mut pages = place
        .rds
        .describe_db_instances()
        .set_filters(by.map(|filter| vec![filter]))
        .max_records(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(DESCRIBE, "all DB instances", &error))?;
        page.db_instances().iter().for_each(&mut each);
    }
    Ok(())
}

fn member(instance: &DbInstance) -> Option<(String, ClusterMember)> {
    let cluster = instance
        .db_cluster_identifier()
        .filter(|cluster| !cluster.is_empty())?;
    let member = ClusterMember {
        id: instance
            .db_instance_identifier()
            .unwrap_or_default()
            .to_owned(),
        class: instance.db_instance_class().unwrap_or("unknown").to_owned(),
        status: instance.db_instance_status().unwrap_or_default().to_owned(),
    };
    Some((cluster.to_owned(), member))
}

fn read(place: &Place, instance: &DbInstance) -> Option<Resource> {
    // Members sleep with their cluster.
    if instance
        .db_cluster_identifier()
        .is_some_and(|cluster| !cluster.is_empty())
    {
        return None;
    }
    let arn = arn(Kind::DbInstance, instance.db_instance_arn())?;
    let state = instance_state(instance);
    let capacity = Capacity {
        class: instance.db_instance_class().unwrap_or("unknown").to_owned(),
        engine: instance.engine().unwrap_or_default().to_owned(),
        count: if instance.multi_az() == Some(true) {
            2
        } else {
            1
        },
    };
    Some(Resource {
        account: arn.account(),
        arn,
        kind: Kind::DbInstance,
        name: instance.db_instance_identifier()?.to_owned(),
        region: place.region.clone(),
        tags: tags(
            instance
                .tag_list()
                .iter()
                .map(|tag| (tag.key(), tag.value())),
        ),
        health: health(&state),
        state,
        sizes: Sizes::DbInstance,
        cannot_sleep: instance_cannot_sleep(instance),
        alarms: Vec::new(),
        capacity: vec![capacity],
        maintenance_window: instance.preferred_maintenance_window().map(str::to_owned),
    })
}

fn found(resource: Resource) -> Found {
    let watched = vec![Watched::DbInstance(resource.name.clone())];
    Found { resource, watched }
}
