//! Registrations with target groups.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use nightshift_runtime::CallError;

use super::clients::{Clients, has_code};
use crate::playbooks::call::TargetId;
use crate::playbooks::look::Seen;

const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";
/// How many target groups are asked at a time.
const AT_ONCE: usize = 8;

pub(super) fn description(target: &TargetId) -> TargetDescription {
    TargetDescription::builder()
        .id(&target.id)
        .set_port(target.port)
        .build()
}

pub(super) async fn look(clients: &Clients, target: &TargetId) -> Result<Seen, CallError> {
    let answer = clients
        .load_balancing
        .describe_target_health()
        .target_group_arn(&target.target_group)
        .targets(description(target))
        .send()
        .await
        .map_err(|error| clients.error(HEALTH, &target.target_group, &error));
    match answer {
        Ok(answer) => {
            let mut all = answer.target_health_descriptions().iter();
            Ok(Seen::Flag(
                all.any(|one| is(one, target) && is_registered(one)),
            ))
        }
        Err(error) if has_code(&error, &["InvalidTarget"]) => Ok(Seen::Flag(false)),
        Err(error) => Err(error),
    }
}

fn is(one: &TargetHealthDescription, target: &TargetId) -> bool {
    one.target().is_some_and(|found| {
        found.id() == Some(target.id.as_str())
            && (target.port.is_none() || found.port() == target.port)
    })
}

/// `unused` is said both of what is not registered and of what is registered
/// with a group that no listener uses.
fn is_registered(one: &TargetHealthDescription) -> bool {
    let health = one.target_health();
    let state = health.and_then(|health| health.state());
    let reason = health.and_then(|health| health.reason());
    state != Some(&TargetHealthStateEnum::Draining)
        && !matches!(
            reason,
            Some(
                TargetHealthReasonEnum::NotRegistered
                    | TargetHealthReasonEnum::DeregistrationInProgress
            )
        )
}

/// Where any of some ids and addresses is registered, in all target groups of
/// some VPCs.
pub(super) async fn registrations(
    clients: &Clients,
    vpcs: &BTreeSet<String>,
    ids: &BTreeSet<String>,
) -> Result<BTreeSet<TargetId>, CallError> {
    let mut pages = clients
        .load_balancing
        .describe_target_groups()
        .into_paginator()
        .send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| clients.error(GROUPS, "all target groups", &error))?;
        for group in page.target_groups() {
            let is_near = group.vpc_id().is_some_and(|vpc| vpcs.contains(vpc));
            if let Some(arn) = group.target_group_arn().filter(|_| is_near) {
                groups.push(arn.to_owned());
            }
        }
    }
    let found: Vec<BTreeSet<TargetId>> = stream::iter(groups)
        .map(|group| registered(clients, group, ids))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

async fn registered(
    clients: &Clients,
    group: String,
    ids: &BTreeSet<String>,
) -> Result<BTreeSet<TargetId>, CallError> {
    let answer = clients
        .load_balancing
        .describe_target_health()
        .target_group_arn(&group)
        .send()
        .await
        .map_err(|error| clients.error(HEALTH, &group, &error))?;
    let all = answer.target_health_descriptions().iter();
    Ok(all
        .filter(|one| is_registered(one))
        .filter_map(|one| one.target())
        .filter(|target| target.id().is_some_and(|id| ids.contains(id)))
        .map(|target| TargetId {
            target_group: group.clone(),
            id: target.id().unwrap_or_default().to_owned(),
            port: target.port(),
        })
        .collect())
}
