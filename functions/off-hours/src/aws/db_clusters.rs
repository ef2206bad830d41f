use std::collections::BTreeMap;

use aws_sdk_rds::types::{DbCluster, Filter};
use nightshift_runtime::CallError;

use super::database_rules::{cluster_cannot_sleep, health, state};
use super::databases::{self, ClusterMember, filter};
use super::place::Place;
use super::watched::Watched;
use super::{Found, arn, tags};
use crate::model::{Capacity, Health, Kind, Resource, Sizes, State};
use crate::remedies::remedy;

const DESCRIBE: &str = "rds:DescribeDBClusters";
const DESCRIBE_GLOBAL: &str = "rds:DescribeGlobalClusters";
const PAGE: i32 = 100;
const FILTER_VALUES: usize = 100;

/// The Region's clusters, `DocumentDB`'s and Neptune's too: their APIs are
/// RDS's. One call for each page of 100, and the pages of instances and of
/// global databases.
pub(super) async fn sweep(place: &Place) -> Result<Vec<Found>, CallError> {
    let members = &databases::all(place).await?.members;
    let global = global_members(place).await?;
    let mut clusters = Vec::new();
    describe(place, None, |cluster| {
        let global = cluster.db_cluster_arn().and_then(|arn| global.get(arn));
        clusters.extend(read(place, cluster, members, global.map(String::as_str)));
    })
    .await?;
    Ok(clusters)
}

/// Some clusters with their members; two calls for each 100 of them.
pub(super) async fn look(place: &Place, resources: &[&Resource]) -> Result<Vec<Found>, CallError> {
    let ids: Vec<String> = resources
        .iter()
        .map(|resource| resource.name.clone())
        .collect();
    let members = databases::members(place, &ids).await?;
    let mut clusters = Vec::new();
    for ids in ids.chunks(FILTER_VALUES) {
        let by_id = filter("db-cluster-id", ids.to_vec());
        describe(place, Some(by_id), |cluster| {
            clusters.extend(read(place, cluster, &members, None));
        })
        .await?;
    }
    // Global databases are looked up once a run.
    for found in &mut clusters {
        let before = resources
            .iter()
            .find(|resource| resource.arn == found.resource.arn);
        if found.resource.cannot_sleep.is_none() {
            found.resource.cannot_sleep = before.and_then(|before| before.cannot_sleep.clone());
        }
    }
    Ok(clusters)
}

async fn describe(
    place: &Place,
    by: Option<Filter>,
    mut each: impl FnMut(&DbCluster),
) -> Result<(), CallError> {
    let mut pages = place
        .rds
        .describe_db_clusters()
        .set_filters(by.map(|filter| vec![filter]))
        .max_records(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(DESCRIBE, "all DB clusters", &error))?;
        page.db_clusters().iter().for_each(&mut each);
    }
    Ok(())
}

/// The global database of each member cluster, by the member's ARN.
async fn global_members(place: &Place) -> Result<BTreeMap<String, String>, CallError> {
    let mut members = BTreeMap::new();
    let mut pages = place
        .rds
        .describe_global_clusters()
        .max_records(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|error| place.error(DESCRIBE_GLOBAL, "all global databases", &error))?;
        for global in page.global_clusters() {
            let id = global.global_cluster_identifier().unwrap_or_default();
            for member in global.global_cluster_members() {
                let readers = member.readers().iter().map(String::as_str);
                for arn in member.db_cluster_arn().into_iter().chain(readers) {
                    members.insert(arn.to_owned(), id.to_owned());
                }
            }
        }
    }
    Ok(members)
}

fn read(
    place: &Place,
    cluster: &DbCluster,
    members: &BTreeMap<String, Vec<ClusterMember>>,
    global: Option<&str>,
) -> Option<Found> {
    let arn = arn(Kind::DbCluster, cluster.db_cluster_arn())?;
    let id = cluster.db_cluster_identifier()?.to_owned();
    let state = state(cluster.status().unwrap_or_default());
    let members = members.get(&id).map(Vec::as_slice).unwrap_or_default();
    let mut watched = vec![Watched::DbCluster(id.clone())];
    watched.extend(
        members
            .iter()
            .map(|member| Watched::DbInstance(member.id.clone())),
    );
    let resource = Resource {
        account: arn.account(),
        arn,
        kind: Kind::DbCluster,
        name: id,
        region: place.region.clone(),
        tags: tags(
            cluster
                .tag_list()
                .iter()
                .map(|tag| (tag.key(), tag.value())),
        ),
        health: cluster_health(&state, members),
        state,
        sizes: Sizes::DbCluster,
        cannot_sleep: cluster_cannot_sleep(cluster, global),
        alarms: Vec::new(),
        capacity: capacity(cluster, members),
        maintenance_window: cluster.preferred_maintenance_window().map(str::to_owned),
    };
    Some(Found { resource, watched })
}

/// A cluster is `available` before its members are, and serves nobody then. A
/// member that only a person can mend is waited for in vain.
fn cluster_health(cluster: &State, members: &[ClusterMember]) -> Health {
    let health = health(cluster);
    if health != Health::Healthy {
        return health;
    }
    let lost = members
        .iter()
        .find(|member| matches!(state(&member.status), State::Stalled(_) | State::Broken(_)));
    let waiting = members.iter().find(|member| member.status != "available");
    match (lost, waiting) {
        (Some(member), _) => Health::Failing(format!(
            "its member {} is {}: {}",
            member.id,
            member.status,
            remedy(&member.status)
        )),
        (None, Some(member)) => {
            Health::NotYet(format!("its member {} is {}", member.id, member.status))
        }
        (None, None) => Health::Healthy,
    }
}

/// Members are paid for by their class; a cluster's own copies of the data are
/// storage, which goes on costing.
fn capacity(cluster: &DbCluster, members: &[ClusterMember]) -> Vec<Capacity> {
    let engine = cluster.engine().unwrap_or_default();
    let mut classes: BTreeMap<&str, u32> = BTreeMap::new();
    for member in members {
        *classes.entry(&member.class).or_default() += 1;
    }
    classes
        .into_iter()
        .map(|(class, count)| Capacity {
            class: class.to_owned(),
            engine: engine.to_owned(),
            count,
        })
        .collect()
}
