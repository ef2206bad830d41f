//! The binary that Lambda runs, against a stub of the Runtime API.

use std::path::Path;
use std::time::Duration;

use nightshift_testkit::{Answer, Manifest, RuntimeApi, fixture};
use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::world::{SECRET, batch, notifications};

const LIMIT: Duration = Duration::from_secs(20);
const PARAMETER: &str = "/personal-timeline/dev/nightshift/slack-webhook";

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_notify"))
}

fn document() -> String {
    json!({
        "version": 1, "project": "personal-timeline", "environment": "dev",
        "accounts": ["123456789012"], "regions": ["us-east-1"],
        "ledger_table": "personal-timeline-dev-operations-ledger",
        "notifications_topic": "arn:aws:sns:us-east-1:123456789012:personal-timeline-dev-operations-notifications",
        "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
        "functions": {"notify": {
            "channels": {"slack": {"kind": "slack-webhook", "webhook_parameter": PARAMETER}},
            "routes": [{"name": "everything", "channels": ["slack"]}],
        }}
    })
    .to_string()
}

/// Runs something that blocks, while the servers of this test go on.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn a_preview_needs_neither_aws_nor_configuration() {
    let answer = blocking(|| {
        let stub = RuntimeApi::start();
        let _function = stub.spawn(binary(), &[]);
        stub.invoke(fixture("notify", "preview").event, LIMIT)
    })
    .await;
    let Answer::Response(report) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(report["messages"][0]["outcome"], "shown");
    assert_eq!(
        report["payloads"]["slack-webhook"]["blocks"][0]["type"],
        "header"
    );
}

#[tokio::test]
async fn a_wrong_command_and_a_missing_configuration_are_told() {
    let answers = blocking(|| {
        let stub = RuntimeApi::start();
        let _function = stub.spawn(binary(), &[]);
        [
            stub.invoke(fixture("notify", "malformed-command").event, LIMIT),
            stub.invoke(fixture("notify", "asleep").event, LIMIT),
            stub.invoke(fixture("notify", "empty-batch").event, LIMIT),
        ]
    })
    .await;
    let error = |answer: &Answer| match answer {
        Answer::Error { kind, message } => (kind.clone(), message.clone()),
        other => panic!("{other:?}"),
    };
    let (kind, message) = error(&answers[0]);
    assert_eq!(kind, "Input");
    assert!(message.contains("missing field"), "{message}");
    let (kind, message) = error(&answers[1]);
    assert_eq!(kind, "Configuration");
    assert!(
        message.contains("NIGHTSHIFT_CONFIG is not set"),
        "{message}"
    );
    assert_eq!(
        answers[2],
        Answer::Response(json!({"batchItemFailures": []}))
    );
}

#[tokio::test]
async fn the_webhook_comes_from_parameter_store_and_stays_secret() {
    let slack = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/services/{SECRET}")))
        .respond_with(ResponseTemplate::new(200).set_body_string("ok"))
        .mount(&slack)
        .await;
    let aws = MockServer::start().await;
    let address = format!("{}/services/{SECRET}", slack.uri());
    Mock::given(method("POST"))
        .and(header("x-amz-target", "AmazonSSM.GetParameter"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({
            "Parameter": {"Name": PARAMETER, "Type": "SecureString", "Value": address, "Version": 1}
        })))
        .mount(&aws)
        .await;
    Mock::given(method("POST"))
        .and(header("x-amz-target", "DynamoDB_20120810.GetItem"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&aws)
        .await;
    Mock::given(method("POST"))
        .and(header("x-amz-target", "DynamoDB_20120810.PutItem"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&aws)
        .await;
    let endpoint = aws.uri();
    let (answer, output) = blocking(move || {
        let stub = RuntimeApi::start();
        let document = document();
        let function = stub.spawn(
            binary(),
            &[
                ("NIGHTSHIFT_CONFIG", document.as_str()),
                ("AWS_ENDPOINT_URL", endpoint.as_str()),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
            ],
        );
        stub.wait_for_init(LIMIT);
        let answer = stub.invoke(batch(&notifications(&["a", "b"])), LIMIT);
        (answer, function.finish())
    })
    .await;
    assert_eq!(answer, Answer::Response(json!({"batchItemFailures": []})));
    assert_eq!(slack.received_requests().await.unwrap().len(), 2);
    let requests = aws.received_requests().await.unwrap();
    let calls = |operation: &str| {
        let target = |request: &&Request| request.headers["x-amz-target"] == operation;
        requests.iter().filter(target).count()
    };
    assert_eq!(
        calls("AmazonSSM.GetParameter"),
        1,
        "read once, in initialisation"
    );
    // The lease and what was told before, then both again with the news.
    assert_eq!(calls("DynamoDB_20120810.GetItem"), 3);
    assert_eq!(calls("DynamoDB_20120810.PutItem"), 4);
    let written = |request: &Request| String::from_utf8_lossy(&request.body).contains("s3cr3t");
    assert!(!requests.iter().any(written), "the ledger has the secret");
    assert!(output.contains("\"Delivered\":2"), "{output}");
    assert!(output.contains("run finished"), "{output}");
    assert!(
        !output.contains("s3cr3t"),
        "the log tells the secret: {output}"
    );
}

#[test]
fn the_manifest_allows_what_the_function_does_and_no_more() {
    let manifest = Manifest::of("notify");
    let mut actions: Vec<&str> = manifest.actions().collect();
    actions.sort_unstable();
    actions.dedup();
    let expected = [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "sns:Publish",
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
        "ssm:GetParameter",
    ];
    assert_eq!(actions, expected);
    let queue = manifest.queue.unwrap();
    assert_eq!(queue.topic.as_deref(), Some("notifications"));
    // A batch must end within the timeout, whatever channels do: a courier
    // stops three seconds before.
    assert!(manifest.timeout_seconds >= 15);
    // The fallback is tried once before a message becomes a dead letter.
    let tries = u64::from(notify::Pace::default().receives);
    assert_eq!(tries, queue.max_receive_count - 1);
}
