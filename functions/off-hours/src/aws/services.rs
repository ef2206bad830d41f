use std::collections::BTreeMap;
use std::fmt::Write;

use aws_sdk_applicationautoscaling::types::{
    ScalableDimension, ScalableTarget as SdkTarget, ServiceNamespace, SuspendedState,
};
use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, Deployment, DeploymentController, DeploymentControllerType,
    DeploymentRolloutState, LaunchType, SchedulingStrategy, Service, ServiceField,
};
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use nightshift_core::printable;
use nightshift_runtime::{CallClass, CallError};

use super::place::Place;
use super::task_sizes::{Fargate, TaskSizes};
use super::watched::Watched;
use super::{AT_ONCE, Found, Scope, arn, count, tags};
use crate::model::{Health, Kind, Resource, ScalableTarget, Sizes, State, Suspension};

const LIST_CLUSTERS: &str = "ecs:ListClusters";
const LIST: &str = "ecs:ListServices";
const DESCRIBE: &str = "ecs:DescribeServices";
const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
/// The most names that the list calls give (ECS API reference).
const PAGE: i32 = 100;
/// The most services that `DescribeServices` takes.
const SERVICES: usize = 10;
/// The most targets that one page holds and one call takes (Application Auto
/// Scaling API reference).
const TARGET_PAGE: usize = 50;

/// A service with what its price is told by.
pub(super) struct Draft {
    pub resource: Resource,
    /// Its task definition, and how it runs on Fargate; none elsewhere.
    pub fargate: Option<(String, Fargate)>,
}

/// The Region's services: one call for each page of 100 names, each 10
/// services, and each page of 50 scalable targets.
pub(super) async fn sweep(
    place: &Place,
    scope: &Scope,
    sizes: &TaskSizes,
) -> Result<Vec<Found>, CallError> {
    let clusters: Vec<String> = place
        .ecs
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
    let names: Vec<(String, Vec<String>)> =
        iter(lists).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut drafts = describe_all(place, names).await?;
    if drafts.iter().any(|draft| scope.holds(&draft.resource.tags)) {
        let targets = targets(place, None).await?;
        for draft in &mut drafts {
            attach_target(&mut draft.resource, &targets);
        }
    }
    sizes.price(place, scope, &mut drafts).await?;
    Ok(drafts.into_iter().map(found).collect())
}

/// Some services; one call for each 10 of a cluster, and for each 50 targets.
pub(super) async fn look(
    place: &Place,
    scope: &Scope,
    sizes: &TaskSizes,
    resources: &[&Resource],
) -> Result<Vec<Found>, CallError> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut with_target = Vec::new();
    for resource in resources {
        if let Sizes::EcsService {
            cluster, target, ..
        } = &resource.sizes
        {
            names
                .entry(cluster.clone())
                .or_default()
                .push(resource.name.clone());
            if target.is_some() {
                with_target.push(target_id(cluster, &resource.name));
            }
        }
    }
    let mut drafts = describe_all(place, names.into_iter().collect()).await?;
    let mut known = BTreeMap::new();
    for ids in with_target.chunks(TARGET_PAGE) {
        known.extend(targets(place, Some(ids.to_vec())).await?);
    }
    for draft in &mut drafts {
        attach_target(&mut draft.resource, &known);
    }
    sizes.price(place, scope, &mut drafts).await?;
    Ok(drafts.into_iter().map(found).collect())
}

async fn list(place: &Place, cluster: String) -> Result<(String, Vec<String>), CallError> {
    let services = place
        .ecs
        .list_services()
        .cluster(&cluster)
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<String>, _>>()
        .await;
    match services {
        Ok(services) => Ok((cluster, services)),
        Err(error) => match place.error(LIST, &cluster, &error) {
            error if error.class == CallClass::NotFound => Ok((cluster, Vec::new())),
            error => Err(error),
        },
    }
}

async fn describe_all(
    place: &Place,
    names: Vec<(String, Vec<String>)>,
) -> Result<Vec<Draft>, CallError> {
    let mut calls = Vec::new();
    for (cluster, services) in &names {
        for services in services.chunks(SERVICES) {
            calls.push(describe(place, cluster, services));
        }
    }
    let drafts: Vec<Vec<Draft>> = iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(drafts.into_iter().flatten().collect())
}

async fn describe(
    place: &Place,
    cluster: &str,
    services: &[String],
) -> Result<Vec<Draft>, CallError> {
    let answer = place
        .ecs
        .describe_services()
        .cluster(cluster)
        .set_services(Some(services.to_vec()))
        .include(ServiceField::Tags)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer
            .services()
            .iter()
            .filter_map(|service| read(place, service))
            .collect()),
        Err(error) => match place.error(DESCRIBE, &services.join(", "), &error) {
            error if error.class == CallClass::NotFound => Ok(Vec::new()),
            error => Err(error),
        },
    }
}

