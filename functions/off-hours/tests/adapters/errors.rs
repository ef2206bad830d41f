//! What AWS refuses, and what it does not answer.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nightshift_runtime::CallClass;
use off_hours::cloud::Cloud;
use off_hours::model::{Call, Kind, Scaling, Suspension, TaintChange};
use wiremock::ResponseTemplate;

use crate::stub::{Stub, database, failed, failed_ec2, failed_json, no_alarms, region, xml};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A change, how AWS refuses it, and what the error says of it.
type Refusal = (Call, ResponseTemplate, CallClass, &'static str);

fn refusals_of_groups_and_instances() -> Vec<Refusal> {
    let scaling = Scaling { min: 0, desired: 0 };
    let group = || "web".to_owned();
    vec![
        (
            Call::UpdateAutoScalingGroup {
                group: group(),
                scaling,
            },
            failed(400, "ScalingActivityInProgress"),
            CallClass::Conflict,
            "web",
        ),
        (
            Call::SuspendProcesses {
                group: group(),
                processes: names(&["Launch"]),
            },
            failed(403, "AccessDenied"),
            CallClass::Denied,
            "web",
        ),
        (
            Call::ResumeProcesses {
                group: group(),
                processes: names(&["Launch"]),
            },
            failed(400, "ValidationError"),
            CallClass::Invalid,
            "web",
        ),
        (
            Call::StopInstances {
                ids: vec!["i-1".into(), "i-2".into()],
            },
            failed_ec2("UnauthorizedOperation"),
            CallClass::Denied,
            "i-1, i-2",
        ),
        (
            Call::StartInstances {
                ids: vec!["i-1".into()],
            },
            failed_ec2("InvalidInstanceID.NotFound"),
            CallClass::NotFound,
            "i-1",
        ),
        (
            Call::UpdateNodegroupConfig {
                cluster: "main".to_owned(),
                node_group: group(),
                scaling,
                taint: TaintChange::Add,
            },
            failed_json("ResourceInUseException"),
            CallClass::Conflict,
            "main/web",
        ),
    ]
}

fn refusals_of_databases_and_services() -> Vec<Refusal> {
    let id = || "orders".to_owned();
    let (cluster, service) = (|| "main".to_owned(), || "api".to_owned());
    vec![
        (
            Call::StopDbInstance { id: id() },
            failed(400, "InvalidDBInstanceState"),
            CallClass::Conflict,
            "orders",
        ),
        (
            Call::StartDbInstance { id: id() },
            failed(400, "InsufficientDBInstanceCapacity"),
            CallClass::Capacity,
            "orders",
        ),
        (
            Call::StopDbCluster { id: id() },
            failed(400, "InvalidDBClusterStateFault"),
            CallClass::Conflict,
            "orders",
        ),
        (
            Call::StartDbCluster { id: id() },
            failed(404, "DBClusterNotFoundFault"),
            CallClass::NotFound,
            "orders",
        ),
        (
            Call::UpdateService {
                cluster: cluster(),
                service: service(),
                desired: 0,
            },
            failed_json("ServiceNotFoundException"),
            CallClass::NotFound,
            "main/api",
        ),
        (
            Call::RegisterScalableTarget {
                cluster: cluster(),
                service: service(),
                suspension: Suspension::ALL,
            },
            failed_json("ConcurrentUpdateException"),
            CallClass::Conflict,
            "service/main/api",
        ),
    ]
}

#[tokio::test]
async fn every_change_tells_its_failure_by_action_resource_and_class() {
    for (call, answer, class, resource) in refusals_of_groups_and_instances()
        .into_iter()
        .chain(refusals_of_databases_and_services())
    {
        let stub = Stub::start(move |_| answer.clone()).await;
        let error = stub.aws().await.call(&region(), &call).await.unwrap_err();
        assert_eq!(
            (error.operation, error.class),
            (call.action(), class),
            "{error}"
        );
        assert_eq!(error.resource, resource, "{error}");
        assert!(error.message.contains("said AWS"), "{error}");
        assert!(!stub.asked().is_empty());
    }
}

#[tokio::test]
async fn a_refusal_is_asked_once_and_throttling_again() {
    let refused = Stub::start(|_| failed(400, "InvalidDBInstanceState")).await;
    let stop = Call::StopDbInstance {
        id: "orders".to_owned(),
    };
    assert!(refused.aws().await.call(&region(), &stop).await.is_err());
    assert_eq!(refused.asked().len(), 1);

    let attempts = AtomicUsize::new(0);
    let throttled = Stub::start(move |asked| match attempts.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => failed(400, "Throttling"),
        _ => xml(&asked.action, ""),
    })
    .await;
    throttled.aws().await.call(&region(), &stop).await.unwrap();
    assert_eq!(throttled.asked().len(), 3);

    let always = Stub::start(|_| failed(400, "Throttling")).await;
    let error = always.aws().await.call(&region(), &stop).await.unwrap_err();
    assert_eq!(error.class, CallClass::Throttled);
}

