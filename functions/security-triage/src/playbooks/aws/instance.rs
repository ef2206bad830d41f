//! An instance with all that an isolation touches.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    Instance as Described, InstanceLifecycleType, NetworkInterface, OperatorResponse,
    VpcCidrBlockStateCode,
};
use nightshift_core::Tags;
use nightshift_runtime::{CallClass, CallError};

use super::clients::{Clients, filter};
use super::{groups, known, looks, targets};
use crate::playbooks::compile::quarantine_name;
use crate::playbooks::groups::GroupId;
use crate::playbooks::observed::{Instance, Interface, Observed, Vpc};

const DESCRIBE: &str = "ec2:DescribeInstances";
const VPCS: &str = "ec2:DescribeVpcs";

pub(super) async fn observe(
    clients: &Clients,
    id: &str,
    prefix: &str,
) -> Result<Option<Observed>, CallError> {
    let Some(described) = describe(clients, id).await? else {
        return Ok(None);
    };
    // The instance's own list leaves out who manages an interface.
    let by = filter("attachment.instance-id", id);
    let attached = looks::interfaces(clients, by, id).await?;
    let vpcs: BTreeSet<String> = attached
        .iter()
        .filter_map(|one| one.vpc_id().map(str::to_owned))
        .collect();
    let mut ids = addresses(&attached);
    ids.insert(id.to_owned());
    let mut kept = BTreeMap::new();
    for vpc in &vpcs {
        let name = quarantine_name(prefix);
        kept.insert(vpc.clone(), known(observe_vpc(clients, vpc, &name).await));
    }
    let tags: Tags = described
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
        .collect();
    let state = described.state().and_then(|state| state.name());
    Ok(Some(Observed::Instance(Box::new(Instance {
        state: state
            .map_or("in an unknown state", |name| name.as_str())
            .to_owned(),
        tags: Ok(tags),
        operator: operator(described.operator()),
        is_spot: described.instance_lifecycle() == Some(&InstanceLifecycleType::Spot),
        volumes: volumes(&described),
        interfaces: attached.iter().filter_map(interface).collect(),
        protected: known(looks::is_protected(clients, id).await),
        auto_scaling: known(looks::membership(clients, id).await),
        targets: known(targets::registrations(clients, &vpcs, &ids).await),
        profile: known(looks::profile_of(clients, id).await),
        vpcs: kept,
    }))))
}

async fn describe(clients: &Clients, id: &str) -> Result<Option<Described>, CallError> {
    let answer = clients
        .ec2
        .describe_instances()
        .instance_ids(id)
        .send()
        .await
        .map_err(|error| clients.error(DESCRIBE, id, &error));
    match answer {
        Ok(answer) => Ok(answer
            .reservations
            .unwrap_or_default()
            .into_iter()
            .flat_map(|reservation| reservation.instances.unwrap_or_default())
            .find(|one| one.instance_id() == Some(id))),
        Err(error) if error.class == CallClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn operator(operator: Option<&OperatorResponse>) -> Option<String> {
    let operator = operator.filter(|one| one.managed() == Some(true))?;
    Some(operator.principal().unwrap_or("an AWS service").to_owned())
}

fn volumes(described: &Described) -> BTreeSet<String> {
    described
        .block_device_mappings()
        .iter()
        .filter_map(|mapping| mapping.ebs()?.volume_id().map(str::to_owned))
        .collect()
}

fn interface(one: &NetworkInterface) -> Option<(String, Interface)> {
    let by_service = one.requester_managed() == Some(true);
    let requester = one.requester_id().unwrap_or("an AWS service");
    let manager = operator(one.operator()).or_else(|| by_service.then(|| requester.to_owned()));
    let facts = Interface {
        vpc: one.vpc_id()?.to_owned(),
        groups: looks::group_ids(one),
        manager,
    };
    Some((one.network_interface_id()?.to_owned(), facts))
}

/// The addresses by which target groups of the kind `ip` know it.
fn addresses(attached: &[NetworkInterface]) -> BTreeSet<String> {
    let v4 = attached
        .iter()
        .flat_map(NetworkInterface::private_ip_addresses)
        .filter_map(|address| address.private_ip_address());
    let v6 = attached
        .iter()
        .flat_map(NetworkInterface::ipv6_addresses)
        .filter_map(|address| address.ipv6_address());
    v4.chain(v6).map(str::to_owned).collect()
}

async fn observe_vpc(clients: &Clients, vpc: &str, name: &str) -> Result<Vpc, CallError> {
    let answer = clients
        .ec2
        .describe_vpcs()
        .vpc_ids(vpc)
        .send()
        .await
        .map_err(|error| clients.error(VPCS, vpc, &error))?;
    let has_ipv6 = answer
        .vpcs()
        .iter()
        .flat_map(aws_sdk_ec2::types::Vpc::ipv6_cidr_block_association_set)
        .any(|one| {
            let state = one.ipv6_cidr_block_state().and_then(|state| state.state());
            state == Some(&VpcCidrBlockStateCode::Associated)
        });
    let quarantine = match groups::by_name(clients, vpc, name).await? {
        Some(id) => {
            let (ingress, egress) = groups::rules(clients, &GroupId::Known(id.clone())).await?;
            let rules = ingress.into_values().chain(egress.into_values());
            Some((id, rules.collect()))
        }
        None => None,
    };
    Ok(Vpc {
        has_ipv6,
        quarantine,
    })
}
