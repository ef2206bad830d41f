//! Cost Explorer, the advisers and CloudTrail, over the real SDKs.

use std::time::Duration;

use cost_anomaly::config::Metric;
use cost_anomaly::event::Feedback;
use cost_anomaly::observe::aws::{Aws, billing_region};
use cost_anomaly::observe::{Ask, Bills, Commitment, Cut, LookUps};
use nightshift_core::{Money, Region};
use nightshift_cost::recommendations::Source;
use nightshift_cost::{Class, Query, RecordType, read_cost_explorer};
use nightshift_runtime::CallClass;
use nightshift_testkit::aws_stub::{Asked, AwsStub, failed_json, json as answer};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::world::{at, day};

async fn aws(stub: &AwsStub) -> Aws {
    let config = stub.config(1, Duration::from_secs(5)).await;
    Aws::new(&config, "aws")
}

fn ask(cut: Cut) -> Ask {
    Ask {
        cut,
        from: day("2026-11-01"),
        to: day("2026-11-03"),
        metric: Metric::Unblended,
        environment_tag: "Environment".to_owned(),
    }
}

fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}

fn costs(asked: &Asked) -> ResponseTemplate {
    let one = |day: &str, next: &str, groups: Value| json!({"TimePeriod": {"Start": day, "End": next}, "Total": {}, "Groups": groups, "Estimated": true});
    let group = |second: &str, amount: &str| json!({"Keys": ["EC2 - Other", second], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}});
    let first = body(asked).get("NextPageToken").is_none();
    answer(&if first {
        json!({
            "ResultsByTime": [one("2026-11-01", "2026-11-02", json!([group("123456789012", "12.3456789")]))],
            "NextPageToken": "more",
        })
    } else {
        json!({"ResultsByTime": [one("2026-11-02", "2026-11-03", json!([group("123456789012", "3"), group("210987654321", "1e-3")]))]})
    })
}

#[tokio::test]
async fn pages_are_what_the_reader_of_the_bill_takes() {
    let stub = AwsStub::start(costs).await;
    let aws = aws(&stub).await;
    let ask = ask(Cut::ServiceAccount);
    let first = aws.costs(&ask, None).await.unwrap();
    assert_eq!(first.next.as_deref(), Some("more"));
    let second = aws.costs(&ask, first.next.as_deref()).await.unwrap();
    assert_eq!(second.next, None);
    let query = Query {
        read_at: at("2026-11-24T06:30:00Z"),
        metric: Some("UnblendedCost"),
        record_type: &RecordType::Usage,
    };
    let text = json!([first.body, second.body]).to_string();
    let batch = read_cost_explorer(&text, &query).unwrap();
    assert_eq!(batch.complete.len(), 2);
    let mut history = nightshift_cost::History::default();
    history.add(batch);
    let series = history.series(Cut::ServiceAccount.breakdown(), Class::Usage, 2);
    let amounts: Vec<Option<Money>> = series[0].days().iter().map(|day| day.settled()).collect();
    assert_eq!(
        amounts,
        [
            Some(Money::from_micro_usd(12_345_679)),
            Some(Money::from_micro_usd(3_000_000))
        ]
    );
    assert_eq!(
        series[1].days()[0].settled(),
        Some(Money::ZERO),
        "no row is no cost"
    );
}

#[tokio::test]
async fn every_cut_asks_for_what_it_means() {
    let stub = AwsStub::start(|_| answer(&json!({"ResultsByTime": []}))).await;
    let aws = aws(&stub).await;
    for cut in Cut::ALL {
        aws.costs(&ask(cut), None).await.unwrap();
    }
    let asked: Vec<Value> = stub.asked().iter().map(body).collect();
    let seconds: Vec<&str> = asked
        .iter()
        .map(|body| {
            assert_eq!(body["Granularity"], "DAILY");
            assert_eq!(
                body["TimePeriod"],
                json!({"Start": "2026-11-01", "End": "2026-11-03"})
            );
            assert_eq!(body["Metrics"], json!(["UnblendedCost"]));
            assert_eq!(body["GroupBy"].as_array().unwrap().len(), 2);
            assert_eq!(
                body["GroupBy"][0],
                json!({"Type": "DIMENSION", "Key": "SERVICE"})
            );
            body["GroupBy"][1]["Key"].as_str().unwrap()
        })
        .collect();
    assert_eq!(
        seconds,
        [
            "LINKED_ACCOUNT",
            "Environment",
            "RECORD_TYPE",
            "REGION",
            "USAGE_TYPE"
        ]
    );
    for (body, cut) in asked.iter().zip(Cut::ALL) {
        let types = &body["Filter"]["Dimensions"];
        if cut.is_usage() {
            assert_eq!(types["Key"], "RECORD_TYPE");
            let read = types["Values"].as_array().unwrap().iter();
            for value in read {
                assert_eq!(
                    RecordType::named(value.as_str().unwrap()).class(),
                    Class::Usage
                );
            }
        } else {
            assert!(types.is_null(), "{body}");
        }
    }
    assert_eq!(asked[1]["GroupBy"][1]["Type"], "TAG");
}

