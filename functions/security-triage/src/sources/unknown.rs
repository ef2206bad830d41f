//! What nothing here knows is told all the same, as well as it can be read.

use jiff::Timestamp;
use nightshift_core::shortened;
use serde_json::Value;

use super::envelope::{Envelope, finding_id};
use crate::finding::{Band, Finding, FindingKey, Route, Standing, Subject, checksum};
use nightshift_events::Detail;

/// The finding for an event of an unknown shape.
pub fn finding(envelope: &Envelope<'_>) -> Finding {
    // An SNS notice or a bare document has no detail: then it is the whole.
    let body = if envelope.detail.is_there() {
        envelope.detail
    } else {
        envelope.event
    };
    part(envelope, body)
}

/// The finding for one part of an event, such as one entry of its list.
pub fn part(envelope: &Envelope<'_>, body: Detail<'_>) -> Finding {
    let whole = body.value().to_string();
    let own = body.first(&[
        "findingArn",
        "arn",
        "findingId",
        "Id",
        "id",
        "eventArn",
        "uid",
    ]);
    let id = match (own, envelope.id) {
        (Some(id), _) => finding_id(id).to_owned(),
        (None, Some(event)) => format!("event/{event}"),
        (None, None) => format!("body/{:016x}", checksum(&whole)),
    };
    let key = FindingKey::new(
        body.first(&[
            "accountId",
            "awsAccountId",
            "AwsAccountId",
            "recipientAccountId",
        ])
        .unwrap_or(envelope.account),
        body.first(&["region", "awsRegion", "Region"])
            .unwrap_or(envelope.region),
        &id,
    );
    let product = envelope
        .source
        .split_once('.')
        .map_or(envelope.source, |(_, name)| name);
    let mut finding = envelope.draft(Route::Unknown, product, key);
    finding.title = body
        .first(&["title", "Title", "AlarmName", "subject", "Subject"])
        .map_or_else(
            || {
                if envelope.event.text("detail-type").is_some() {
                    format!("{} from {}", envelope.detail_type, envelope.source)
                } else {
                    "An event of an unknown kind".to_owned()
                }
            },
            str::to_owned,
        );
    finding.band = [
        "severity",
        "severity/description",
        "Severity/Label",
        "Severity",
    ]
    .iter()
    .find_map(|path| body.text(path).and_then(Band::from_label))
    .unwrap_or(Band::Medium);
    finding.description = body
        .first(&["description", "Description", "message", "Message"])
        .map_or_else(|| shortened(&whole, 1_000), str::to_owned);
    finding.seen(
        body.time("createdAt"),
        body.time("updatedAt"),
        body.time("updatedAt"),
    );
    // Only words that mean the same everywhere.
    if matches!(
        body.text("status"),
        Some("RESOLVED" | "CLOSED" | "resolved" | "closed")
    ) {
        finding.standing = Standing::Resolved;
    }
    let resources = envelope.event.texts("resources");
    finding.subjects = resources
        .into_iter()
        .take(10)
        .map(|name| Subject::named("Resource", name))
        .collect();
    for (name, value) in body.fields().take(12) {
        finding.note(name, value.words(""));
    }
    finding
}

/// The finding for a text that is no event.
pub fn text(text: &str, sent: Option<Timestamp>) -> Finding {
    let nothing = Value::Null;
    let envelope = Envelope::of(&nothing, sent);
    let key = FindingKey::new(
        envelope.account,
        envelope.region,
        &format!("text/{:016x}", checksum(text)),
    );
    let mut finding = envelope.draft(Route::Unknown, "unknown", key);
    "A message that is no event".clone_into(&mut finding.title);
    "text".clone_into(&mut finding.kind);
    finding.description = shortened(text, 1_000);
    finding
}
