//! The binary that Lambda runs, against a stub of the Runtime API and as much of
//! DynamoDB, SNS and Cost Explorer as it needs.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nightshift_testkit::aws_stub::{AwsStub, failed_json, json as answer};
use nightshift_testkit::{Answer, RuntimeApi, fixture};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_mins(1);

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_cost-anomaly"))
}

/// The function lives in another account than the fixtures are about, so
/// CloudTrail is not asked.
fn document() -> String {
    json!({
        "version": 1, "project": "personal-timeline", "environment": "dev",
        "accounts": ["555566667777"], "regions": ["us-east-1"],
        "ledger_table": "ledger",
        "notifications_topic": "arn:aws:sns:us-east-1:555566667777:notifications",
        "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop", "dry_run": false},
        "functions": {"cost-anomaly": {"budgets": {"dev": 500}, "feedback": true}}
    })
    .to_string()
}

/// An empty table, a topic that takes everything, and a bill without a line.
async fn cloud() -> AwsStub {
    AwsStub::start(|asked| match asked.action.as_str() {
        "Publish" => wiremock::ResponseTemplate::new(200).set_body_raw(
            "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>",
            "text/xml",
        ),
        "GetCostAndUsage" => answer(&json!({"ResultsByTime": []})),
        "Query" => answer(&json!({"Items": [], "Count": 0})),
        _ => answer(&json!({})),
    })
    .await
}

async fn invoke(cloud: &AwsStub, event: Value) -> Answer {
    let uri = cloud.uri();
    tokio::task::spawn_blocking(move || {
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
    .unwrap()
}

#[tokio::test]
async fn a_batch_of_five_is_three_matters() {
    let cloud = cloud().await;
    let answer = invoke(&cloud, fixture("cost-anomaly", "batch").event).await;
    assert_eq!(answer, Answer::Response(json!({"batchItemFailures": []})));
    assert_eq!(cloud.count("Publish"), 3);
    // Each is read once, and written before and after its message.
    assert_eq!(cloud.count("GetItem"), 3);
    assert_eq!(cloud.count("PutItem"), 6);
}

#[tokio::test]
async fn a_single_event_is_answered_with_what_was_done() {
    let cloud = cloud().await;
    let answer = invoke(&cloud, fixture("cost-anomaly", "anomaly-event").event).await;
    let Answer::Response(lines) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(lines[0]["told"], "open");
    assert_eq!(lines[0]["impact"], 82_500_000);
}

#[tokio::test]
async fn an_empty_bill_is_read_and_nothing_is_told() {
    let cloud = cloud().await;
    let answer = invoke(&cloud, fixture("cost-anomaly", "detect").event).await;
    let Answer::Response(report) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(report["command"], "detect");
    assert_eq!(report["matters"], json!([]));
    assert_eq!(cloud.count("GetCostAndUsage"), 5);
    assert_eq!(cloud.count("Publish"), 0);
}

#[tokio::test]
async fn commands_that_look_change_nothing() {
    for name in [
        "status",
        "explain-event",
        "explain-service",
        "backtest-csv",
        "backtest-cost-explorer",
        "forecast",
        "feedback",
    ] {
        let cloud = cloud().await;
        let answer = invoke(&cloud, fixture("cost-anomaly", name).event).await;
        let Answer::Response(report) = answer else {
            panic!("{name}: {answer:?}")
        };
        assert_eq!(report["function"], "cost-anomaly", "{name}");
        assert_eq!(report["environment"], "dev", "{name}");
        for change in [
            "Publish",
            "PutItem",
            "GetCostAndUsage",
            "ProvideAnomalyFeedback",
        ] {
            assert_eq!(cloud.count(change), 0, "{name}: {change}");
        }
    }
}

/// Feedback that is meant, and what was refused of it; the first call is one too many.
async fn feedback(switch: &'static str) -> (usize, Value) {
    let busy = AtomicBool::new(true);
    let cloud = AwsStub::start(move |asked| match asked.action.as_str() {
        "GetParameter" => answer(&json!({"Parameter": {"Value": switch}})),
        "ProvideAnomalyFeedback" if busy.swap(false, Ordering::Relaxed) => {
            failed_json("LimitExceededException")
        }
        "ProvideAnomalyFeedback" => answer(&json!({"AnomalyId": "a"})),
        "Query" => answer(&json!({"Items": [], "Count": 0})),
        _ => answer(&json!({})),
    })
    .await;
    let mut event = fixture("cost-anomaly", "feedback").event;
    event["dry_run"] = json!(false);
    let Answer::Response(report) = invoke(&cloud, event).await else {
        panic!("an answer")
    };
    let refused = report.get("refused").cloned().unwrap_or_default();
    (cloud.count("ProvideAnomalyFeedback"), refused)
}

#[tokio::test]
async fn feedback_that_met_a_limit_is_told_again() {
    let (calls, refused) = feedback("run").await;
    assert_eq!(calls, 2);
    assert!(!refused.to_string().contains("LimitExceeded"), "{refused}");
}

#[tokio::test]
async fn feedback_waits_where_people_have_stopped_everything() {
    let (calls, refused) = feedback("holidays").await;
    assert_eq!(calls, 0);
    let words = refused[0].as_str().unwrap();
    assert!(words.contains("says `holidays`"), "{words}");
    assert!(words.contains("back to `run`"), "{words}");
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let cloud = cloud().await;
    for name in [
        "malformed-list",
        "malformed-command-unknown",
        "malformed-explain-of-nothing",
        "malformed-backtest-csv",
        "malformed-backtest-both",
    ] {
        let answer = invoke(&cloud, fixture("cost-anomaly", name).event).await;
        let Answer::Error { kind, message } = answer else {
            panic!("{name}: {answer:?}")
        };
        assert_eq!(kind, "Input", "{message}");
        assert!(!message.is_empty());
    }
}