fn read(place: &Place, service: &Service) -> Option<Draft> {
    let status = service.status().unwrap_or("ACTIVE");
    if status == "INACTIVE" {
        return None;
    }
    let arn = arn(Kind::EcsService, service.service_arn())?;
    let desired = count(Some(service.desired_count()));
    let running = count(Some(service.running_count()));
    let present = running + count(Some(service.pending_count()));
    let state = match (status, desired, present) {
        ("ACTIVE", 0, 0) => State::Off,
        ("ACTIVE", 0, _) => State::Stopping,
        ("ACTIVE", _, _) => State::On,
        (other, _, _) => State::Busy(printable(other, 60)),
    };
    let cluster = service.cluster_arn().unwrap_or_default();
    let resource = Resource {
        account: arn.account(),
        arn,
        kind: Kind::EcsService,
        name: service.service_name()?.to_owned(),
        region: place.region.clone(),
        tags: tags(service.tags().iter().map(|tag| (tag.key(), tag.value()))),
        health: health(service),
        state,
        sizes: Sizes::EcsService {
            cluster: cluster.rsplit('/').next().unwrap_or_default().to_owned(),
            desired,
            running,
            target: None,
        },
        cannot_sleep: cannot_sleep(service),
        alarms: Vec::new(),
        capacity: Vec::new(),
        maintenance_window: None,
    };
    let definition = service.task_definition().unwrap_or_default().to_owned();
    Some(Draft {
        resource,
        fargate: fargate(service).map(|fargate| (definition, fargate)),
    })
}

fn health(service: &Service) -> Health {
    let desired = service.desired_count();
    if desired == 0 {
        return Health::NotYet("it has no tasks".to_owned());
    }
    let primary = service
        .deployments()
        .iter()
        .find(|d| d.status() == Some("PRIMARY"));
    let running = primary.map_or(service.running_count(), Deployment::running_count);
    let failed = primary.map_or(0, Deployment::failed_tasks);
    let rolled_back = primary
        .and_then(|primary| primary.rollout_state())
        .is_some_and(|state| *state == DeploymentRolloutState::Failed);
    if running.max(service.running_count()) >= desired && !rolled_back {
        return Health::Healthy;
    }
    let mut words = format!("{} of {desired} tasks run", service.running_count());
    if failed > 0 {
        let _ = write!(words, ", {failed} failed to start");
    }
    let reason = primary
        .and_then(|primary| primary.rollout_state_reason())
        .filter(|_| rolled_back);
    let event = service.events().first().and_then(|event| event.message());
    if let Some(reason) = reason.or(event.filter(|_| failed > 0 || running == 0)) {
        words.push_str("; ECS says: ");
        words.push_str(&printable(reason, 300));
    }
    if failed > 0 || rolled_back {
        Health::Failing(words)
    } else {
        Health::NotYet(words)
    }
}

fn cannot_sleep(service: &Service) -> Option<String> {
    if service.scheduling_strategy() == Some(&SchedulingStrategy::Daemon) {
        return Some("is a daemon service: ECS runs one task on each instance and takes no desired count (AWS: ECS Developer Guide, service scheduler)".to_owned());
    }
    let controller = service
        .deployment_controller()
        .map(DeploymentController::r#type);
    if controller == Some(&DeploymentControllerType::External) {
        return Some("is deployed by an external controller, whose task sets hold its size (AWS: ECS Developer Guide, external deployment type)".to_owned());
    }
    None
}

fn fargate(service: &Service) -> Option<Fargate> {
    let providers: Vec<&str> = service
        .capacity_provider_strategy()
        .iter()
        .map(CapacityProviderStrategyItem::capacity_provider)
        .collect();
    if providers.contains(&"FARGATE_SPOT") {
        Some(Fargate::Spot)
    } else if providers.contains(&"FARGATE") || service.launch_type() == Some(&LaunchType::Fargate)
    {
        Some(Fargate::OnDemand)
    } else {
        None
    }
}

async fn targets(
    place: &Place,
    ids: Option<Vec<String>>,
) -> Result<BTreeMap<String, ScalableTarget>, CallError> {
    let mut targets = BTreeMap::new();
    let mut pages = place
        .scaling_targets
        .describe_scalable_targets()
        .service_namespace(ServiceNamespace::Ecs)
        .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
        .set_resource_ids(ids)
        .max_results(i32::try_from(TARGET_PAGE).unwrap_or(i32::MAX))
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(TARGETS, "all ECS services", &error))?;
        for target in page.scalable_targets() {
            targets.insert(target.resource_id().to_owned(), scalable_target(target));
        }
    }
    Ok(targets)
}

fn scalable_target(target: &SdkTarget) -> ScalableTarget {
    let suspended = target.suspended_state();
    let is = |flag: Option<bool>| flag == Some(true);
    ScalableTarget {
        min: count(Some(target.min_capacity())),
        max: count(Some(target.max_capacity())),
        suspension: Suspension {
            scale_in: is(suspended.and_then(SuspendedState::dynamic_scaling_in_suspended)),
            scale_out: is(suspended.and_then(SuspendedState::dynamic_scaling_out_suspended)),
            scheduled: is(suspended.and_then(SuspendedState::scheduled_scaling_suspended)),
        },
    }
}

/// How Application Auto Scaling names an ECS service.
pub(super) fn target_id(cluster: &str, service: &str) -> String {
    format!("service/{cluster}/{service}")
}

fn attach_target(resource: &mut Resource, targets: &BTreeMap<String, ScalableTarget>) {
    if let Sizes::EcsService {
        cluster, target, ..
    } = &mut resource.sizes
    {
        *target = targets.get(&target_id(cluster, &resource.name)).copied();
    }
}

fn found(draft: Draft) -> Found {
    let resource = draft.resource;
    let watched = match &resource.sizes {
        Sizes::EcsService { cluster, .. } => {
            vec![Watched::EcsService {
                cluster: cluster.clone(),
                name: resource.name.clone(),
            }]
        }
        _ => Vec::new(),
    };
    Found { resource, watched }
}