#[tokio::test]
async fn too_many_calls_are_told_as_that() {
    let stub = AwsStub::start(|_| failed_json("LimitExceededException")).await;
    let error = aws(&stub)
        .await
        .costs(&ask(Cut::ServiceRegion), None)
        .await
        .unwrap_err();
    assert_eq!(error.class, CallClass::Throttled);
    let words = error.to_string();
    assert!(
        words.contains("ce:GetCostAndUsage on service-region in us-east-1"),
        "{words}"
    );
}

#[tokio::test]
async fn anomalies_are_read_as_their_events_are() {
    let stub = AwsStub::start(|_| {
        answer(&json!({
            "Anomalies": [{
                "AnomalyId": "a-1", "AnomalyStartDate": "2026-11-20T00:00:00Z",
                "AnomalyEndDate": "2026-11-21T00:00:00Z", "DimensionValue": "EC2 - Other",
                "RootCauses": [{"Service": "EC2 - Other", "Region": "eu-central-1",
                    "LinkedAccount": "123456789012", "UsageType": "EUC1-NatGateway-Bytes",
                    "Impact": {"Contribution": 79.3}}],
                "AnomalyScore": {"MaxScore": 0.8, "CurrentScore": 0.7},
                "Impact": {"MaxImpact": 41.25, "TotalImpact": 82.5, "TotalActualSpend": 143.9, "TotalExpectedSpend": 61.4},
                "MonitorArn": "arn:aws:ce::123456789012:anomalymonitor/m", "Feedback": "NO",
            }],
            "NextPageToken": "more",
        }))
    })
    .await;
    let now = at("2026-11-24T06:30:00Z");
    let (found, next) = aws(&stub)
        .await
        .anomalies(day("2026-11-10"), None, now)
        .await
        .unwrap();
    assert_eq!(next.as_deref(), Some("more"));
    let found = &found[0];
    assert_eq!(found.cause.service, "EC2 - Other");
    assert_eq!(
        (found.since, found.until),
        (day("2026-11-20"), day("2026-11-21"))
    );
    assert_eq!(found.impact, Money::from_micro_usd(82_500_000));
    assert_eq!(
        found.roots[0].contribution,
        Some(Money::from_micro_usd(79_300_000))
    );
    assert_eq!(found.feedback.as_deref(), Some("NO"));
    assert_eq!(
        body(&stub.asked()[0])["DateInterval"],
        json!({"StartDate": "2026-11-10"})
    );
}

#[tokio::test]
async fn feedback_goes_back_in_the_services_words() {
    let stub = AwsStub::start(|_| answer(&json!({"AnomalyId": "a-1"}))).await;
    let aws = aws(&stub).await;
    for feedback in [Feedback::Yes, Feedback::No, Feedback::PlannedActivity] {
        aws.feedback("a-1", feedback).await.unwrap();
    }
    let said: Vec<Value> = stub
        .asked()
        .iter()
        .map(|asked| body(asked)["Feedback"].clone())
        .collect();
    assert_eq!(said, [json!("YES"), json!("NO"), json!("PLANNED_ACTIVITY")]);
    assert_eq!(stub.count("ProvideAnomalyFeedback"), 3);
}

