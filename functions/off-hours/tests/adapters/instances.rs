//! The instances that must not be stopped, and those that do not come up.

use off_hours::cloud::Cloud;
use off_hours::model::{Health, Kind, Resource, State};

use crate::stub::{Stub, ec2, instance, no_alarms, region};

async fn sweep(list: Vec<String>) -> (Stub, Vec<Resource>) {
    let stub = Stub::start(move |asked| match asked.action.as_str() {
        "DescribeInstances" => ec2(
            "DescribeInstances",
            &format!("<reservationSet>{}</reservationSet>", list.concat()),
        ),
        "DescribeSpotInstanceRequests" => {
            let request = |id: &str, kind: &str| {
                format!("<item><spotInstanceRequestId>{id}</spotInstanceRequestId><type>{kind}</type></item>")
            };
            let both = [request("sir-once", "one-time"), request("sir-stays", "persistent")];
            ec2(
                "DescribeSpotInstanceRequests",
                &format!("<spotInstanceRequestSet>{}</spotInstanceRequestSet>", both.concat()),
            )
        }
        "DescribeInstanceStatus" => ec2(
            "DescribeInstanceStatus",
            "<instanceStatusSet><item><instanceId>i-fresh</instanceId><instanceState><name>running</name></instanceState><systemStatus><status>ok</status></systemStatus><instanceStatus><status>initializing</status></instanceStatus></item></instanceStatusSet>",
        ),
        _ => no_alarms(),
    })
    .await;
    let found = stub
        .aws()
        .await
        .sweep(Kind::Ec2Instance, &region())
        .await
        .unwrap();
    (stub, found)
}

fn spot(request: &str) -> String {
    format!(
        "<instanceLifecycle>spot</instanceLifecycle><spotInstanceRequestId>{request}</spotInstanceRequestId>"
    )
}

#[tokio::test]
async fn each_rule_of_ec2_is_named() {
    let tagged = |id: &str, key: &str| {
        instance(id, "dev", "running", "").replace("<key>Name</key>", &format!("<key>{key}</key>"))
    };
    let more = |id: &str, more: &str| instance(id, "dev", "running", more);
    let (stub, found) = sweep(vec![
        more("i-plain", ""),
        more("i-stays", &spot("sir-stays")),
        more("i-once", &spot("sir-once")),
        more("i-lost", &spot("sir-gone")),
        more("i-store", "<rootDeviceType>instance-store</rootDeviceType>"),
        more(
            "i-managed",
            "<operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>",
        ),
        tagged("i-group", "aws:autoscaling:groupName"),
        tagged("i-node", "eks:nodegroup-name"),
        tagged("i-pool", "karpenter.sh/nodepool"),
        tagged("i-fleet", "aws:ec2:fleet-id"),
    ])
    .await;
    for (found, expected) in found.iter().zip([
        None,
        None,
        Some("one-time request"),
        Some("one-time request"),
        Some("instance store"),
        Some("managed by an AWS service"),
        Some("Auto Scaling group"),
        Some("EKS node group"),
        Some("Karpenter node pool"),
        Some("fleet"),
    ]) {
        let rule = found.cannot_sleep.as_deref();
        assert_eq!(
            rule.is_some(),
            expected.is_some(),
            "{}: {rule:?}",
            found.name
        );
        assert!(
            rule.unwrap_or_default()
                .contains(expected.unwrap_or_default()),
            "{rule:?}"
        );
    }
    assert_eq!(found[1].capacity[0].engine, "spot");
    assert_eq!(stub.count("DescribeSpotInstanceRequests"), 1);
}

#[tokio::test]
async fn one_that_has_just_started_waits_for_its_status_checks() {
    let started = |at: String| format!("<launchTime>{at}</launchTime>");
    let now = jiff::Timestamp::now().to_string();
    let (stub, found) = sweep(vec![
        instance("i-fresh", "dev", "running", &started(now)),
        instance(
            "i-old",
            "dev",
            "running",
            &started("2026-01-01T00:00:00Z".to_owned()),
        ),
        instance("i-coming", "dev", "pending", ""),
        instance("i-gone", "dev", "shutting-down", ""),
    ])
    .await;
    let told: Vec<(&State, &Health)> = found.iter().map(|i| (&i.state, &i.health)).collect();
    let waiting = Health::NotYet("its instance status check is initializing".to_owned());
    let starting = Health::NotYet("it is starting".to_owned());
    assert_eq!(
        told,
        [
            (&State::On, &waiting),
            (&State::On, &Health::Healthy),
            (&State::Starting, &starting)
        ]
    );
    let asked = stub.asked();
    let status = asked
        .iter()
        .find(|asked| asked.action == "DescribeInstanceStatus")
        .unwrap();
    assert!(status.body.contains("i-fresh") && !status.body.contains("i-old"));
}

#[tokio::test]
async fn one_that_fell_back_says_why() {
    let reason = |code: &str, words: &str| {
        format!("<stateReason><code>{code}</code><message>{words}</message></stateReason>")
    };
    let stopped = |id: &str, more: String| instance(id, "dev", "stopped", &more);
    let (stub, found) = sweep(vec![
        stopped(
            "i-kms",
            reason("Client.InternalError", "Client error on launch"),
        ),
        stopped(
            "i-full",
            reason("Server.InsufficientInstanceCapacity", "no room"),
        ),
        stopped(
            "i-user",
            reason("Client.UserInitiatedShutdown", "User initiated shutdown"),
        ),
        stopped("i-none", String::new()),
        stopped(
            "i-host",
            reason("Server.ScheduledStop", "its host is retired"),
        ),
        stopped(
            "i-spot",
            reason("Server.SpotInstanceShutdown", "interrupted"),
        ),
    ])
    .await;
    for (found, expected) in found.iter().zip([
        "KMS key",
        "no capacity for t3.small",
        "User initiated",
        "it is stopped",
        "host is retired",
        "interrupted",
    ]) {
        assert_eq!(found.state, State::Off);
        let why = found.health.why_not().unwrap();
        assert!(why.contains(expected), "{found:?}");
    }
    let by_aws: Vec<bool> = found
        .iter()
        .map(|one| matches!(one.health, Health::Failing(_)))
        .collect();
    assert_eq!(by_aws, [true, true, false, false, true, false]);
    assert_eq!(
        stub.count("DescribeInstanceStatus"),
        0,
        "no check where nothing has started"
    );
}
