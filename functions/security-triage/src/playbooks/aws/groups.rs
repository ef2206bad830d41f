//! Security groups.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, SecurityGroupRule,
    UserIdGroupPair,
};
use nightshift_core::Tags;
use nightshift_runtime::{CallClass, CallError};

use super::clients::{Clients, filter};
use super::known;
use crate::playbooks::groups::{GroupId, Peer, Rule};
use crate::playbooks::observed::{Observed, SecurityGroup as ObservedGroup};

const GROUPS: &str = "ec2:DescribeSecurityGroups";
const RULES: &str = "ec2:DescribeSecurityGroupRules";

/// Rules by their ids.
pub(super) type Rules = BTreeMap<String, Rule>;

pub(super) async fn observe(clients: &Clients, id: &str) -> Result<Option<Observed>, CallError> {
    let Some(group) = by_id(clients, id).await? else {
        return Ok(None);
    };
    let tags: Tags = group
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
        .collect();
    let rules = rules(clients, &GroupId::Known(id.to_owned())).await;
    Ok(Some(Observed::SecurityGroup(ObservedGroup {
        tags: Ok(tags),
        ingress: known(rules.map(|(ingress, _)| ingress)),
    })))
}

async fn by_id(clients: &Clients, id: &str) -> Result<Option<SecurityGroup>, CallError> {
    let answer = clients
        .ec2
        .describe_security_groups()
        .group_ids(id)
        .send()
        .await
        .map_err(|error| clients.error(GROUPS, id, &error));
    match answer {
        Ok(answer) => Ok(answer
            .security_groups
            .unwrap_or_default()
            .into_iter()
            .next()),
        Err(error) if error.class == CallClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A group by its name, of which a VPC has each once.
pub(super) async fn by_name(
    clients: &Clients,
    vpc: &str,
    name: &str,
) -> Result<Option<String>, CallError> {
    let answer = clients
        .ec2
        .describe_security_groups()
        .filters(filter("vpc-id", vpc))
        .filters(filter("group-name", name))
        .send()
        .await
        .map_err(|error| clients.error(GROUPS, name, &error))?;
    let mut groups = answer.security_groups().iter();
    let found = groups.find(|one| one.group_name() == Some(name) && one.vpc_id() == Some(vpc));
    Ok(found.and_then(|one| one.group_id().map(str::to_owned)))
}

/// The rules of a group, in and out. A group that is gone has none, and that is
/// not the same: it is looked for where no rule is found.
pub(super) async fn rules(clients: &Clients, group: &GroupId) -> Result<(Rules, Rules), CallError> {
    let id = group.to_string();
    let mut pages = clients
        .ec2
        .describe_security_group_rules()
        .filters(filter("group-id", &id))
        .into_paginator()
        .send();
    let (mut ingress, mut egress) = (Rules::new(), Rules::new());
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| clients.error(RULES, &id, &error))?;
        for one in page.security_group_rules() {
            if one.group_id() != Some(id.as_str()) {
                continue;
            }
            let Some((rule_id, rule)) = rule(one) else {
                return Err(unreadable(clients, &id));
            };
            let list = if one.is_egress() == Some(true) {
                &mut egress
            } else {
                &mut ingress
            };
            list.insert(rule_id, rule);
        }
    }
    if ingress.is_empty() && egress.is_empty() && by_id(clients, &id).await?.is_none() {
        return Err(CallError {
            class: CallClass::NotFound,
            message: "the group is gone".to_owned(),
            ..unreadable(clients, &id)
        });
    }
    Ok((ingress, egress))
}

/// A rule for something that this code does not know lets through who knows what.
fn unreadable(clients: &Clients, group: &str) -> CallError {
    CallError {
        operation: RULES,
        resource: group.to_owned(),
        region: clients.region.clone(),
        code: None,
        class: CallClass::Invalid,
        message: "a rule of the group has a peer of an unknown kind".to_owned(),
    }
}

fn rule(one: &SecurityGroupRule) -> Option<(String, Rule)> {
    let protocol = one.ip_protocol()?.to_owned();
    let is_all = protocol == "-1";
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let peer = if let Some(cidr) = text(one.cidr_ipv4()) {
        Peer::Ipv4(cidr)
    } else if let Some(cidr) = text(one.cidr_ipv6()) {
        Peer::Ipv6(cidr)
    } else if let Some(list) = text(one.prefix_list_id()) {
        Peer::PrefixList(list)
    } else {
        let group = one.referenced_group_info()?;
        Peer::Group {
            id: text(group.group_id())?,
            account: text(group.user_id()),
        }
    };
    let rule = Rule {
        protocol,
        from: one.from_port().filter(|_| !is_all),
        to: one.to_port().filter(|_| !is_all),
        peer,
        description: text(one.description()),
    };
    Some((one.security_group_rule_id()?.to_owned(), rule))
}

/// A rule as EC2 takes it.
pub(super) fn permission(rule: &Rule) -> IpPermission {
    let permission = IpPermission::builder()
        .ip_protocol(&rule.protocol)
        .set_from_port(rule.from)
        .set_to_port(rule.to);
    let description = rule.description.clone();
    match &rule.peer {
        Peer::Ipv4(cidr) => permission.ip_ranges(
            IpRange::builder()
                .cidr_ip(cidr)
                .set_description(description)
                .build(),
        ),
        Peer::Ipv6(cidr) => permission.ipv6_ranges(
            Ipv6Range::builder()
                .cidr_ipv6(cidr)
                .set_description(description)
                .build(),
        ),
        Peer::PrefixList(list) => permission.prefix_list_ids(
            PrefixListId::builder()
                .prefix_list_id(list)
                .set_description(description)
                .build(),
        ),
        Peer::Group { id, account } => permission.user_id_group_pairs(
            UserIdGroupPair::builder()
                .group_id(id)
                .set_user_id(account.clone())
                .set_description(description)
                .build(),
        ),
    }
    .build()
}