#[tokio::test]
async fn commitments_are_read_in_per_cent_or_are_none() {
    let stub = AwsStub::start(|asked| match asked.action.as_str() {
        "GetSavingsPlansUtilization" => answer(&json!({
            "Total": {"Utilization": {"TotalCommitment": "10", "UsedCommitment": "9.2", "UnusedCommitment": "0.8", "UtilizationPercentage": "92.0"}},
        })),
        "GetSavingsPlansCoverage" => answer(&json!({"SavingsPlansCoverages": [
            {"Coverage": {"SpendCoveredBySavingsPlans": "30", "OnDemandCost": "70", "TotalCost": "100", "CoveragePercentage": "30"}},
            {"Coverage": {"SpendCoveredBySavingsPlans": "90", "OnDemandCost": "10", "TotalCost": "100", "CoveragePercentage": "90"}},
        ]})),
        "GetReservationUtilization" => failed_json("DataUnavailableException"),
        _ => answer(&json!({
            "CoveragesByTime": [],
            "Total": {"CoverageHours": {"CoverageHoursPercentage": "41.5"}},
        })),
    })
    .await;
    let aws = aws(&stub).await;
    let mut read = Vec::new();
    for figure in Commitment::ALL {
        let answer = aws
            .commitment(figure, day("2026-10-01"), day("2026-11-01"))
            .await;
        read.push(answer.map_err(|error| (error.code.unwrap(), error.class.is_transient())));
    }
    assert_eq!(
        read,
        [
            Ok(Some(92.0)),
            Ok(Some(60.0)),
            Err(("DataUnavailableException".to_owned(), false)),
            Ok(Some(41.5))
        ]
    );
}

#[tokio::test]
async fn the_hub_is_asked_before_compute_optimizer() {
    let stub = AwsStub::start(|asked| match asked.action.as_str() {
        "ListEnrollmentStatuses" => answer(&json!({"items": [{"accountId": "123456789012", "status": "Active"}]})),
        "ListRecommendations" => {
            let first = body(asked).get("nextToken").is_none();
            let item = |id: &str, savings: f64| json!({
                "recommendationId": id, "accountId": "123456789012", "region": "eu-central-1",
                "resourceArn": format!("arn:aws:ec2:eu-central-1:123456789012:instance/{id}"),
                "currentResourceType": "Ec2Instance", "recommendedResourceType": "Ec2Instance",
                "actionType": "Rightsize", "estimatedMonthlySavings": savings, "currencyCode": "USD",
                "implementationEffort": "Medium", "restartNeeded": true, "rollbackPossible": true,
                "currentResourceSummary": "m5.large", "recommendedResourceSummary": "t3.medium",
                "lastRefreshTimestamp": 1_795_400_000, "recommendationLookbackPeriodInDays": 14,
            });
            answer(&if first {
                json!({"items": [item("i-1", 30.25)], "nextToken": "more"})
            } else {
                json!({"items": [item("i-2", 4.0)]})
            })
        }
        other => panic!("{other}"),
    })
    .await;
    let advice = aws(&stub).await.advice().await.unwrap().unwrap();
    assert_eq!(advice.len(), 2);
    assert_eq!(advice[0].source, Source::CostOptimizationHub);
    assert_eq!(
        advice[0].monthly_saving,
        Some(Money::from_micro_usd(30_250_000))
    );
    assert_eq!(advice[0].look_back_days, Some(14));
    assert_eq!(
        body(&stub.asked()[1])["orderBy"],
        json!({"dimension": "EstimatedMonthlySavings", "order": "Desc"})
    );
}

