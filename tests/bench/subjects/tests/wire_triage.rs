//! The benchmarks' AWS stub against the real SDKs, through the look-ups that
//! security-triage has.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use nightshift_bench::{AwsStub, Estate, REGION, configuration, first_finding};
use nightshift_core::{Arn, Document, Region, Tags};
use nightshift_runtime::{CallClass, Settings, Source};
use security_triage::observe::aws::AwsLookUps;
use security_triage::observe::{LookUps, Opening};

/// What the first finding is about, and the group that it is in.
const INSTANCE: &str = "i-0a1b2c3d4e5f60718";
const HOSTS: &str = "sg-0123456789abcdef0";
const SINCE: &str = "2026-11-23T10:00:00Z";

async fn config(stub: &AwsStub) -> SdkConfig {
    let keys = aws_sdk_ssm::config::Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "benchmark",
        None,
        None,
        "bench",
    );
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(stub.url())
        .region(aws_config::Region::new(REGION))
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

fn stub() -> AwsStub {
    let mut estate = Estate::default();
    estate.configure(&configuration(), "https://127.0.0.1:9/services/x");
    drop(first_finding(&mut estate));
    AwsStub::start(estate, None)
}

fn region() -> Region {
    Region::new(REGION)
}

fn arn(id: &str) -> Arn {
    format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn what_is_around_an_instance_is_found() {
    let stub = stub();
    let look_ups = AwsLookUps::new(config(&stub).await);
    let tags = look_ups.tags(&region(), &arn(INSTANCE)).await.unwrap();
    assert_eq!(tags.get("Owner").map(String::as_str), Some("timeline-team"));
    let untagged = look_ups.tags(&region(), &arn("i-other")).await.unwrap();
    assert_eq!(untagged, Tags::new());
    let doors = look_ups.instance_doors(&region(), INSTANCE).await.unwrap();
    assert_eq!(doors.addresses.len(), 1);
    let ports: Vec<_> = doors
        .open
        .iter()
        .map(|one| (one.ports, one.range))
        .collect();
    assert_eq!(
        ports,
        [
            (Some((22, 22)), "0.0.0.0/0"),
            (Some((443, 443)), "0.0.0.0/0")
        ]
    );
    let group: Vec<Opening> = look_ups.group_doors(&region(), HOSTS).await.unwrap().open;
    assert_eq!(group, doors.open);
    for gone in [
        look_ups
            .instance_doors(&region(), "i-gone")
            .await
            .unwrap_err(),
        look_ups
            .group_doors(&region(), "sg-gone")
            .await
            .unwrap_err(),
    ] {
        assert_eq!(gone.class, CallClass::NotFound, "{gone}");
    }
    let since = SINCE.parse().unwrap();
    let records = look_ups.records(&region(), INSTANCE, since).await.unwrap();
    assert_eq!(records.len(), 10);
    assert!(records.iter().all(|record| record.contains(INSTANCE)));
    let calls = stub.take_calls();
    assert!(
        calls.keys().all(|call| !call.contains("unknown")),
        "{calls:?}"
    );
    assert_eq!(calls["tag:GetResources"], 2);
}

/// The stub takes two questions a second, as CloudTrail does: one process keeps
/// to that, two beside each other cannot know.
#[tokio::test]
async fn the_trail_is_asked_at_a_pace_that_it_takes() {
    let stub = stub();
    let (one, other) = (
        AwsLookUps::new(config(&stub).await),
        AwsLookUps::new(config(&stub).await),
    );
    let since = SINCE.parse().unwrap();
    let begun = Instant::now();
    for _ in 0..5 {
        one.records(&region(), INSTANCE, since).await.unwrap();
    }
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let mut refused = Vec::new();
    for _ in 0..5 {
        for look_ups in [&one, &other] {
            refused.extend(look_ups.records(&region(), INSTANCE, since).await.err());
        }
    }
    assert!(!refused.is_empty());
    assert!(
        refused
            .iter()
            .all(|error| error.class == CallClass::Throttled),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_is_refused_is_refused_as_iam_does_it() {
    let stub = stub();
    stub.with(Estate::refuse_look_ups);
    let look_ups = AwsLookUps::new(config(&stub).await);
    let since = SINCE.parse().unwrap();
    for error in [
        look_ups.tags(&region(), &arn(INSTANCE)).await.unwrap_err(),
        look_ups
            .instance_doors(&region(), INSTANCE)
            .await
            .unwrap_err(),
        look_ups.group_doors(&region(), HOSTS).await.unwrap_err(),
        look_ups
            .records(&region(), INSTANCE, since)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.class, CallClass::Denied, "{error}");
    }
}

#[tokio::test]
async fn the_configuration_is_one_that_the_function_takes() {
    let stub = stub();
    let config = config(&stub).await;
    let name = "/personal-timeline/dev/nightshift/config".to_owned();
    let settings = Settings::new(&config, Ok(Source::Parameter(name)));
    let document: std::sync::Arc<Document> = settings.document().await.unwrap();
    document
        .section::<security_triage::config::Config>("security-triage")
        .unwrap();
}
