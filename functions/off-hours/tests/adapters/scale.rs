//! Ten thousand resources: calls by pages, and the memory of a small Lambda.

use std::fmt::Write;
use std::fs;
use std::time::Instant;

use off_hours::cloud::Cloud;
use off_hours::model::Kind;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::stub::{
    Asked, Stub, database, ec2, group, instance, json as json_answer, no_alarms, region, xml,
};

const GROUPS: usize = 1_500;
const INSTANCES: usize = 4_000;
const DATABASES: usize = 2_500;
const NODE_GROUPS: usize = 500;
const SERVICES: usize = 1_500;
const CLUSTERS: usize = 10;

/// About as long as what `DescribeInstances` says of an instance: disks,
/// network interfaces, placement and options.
fn details() -> String {
    let mut details = String::from(
        "<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><blockDeviceMapping>",
    );
    for disk in 0..4 {
        let _ = write!(
            details,
            "<item><deviceName>/dev/sd{disk}</deviceName><ebs><volumeId>vol-0123456789abcdef{disk}</volumeId><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item>"
        );
    }
    details.push_str("</blockDeviceMapping><networkInterfaceSet>");
    for card in 0..2 {
        let _ = write!(
            details,
            "<item><networkInterfaceId>eni-0123456789abcdef{card}</networkInterfaceId><subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><description>Primary network interface</description><ownerId>123456789012</ownerId><status>in-use</status><macAddress>02:00:00:00:00:00</macAddress><privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0123456789abcdef0</groupId><groupName>default</groupName></item></groupSet><attachment><attachmentId>eni-attach-0123456789abcdef0</attachmentId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></attachment><privateIpAddressesSet><item><privateIpAddress>10.0.0.1</privateIpAddress><primary>true</primary></item></privateIpAddressesSet></item>"
        );
    }
    details.push_str("</networkInterfaceSet><launchTime>2026-01-01T00:00:00Z</launchTime>");
    details
}

/// One page of things numbered from its token on, and the token of the next.
fn page(
    token: Option<String>,
    size: usize,
    all: usize,
    one: impl Fn(usize) -> String,
) -> (String, Option<usize>) {
    let from: usize = token.map_or(0, |token| token.parse().unwrap());
    let until = (from + size).min(all);
    (
        (from..until).map(one).collect(),
        (until < all).then_some(until),
    )
}

fn marked(name: &str, next: Option<usize>) -> String {
    next.map_or_else(String::new, |next| format!("<{name}>{next}</{name}>"))
}

fn answer(asked: &Asked, details: &str) -> ResponseTemplate {
    match asked.action.as_str() {
        "DescribeAutoScalingGroups" if asked.body.contains("AutoScalingGroupNames") => {
            xml("DescribeAutoScalingGroups", "<AutoScalingGroups/>")
        }
        "DescribeAutoScalingGroups" => {
            let (list, next) = page(asked.parameter("NextToken"), 100, GROUPS, |n| {
                group(&format!("web-{n}"), "dev")
            });
            let next = marked("NextToken", next);
            xml(
                "DescribeAutoScalingGroups",
                &format!("<AutoScalingGroups>{list}</AutoScalingGroups>{next}"),
            )
        }
        "DescribeInstances" => {
            let (list, next) = page(asked.parameter("NextToken"), 1000, INSTANCES, |n| {
                instance(&format!("i-{n}"), "dev", "running", details)
            });
            let next = marked("nextToken", next);
            ec2(
                "DescribeInstances",
                &format!("<reservationSet>{list}</reservationSet>{next}"),
            )
        }
        "DescribeDBInstances" => {
            let (list, next) = page(asked.parameter("Marker"), 100, DATABASES, |n| {
                database(&format!("db-{n}"), "dev", "available")
            });
            let next = marked("Marker", next);
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{list}</DBInstances>{next}"),
            )
        }
        "DescribeDBClusters" => xml("DescribeDBClusters", "<DBClusters/>"),
        "DescribeGlobalClusters" => xml("DescribeGlobalClusters", "<GlobalClusters/>"),
        "DescribeAlarms" => no_alarms(),
        action => json_answer(&answer_json(action, asked)),
    }
}

