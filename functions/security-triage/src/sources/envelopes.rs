//! Findings out of the envelopes of SNS and SQS: taken off, they change nothing.

use jiff::Timestamp;
use nightshift_events::{Content, Said, contents};
use serde_json::Value;

use super::{read, read_text};
use crate::finding::Finding;

pub use nightshift_events::is_notice;

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
    let records = nightshift_events::batch(records).into_iter();
    records
        .map(|record| Record {
            item: record.item,
            findings: record.contents.iter().flat_map(told).collect(),
        })
        .collect()
}

/// Every finding in an event, out of whatever envelopes; at least one.
pub fn findings(event: &Value, sent: Option<Timestamp>) -> Vec<Finding> {
    contents(event, sent).iter().flat_map(told).collect()
}

fn told(content: &Content) -> Vec<Finding> {
    match &content.said {
        Said::Event(event) => read(event, content.sent),
        Said::Text(text) => vec![read_text(text, content.sent)],
    }
}
