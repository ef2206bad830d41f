//! What AWS says of cost, and what is made of a bill.

use cost_anomaly::sources::{News, batch, news};
use jiff::Timestamp;
use nightshift_cost::{History, Query, RecordType, Settings, find, read_cost_explorer, read_csv};
use serde_json::{Value, json};

use crate::told_well;

/// Any message, alone and out of the queue: something is told of it, the same
/// each time, and what is told can be kept and read back.
pub fn event(text: &str) {
    let record = json!({
        "messageId": "m-1", "body": text, "eventSource": "aws:sqs",
        "attributes": {"SentTimestamp": "1795392000000"},
    });
    let records = batch(&[record]);
    assert!(!records[0].news.is_empty());
    records[0].news.iter().for_each(hold);
    let Ok(event) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let read = news(&event);
    assert!(!read.is_empty());
    assert_eq!(news(&event), read);
    read.iter().for_each(hold);
}

fn hold(news: &News) {
    match news {
        News::Sighting(sighting) => {
            let kept = serde_json::to_value(sighting).unwrap();
            assert_eq!(
                serde_json::from_value::<cost_anomaly::model::Sighting>(kept).unwrap(),
                **sighting
            );
            assert_eq!((**sighting).clone().bounded(), **sighting);
            assert!(sighting.since <= sighting.until);
        }
        News::Alert(alert) => {
            let kept = serde_json::to_value(alert).unwrap();
            assert_eq!(
                &serde_json::from_value::<cost_anomaly::budget::BudgetAlert>(kept).unwrap(),
                alert
            );
        }
        News::Note(note) => told_well(&note.title),
    }
}

/// Any bill, as CSV and as Cost Explorer answers: it is read or refused in words,
/// and what is unusual in it is told in words, the same each time.
pub fn bill(text: &str) {
    let query = Query {
        read_at: read_at(),
        metric: None,
        record_type: &RecordType::Usage,
    };
    for read in [read_csv(text, read_at()), read_cost_explorer(text, &query)] {
        match read {
            Ok(batch) => {
                let mut history = History::default();
                history.add(batch);
                let found = find(&history, &Settings::default(), None);
                assert_eq!(find(&history, &Settings::default(), None), found);
                for anomaly in &found.anomalies {
                    told_well(&anomaly.sentence);
                }
            }
            Err(error) => told_well(&error.to_string()),
        }
    }
}

fn read_at() -> Timestamp {
    Timestamp::from_second(1_795_392_000).unwrap_or_default()
}
