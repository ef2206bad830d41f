//! One thing as it is now.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, IamInstanceProfileAssociationState, InstanceAttributeName,
    NetworkInterface, SnapshotState,
};
use nightshift_runtime::CallError;

use super::clients::{Clients, filter};
use super::{groups, iam, s3, targets};
use crate::playbooks::call::PLAN_TAG;
use crate::playbooks::groups::GroupId;
use crate::playbooks::look::{Look, Seen};

pub(super) async fn look(clients: &Clients, look: &Look) -> Result<Seen, CallError> {
    match look {
        Look::Snapshots { plan } => snapshots(clients, plan).await,
        Look::Tag { resource, key } => tag(clients, resource, key).await,
        Look::TerminationProtection { instance } => {
            Ok(Seen::Flag(is_protected(clients, instance).await?))
        }
        Look::AutoScalingGroup { instance } => group_of(clients, instance).await,
        Look::Target(target) => targets::look(clients, target).await,
        Look::SecurityGroup { vpc, name } => {
            let found = groups::by_name(clients, vpc, name).await?;
            Ok(Seen::Group(found.map(GroupId::Known)))
        }
        Look::Rules { group } => {
            let (ingress, egress) = groups::rules(clients, group).await?;
            Ok(Seen::Rules {
                ingress: ingress.into_values().collect(),
                egress: egress.into_values().collect(),
            })
        }
        Look::Ingress { group, rule } => {
            let (ingress, _) = groups::rules(clients, group).await?;
            Ok(Seen::Flag(ingress.values().any(|one| one.is_same_as(rule))))
        }
        Look::Egress { group, rule } => {
            let (_, egress) = groups::rules(clients, group).await?;
            Ok(Seen::Flag(egress.values().any(|one| one.is_same_as(rule))))
        }
        Look::InterfaceGroups { interface } => {
            let by = filter("network-interface-id", interface);
            let found = interfaces(clients, by, interface).await?;
            Ok(found
                .first()
                .map_or(Seen::Gone, |found| Seen::Groups(known(found))))
        }
        Look::Interfaces { instance } => {
            let by = filter("attachment.instance-id", instance);
            let found = interfaces(clients, by, instance).await?;
            let named = found.iter().map(|one| {
                let id = one.network_interface_id().unwrap_or_default();
                (id.to_owned(), known(one))
            });
            Ok(Seen::Interfaces(named.collect()))
        }
        Look::InstanceProfile { instance } => {
            let profile = profile_of(clients, instance).await?;
            Ok(Seen::Text(profile.map(|(_, profile)| profile)))
        }
        Look::AccessKey { .. }
        | Look::AccessKeyUse { .. }
        | Look::Policy { .. }
        | Look::Policies { .. } => iam::look(clients, look).await,
        Look::PublicAccessBlock { bucket, .. } => Ok(s3::block(clients, bucket)
            .await?
            .map_or(Seen::Gone, Seen::Block)),
        Look::BucketExposure { bucket, .. } => s3::exposure(clients, bucket).await,
    }
}

async fn snapshots(clients: &Clients, plan: &str) -> Result<Seen, CallError> {
    let mut pages = clients
        .ec2
        .describe_snapshots()
        .owner_ids("self")
        .filters(filter(&format!("tag:{PLAN_TAG}"), plan))
        .into_paginator()
        .send();
    let mut volumes = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| clients.error("ec2:DescribeSnapshots", plan, &error))?;
        let accepted = page
            .snapshots()
            .iter()
            .filter(|one| one.state() != Some(&SnapshotState::Error));
        volumes.extend(accepted.filter_map(|one| one.volume_id().map(str::to_owned)));
    }
    Ok(Seen::Names(volumes))
}

async fn tag(clients: &Clients, resource: &str, key: &str) -> Result<Seen, CallError> {
    let answer = clients
        .ec2
        .describe_tags()
        .filters(filter("resource-id", resource))
        .filters(filter("key", key))
        .send()
        .await
        .map_err(|error| clients.error("ec2:DescribeTags", resource, &error))?;
    let tag = answer.tags().iter().find(|tag| tag.key() == Some(key));
    Ok(Seen::Text(
        tag.map(|tag| tag.value().unwrap_or_default().to_owned()),
    ))
}

