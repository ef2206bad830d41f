//! What comes up slowly or not at all, and how soon that shows.

use off_hours::cloud::Cloud;
use off_hours::model::{Health, Kind, Resource, State};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stub::{Stub, database, group, json as json_answer, no_alarms, region, xml};

/// A group of two of which one is in service, with these activities, the newest first.
async fn short_group(activities: &'static [(&'static str, &'static str)]) -> Resource {
    let stub = Stub::start(move |asked| match asked.action.as_str() {
        "DescribeAutoScalingGroups" => {
            let short = group("web", "dev").replacen("InService", "Terminating", 1);
            xml(
                "DescribeAutoScalingGroups",
                &format!("<AutoScalingGroups>{short}</AutoScalingGroups>"),
            )
        }
        "DescribeScalingActivities" => {
            let one = |(status, words): &(&str, &str)| {
                format!("<member><ActivityId>a</ActivityId><AutoScalingGroupName>web</AutoScalingGroupName><Cause>c</Cause><StartTime>2026-11-24T07:00:00Z</StartTime><StatusCode>{status}</StatusCode><StatusMessage>{words}</StatusMessage></member>")
            };
            let listed = activities.iter().map(one).collect::<Vec<_>>().concat();
            xml(
                "DescribeScalingActivities",
                &format!("<Activities>{listed}</Activities>"),
            )
        }
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let mut found = aws.sweep(Kind::AutoScalingGroup, &region()).await.unwrap();
    found.remove(0)
}

#[tokio::test]
async fn a_launch_that_failed_is_told_from_one_that_is_not_over() {
    let none = "We currently do not have sufficient t3.micro capacity";
    let failing = short_group(&[("Failed", "no room"), ("Successful", "")]).await;
    let Health::Failing(words) = &failing.health else {
        panic!("{failing:#?}");
    };
    assert_eq!(
        words,
        "1 of 2 instances are in service; the last launch failed: no room"
    );
    let again = short_group(&[
        ("PreInService", ""),
        (
            "Failed",
            "We currently do not have sufficient t3.micro capacity",
        ),
    ])
    .await;
    assert!(
        matches!(&again.health, Health::Failing(words) if words.ends_with(none)),
        "{again:#?}"
    );
    let mended = short_group(&[("Successful", ""), ("Failed", "no room")]).await;
    assert!(matches!(mended.health, Health::NotYet(_)), "{mended:#?}");
}

fn database_of(id: &str, engine: &str, status: &str) -> String {
    database(id, "dev", status).replace("postgres", engine)
}

#[tokio::test]
async fn a_database_shows_whether_a_start_can_bring_it_back() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => {
            let no_key = "inaccessible-encryption-credentials-recoverable";
            let list = [
                database_of("key", "postgres", no_key),
                database_of("network", "postgres", "incompatible-network"),
                database_of("server", "sqlserver-se", "incompatible-network"),
                database_of("capacity", "postgres", "insufficient-capacity"),
                database_of("gone", "postgres", "inaccessible-encryption-credentials"),
            ];
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{}</DBInstances>", list.concat()),
            )
        }
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let found = aws.sweep(Kind::DbInstance, &region()).await.unwrap();
    let startable: Vec<&str> = found
        .iter()
        .filter(|one| matches!(one.state, State::Stalled(_)))
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(startable, ["key", "network"]);
    for (one, words) in found.iter().zip([
        "enable the key",
        "free addresses",
        "free addresses",
        "create it anew",
        "restored from a backup",
    ]) {
        let why = one.health.why_not().unwrap();
        assert!(why.contains(words), "{}: {why}", one.name);
    }
}

#[tokio::test]
async fn a_member_that_never_comes_is_told_from_one_that_is_starting() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => {
            let member = |id: &str, cluster: &str, status: &str| {
                database(id, "dev", status).replace(
                    "</DBInstance>",
                    &format!("<DBClusterIdentifier>{cluster}</DBClusterIdentifier></DBInstance>"),
                )
            };
            let list = [
                member("slow-1", "slow", "starting"),
                member("lost-1", "lost", "available"),
                member("lost-2", "lost", "insufficient-capacity"),
            ];
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{}</DBInstances>", list.concat()),
            )
        }
        "DescribeDBClusters" => {
            let cluster = |id: &str| {
                format!("<DBCluster><DBClusterIdentifier>{id}</DBClusterIdentifier><DBClusterArn>arn:aws:rds:us-east-1:123456789012:cluster:{id}</DBClusterArn><Engine>aurora-postgresql</Engine><Status>available</Status></DBCluster>")
            };
            let list = [cluster("slow"), cluster("lost")].concat();
            xml(
                "DescribeDBClusters",
                &format!("<DBClusters>{list}</DBClusters>"),
            )
        }
        "DescribeGlobalClusters" => xml("DescribeGlobalClusters", "<GlobalClusters/>"),
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let found = aws.sweep(Kind::DbCluster, &region()).await.unwrap();
    let slow = Health::NotYet("its member slow-1 is starting".to_owned());
    assert_eq!(found[0].health, slow);
    assert!(
        matches!(&found[1].health, Health::Failing(why) if why.contains("lost-2 is insufficient-capacity: ")),
        "{found:#?}"
    );
}

fn crashing(failed: u32, running: u32) -> ResponseTemplate {
    json_answer(&json!({"services": [{
        "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/main/api", "serviceName": "api",
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/main", "status": "ACTIVE",
        "desiredCount": 2, "runningCount": running, "pendingCount": 1, "launchType": "EC2",
        "deployments": [{"id": "d", "status": "PRIMARY", "desiredCount": 2, "runningCount": running,
            "failedTasks": failed, "rolloutState": "IN_PROGRESS"}],
        "events": [{"id": "e", "message": "(service api) was unable to place a task"}],
        "tags": [{"key": "Environment", "value": "dev"}],
    }]}))
}

#[tokio::test]
async fn tasks_that_fail_are_told_from_tasks_that_start() {
    for (failed, is_failing) in [(0, false), (3, true)] {
        let stub = Stub::start(move |asked| match asked.action.as_str() {
            "ListClusters" => json_answer(
                &json!({"clusterArns": ["arn:aws:ecs:us-east-1:123456789012:cluster/main"]}),
            ),
            "ListServices" => json_answer(&json!({"serviceArns": ["api"]})),
            "DescribeServices" => crashing(failed, 0),
            "DescribeScalableTargets" => json_answer(&json!({"ScalableTargets": []})),
            _ => no_alarms(),
        })
        .await;
        let aws = stub.aws().await;
        let found = aws.sweep(Kind::EcsService, &region()).await.unwrap();
        let health = &found[0].health;
        assert_eq!(matches!(health, Health::Failing(_)), is_failing);
        let why = health.why_not().unwrap();
        assert!(why.contains("unable to place a task"), "{why}");
    }
}
