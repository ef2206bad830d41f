use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    Instance, InstanceNetworkInterface, IpPermission, Reservation, SecurityGroup,
};
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError};

use super::Place;
use crate::observe::look_ups::{Doors, Opening};

const INSTANCES: &str = "ec2:DescribeInstances";
const GROUPS: &str = "ec2:DescribeSecurityGroups";

/// An instance's public addresses, and what its security groups let in: two calls.
pub(super) async fn of_instance(place: &Place, id: &str) -> Result<Doors, CallError> {
    let answer = place.ec2.describe_instances().instance_ids(id).send().await;
    let answer =
        answer.map_err(|error| CallError::from_sdk(INSTANCES, id, &place.region, &error))?;
    let instance = answer
        .reservations()
        .iter()
        .flat_map(Reservation::instances)
        .find(|instance| instance.instance_id() == Some(id))
        .ok_or_else(|| gone(INSTANCES, id, &place.region))?;
    let groups: BTreeSet<String> = instance
        .network_interfaces()
        .iter()
        .flat_map(InstanceNetworkInterface::groups)
        .chain(instance.security_groups())
        .filter_map(|group| group.group_id().map(str::to_owned))
        .collect();
    Ok(Doors {
        addresses: addresses(instance),
        open: openings(place, id, groups).await?,
    })
}

/// What a security group lets in from anywhere: one call.
pub(super) async fn of_group(place: &Place, id: &str) -> Result<Doors, CallError> {
    Ok(Doors {
        addresses: Vec::new(),
        open: openings(place, id, BTreeSet::from([id.to_owned()])).await?,
    })
}

fn gone(operation: &'static str, id: &str, region: &Region) -> CallError {
    CallError {
        operation,
        resource: id.to_owned(),
        region: region.clone(),
        code: None,
        class: CallClass::NotFound,
        message: "it is not there".to_owned(),
    }
}

/// IPv6 addresses of an instance are public ones: a subnet has no others.
fn addresses(instance: &Instance) -> Vec<String> {
    let interfaces = instance.network_interfaces();
    let fourth = interfaces
        .iter()
        .filter_map(|interface| interface.association())
        .filter_map(|association| association.public_ip());
    let sixth = interfaces
        .iter()
        .flat_map(InstanceNetworkInterface::ipv6_addresses)
        .filter_map(|address| address.ipv6_address());
    let all: BTreeSet<&str> = instance
        .public_ip_address()
        .into_iter()
        .chain(fourth)
        .chain(sixth)
        .collect();
    all.into_iter().map(str::to_owned).collect()
}

async fn openings(
    place: &Place,
    of: &str,
    groups: BTreeSet<String>,
) -> Result<Vec<Opening>, CallError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = groups.len();
    let describe = place
        .ec2
        .describe_security_groups()
        .set_group_ids(Some(groups.into_iter().collect()));
    let answer = describe
        .send()
        .await
        .map_err(|error| CallError::from_sdk(GROUPS, of, &place.region, &error))?;
    // What is closed is said only of groups that were seen.
    if answer.security_groups().len() < wanted {
        return Err(gone(GROUPS, of, &place.region));
    }
    Ok(answer.security_groups().iter().flat_map(of_rules).collect())
}

fn of_rules(group: &SecurityGroup) -> Vec<Opening> {
    let id = group.group_id().unwrap_or_default();
    let mut open = Vec::new();
    for rule in group.ip_permissions() {
        let fourth = rule.ip_ranges().iter().filter_map(|range| range.cidr_ip());
        if fourth.into_iter().any(|range| range == "0.0.0.0/0") {
            open.push(opening(id, rule, "0.0.0.0/0"));
        }
        let sixth = rule
            .ipv6_ranges()
            .iter()
            .filter_map(|range| range.cidr_ipv6());
        if sixth.into_iter().any(|range| range == "::/0") {
            open.push(opening(id, rule, "::/0"));
        }
    }
    open
}

fn opening(group: &str, rule: &IpPermission, range: &'static str) -> Opening {
    let protocol = rule.ip_protocol().unwrap_or("-1");
    Opening {
        group: group.to_owned(),
        protocol: protocol.to_owned(),
        ports: matches!(protocol, "tcp" | "udp")
            .then(|| rule.from_port().zip(rule.to_port()))
            .flatten(),
        range,
    }
}