pub(super) async fn is_protected(clients: &Clients, instance: &str) -> Result<bool, CallError> {
    let answer = clients
        .ec2
        .describe_instance_attribute()
        .instance_id(instance)
        .attribute(InstanceAttributeName::DisableApiTermination)
        .send()
        .await
        .map_err(|error| clients.error("ec2:DescribeInstanceAttribute", instance, &error))?;
    Ok(answer
        .disable_api_termination()
        .and_then(AttributeBooleanValue::value)
        .unwrap_or(false))
}

/// The Auto Scaling group of an instance and its lifecycle state there.
pub(super) async fn membership(
    clients: &Clients,
    instance: &str,
) -> Result<Option<(String, String)>, CallError> {
    let operation = "autoscaling:DescribeAutoScalingInstances";
    let answer = clients
        .auto_scaling
        .describe_auto_scaling_instances()
        .instance_ids(instance)
        .send()
        .await
        .map_err(|error| clients.error(operation, instance, &error))?;
    let mut members = answer.auto_scaling_instances().iter();
    let member = members.find(|one| one.instance_id() == Some(instance));
    Ok(member.map(|one| {
        (
            one.auto_scaling_group_name().unwrap_or_default().to_owned(),
            one.lifecycle_state().unwrap_or_default().to_owned(),
        )
    }))
}

/// What is being detached is out of the group's care already; it may drain for
/// as long as its target groups want.
async fn group_of(clients: &Clients, instance: &str) -> Result<Seen, CallError> {
    Ok(match membership(clients, instance).await? {
        None => Seen::Text(None),
        Some((group, lifecycle)) => match lifecycle.as_str() {
            "InService" | "Standby" => Seen::Text(Some(group)),
            "Detaching" | "Detached" | "Terminated" => Seen::Text(None),
            _ => Seen::Moving(format!("it is {lifecycle} in {group}")),
        },
    })
}

pub(super) async fn interfaces(
    clients: &Clients,
    by: aws_sdk_ec2::types::Filter,
    resource: &str,
) -> Result<Vec<NetworkInterface>, CallError> {
    let mut pages = clients
        .ec2
        .describe_network_interfaces()
        .filters(by)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|error| clients.error("ec2:DescribeNetworkInterfaces", resource, &error))?;
        found.extend(page.network_interfaces.unwrap_or_default());
    }
    Ok(found)
}

pub(super) fn group_ids(interface: &NetworkInterface) -> BTreeSet<String> {
    let groups = interface.groups().iter();
    groups
        .filter_map(|group| group.group_id().map(str::to_owned))
        .collect()
}

fn known(interface: &NetworkInterface) -> BTreeSet<GroupId> {
    group_ids(interface)
        .into_iter()
        .map(GroupId::Known)
        .collect()
}

/// The association of an instance with its profile, and the profile's ARN.
pub(super) async fn profile_of(
    clients: &Clients,
    instance: &str,
) -> Result<Option<(String, String)>, CallError> {
    let operation = "ec2:DescribeIamInstanceProfileAssociations";
    let answer = clients
        .ec2
        .describe_iam_instance_profile_associations()
        .filters(filter("instance-id", instance))
        .send()
        .await
        .map_err(|error| clients.error(operation, instance, &error))?;
    let holds = |state: Option<&IamInstanceProfileAssociationState>| {
        matches!(
            state,
            Some(
                IamInstanceProfileAssociationState::Associated
                    | IamInstanceProfileAssociationState::Associating
            )
        )
    };
    let mut all = answer.iam_instance_profile_associations().iter();
    Ok(all.find(|one| holds(one.state())).and_then(|one| {
        let profile = one.iam_instance_profile()?.arn()?;
        Some((one.association_id()?.to_owned(), profile.to_owned()))
    }))
}
