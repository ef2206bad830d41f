//! What belongs to the environment, and lacks the tag by which the role may change it.

use off_hours::cloud::Cloud;
use off_hours::model::{Kind, Resource};
use serde_json::json;

use crate::stub::{Stub, ec2, group, instance, json as json_answer, no_alarms, region, xml};

async fn node_group(own: Option<&'static str>, of_cluster: &'static str) -> Resource {
    let stub = Stub::start(move |asked| match asked.action.as_str() {
        "GET /clusters" => json_answer(&json!({"clusters": ["main"]})),
        "GET /clusters/main/node-groups" => json_answer(&json!({"nodegroups": ["apps"]})),
        "GET /clusters/main" => {
            json_answer(&json!({"cluster": {"name": "main", "tags": {"Environment": of_cluster}}}))
        }
        "GET /clusters/main/node-groups/apps" => {
            let tags = own.map_or_else(|| json!({}), |own| json!({"Environment": own}));
            json_answer(&json!({"nodegroup": {
                "nodegroupName": "apps", "clusterName": "main", "status": "ACTIVE", "tags": tags,
                "nodegroupArn": "arn:aws:eks:us-east-1:123456789012:nodegroup/main/apps/1",
                "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
            }}))
        }
        "DescribeAutoScalingGroups" => xml("DescribeAutoScalingGroups", "<AutoScalingGroups/>"),
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let found = aws.sweep(Kind::NodeGroup, &region()).await.unwrap();
    let again = aws.look(&found).await.unwrap();
    assert_eq!(found, again, "a look shows the same");
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_node_group_is_its_clusters_and_sleeps_only_with_a_tag_of_its_own() {
    let environment = |one: &Resource| one.tags.get("Environment").cloned();
    let own = node_group(Some("dev"), "dev").await;
    assert_eq!(
        (environment(&own).as_deref(), own.cannot_sleep),
        (Some("dev"), None)
    );
    let inherited = node_group(None, "dev").await;
    assert_eq!(environment(&inherited).as_deref(), Some("dev"));
    let why = inherited.cannot_sleep.unwrap();
    assert!(
        why.contains("tag the node group Environment = `dev`"),
        "{why}"
    );
    // What is somebody else's is not claimed, whatever its cluster says.
    let prod = node_group(Some("prod"), "dev").await;
    assert_eq!(environment(&prod).as_deref(), Some("prod"));
    let stranger = node_group(None, "prod").await;
    assert_eq!(
        (environment(&stranger), stranger.cannot_sleep),
        (None, None)
    );
}

/// A group that stops its instances, of which the second carries this.
async fn suspended(second: &'static str) -> Resource {
    let stub = Stub::start(move |asked| match asked.action.as_str() {
        "DescribeAutoScalingGroups" => {
            let mode = "<Tags><member><Key>nightshift:sleep-mode</Key><Value>suspend-and-stop</Value></member>";
            let web = group("web", "dev").replace("<Tags>", mode);
            xml(
                "DescribeAutoScalingGroups",
                &format!("<AutoScalingGroups>{web}</AutoScalingGroups>"),
            )
        }
        "DescribeInstances" => {
            let both = [
                instance("i-web-a", "dev", "running", ""),
                instance("i-web-b", second, "running", ""),
            ];
            ec2(
                "DescribeInstances",
                &format!("<reservationSet>{}</reservationSet>", both.concat()),
            )
        }
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let found = aws.sweep(Kind::AutoScalingGroup, &region()).await.unwrap();
    found.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_group_whose_instances_lack_the_tag_is_left_alone_as_a_whole() {
    assert_eq!(suspended("dev").await.cannot_sleep, None);
    let why = suspended("prod").await.cannot_sleep.unwrap();
    assert!(why.contains("1 of its 2 instances (i-web-b)"), "{why}");
    assert!(why.contains("PropagateAtLaunch"), "{why}");
}
