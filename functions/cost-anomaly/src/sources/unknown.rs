//! What nothing here knows is told all the same, as well as it can be read.

use jiff::Timestamp;
use nightshift_core::{printable, shortened};
use nightshift_events::Detail;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A message that is neither an anomaly nor a budget's.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Note {
    /// When it was sent.
    #[schemars(with = "String")]
    pub said_at: Timestamp,
    /// The same for every copy of it.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// What it says.
    pub text: String,
    /// The account that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What can be made out, label and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

/// The note for an event of an unknown shape.
pub fn event(event: Detail<'_>, sent: Option<Timestamp>) -> Note {
    let body = if event.field("detail").is_there() {
        event.field("detail")
    } else {
        event
    };
    let whole = event.value().to_string();
    let id = event
        .text("id")
        .map_or_else(|| checksum(&whole), |id| shortened(id, 100));
    let fields = body.fields().take(12);
    Note {
        said_at: event.time("time").or(sent).unwrap_or(Timestamp::UNIX_EPOCH),
        id,
        title: match (event.text("detail-type"), event.text("source")) {
            (Some(kind), Some(source)) => printable(&format!("{kind} from {source}"), 150),
            (Some(kind), None) => printable(kind, 150),
            _ => body
                .first(&["title", "Title", "subject", "Subject", "AlarmName"])
                .map_or_else(
                    || "A message about cost of an unknown kind".to_owned(),
                    |title| printable(title, 150),
                ),
        },
        text: body
            .first(&["description", "Description", "message", "Message"])
            .map_or_else(|| shortened(&whole, 600), |text| shortened(text, 600)),
        account: body
            .first(&["accountId", "AccountId"])
            .or(event.text("account"))
            .map(|account| shortened(account, 50)),
        details: fields
            .filter_map(|(name, value)| {
                Some((shortened(name, 60), shortened(&value.words("")?, 200)))
            })
            .collect(),
    }
}

/// The note for a text.
pub fn text(text: &str, sent: Option<Timestamp>) -> Note {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    Note {
        said_at: sent.unwrap_or(Timestamp::UNIX_EPOCH),
        id: checksum(text),
        title: first.map_or_else(
            || "An empty message about cost".to_owned(),
            |line| printable(line, 150),
        ),
        text: if text.trim().is_empty() {
            "The message has no text.".to_owned()
        } else {
            shortened(text.trim(), 600)
        },
        account: None,
        details: Vec::new(),
    }
}

/// FNV-1a: the same for the same text, in every build.
fn checksum(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
