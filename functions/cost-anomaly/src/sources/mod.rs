//! From a message of any source to news. One file per source; a shape that
//! nothing here knows still becomes a readable note.

mod anomaly;
mod budgets;
mod unknown;

use jiff::Timestamp;
use nightshift_core::Money;
use nightshift_cost::parse_amount;
use nightshift_events::{Content, Detail, Said, contents};
use serde_json::Value;

use crate::budget::BudgetAlert;
use crate::model::Sighting;

pub use unknown::Note;

/// What one message tells.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Unusual spending.
    Sighting(Box<Sighting>),
    /// A word of AWS Budgets.
    Alert(BudgetAlert),
    /// Anything else.
    Note(Note),
}

/// One message of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The queue's name for it, by which it can be given back.
    pub item: Option<String>,
    /// What it tells; at least one, whatever it holds.
    pub news: Vec<News>,
}

/// Every message of a batch of the queue; none is dropped.
pub fn batch(records: &[Value]) -> Vec<Record> {
    let records = nightshift_events::batch(records).into_iter();
    records
        .map(|record| Record {
            item: record.item,
            news: record.contents.iter().map(told).collect(),
        })
        .collect()
}

/// Everything that an input tells, out of whatever envelopes; at least one.
pub fn news(input: &Value) -> Vec<News> {
    contents(input, None).iter().map(told).collect()
}

fn told(content: &Content) -> News {
    let sent = content.sent;
    match &content.said {
        Said::Event(event) => event_told(event, sent),
        Said::Text(text) => budgets::text(text, sent)
            .map_or_else(|| News::Note(unknown::text(text, sent)), News::Alert),
    }
}

fn event_told(event: &Value, sent: Option<Timestamp>) -> News {
    let whole = Detail::of(event);
    if let Some(sighting) = anomaly::sighting(whole, sent) {
        return News::Sighting(Box::new(sighting.bounded()));
    }
    if let Some(alert) = budgets::json(whole, sent) {
        return News::Alert(alert);
    }
    News::Note(unknown::event(whole, sent))
}

/// An amount of money, written as a number or as a text.
fn money(detail: Detail<'_>, path: &str) -> Option<Money> {
    parse_amount(detail.words(path)?.trim())
}