fn answer_json(action: &str, asked: &Asked) -> Value {
    if let Some(path) = action.strip_prefix("GET /clusters") {
        return node_groups(path);
    }
    let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    match action {
        "ListClusters" => {
            let arns =
                (0..CLUSTERS).map(|n| format!("arn:aws:ecs:us-east-1:123456789012:cluster/c{n}"));
            json!({"clusterArns": arns.collect::<Vec<_>>()})
        }
        "ListServices" => {
            let cluster = body["cluster"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap();
            let from: usize = body["nextToken"]
                .as_str()
                .map_or(0, |token| token.parse().unwrap());
            let until = (from + 100).min(SERVICES / CLUSTERS);
            let arns = (from..until)
                .map(|n| format!("arn:aws:ecs:us-east-1:123456789012:service/{cluster}/api-{n}"));
            let next = (until < SERVICES / CLUSTERS).then(|| until.to_string());
            json!({"serviceArns": arns.collect::<Vec<_>>(), "nextToken": next})
        }
        "DescribeServices" => {
            let services = body["services"].as_array().unwrap().iter().map(|arn| json!({
                "serviceArn": arn, "serviceName": arn.as_str().unwrap().rsplit('/').next(),
                "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0,
                "clusterArn": body["cluster"], "launchType": "EC2",
                "events": (0..100).map(|n| json!({"id": n.to_string(), "message": "(service api) has reached a steady state."})).collect::<Vec<_>>(),
                "tags": [{"key": "Environment", "value": "dev"}],
            }));
            json!({"services": services.collect::<Vec<_>>()})
        }
        "DescribeScalableTargets" => json!({"ScalableTargets": []}),
        other => panic!("nobody told what {other} answers"),
    }
}

fn node_groups(path: &str) -> Value {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => json!({"clusters": (0..CLUSTERS).map(|n| format!("k{n}")).collect::<Vec<_>>()}),
        [_, "node-groups"] => {
            let names = (0..NODE_GROUPS / CLUSTERS).map(|n| format!("workers-{n}"));
            json!({"nodegroups": names.collect::<Vec<_>>()})
        }
        [cluster, "node-groups", name] => json!({"nodegroup": {
            "nodegroupName": name, "clusterName": cluster, "status": "ACTIVE",
            "nodegroupArn": format!("arn:aws:eks:us-east-1:123456789012:nodegroup/{cluster}/{name}/1"),
            "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
            "resources": {"autoScalingGroups": [{"name": format!("eks-{cluster}-{name}")}]},
            "tags": {"Environment": "dev"},
        }}),
        other => panic!("nobody told what {other:?} answers"),
    }
}

/// The most memory that this process has held, in MiB; none off Linux.
fn peak_memory() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}

/// The Lambda has 128 MB. The stub and its pages are in the same process, so what is measured is more
/// than what the adapters take.
#[tokio::test]
async fn ten_thousand_resources_are_seen_by_pages_in_little_memory() {
    let details = details();
    let stub = Stub::start(move |asked| answer(asked, &details)).await;
    let aws = stub.aws().await;
    let begun = Instant::now();
    let at = region();
    let sweep = |kind| aws.sweep(kind, &at);
    let found = futures_util::future::try_join_all(Kind::ALL.map(sweep))
        .await
        .unwrap();
    let took = begun.elapsed();
    let counted: Vec<usize> = found.iter().map(Vec::len).collect();
    assert_eq!(
        counted,
        [GROUPS, INSTANCES, NODE_GROUPS, DATABASES, 0, SERVICES]
    );
    for (action, expected) in [
        (
            "DescribeAutoScalingGroups",
            GROUPS / 100 + NODE_GROUPS / 100,
        ),
        ("DescribeInstances", INSTANCES / 1000),
        ("DescribeDBInstances", DATABASES / 100),
        ("DescribeServices", SERVICES / 10),
        ("DescribeAlarms", 1),
    ] {
        assert_eq!(stub.count(action), expected, "{action}");
    }
    let peak = peak_memory();
    eprintln!(
        "10,000 resources: {took:?}, {} calls, peak {peak:?} MiB",
        stub.asked().len()
    );
    assert!(peak.is_none_or(|peak| peak < 128), "{peak:?} MiB");
}
