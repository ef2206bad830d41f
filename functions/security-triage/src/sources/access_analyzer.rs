//! IAM Access Analyzer: external, internal and unused access. The event has no
//! severity; `id` is `findingId` for unused access. When a finding is deleted,
//! `status` stays ACTIVE and `isDeleted` becomes true.

use super::envelope::{Envelope, last_part};
use crate::finding::{Band, Finding, FindingKey, Route, Standing, Subject};
use nightshift_events::Detail;

/// The finding that the event tells of; None where it names none.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let id = detail.first(&["findingId", "id"])?;
    let resource = detail
        .text("resource")
        .unwrap_or("a resource that is not named");
    let key = FindingKey::new(
        detail.text("accountId").unwrap_or(envelope.account),
        detail.text("region").unwrap_or(envelope.region),
        id,
    );
    let kind = detail.text("findingType").unwrap_or("ExternalAccess");
    let mut finding = envelope.draft(Route::AccessAnalyzer, "IAM Access Analyzer", key);
    kind.clone_into(&mut finding.kind);
    let resource_type = detail.text("resourceType").unwrap_or("Resource");
    let what = format!("{} {}", short(resource_type), last_part(resource));
    let whom = principals(detail);
    let public = detail.flag("isPublic") == Some(true);
    (finding.band, finding.title) = if let Some(error) = detail.text("error") {
        (
            Band::Medium,
            format!("{what} could not be analyzed: {error}"),
        )
    } else if kind.starts_with("Unused") {
        (Band::Low, format!("{what} has {}", unused(kind)))
    } else if kind == "InternalAccess" {
        (Band::Medium, format!("{what} can be reached by {whom}"))
    } else if public {
        (Band::Critical, format!("{what} is public"))
    } else {
        (Band::High, format!("{what} is shared with {whom}"))
    };
    finding.standing = standing(detail);
    finding.seen(
        detail.time("createdAt"),
        detail.time("analyzedAt"),
        detail.time("updatedAt"),
    );
    finding.subjects = vec![Subject::named(resource_type, resource)];
    let actions: Vec<&str> = detail.texts("action").into_iter().take(8).collect();
    finding.note("Actions", Some(actions.join(", ")));
    if !kind.starts_with("Unused") && detail.at("principal").is_there() {
        finding.note("Principal", Some(whom));
    }
    finding.note("Unused actions", detail.words("numberOfUnusedActions"));
    finding.note("Unused services", detail.words("numberOfUnusedServices"));
    let conditions: Vec<&str> = detail
        .at("condition")
        .fields()
        .map(|(name, _)| name)
        .take(5)
        .collect();
    finding.note("Conditions", Some(conditions.join(", ")));
    Some(finding)
}

fn standing(detail: Detail<'_>) -> Standing {
    match detail.text("status") {
        Some("ARCHIVED") => Standing::Suppressed,
        Some("RESOLVED") => Standing::Resolved,
        _ if detail.flag("isDeleted") == Some(true) => Standing::Resolved,
        _ => Standing::Open,
    }
}

fn principals(detail: Detail<'_>) -> String {
    let names: Vec<String> = detail
        .at("principal")
        .fields()
        .filter_map(|(_, name)| name.words(""))
        .take(3)
        .collect();
    if names.is_empty() {
        "somebody outside".to_owned()
    } else {
        names.join(", ")
    }
}

fn unused(kind: &str) -> &'static str {
    match kind {
        "UnusedIAMRole" => "not been used",
        "UnusedIAMUserAccessKey" => "an unused access key",
        "UnusedIAMUserPassword" => "an unused password",
        _ => "unused permissions",
    }
}

/// `S3 bucket` of `AWS::S3::Bucket`.
fn short(kind: &str) -> String {
    match kind.split("::").collect::<Vec<&str>>().as_slice() {
        ["AWS", service, thing] => format!("{service} {}", thing.to_lowercase()),
        _ => kind.to_owned(),
    }
}