#[tokio::test]
async fn no_answer_is_told_as_such_in_time() {
    let silent =
        Stub::start(|asked| xml(&asked.action, "").set_delay(Duration::from_mins(1))).await;
    let begun = Instant::now();
    let stop = Call::StopDbInstance {
        id: "orders".to_owned(),
    };
    let error = silent
        .aws_with_patience(Duration::from_millis(500))
        .await
        .call(&region(), &stop)
        .await
        .unwrap_err();
    assert_eq!(error.class, CallClass::Unavailable, "{error}");
    assert!(
        error.message.contains("timed out") || error.message.contains("timeout"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_sweep_that_breaks_off_is_no_half_of_the_world() {
    let stub = Stub::start(
        |asked| match (asked.action.as_str(), asked.parameter("Marker")) {
            ("DescribeDBInstances", None) => {
                let page = database("orders", "dev", "available");
                xml(
                    "DescribeDBInstances",
                    &format!("<DBInstances>{page}</DBInstances><Marker>2</Marker>"),
                )
            }
            ("DescribeDBInstances", _) => failed(403, "AccessDenied"),
            _ => no_alarms(),
        },
    )
    .await;
    let error = stub
        .aws()
        .await
        .sweep(Kind::DbInstance, &region())
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation, error.class),
        ("rds:DescribeDBInstances", CallClass::Denied)
    );
}

#[tokio::test]
async fn alarms_that_cannot_be_read_make_the_sweep_fail() {
    let stub = Stub::start(|asked| match asked.action.as_str() {
        "DescribeDBInstances" => {
            let page = database("orders", "dev", "available");
            xml(
                "DescribeDBInstances",
                &format!("<DBInstances>{page}</DBInstances>"),
            )
        }
        _ => ResponseTemplate::new(403)
            .insert_header("smithy-protocol", "rpc-v2-cbor")
            .set_body_raw(cbor_error(), "application/cbor"),
    })
    .await;
    let error = stub
        .aws()
        .await
        .sweep(Kind::DbInstance, &region())
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation, error.class),
        ("cloudwatch:DescribeAlarms", CallClass::Denied)
    );
}

/// `{"__type": "AccessDenied"}`
fn cbor_error() -> Vec<u8> {
    [&[0xa1, 0x66][..], b"__type", &[0x6c], b"AccessDenied"].concat()
}

#[tokio::test]
async fn a_region_that_is_not_looked_after_is_not_called() {
    let stub = Stub::start(|asked| xml(&asked.action, "")).await;
    let error = stub
        .aws()
        .await
        .sweep(Kind::DbInstance, &"eu-west-1".into())
        .await
        .unwrap_err();
    assert_eq!(error.class, CallClass::Invalid);
    assert!(stub.asked().is_empty());
}
