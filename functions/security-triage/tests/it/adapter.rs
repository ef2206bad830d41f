//! Updates as Security Hub and GuardDuty take them, over the real SDKs.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_sdk_guardduty::config::Credentials;
use nightshift_core::Region;
use nightshift_runtime::CallClass;
use security_triage::aws::Aws;
use security_triage::back::{Change, Sources, Update};
use security_triage::finding::{AUTHOR, Handle};
use security_triage::rules::Workflow;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::run;

async fn aws(server: &MockServer) -> Aws {
    let credentials = Credentials::new("123456789012", "secret", None, None, "tests");
    let retries = RetryConfig::standard()
        .with_max_attempts(1)
        .with_initial_backoff(Duration::from_millis(1));
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(aws_config::Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(server.uri())
        .retry_config(retries)
        .load()
        .await;
    Aws::new(config)
}

async fn answering(verb: &str, place: &str, answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method(verb))
        .and(path(place))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

async fn sent(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    serde_json::from_slice(&requests[0].body).unwrap()
}

fn update(change: Change, findings: Vec<Handle>) -> Update {
    Update {
        region: Region::new("us-east-1"),
        change,
        findings,
    }
}

fn cspm(id: &str) -> Handle {
    Handle::SecurityHubCspm {
        id: id.to_owned(),
        product_arn: "arn:aws:securityhub:us-east-1::product/aws/securityhub".to_owned(),
    }
}

#[test]
fn the_workflow_and_a_note_of_ours_and_what_was_not_done() {
    run(async {
        let answer = json!({
            "ProcessedFindings": [],
            "UnprocessedFindings": [{
                "FindingIdentifier": {"Id": "two", "ProductArn": "p"},
                "ErrorCode": "ConcurrentUpdateError", "ErrorMessage": "later",
            }],
        });
        let answer = ResponseTemplate::new(200).set_body_json(answer);
        let server = answering("PATCH", "/findings/batchupdate", answer).await;
        let change = Change::Cspm {
            workflow: Workflow::Notified,
            note: "dev: people were told".to_owned(),
        };
        let update = update(change, vec![cspm("one"), cspm("two")]);
        let unprocessed = aws(&server).await.update(&update).await.unwrap();
        assert_eq!(unprocessed.len(), 1);
        assert_eq!(unprocessed[0].id, "two");
        assert!(unprocessed[0].is_transient());
        let sent = sent(&server).await;
        assert_eq!(sent["Workflow"], json!({"Status": "NOTIFIED"}));
        assert_eq!(sent["Note"]["UpdatedBy"], AUTHOR);
        assert_eq!(sent["FindingIdentifiers"].as_array().unwrap().len(), 2);
        assert!(sent.get("Severity").is_none());
    });
}

#[test]
fn the_newer_format_by_metadata_uid() {
    run(async {
        let answer = json!({
            "ProcessedFindings": [],
            "UnprocessedFindings": [{"MetadataUid": "uid", "ErrorCode": "ResourceNotFoundException"}],
        });
        let answer = ResponseTemplate::new(200).set_body_json(answer);
        let server = answering("PATCH", "/findingsv2/batchupdatev2", answer).await;
        let change = Change::Ocsf {
            workflow: Workflow::Notified,
            comment: "told".to_owned(),
        };
        let handle = Handle::SecurityHub {
            metadata_uid: "uid".to_owned(),
        };
        let update = update(change, vec![handle]);
        let unprocessed = aws(&server).await.update(&update).await.unwrap();
        assert_eq!(unprocessed[0].id, "uid");
        assert!(!unprocessed[0].is_transient());
        let sent = sent(&server).await;
        assert_eq!(sent["StatusId"], 2);
        assert_eq!(sent["Comment"], "told");
        assert_eq!(sent["MetadataUids"], json!(["uid"]));
        assert!(
            sent.get("FindingIdentifiers").is_none(),
            "one of the two, never both"
        );
    });
}

#[test]
fn guardduty_archives_by_detector() {
    run(async {
        let answer = ResponseTemplate::new(200).set_body_json(json!({}));
        let server = answering("POST", "/detector/d1/findings/archive", answer).await;
        let handle = Handle::GuardDuty {
            detector: "d1".to_owned(),
            id: "f1".to_owned(),
        };
        let change = Change::Archive {
            detector: "d1".to_owned(),
        };
        let update = update(change, vec![handle]);
        assert!(aws(&server).await.update(&update).await.unwrap().is_empty());
        assert_eq!(sent(&server).await["findingIds"], json!(["f1"]));
    });
}

#[test]
fn errors_name_the_call() {
    run(async {
        let answer = ResponseTemplate::new(403)
            .insert_header("x-amzn-errortype", "AccessDeniedException")
            .set_body_json(json!({"Message": "no"}));
        let server = answering("PATCH", "/findings/batchupdate", answer).await;
        let change = Change::Cspm {
            workflow: Workflow::Notified,
            note: "n".to_owned(),
        };
        let update = update(change, vec![cspm("one")]);
        let error = aws(&server).await.update(&update).await.unwrap_err();
        assert_eq!(error.class, CallClass::Denied);
        let words = error.to_string();
        assert!(
            words.contains("securityhub:BatchUpdateFindings on one in us-east-1"),
            "{words}"
        );
    });
}
