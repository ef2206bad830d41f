//! SNS and SQS around an event, and lists of events: taken off, they change
//! nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::{read, read_text};
use crate::finding::Finding;

/// An envelope in an envelope in an envelope is somebody's game.
const ENVELOPES: usize = 4;

/// One message of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The queue's name for it, by which it can be given back.
    pub item: Option<String>,
    /// What it tells; at least one finding, whatever it holds.
    pub findings: Vec<Finding>,
}

/// Every message of a batch of the queue; none is dropped.
pub fn batch(records: &[Value]) -> Vec<Record> {
    records.iter().map(record).collect()
}

/// Every finding in an event, out of whatever envelopes; at least one.
pub fn findings(event: &Value, sent: Option<Timestamp>) -> Vec<Finding> {
    unwrapped(event, sent, 0)
}

fn record(record: &Value) -> Record {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let sent = text(&record["attributes"]["SentTimestamp"])
        .and_then(|text| text.parse().ok())
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    Record {
        item: text(&record["messageId"]).filter(|id| !id.is_empty()),
        findings: match &record["body"] {
            Value::String(body) => message(body, sent, 0),
            _ => vec![read_text(&record.to_string(), sent)],
        },
    }
}

/// A body of SQS or a message of SNS.
fn message(text: &str, sent: Option<Timestamp>, depth: usize) -> Vec<Finding> {
    match serde_json::from_str::<Value>(text) {
        Ok(event @ (Value::Object(_) | Value::Array(_))) => unwrapped(&event, sent, depth + 1),
        _ => vec![read_text(text, sent)],
    }
}

fn unwrapped(event: &Value, sent: Option<Timestamp>, depth: usize) -> Vec<Finding> {
    let as_it_is = || read(event, sent);
    if depth > ENVELOPES {
        return as_it_is();
    }
    let several = |list: &[Value], of: &dyn Fn(&Value) -> Vec<Finding>| {
        if list.is_empty() {
            as_it_is()
        } else {
            list.iter().flat_map(of).collect()
        }
    };
    if let Value::Array(list) = event {
        return several(list, &|one| unwrapped(one, sent, depth + 1));
    }
    if is_notice(event) {
        return notice(event, sent, depth);
    }
    match event.get("Records") {
        Some(Value::Array(records)) => several(records, &|one| match one.get("Sns") {
            Some(sns) => notice(sns, sent, depth),
            None => record(one).findings,
        }),
        _ => as_it_is(),
    }
}

/// The envelope in which SNS delivers to a queue or an address.
pub fn is_notice(event: &Value) -> bool {
    event.get("Type").and_then(Value::as_str) == Some("Notification")
        && event.get("Message").is_some_and(Value::is_string)
}

fn notice(notice: &Value, sent: Option<Timestamp>, depth: usize) -> Vec<Finding> {
    let at = notice["Timestamp"]
        .as_str()
        .and_then(|text| text.parse().ok());
    match notice["Message"].as_str() {
        Some(text) => message(text, at.or(sent), depth),
        None => vec![read_text(&notice.to_string(), at.or(sent))],
    }
}
