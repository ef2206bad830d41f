//! What security-triage asks around a finding, besides EC2: tags and changes.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Answer, Refusal};
use crate::estate::Estate;

/// The most events of one page (CloudTrail API Reference, `LookupEvents`).
const PAGE: u64 = 50;
/// What a service of JSON answers whoever may not ask.
const DENIED: &str = "AccessDeniedException";
/// Questions that CloudTrail takes in a second in an account and Region
/// (CloudTrail API Reference, `LookupEvents`).
const A_SECOND: f64 = 2.0;

/// CloudTrail's patience: a bucket that fills by two questions a second.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    left: f64,
    at: Option<Instant>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            left: A_SECOND,
            at: None,
        }
    }
}

impl Patience {
    /// Whether it takes another question now.
    fn takes(&mut self, now: Instant) -> bool {
        if let Some(at) = self.at {
            let more = now.saturating_duration_since(at).as_secs_f64() * A_SECOND;
            self.left = (self.left + more).min(A_SECOND);
        }
        self.at = Some(now);
        let takes = self.left >= 1.0;
        if takes {
            self.left -= 1.0;
        }
        takes
    }
}

/// `tag:GetResources` for resources by their ARNs: those that have tags.
pub(super) fn tags(estate: &Estate, operation: &str, input: &Value) -> Answer {
    if operation != "GetResources" {
        return Err(Refusal::unknown(operation));
    }
    if estate.refuses_look_ups {
        return Err(Refusal::new(DENIED, "not allowed to tag:GetResources"));
    }
    only(input, &["ResourceARNList"])?;
    let arns = input["ResourceARNList"].as_array();
    let found = arns.into_iter().flatten().filter_map(|arn| {
        let tags = estate.tagged.get(arn.as_str()?)?.iter();
        let tags: Vec<Value> = tags
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        Some(json!({"ResourceARN": arn, "Tags": tags}))
    });
    let found: Vec<Value> = found.collect();
    let answer = json!({"PaginationToken": "", "ResourceTagMappingList": found});
    Ok(answer.to_string().into_bytes())
}

/// `cloudtrail:LookupEvents` for one resource by its name, newest first, at the
/// pace that AWS takes.
pub(super) fn trail(estate: &mut Estate, operation: &str, input: &Value) -> Answer {
    if operation != "LookupEvents" {
        return Err(Refusal::unknown(operation));
    }
    if estate.refuses_look_ups {
        return Err(Refusal::new(DENIED, "not allowed to LookupEvents"));
    }
    if !estate.patience.takes(Instant::now()) {
        estate.throttled += 1;
        return Err(Refusal::new("ThrottlingException", "Rate exceeded"));
    }
    only(input, &["LookupAttributes", "StartTime", "MaxResults"])?;
    let attribute = &input["LookupAttributes"][0];
    if attribute["AttributeKey"] != "ResourceName" {
        let words = format!("the stub does not look by {}", attribute["AttributeKey"]);
        return Err(Refusal::new("InvalidLookupAttributesException", words));
    }
    let name = attribute["AttributeValue"].as_str().unwrap_or_default();
    let page = input["MaxResults"].as_u64().unwrap_or(PAGE).min(PAGE);
    let events = (0..page.min(estate.changes)).map(|index| event(name, index));
    let events: Vec<Value> = events.collect();
    let answer = json!({"Events": events});
    Ok(answer.to_string().into_bytes())
}

/// A field that the stub would overlook would make another question of it.
fn only(input: &Value, fields: &[&str]) -> Result<(), Refusal> {
    let given = input.as_object().into_iter().flat_map(Map::keys);
    let mut others = given.filter(|field| !fields.contains(&field.as_str()));
    match others.next() {
        None => Ok(()),
        Some(other) => {
            let words = format!("the stub does not read {other}");
            Err(Refusal::new("ValidationException", words))
        }
    }
}

/// An event of the trail, with a record of the usual size.
fn event(name: &str, index: u64) -> Value {
    let minute = 59 - index % 60;
    let id = format!("00000000-0000-4000-8000-{index:012}");
    let at = format!("2026-11-23T17:{minute:02}:00Z");
    let record = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEEXAMPLE001:jane",
            "arn": "arn:aws:sts::123456789012:assumed-role/developer/jane",
            "accountId": "123456789012",
            "accessKeyId": "ASIAEXAMPLEEXAMPLE01",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": "AROAEXAMPLEEXAMPLE001",
                    "arn": "arn:aws:iam::123456789012:role/developer",
                    "accountId": "123456789012",
                    "userName": "developer",
                },
                "attributes": {"creationDate": "2026-11-23T08:00:00Z", "mfaAuthenticated": "true"},
            },
        },
        "eventTime": at,
        "eventSource": "ec2.amazonaws.com",
        "eventName": "ModifyInstanceAttribute",
        "awsRegion": crate::REGION,
        "sourceIPAddress": "198.51.100.23",
        "userAgent": "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 lang/python#3.13.7 md/installer#exe",
        "requestParameters": {"instanceId": name, "groupSet": {"items": [{"groupId": "sg-0123456789abcdef0"}]}},
        "responseElements": {"requestId": id, "_return": true},
        "requestID": id,
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "ec2.us-east-1.amazonaws.com",
        },
    });
    json!({
        "EventId": id,
        "EventName": "ModifyInstanceAttribute",
        "ReadOnly": "false",
        "AccessKeyId": "ASIAEXAMPLEEXAMPLE01",
        // 23 November 2026, 17:00 UTC.
        "EventTime": 1_795_453_200 + minute * 60,
        "EventSource": "ec2.amazonaws.com",
        "Username": "jane",
        "Resources": [{"ResourceType": "AWS::EC2::Instance", "ResourceName": name}],
        "CloudTrailEvent": record.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn two_questions_a_second_are_taken_and_no_more() {
        let mut patience = Patience::default();
        let begun = Instant::now();
        let taken = |patience: &mut Patience, milliseconds: &[u64]| {
            let at = milliseconds
                .iter()
                .map(|&after| begun + Duration::from_millis(after));
            at.filter(|&at| patience.takes(at)).count()
        };
        assert_eq!(taken(&mut patience, &[0, 1, 2, 3]), 2);
        assert_eq!(taken(&mut patience, &[501, 502, 1_001]), 2);
        // Rest does not add up.
        assert_eq!(taken(&mut patience, &[60_000, 60_001, 60_002]), 2);
    }
}
