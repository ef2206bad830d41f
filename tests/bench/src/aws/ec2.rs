use std::fmt::Write;
use std::ops::Bound::{Excluded, Unbounded};

use super::query::{Form, escape, tag_matches, tags};
use super::{Answer, Refusal, page};
use crate::estate::{Estate, HOSTS, Instance};

pub(super) fn answer(estate: &mut Estate, operation: &str, form: &Form) -> Answer {
    match operation {
        "DescribeInstances" | "DescribeSecurityGroups" if estate.refuses_look_ups => {
            let words = "You are not authorized to perform this operation.";
            Err(Refusal::new("UnauthorizedOperation", words))
        }
        "DescribeInstances" => describe(estate, form),
        "DescribeSecurityGroups" => groups(estate, form),
        "DescribeInstanceStatus" => Ok(whole(operation, "<instanceStatusSet/>")),
        "DescribeSpotInstanceRequests" => Ok(whole(operation, "<spotInstanceRequestSet/>")),
        "StopInstances" => change(estate, operation, form, ("running", "stopping")),
        "StartInstances" => change(estate, operation, form, ("stopped", "pending")),
        other => Err(Refusal::unknown(other)),
    }
}

fn whole(operation: &str, content: &str) -> Vec<u8> {
    format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>{content}</{operation}Response>"
    )
    .into_bytes()
}

/// The code of an instance's state (EC2 API reference, `InstanceState`).
fn code(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "running" => 16,
        "stopping" => 64,
        _ => 80,
    }
}

fn change(
    estate: &mut Estate,
    operation: &str,
    form: &Form,
    (from, to): (&'static str, &'static str),
) -> Answer {
    let mut text = "<instancesSet>".to_owned();
    for id in form.list("InstanceId.") {
        let instance = estate
            .instances
            .get_mut(id)
            .ok_or_else(|| Refusal::new("InvalidInstanceID.NotFound", id))?;
        let before = instance.state;
        if before == from {
            instance.state = to;
        }
        let _ = write!(
            text,
            "<item><instanceId>{id}</instanceId><currentState><code>{}</code><name>{}</name></currentState>\
             <previousState><code>{}</code><name>{before}</name></previousState></item>",
            code(instance.state),
            instance.state,
            code(before)
        );
    }
    text.push_str("</instancesSet>");
    Ok(whole(operation, &text))
}

fn describe(estate: &Estate, form: &Form) -> Answer {
    let ids = form.list("InstanceId.");
    if let Some(gone) = ids.iter().find(|id| !estate.instances.contains_key(**id)) {
        return Err(Refusal::new("InvalidInstanceID.NotFound", *gone));
    }
    let filters = form.filters("Filter.", "Value.");
    let after = form
        .one("NextToken")
        .map_or(Unbounded, |token| Excluded(token.to_owned()));
    let size = form
        .number("MaxResults")
        .map_or(1000, |size| size.clamp(5, 1000));
    let chosen = estate
        .instances
        .range((after, Unbounded))
        .filter(|(id, _)| ids.is_empty() || ids.contains(&id.as_str()))
        .filter(|(id, instance)| {
            filters.iter().all(|(filter, values)| match *filter {
                "instance-id" => values.contains(&id.as_str()),
                "instance-state-name" => values.contains(&instance.state),
                filter => tag_matches(&instance.tags, filter, values),
            })
        });
    let (instances, next) = page(chosen, usize::try_from(size).unwrap_or(1000));
    let mut text = "<reservationSet>".to_owned();
    for (id, instance) in instances {
        write_instance(&mut text, id, instance);
    }
    text.push_str("</reservationSet>");
    if let Some(next) = next {
        let _ = write!(text, "<nextToken>{}</nextToken>", escape(&next));
    }
    Ok(whole("DescribeInstances", &text))
}

fn write_instance(text: &mut String, id: &str, instance: &Instance) {
    let _ = write!(
        text,
        "<item><reservationId>r-{id}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item>\
         <instanceId>{id}</instanceId><imageId>ami-0123456789abcdef0</imageId>\
         <instanceState><code>{}</code><name>{}</name></instanceState>\
         <privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><dnsName/><reason/>\
         <keyName>ops</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
         <instanceType>t3.small</instanceType><launchTime>2025-01-01T00:00:00.000Z</launchTime>\
         <placement><availabilityZone>us-east-1a</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
         <monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId>\
         <vpcId>vpc-0123456789abcdef0</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>\
         <sourceDestCheck>true</sourceDestCheck>\
         <groupSet><item><groupId>{HOSTS}</groupId><groupName>hosts</groupName></item></groupSet>\
         <architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId>\
         <status>attached</status><attachTime>2025-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
         <virtualizationType>hvm</virtualizationType><clientToken/><platformDetails>Linux/UNIX</platformDetails><tagSet>",
        code(instance.state),
        instance.state
    );
    tags(text, "item", ("key", "value"), &instance.tags);
    text.push_str("</tagSet>");
    if let Some(address) = &instance.address {
        let _ = write!(text, "<ipAddress>{address}</ipAddress>");
    }
    text.push_str(
        "<hypervisor>nitro</hypervisor><ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport>\
         <cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>\
         <hibernationOptions><configured>false</configured></hibernationOptions></item></instancesSet></item>",
    );
}

/// Security groups by their ids.
fn groups(estate: &Estate, form: &Form) -> Answer {
    let mut text = "<securityGroupInfo>".to_owned();
    for id in form.list("GroupId.") {
        let open = estate
            .security_groups
            .get(id)
            .ok_or_else(|| Refusal::new("InvalidGroup.NotFound", id))?;
        let _ = write!(
            text,
            "<item><ownerId>123456789012</ownerId><groupId>{id}</groupId><groupName>hosts</groupName>\
             <groupDescription>hosts</groupDescription><vpcId>vpc-0123456789abcdef0</vpcId><ipPermissions>"
        );
        write_rule(&mut text, 443, "10.0.0.0/16");
        for port in open {
            write_rule(&mut text, *port, "0.0.0.0/0");
        }
        text.push_str(
            "</ipPermissions><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><groups/>\
             <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress>\
             <tagSet/></item>",
        );
    }
    text.push_str("</securityGroupInfo>");
    Ok(whole("DescribeSecurityGroups", &text))
}

fn write_rule(text: &mut String, port: u16, range: &str) {
    let _ = write!(
        text,
        "<item><ipProtocol>tcp</ipProtocol><fromPort>{port}</fromPort><toPort>{port}</toPort><groups/>\
         <ipRanges><item><cidrIp>{range}</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>"
    );
}
