//! EventBridge's envelope, and the finding that every source begins with.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift_core::Arn;
use serde_json::Value;

use crate::finding::{Band, Finding, FindingKey, Route, Standing, Subject};
use nightshift_events::Detail;

/// What stands where an event does not say.
const UNKNOWN: &str = "unknown";

/// EventBridge's envelope. Nothing in it is required.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The whole event.
    pub event: Detail<'a>,
    /// The event's own id.
    pub id: Option<&'a str>,
    /// Who has sent it, such as `aws.guardduty`.
    pub source: &'a str,
    /// What kind of event it is.
    pub detail_type: &'a str,
    /// The account whose bus took it; not always the one it is about.
    pub account: &'a str,
    /// The Region whose bus took it; not always the one it is about.
    pub region: &'a str,
    /// When EventBridge took it.
    pub time: Timestamp,
    /// What it says.
    pub detail: Detail<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of an event.
    pub fn of(event: &'a Value, sent: Option<Timestamp>) -> Self {
        let event = Detail::of(event);
        Self {
            event,
            id: event.text("id"),
            source: event.text("source").unwrap_or(UNKNOWN),
            detail_type: event.text("detail-type").unwrap_or(UNKNOWN),
            account: event.text("account").unwrap_or(UNKNOWN),
            region: event.text("region").unwrap_or(UNKNOWN),
            time: event.time("time").or(sent).unwrap_or(Timestamp::UNIX_EPOCH),
            detail: event.field("detail"),
        }
    }

    /// A finding of which only the event is known yet: open, of medium
    /// severity, seen once at the event's time.
    pub fn draft(&self, route: Route, product: &str, key: FindingKey) -> Finding {
        Finding {
            key,
            route,
            product: product.to_owned(),
            kind: self.detail_type.to_owned(),
            band: Band::Medium,
            title: self.detail_type.to_owned(),
            description: String::new(),
            subjects: Vec::new(),
            part: None,
            principals: BTreeSet::new(),
            details: Vec::new(),
            count: 1,
            first_seen: self.time,
            last_seen: self.time,
            updated: self.time,
            emitted: self.time,
            standing: Standing::Open,
            asked: None,
            remedy: None,
            sample: false,
            echo: false,
            handles: Vec::new(),
        }
    }
}

impl Finding {
    /// Adds a labelled value, if there is one.
    pub(super) fn note(&mut self, label: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value.map(Into::into).filter(|value| !value.is_empty()) {
            self.details.push((label.to_owned(), value));
        }
    }

    /// Takes over the times that the source tells.
    pub(super) fn seen(
        &mut self,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
        updated: Option<Timestamp>,
    ) {
        self.updated = updated.or(last).unwrap_or(self.emitted);
        self.last_seen = last.unwrap_or(self.updated);
        self.first_seen = first.unwrap_or(self.last_seen).min(self.last_seen);
    }
}

impl Subject {
    /// A resource by its ARN, or by whatever else stands where one is expected.
    pub(super) fn named(kind: impl Into<String>, name: &str) -> Self {
        Self {
            kind: kind.into(),
            id: last_part(name).to_owned(),
            arn: name.parse::<Arn>().ok(),
            tags: nightshift_core::Tags::new(),
        }
    }
}

/// The id or name at the end of an ARN, `i-0abc` of `...:instance/i-0abc`; of
/// an S3 object its bucket and key.
pub(super) fn last_part(name: &str) -> &str {
    if let Some(path) = name.split_once(":s3:::").map(|(_, path)| path) {
        return path;
    }
    let part = name
        .trim_end_matches('/')
        .rsplit(['/', ':'])
        .next()
        .unwrap_or_default();
    if part.is_empty() { name } else { part }
}

/// What tells findings apart whatever route they came by: what follows
/// `finding/`. Ids of products that have no such part count as a whole.
pub(super) fn finding_id(id: &str) -> &str {
    match id.rsplit_once("finding/") {
        Some((_, tail)) if !tail.is_empty() => tail,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_people_expect() {
        for (arn, expected) in [
            (
                "arn:aws:ec2:us-east-1:111122223333:instance/i-0abc",
                "i-0abc",
            ),
            ("arn:aws:s3:::bucket", "bucket"),
            ("arn:aws:s3:::bucket/a/b", "bucket/a/b"),
            ("AWS::::Account:111122223333", "111122223333"),
            ("arn:aws:iam::111122223333:role/path/name", "name"),
            ("i-0abc", "i-0abc"),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(last_part(arn), expected, "{arn}");
        }
        assert_eq!(
            finding_id("arn:aws:guardduty:r:1:detector/d/finding/f"),
            "f"
        );
        assert_eq!(finding_id("arn:aws:inspector2:r:1:finding/F"), "F");
        assert_eq!(finding_id("third-party/7"), "third-party/7");
        assert_eq!(finding_id("x/finding/"), "x/finding/");
    }
}