/// As much of CBOR (RFC 8949) as an answer of Compute Optimizer needs.
fn cbor(value: &Value) -> Vec<u8> {
    fn head(kind: u8, length: usize, out: &mut Vec<u8>) {
        let length = u16::try_from(length).unwrap();
        out.push(kind << 5 | 0x19);
        out.extend(length.to_be_bytes());
    }
    fn write(value: &Value, out: &mut Vec<u8>) {
        match value {
            Value::Object(fields) => {
                head(5, fields.len(), out);
                for (name, value) in fields {
                    write(&Value::from(name.as_str()), out);
                    write(value, out);
                }
            }
            Value::Array(items) => {
                head(4, items.len(), out);
                for item in items {
                    write(item, out);
                }
            }
            Value::String(text) => {
                head(3, text.len(), out);
                out.extend(text.as_bytes());
            }
            Value::Number(number) => {
                out.push(0xfb);
                out.extend(number.as_f64().unwrap().to_be_bytes());
            }
            Value::Bool(true) => out.push(0xf5),
            Value::Bool(false) => out.push(0xf4),
            Value::Null => out.push(0xf6),
        }
    }
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

fn cbor_answer(value: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("smithy-protocol", "rpc-v2-cbor")
        .set_body_raw(cbor(value), "application/cbor")
}

#[tokio::test]
async fn compute_optimizer_stands_in_where_the_hub_is_off() {
    let savings = |dollars: f64| json!({"savingsOpportunityPercentage": 20.0, "estimatedMonthlySavings": {"currency": "USD", "value": dollars}});
    let stub = AwsStub::start(move |asked| match asked.action.as_str() {
        "ListEnrollmentStatuses" => answer(&json!({"items": [{"accountId": "123456789012", "status": "Inactive"}]})),
        "GetEnrollmentStatus" => cbor_answer(&json!({"status": "Active"})),
        "GetEC2InstanceRecommendations" => cbor_answer(&json!({"instanceRecommendations": [{
            "instanceArn": "arn:aws:ec2:eu-central-1:123456789012:instance/i-1",
            "currentInstanceType": "m5.large", "lookBackPeriodInDays": 14.0,
            "recommendationOptions": [{"instanceType": "t3.medium", "savingsOpportunity": savings(12.5)}],
        }]})),
        "GetAutoScalingGroupRecommendations" => cbor_answer(&json!({"autoScalingGroupRecommendations": []})),
        "GetEBSVolumeRecommendations" => cbor_answer(&json!({"volumeRecommendations": [{
            "volumeArn": "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1",
            "currentConfiguration": {"volumeType": "gp2"},
            "volumeRecommendationOptions": [{"configuration": {"volumeType": "gp3"}, "savingsOpportunity": savings(20.0)}],
        }]})),
        "GetRDSDatabaseRecommendations" => cbor_answer(&json!({"rdsDBRecommendations": []})),
        other => panic!("{other}"),
    })
    .await;
    let advice = aws(&stub).await.advice().await.unwrap().unwrap();
    assert_eq!(advice[0].source, Source::ComputeOptimizer);
    let found: Vec<(&str, &str)> = advice
        .iter()
        .map(|one| {
            (
                one.resource_type.as_str(),
                one.recommended.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, [("Ec2Instance", "t3.medium"), ("EbsVolume", "gp3")]);
}

#[tokio::test]
async fn an_account_that_takes_part_in_neither_has_no_advice() {
    let stub = AwsStub::start(|asked| match asked.action.as_str() {
        "ListEnrollmentStatuses" => answer(&json!({"items": []})),
        _ => cbor_answer(&json!({"status": "Inactive"})),
    })
    .await;
    assert_eq!(aws(&stub).await.advice().await.unwrap(), None);
}

#[tokio::test]
async fn the_trail_is_asked_by_call_within_the_days() {
    let stub = AwsStub::start(|_| answer(&json!({"Events": [{"CloudTrailEvent": "{}"}]}))).await;
    let (since, until) = (at("2026-11-18T00:00:00Z"), at("2026-11-22T00:00:00Z"));
    let region = Region::new("eu-central-1");
    let records = aws(&stub)
        .await
        .records(&region, "CreateNatGateway", since, until)
        .await
        .unwrap();
    assert_eq!(records, ["{}"]);
    let asked = body(&stub.asked()[0]);
    assert_eq!(
        asked["LookupAttributes"],
        json!([{"AttributeKey": "EventName", "AttributeValue": "CreateNatGateway"}])
    );
    assert_eq!(asked["StartTime"], since.as_second());
    assert_eq!(asked["EndTime"], until.as_second());
}

#[test]
fn money_has_one_region_in_a_partition() {
    for (partition, region) in [
        ("aws", "us-east-1"),
        ("aws-cn", "cn-northwest-1"),
        ("aws-us-gov", "us-gov-west-1"),
    ] {
        assert_eq!(billing_region(partition), Region::new(region));
    }
}
