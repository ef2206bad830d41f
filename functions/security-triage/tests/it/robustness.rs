//! Whatever comes: a bounded finding that can be stored and read back, and
//! never a panic.

use std::thread;

use nightshift_testkit::{Fixture, assert_survives, fixture};
use proptest::prelude::*;
use security_triage::event::{Trigger, findings};
use security_triage::incident::Incident;
use serde_json::{Value, json};

use crate::bounds::hold;

/// One fixture for every reader and every branch of it: two that differ in
/// values only tell nothing more, and take as long again.
const SHAPES: [&str; 23] = [
    "access-analyzer-shared",
    "access-analyzer-unused",
    "batch-hostile",
    "config-broken",
    "explain",
    "guardduty-access-key",
    "guardduty-attack-sequence",
    "guardduty-instance",
    "guardduty-kubernetes",
    "guardduty-malicious-object",
    "guardduty-network",
    "guardduty-volume-malware",
    "health-exposed-key",
    "inspector-active",
    "macie",
    "malformed-event-wrong-types",
    "object-scan-threat",
    "root-sign-in",
    "security-hub-control",
    "security-hub-guardduty",
    "security-hub-insight",
    "security-hub-v2-detection",
    "security-hub-v2-vulnerability",
];

#[test]
fn every_mutation_of_every_shape_is_told_or_refused_in_words() {
    thread::scope(|scope| {
        for name in SHAPES {
            scope.spawn(move || survive(&fixture("security-triage", name)));
        }
    });
}

fn survive(fixture: &Fixture) {
    assert_survives(
        &fixture.name,
        &fixture.event,
        |mutation| match Trigger::parse(&mutation.event) {
            Ok(Trigger::Command(_) | Trigger::Plans(_)) => {}
            Ok(Trigger::Event(findings)) => {
                assert!(!findings.is_empty());
                findings.iter().for_each(hold);
            }
            Ok(Trigger::Batch(records)) => {
                let sent = mutation.event["Records"].as_array().unwrap().len();
                assert_eq!(records.len(), sent, "no record is dropped");
                for record in &records {
                    assert!(!record.findings.is_empty());
                    record.findings.iter().for_each(hold);
                }
            }
            Err(error) => {
                let words = error.to_string();
                assert!(words.chars().count() < 1_000, "{words}");
                assert!(!words.contains(char::is_control), "{words}");
            }
        },
    );
}

/// An incident of the longest findings there can be fits into an item of 400 KB.
#[test]
fn the_longest_incident_fits_into_an_item() {
    let long = |n: usize| "\u{1}".repeat(n);
    let tags: Vec<Value> = (0..55)
        .map(|i| json!({"key": format!("{i}{}", long(200)), "value": long(400)}))
        .collect();
    let resources: Vec<Value> = (0..22)
        .map(|i| json!({"Type": long(300), "Id": format!("{i}{}", long(900)), "Region": "us-east-1", "Tags": tags.iter().map(|tag| (tag["key"].as_str().unwrap().to_owned(), tag["value"].clone())).collect::<serde_json::Map<_, _>>()}))
        .collect();
    let event = json!({
        "detail-type": "Security Hub Findings - Imported", "source": "aws.securityhub",
        "detail": {"findings": [{
            "Id": long(3_000), "ProductArn": long(2_000), "Title": long(9_000), "Description": long(90_000),
            "Resources": resources, "Types": [long(5_000)],
            "Remediation": {"Recommendation": {"Text": long(5_000), "Url": "https://x.example"}}
        }]}
    });
    let finding = findings(&event, None).remove(0);
    hold(&finding);
    let incident = Incident::new(&finding);
    let stored = serde_json::to_string(&incident).unwrap();
    assert!(stored.len() < 300_000, "{} bytes", stored.len());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(json!("arn:aws:ec2:us-east-1:1:instance/i 1")),
        Just(json!("2026-11-23T19:00:00Z")),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(name(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Names that some parser looks for.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "detail",
        "findings",
        "Id",
        "id",
        "Resources",
        "resources",
        "resource",
        "service",
        "resourceType",
        "instanceDetails",
        "s3BucketDetails",
        "severity",
        "Severity",
        "Label",
        "Normalized",
        "finding_info",
        "uid",
        "metadata",
        "status_id",
        "severity_id",
        "type",
        "Types",
        "types",
        "Tags",
        "tags",
        "key",
        "value",
        "time",
        "updatedAt",
        "UpdatedAt",
        "eventName",
        "userIdentity",
        "eventTypeCode",
        "eventArn",
        "configRuleName",
        "resourceId",
        "findingArn",
        "title",
        "Title",
        "action",
        "detection",
        "sequence",
        "actors",
        "user",
        "name",
        "principal",
        "condition",
        "Records",
        "body",
        "Sns",
        "Message",
        "Type",
        "insightName",
        "insightResults",
        "s3ObjectDetails",
        "bucketName",
        "objectKey",
        "count",
    ])
    .prop_map(str::to_owned)
}

fn detail_type() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "GuardDuty Finding",
        "GuardDuty Malware Protection Object Scan Result",
        "Security Hub Findings - Imported",
        "Security Hub Findings - Custom Action",
        "Security Hub Insight Results",
        "Findings Imported V2",
        "Config Rules Compliance Change",
        "Access Analyzer Finding",
        "Internal Access Finding",
        "Unused Access Finding for IAM entities",
        "Inspector2 Finding",
        "AWS Health Event",
        "AWS Console Sign In via CloudTrail",
        "AWS API Call via CloudTrail",
        "Something else",
    ])
}

proptest! {
    #[test]
    fn any_detail_becomes_a_finding(kind in detail_type(), detail in any_json(), body in any_json()) {
        let event = json!({"detail-type": kind, "detail": detail, "time": body});
        for finding in findings(&event, None) {
            hold(&finding);
        }
        // The same event says the same.
        prop_assert_eq!(findings(&event, None), findings(&event, None));
        let batch = json!({"Records": [{"body": event.to_string()}, {"body": body}]});
        let Ok(Trigger::Batch(records)) = Trigger::parse(&batch) else {
            return Err(TestCaseError::fail("a batch"));
        };
        prop_assert_eq!(records.len(), 2);
        for record in records {
            record.findings.iter().for_each(hold);
        }
    }
}
