//! Amazon GuardDuty's own event, "GuardDuty Finding".
//!
//! A repeat keeps the id, raises `service.count` and overwrites the details, so
//! the first version is worth keeping. `detail.accountId` is the account it is
//! about; the envelope's may be the administrator (GuardDuty User Guide).

use serde_json::Value;

use super::envelope::{Envelope, finding_id};
use super::{guardduty_action as action, guardduty_resources as resources};
use crate::finding::{Band, Finding, FindingKey, Handle, Part, Route, Standing};
use nightshift_events::Detail;

/// The finding that the event tells of; None where it names none.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let id = detail
        .text("id")
        .or_else(|| detail.text("arn").map(finding_id))?;
    let key = FindingKey::new(
        detail.text("accountId").unwrap_or(envelope.account),
        detail.text("region").unwrap_or(envelope.region),
        id,
    );
    let service = detail.at("service");
    let archived = service.flag("archived").unwrap_or(false);
    let mut finding = envelope.draft(Route::GuardDuty, "GuardDuty", key);
    let kind = detail.text("type").unwrap_or("GuardDuty Finding");
    kind.clone_into(&mut finding.kind);
    finding.title = detail.text("title").unwrap_or(kind).into();
    finding.description = detail.text("description").unwrap_or_default().into();
    finding.band = match detail.number("severity") {
        Some(score) => Band::from_guardduty(score),
        // An archived finding's event may lack it, and closes whatever it was.
        None if archived => Band::Informational,
        None => Band::Medium,
    };
    finding.part = part(service);
    finding.count = service.count("count").unwrap_or(1);
    finding.seen(
        service.time("eventFirstSeen").or(detail.time("createdAt")),
        service.time("eventLastSeen"),
        detail.time("updatedAt"),
    );
    finding.standing = if archived {
        Standing::Suppressed
    } else {
        Standing::Open
    };
    finding.sample = is_sample(&finding.title, service.at("additionalInfo"));
    finding.subjects = resources::subjects(detail);
    finding.principals = resources::principals(detail);
    if let Some(detector) = service.text("detectorId") {
        finding.handles.push(Handle::GuardDuty {
            detector: detector.to_owned(),
            id: id.to_owned(),
        });
    }
    action::describe(&mut finding, detail);
    Some(finding)
}

/// `resourceRole`, which stands at the service or beside it.
fn part(service: Detail<'_>) -> Option<Part> {
    match service.text("resourceRole")? {
        role if role.eq_ignore_ascii_case("TARGET") => Some(Part::Target),
        role if role.eq_ignore_ascii_case("ACTOR") => Some(Part::Actor),
        _ => None,
    }
}

/// Samples say so in the title, in `additionalInfo.sample`, or inside the JSON
/// that `additionalInfo.value` holds as a text.
fn is_sample(title: &str, info: Detail<'_>) -> bool {
    title.starts_with("[SAMPLE]")
        || info.flag("sample") == Some(true)
        || info
            .text("value")
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
            .is_some_and(|value| Detail::of(&value).flag("sample") == Some(true))
}
