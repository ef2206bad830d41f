//! All pages, in batches, with what the server made of a filter.

use nightshift_core::Arn;
use off_hours::cloud::Cloud;
use off_hours::model::{Kind, Resource};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::stub::{
    Asked, Stub, database, ec2, group, instance, json as json_answer, no_alarms, region, scope, xml,
};

fn databases(asked: &Asked, environment: &str) -> ResponseTemplate {
    let page: usize = asked
        .parameter("Marker")
        .map_or(0, |marker| marker.parse().unwrap());
    let list: String = (0..100)
        .map(|n| database(&format!("db-{page}-{n}"), environment, "available"))
        .collect();
    let marker = if page < 4 {
        format!("<Marker>{}</Marker>", page + 1)
    } else {
        String::new()
    };
    xml(
        "DescribeDBInstances",
        &format!("<DBInstances>{list}</DBInstances>{marker}"),
    )
}

#[tokio::test]
async fn five_pages_are_five_calls_and_alarms_are_read_once_a_run() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => databases(asked, "dev"),
        "DescribeDBClusters" => xml("DescribeDBClusters", "<DBClusters/>"),
        "DescribeGlobalClusters" => xml("DescribeGlobalClusters", "<GlobalClusters/>"),
        "DescribeAutoScalingGroups" => xml(
            "DescribeAutoScalingGroups",
            &format!(
                "<AutoScalingGroups>{}</AutoScalingGroups>",
                group("web", "dev")
            ),
        ),
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    for _ in 0..2 {
        let run = aws.begin(scope());
        assert_eq!(
            run.sweep(Kind::DbInstance, &region()).await.unwrap().len(),
            500
        );
        assert_eq!(
            run.sweep(Kind::DbCluster, &region()).await.unwrap().len(),
            0
        );
        assert_eq!(
            run.sweep(Kind::AutoScalingGroup, &region())
                .await
                .unwrap()
                .len(),
            1
        );
    }
    assert_eq!(
        stub.count("DescribeDBInstances"),
        10,
        "one reading for both kinds in each run"
    );
    assert_eq!(
        stub.count("DescribeAlarms"),
        2,
        "one reading for all kinds in each run"
    );
    assert_eq!(
        stub.asked()[0].parameter("MaxRecords").as_deref(),
        Some("100")
    );
}

#[tokio::test]
async fn where_nothing_is_ours_no_alarm_is_read() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => databases(asked, "prod"),
        _ => no_alarms(),
    })
    .await;
    let found = stub
        .aws()
        .await
        .sweep(Kind::DbInstance, &region())
        .await
        .unwrap();
    assert_eq!(found.len(), 500);
    assert_eq!(stub.count("DescribeAlarms"), 0);
}

#[tokio::test]
async fn a_filter_is_sent_and_what_ignores_it_is_seen_with_its_own_tags() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeAutoScalingGroups" => {
            let groups = [
                group("web", "dev"),
                group("shop", "prod"),
                group("pre", "preproduction"),
            ];
            xml(
                "DescribeAutoScalingGroups",
                &format!("<AutoScalingGroups>{}</AutoScalingGroups>", groups.concat()),
            )
        }
        "DescribeInstances" => {
            let all = [
                instance("i-1", "dev", "running", ""),
                instance("i-2", "prod", "running", ""),
            ];
            ec2(
                "DescribeInstances",
                &format!("<reservationSet>{}</reservationSet>", all.concat()),
            )
        }
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let environments = |found: Vec<Resource>| -> Vec<String> {
        found
            .iter()
            .map(|resource| resource.tags["Environment"].clone())
            .collect()
    };
    let groups = aws.sweep(Kind::AutoScalingGroup, &region()).await.unwrap();
    assert_eq!(environments(groups), ["dev", "prod", "preproduction"]);
    let instances = aws.sweep(Kind::Ec2Instance, &region()).await.unwrap();
    assert_eq!(environments(instances), ["dev", "prod"]);
    for (action, name, value) in [
        (
            "DescribeAutoScalingGroups",
            "Filters.member.1.Name",
            "Filters.member.1.Values.member.1",
        ),
        ("DescribeInstances", "Filter.1.Name", "Filter.1.Value.1"),
    ] {
        let asked = stub
            .asked()
            .into_iter()
            .find(|asked| asked.action == action)
            .unwrap();
        assert_eq!(
            asked.parameter(name).as_deref(),
            Some("tag:Environment"),
            "{asked:?}"
        );
        assert_eq!(asked.parameter(value).as_deref(), Some("dev"), "{asked:?}");
    }
}

