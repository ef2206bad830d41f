//! The benchmarks' AWS stub against the real SDKs, through the adapters that
//! off-hours has: a misspelt field, a wrong page or a forgotten filter shows here.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::{BTreeMap, BTreeSet};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use nightshift_bench::{AwsStub, ENVIRONMENT, Estate, REGION, TABLE, TOPIC, configuration};
use nightshift_core::{Document, Region};
use nightshift_runtime::{Body, DynamoLedger, Entry, Ledger, LedgerError, Settings, Source};
use off_hours::aws::{Aws, Scope};
use off_hours::cloud::Cloud;
use off_hours::model::{
    AutoScalingMode, Call, Health, Kind, Resource, Scaling, Sizes, State, Suspension, TaintChange,
};
use serde_json::json;

/// Enough for pages of every kind that has pages.
const RESOURCES: usize = 2_500;

async fn config(stub: &AwsStub) -> SdkConfig {
    let keys = aws_sdk_keys();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(stub.url())
        .region(aws_config::Region::new(REGION))
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

fn aws_sdk_keys() -> aws_sdk_ssm::config::Credentials {
    aws_sdk_ssm::config::Credentials::new("AKIAIOSFODNN7EXAMPLE", "benchmark", None, None, "bench")
}

fn stub(resources: usize) -> AwsStub {
    let mut estate = Estate::new(resources);
    estate.configure(&configuration(), "https://127.0.0.1:9/services/x");
    AwsStub::start(estate, None)
}

async fn aws(stub: &AwsStub) -> Aws {
    let scope = Scope {
        environment_tag: "Environment".to_owned(),
        environment: ENVIRONMENT.to_owned(),
        auto_scaling: AutoScalingMode::Zero,
    };
    Aws::new(&config(stub).await, &[Region::new(REGION)], scope)
}

async fn sweep(aws: &Aws, kind: Kind) -> Vec<Resource> {
    let found = aws.sweep(kind, &Region::new(REGION)).await.unwrap();
    let ours = |resource: &Resource| {
        resource
            .tags
            .get("Environment")
            .is_some_and(|environment| environment == ENVIRONMENT)
    };
    found.into_iter().filter(ours).collect()
}

#[tokio::test]
async fn every_resource_of_the_mix_is_found_awake_and_watched() {
    let stub = stub(RESOURCES);
    let aws = aws(&stub).await;
    let mut alarms = 0;
    for (kind, share) in [
        (Kind::Ec2Instance, 8),
        (Kind::AutoScalingGroup, 4),
        (Kind::EcsService, 4),
        (Kind::DbInstance, 2),
        (Kind::DbCluster, 1),
        (Kind::NodeGroup, 1),
    ] {
        let found = sweep(&aws, kind).await;
        assert_eq!(found.len(), RESOURCES * share / 20, "{kind}");
        for resource in &found {
            assert_eq!(resource.state, State::On, "{}", resource.name);
            assert_eq!(resource.health, Health::Healthy, "{}", resource.name);
            assert_eq!(resource.cannot_sleep, None, "{}", resource.name);
            assert!(resource.tags.contains_key("Schedule"), "{}", resource.name);
        }
        alarms += found
            .iter()
            .map(|resource| resource.alarms.len())
            .sum::<usize>();
    }
    assert_eq!(alarms, RESOURCES / 2, "an alarm for every second resource");
    let calls = stub.take_calls();
    assert!(
        calls.keys().all(|call| !call.contains("unknown")),
        "{calls:?}"
    );
    let pages: BTreeMap<&str, u64> = [
        ("ec2:DescribeInstances", 1),
        ("rds:DescribeDBInstances", 6),
        ("cloudwatch:DescribeAlarms", 14),
        ("application-autoscaling:DescribeScalableTargets", 6),
    ]
    .into();
    for (operation, count) in pages {
        assert_eq!(
            calls.get(operation),
            Some(&count),
            "{operation} in {calls:?}"
        );
    }
}

/// The calls that put a resource of each kind to sleep, and what is seen then.
#[tokio::test]
async fn changes_arrive_and_are_seen() {
    let stub = stub(40);
    let aws = aws(&stub).await;
    let zero = Scaling { min: 0, desired: 0 };
    let all = Suspension {
        scale_in: true,
        scale_out: true,
        scheduled: true,
    };
    for kind in Kind::ALL {
        let resource = sweep(&aws, kind)
            .await
            .into_iter()
            .find(|r| !r.alarms.is_empty());
        let resource = resource.unwrap_or_else(|| panic!("{kind} with an alarm"));
        let names: BTreeSet<String> = resource
            .alarms
            .iter()
            .map(|alarm| alarm.name.clone())
            .collect();
        let name = resource.name.clone();
        let mut calls = vec![Call::DisableAlarmActions { names }];
        match &resource.sizes {
            Sizes::AutoScalingGroup { .. } => {
                calls.push(Call::UpdateAutoScalingGroup {
                    group: name,
                    scaling: zero,
                });
            }
            Sizes::Ec2Instance { id } => calls.push(Call::StopInstances {
                ids: vec![id.clone()],
            }),
            Sizes::NodeGroup { cluster, .. } => calls.push(Call::UpdateNodegroupConfig {
                cluster: cluster.clone(),
                node_group: name,
                scaling: zero,
                taint: TaintChange::Add,
            }),
            Sizes::DbInstance => calls.push(Call::StopDbInstance { id: name }),
            Sizes::DbCluster => calls.push(Call::StopDbCluster { id: name }),
            Sizes::EcsService {
                cluster, target, ..
            } => {
                if target.is_some() {
                    calls.push(Call::RegisterScalableTarget {
                        cluster: cluster.clone(),
                        service: name.clone(),
                        suspension: all,
                    });
                }
                let cluster = cluster.clone();
                calls.push(Call::UpdateService {
                    cluster,
                    service: name,
                    desired: 0,
                });
            }
        }
        for call in &calls {
            aws.call(&Region::new(REGION), call).await.unwrap();
        }
        let seen = aws.look(std::slice::from_ref(&resource)).await.unwrap();
        let states: Vec<_> = seen.iter().map(|resource| resource.state.clone()).collect();
        assert_eq!(states, [State::Stopping], "{kind}");
        assert!(
            seen.iter()
                .flat_map(|r| &r.alarms)
                .all(|alarm| !alarm.actions_enabled),
            "{kind}"
        );
        stub.with(Estate::settle);
        let seen = aws.look(std::slice::from_ref(&resource)).await.unwrap();
        let states: Vec<_> = seen.iter().map(|resource| resource.state.clone()).collect();
        assert_eq!(states, [State::Off], "{kind}");
        match seen.first().map(|resource| &resource.sizes) {
            Some(Sizes::NodeGroup { tainted, max, .. }) => assert_eq!((*tainted, *max), (true, 4)),
            Some(Sizes::EcsService {
                target: Some(target),
                ..
            }) => {
                assert_eq!(target.suspension, all);
            }
            _ => {}
        }
    }
    let calls = stub.take_calls();
    assert!(
        calls.keys().all(|call| !call.contains("unknown")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn the_ledger_pages_and_keeps_its_conditions() {
    let stub = stub(10);
    let ledger = DynamoLedger::new(&config(&stub).await, TABLE);
    let entry = |index: usize, version| Entry {
        key: format!("resource#{index:05}"),
        version,
        body: Body::new(&json!({ "memory": "x".repeat(2_000) })).unwrap(),
        expires_at: None,
    };
    for index in 0..1_200 {
        assert_eq!(
            ledger.write("off-hours", &entry(index, 0)).await.unwrap(),
            1
        );
    }
    assert_eq!(ledger.write("off-hours", &entry(7, 1)).await.unwrap(), 2);
    for stale in [0, 1] {
        let refused = ledger.write("off-hours", &entry(7, stale)).await;
        assert!(
            matches!(refused, Err(LedgerError::Conflict { .. })),
            "{refused:?}"
        );
    }
    let read = ledger
        .read("off-hours", "resource#00007")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.version, read.body), (2, entry(7, 0).body));
    assert_eq!(ledger.read("off-hours", "nothing").await.unwrap(), None);
    drop(stub.take_calls());
    assert_eq!(ledger.load("off-hours").await.unwrap().len(), 1_200);
    assert_eq!(ledger.load("others").await.unwrap().len(), 0);
    assert_eq!(
        stub.take_calls()["dynamodb:Query"],
        4,
        "three pages, and one that is empty"
    );
}

#[tokio::test]
async fn the_configuration_is_one_that_functions_take() {
    let stub = stub(10);
    let config = config(&stub).await;
    let name = "/personal-timeline/dev/nightshift/config".to_owned();
    let settings = Settings::new(&config, Ok(Source::Parameter(name)));
    let document: std::sync::Arc<Document> = settings.document().await.unwrap();
    document
        .section::<off_hours::config::Config>("off-hours")
        .unwrap();
    assert_eq!(document.notifications_topic, TOPIC);
    let switch = settings.stop_switch(&document).await;
    assert_eq!(switch, nightshift_core::StopSwitch::Run);
    let missing = settings.parameter("/nothing").await.unwrap_err();
    assert_eq!(missing.class, nightshift_runtime::CallClass::NotFound);
}
