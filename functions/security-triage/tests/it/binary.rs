//! The binary that Lambda runs, against a stub of the Runtime API and as much of
//! DynamoDB and SNS as it needs.

use std::path::Path;
use std::time::Duration;

use nightshift_testkit::{Answer, RuntimeApi, fixture};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const LIMIT: Duration = Duration::from_secs(20);

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_security-triage"))
}

/// The function lives in another account than the findings are about, so
/// nothing is looked up.
fn document() -> String {
    json!({
        "version": 1, "project": "personal-timeline", "environment": "dev",
        "accounts": ["555566667777"], "regions": ["us-east-1"],
        "ledger_table": "ledger",
        "notifications_topic": "arn:aws:sns:us-east-1:555566667777:notifications",
        "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
        "functions": {"security-triage": {}}
    })
    .to_string()
}

/// An empty table, and a topic that takes everything.
async fn cloud() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let json = ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.0");
        let body = String::from_utf8_lossy(&request.body);
        if body.starts_with("Action=Publish") {
            let xml = "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>";
            return ResponseTemplate::new(200).set_body_raw(xml, "text/xml");
        }
        json
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// Runs something that blocks, while the servers of this test go on.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn invoke(server: &MockServer, event: Value) -> Answer {
    let uri = server.uri();
    blocking(move || {
        let stub = RuntimeApi::start();
        let document = document();
        let environment = [
            ("NIGHTSHIFT_CONFIG", document.as_str()),
            ("AWS_ENDPOINT_URL", uri.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        let _function = stub.spawn(binary(), &environment);
        stub.invoke(event, LIMIT)
    })
    .await
}

/// What was called: DynamoDB's operations and SNS's.
async fn called(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let mut called: Vec<String> = requests
        .iter()
        .map(|request| match request.headers.get("x-amz-target") {
            Some(target) => target
                .to_str()
                .unwrap()
                .rsplit('.')
                .next()
                .unwrap()
                .to_owned(),
            None => "Publish".to_owned(),
        })
        .collect();
    called.sort();
    called
}

#[tokio::test]
async fn a_batch_of_five_routes_is_two_matters() {
    let server = cloud().await;
    let answer = invoke(&server, fixture("security-triage", "batch").event).await;
    assert_eq!(answer, Answer::Response(json!({"batchItemFailures": []})));
    // Each is read once, written before and after its message.
    assert_eq!(
        called(&server).await,
        [
            "GetItem", "GetItem", "Publish", "Publish", "PutItem", "PutItem", "PutItem", "PutItem"
        ]
    );
}

#[tokio::test]
async fn a_single_event_is_answered_with_what_was_done() {
    let server = cloud().await;
    let answer = invoke(&server, fixture("security-triage", "root-sign-in").event).await;
    let Answer::Response(lines) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(lines[0]["told"], "open");
    assert_eq!(lines[0]["rule"], "root-user");
}

#[tokio::test]
async fn explain_touches_nothing() {
    let server = cloud().await;
    let answer = invoke(&server, fixture("security-triage", "explain").event).await;
    let Answer::Response(report) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(report["environment"], "dev");
    assert_eq!(report["messages"][0]["severity"], "critical");
    assert_eq!(called(&server).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let server = cloud().await;
    for (name, kind) in [
        ("malformed-list", "Input"),
        ("malformed-command-unknown", "Input"),
        ("malformed-replay-rules", "Input"),
    ] {
        let answer = invoke(&server, fixture("security-triage", name).event).await;
        let Answer::Error {
            kind: told,
            message,
        } = answer
        else {
            panic!("{answer:?}")
        };
        assert_eq!(told, kind, "{message}");
        assert!(!message.is_empty());
    }
}
