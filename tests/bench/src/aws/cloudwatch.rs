use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};

use serde_json::{Value, json};

use super::{Answer, Refusal, cbor, page};
use crate::estate::{Alarm, ENVIRONMENT, Estate};

pub(super) fn answer(estate: &mut Estate, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeAlarms" => Ok(describe(estate, input)),
        // Every alarm belongs to the environment of what it watches, which is looked after.
        "ListTagsForResource" => Ok(cbor::write(&json!({
            "Tags": [{"Key": "Environment", "Value": ENVIRONMENT}]
        }))),
        "DisableAlarmActions" | "EnableAlarmActions" => {
            for name in input["AlarmNames"].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap_or_default();
                if let Some(alarm) = estate.alarms.get_mut(name) {
                    alarm.enabled = operation == "EnableAlarmActions";
                }
            }
            Ok(cbor::write(&json!({})))
        }
        other => Err(Refusal::unknown(other)),
    }
}

fn describe(estate: &Estate, input: &Value) -> Vec<u8> {
    let names: Option<BTreeSet<&str>> = input["AlarmNames"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect());
    let after = input["NextToken"]
        .as_str()
        .map_or(Unbounded, |token| Excluded(token.to_owned()));
    let size = input["MaxRecords"].as_u64().unwrap_or(50).clamp(1, 100);
    let chosen = estate.alarms.range((after, Unbounded)).filter(|(name, _)| {
        names
            .as_ref()
            .is_none_or(|names| names.contains(name.as_str()))
    });
    let (alarms, next) = page(chosen, usize::try_from(size).unwrap_or(50));
    let alarms: Vec<Value> = alarms
        .into_iter()
        .map(|(name, alarm)| show(name, alarm))
        .collect();
    let mut answer = json!({"MetricAlarms": alarms, "CompositeAlarms": []});
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    cbor::write(&answer)
}

fn show(name: &str, alarm: &Alarm) -> Value {
    let dimensions: Vec<Value> = alarm
        .dimensions
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    json!({
        "AlarmName": name,
        "AlarmArn": format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"),
        "ActionsEnabled": alarm.enabled,
        "OKActions": [], "InsufficientDataActions": [],
        "AlarmActions": ["arn:aws:sns:us-east-1:123456789012:on-call"],
        "StateValue": "OK", "StateReason": "Threshold Crossed",
        "MetricName": "CPUUtilization", "Namespace": "AWS/EC2", "Statistic": "Average",
        "Dimensions": dimensions,
        "Period": 300, "EvaluationPeriods": 2, "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "breaching",
    })
}