#[tokio::test]
async fn a_look_asks_for_a_hundred_at_a_time() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" if asked.body.contains("db-instance-id") => {
            let one = database("db-0-0", "dev", "stopping");
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{one}</DBInstances>"),
            )
        }
        "DescribeDBInstances" => databases(asked, "dev"),
        _ => no_alarms(),
    })
    .await;
    let aws = stub.aws().await;
    let all = aws.sweep(Kind::DbInstance, &region()).await.unwrap();
    let before = stub.count("DescribeDBInstances");
    assert!(!aws.look(&all[..250]).await.unwrap().is_empty());
    assert_eq!(stub.count("DescribeDBInstances") - before, 3);
}

#[tokio::test]
async fn services_are_described_ten_at_a_time_with_their_tags() {
    let arn = |n: usize| format!("arn:aws:ecs:us-east-1:123456789012:service/main/api-{n}");
    let stub = Stub::start(move |asked| {
        json_answer(&match asked.action.as_str() {
            "ListClusters" => {
                json!({"clusterArns": ["arn:aws:ecs:us-east-1:123456789012:cluster/main"]})
            }
            "ListServices" if asked.body.contains("nextToken") => {
                json!({"serviceArns": (100..125).map(arn).collect::<Vec<_>>()})
            }
            "ListServices" => {
                json!({"serviceArns": (0..100).map(arn).collect::<Vec<_>>(), "nextToken": "2"})
            }
            "DescribeServices" => {
                let wanted: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
                let wanted = wanted["services"].as_array().unwrap().clone();
                assert!(wanted.len() <= 10 && asked.body.contains("TAGS"));
                let services: Vec<_> = wanted.iter().map(service).collect();
                json!({"services": services})
            }
            "DescribeScalableTargets" => json!({"ScalableTargets": []}),
            _ => return no_alarms(),
        })
    })
    .await;
    let found = stub
        .aws()
        .await
        .sweep(Kind::EcsService, &region())
        .await
        .unwrap();
    assert_eq!(found.len(), 125);
    let daemons = found
        .iter()
        .filter(|service| service.cannot_sleep.is_some());
    assert_eq!(daemons.count(), 1);
    assert_eq!(
        (stub.count("ListServices"), stub.count("DescribeServices")),
        (2, 13)
    );
    assert_eq!(stub.count("DescribeScalableTargets"), 1);
}

fn service(arn: &serde_json::Value) -> serde_json::Value {
    let name = arn.as_str().unwrap().rsplit('/').next().unwrap();
    json!({
        "serviceArn": arn, "serviceName": name, "status": "ACTIVE", "desiredCount": 2,
        "runningCount": 2, "pendingCount": 0, "launchType": "EC2",
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/main",
        "schedulingStrategy": if name == "api-7" { "DAEMON" } else { "REPLICA" },
        "tags": [{"key": "Environment", "value": "dev"}],
    })
}

#[tokio::test]
async fn the_tags_of_alarms_are_matched_exactly() {
    let stub = Stub::start(|asked| {
        // CBOR: {"Tags": [{"Key": "Environment", "Value": ...}]}
        let tagged = |value: &str| {
            let mut body = vec![0xa1, 0x64];
            body.extend(b"Tags");
            body.extend([0x81, 0xa2, 0x63]);
            body.extend(b"Key");
            body.push(0x6b);
            body.extend(b"Environment");
            body.push(0x65);
            body.extend(b"Value");
            body.push(0x60 + u8::try_from(value.len()).unwrap());
            body.extend(value.as_bytes());
            ResponseTemplate::new(200)
                .insert_header("smithy-protocol", "rpc-v2-cbor")
                .set_body_raw(body, "application/cbor")
        };
        assert_eq!(asked.action, "ListTagsForResource");
        let is_of = |name: &str| asked.body.contains(&format!(":alarm:{name}"));
        [("ours", "dev"), ("prod", "prod"), ("near", "development")]
            .into_iter()
            .find(|(name, _)| is_of(name))
            .map_or_else(no_alarms, |(_, environment)| tagged(environment))
    })
    .await;
    let names = ["ours", "prod", "near", "none"];
    let alarms: Vec<Arn> = names
        .iter()
        .map(|name| {
            format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}")
                .parse()
                .unwrap()
        })
        .collect();
    let told = stub.aws().await.are_ours(&region(), &alarms).await;
    let told: Vec<bool> = told.into_iter().map(Result::unwrap).collect();
    assert_eq!(told, [true, false, false, false]);
    assert_eq!(stub.count("ListTagsForResource"), 4);
}
