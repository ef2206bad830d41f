use std::fmt::Write;
use std::ops::Bound::{Excluded, Unbounded};

use super::query::{Form, escape, result, tag_matches, tags};
use super::{Answer, Refusal, page};
use crate::estate::{Estate, Group};

pub(super) fn answer(estate: &mut Estate, operation: &str, form: &Form) -> Answer {
    match operation {
        "DescribeAutoScalingGroups" => Ok(describe(estate, form)),
        "DescribeScalingActivities" => Ok(result(operation, "<Activities/>")),
        "UpdateAutoScalingGroup" => {
            let group = group(estate, form)?;
            for (field, name) in [
                (&mut group.min, "MinSize"),
                (&mut group.max, "MaxSize"),
                (&mut group.desired, "DesiredCapacity"),
            ] {
                if let Some(number) = form.number(name) {
                    *field = number;
                }
            }
            Ok(result(operation, ""))
        }
        "SuspendProcesses" | "ResumeProcesses" => {
            let group = group(estate, form)?;
            for process in form.list("ScalingProcesses.member.") {
                if operation == "SuspendProcesses" {
                    group.suspended.insert(process.to_owned());
                } else {
                    group.suspended.remove(process);
                }
            }
            Ok(result(operation, ""))
        }
        other => Err(Refusal::unknown(other)),
    }
}

fn group<'a>(estate: &'a mut Estate, form: &Form) -> Result<&'a mut Group, Refusal> {
    let name = form.one("AutoScalingGroupName").unwrap_or_default();
    estate
        .groups
        .get_mut(name)
        .ok_or_else(|| Refusal::new("ValidationError", "AutoScalingGroup name not found"))
}

fn describe(estate: &Estate, form: &Form) -> Vec<u8> {
    let names = form.list("AutoScalingGroupNames.member.");
    let filters = form.filters("Filters.member.", "Values.member.");
    let after = form
        .one("NextToken")
        .map_or(Unbounded, |token| Excluded(token.to_owned()));
    let size = form
        .number("MaxRecords")
        .map_or(50, |size| size.clamp(1, 100));
    let chosen = estate
        .groups
        .range((after, Unbounded))
        .filter(|(name, group)| {
            (names.is_empty() || names.contains(&name.as_str()))
                && filters
                    .iter()
                    .all(|(filter, values)| tag_matches(&group.tags, filter, values))
        });
    let (groups, next) = page(chosen, usize::try_from(size).unwrap_or(50));
    let mut text = "<AutoScalingGroups>".to_owned();
    for (name, group) in groups {
        write_group(&mut text, name, group);
    }
    text.push_str("</AutoScalingGroups>");
    if let Some(next) = next {
        let _ = write!(text, "<NextToken>{}</NextToken>", escape(&next));
    }
    result("DescribeAutoScalingGroups", &text)
}

fn write_group(text: &mut String, name: &str, group: &Group) {
    let _ = write!(
        text,
        "<member><AutoScalingGroupName>{name}</AutoScalingGroupName>\
         <AutoScalingGroupARN>arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/{name}</AutoScalingGroupARN>\
         <LaunchTemplate><LaunchTemplateId>lt-0123456789abcdef0</LaunchTemplateId><LaunchTemplateName>{name}</LaunchTemplateName><Version>3</Version></LaunchTemplate>\
         <MinSize>{}</MinSize><MaxSize>{}</MaxSize><DesiredCapacity>{}</DesiredCapacity>\
         <DefaultCooldown>300</DefaultCooldown>\
         <AvailabilityZones><member>us-east-1a</member><member>us-east-1b</member></AvailabilityZones>\
         <LoadBalancerNames/><TargetGroupARNs/><HealthCheckType>EC2</HealthCheckType>\
         <HealthCheckGracePeriod>300</HealthCheckGracePeriod><Instances>",
        group.min, group.max, group.desired
    );
    for id in &group.instances {
        let _ = write!(
            text,
            "<member><InstanceId>{id}</InstanceId><InstanceType>t3.small</InstanceType>\
             <AvailabilityZone>us-east-1a</AvailabilityZone><LifecycleState>InService</LifecycleState>\
             <HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
        );
    }
    text.push_str(
        "</Instances><CreatedTime>2025-01-01T00:00:00Z</CreatedTime><SuspendedProcesses>",
    );
    for process in &group.suspended {
        let _ = write!(
            text,
            "<member><ProcessName>{process}</ProcessName><SuspensionReason>User suspended</SuspensionReason></member>"
        );
    }
    text.push_str("</SuspendedProcesses><VPCZoneIdentifier>subnet-0123456789abcdef0</VPCZoneIdentifier><EnabledMetrics/><Tags>");
    tags(text, "member", ("Key", "Value"), &group.tags);
    text.push_str(
        "</Tags><TerminationPolicies><member>Default</member></TerminationPolicies>\
         <NewInstancesProtectedFromScaleIn>false</NewInstancesProtectedFromScaleIn></member>",
    );
}
