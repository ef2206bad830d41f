//! "AWS Health Event". The event about an exposed access key has the service
//! RISK, not IAM or ABUSE. The same event comes to a backup Region too.

use super::envelope::Envelope;
use crate::finding::{Band, Finding, FindingKey, Remedy, Route, Standing, Subject};
use nightshift_events::Detail;

/// The finding that the event tells of; None where it has no code.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let code = detail.text("eventTypeCode")?;
    let arn = detail.text("eventArn");
    let region = detail
        .text("eventRegion")
        .or_else(|| {
            arn.and_then(|arn| arn.split(':').nth(3))
                .filter(|region| !region.is_empty())
        })
        .unwrap_or(envelope.region);
    let id = arn.and_then(|arn| arn.rsplit('/').next()).unwrap_or(code);
    let account = detail.text("affectedAccount").unwrap_or(envelope.account);
    let key = FindingKey::new(account, region, &format!("health/{id}"));
    let mut finding = envelope.draft(Route::Health, "Health", key);
    code.clone_into(&mut finding.kind);
    finding.title = words(code);
    finding.description = detail
        .items("eventDescription")
        .find_map(|one| one.text("latestDescription"))
        .unwrap_or_default()
        .into();
    finding.band = band(detail, code);
    finding.seen(
        detail.time("startTime"),
        detail.time("lastUpdatedTime"),
        detail.time("lastUpdatedTime").or(Some(finding.emitted)),
    );
    finding.standing = if detail.text("statusCode") == Some("closed") {
        Standing::Resolved
    } else {
        Standing::Open
    };
    finding.subjects = detail
        .items("affectedEntities")
        .filter_map(|entity| {
            let kind = detail.text("service").unwrap_or("Resource");
            Some(Subject {
                tags: entity.tags("tags"),
                ..Subject::named(kind, entity.text("entityValue")?)
            })
        })
        .collect();
    finding.note("Service", detail.text("service"));
    finding.note("Category", detail.text("eventTypeCategory"));
    finding.note("Ends", detail.text("endTime"));
    if code.contains("CREDENTIALS_EXPOSED") {
        finding.remedy = Some(Remedy {
            text:
                "Make the key inactive, find what was done with it in CloudTrail, and replace it."
                    .to_owned(),
            url: Some(
                "https://repost.aws/knowledge-center/potential-account-compromise".to_owned(),
            ),
        });
    }
    Some(finding)
}

/// Credentials that lie open are critical whatever the category says; a
/// category that came later is medium.
fn band(detail: Detail<'_>, code: &str) -> Band {
    if code.contains("CREDENTIALS_EXPOSED") || code.contains("CREDENTIALS_COMPROMISED") {
        return Band::Critical;
    }
    if matches!(detail.text("service"), Some("RISK" | "ABUSE")) {
        return Band::High;
    }
    match detail.text("eventTypeCategory") {
        Some("issue") => Band::High,
        Some("scheduledChange") => Band::Low,
        _ => Band::Medium,
    }
}

/// `EC2 instance store drive performance degraded` of
/// `AWS_EC2_INSTANCE_STORE_DRIVE_PERFORMANCE_DEGRADED`.
fn words(code: &str) -> String {
    let code = code.strip_prefix("AWS_").unwrap_or(code);
    let (service, rest) = code.split_once('_').unwrap_or((code, ""));
    format!("{service} {}", rest.replace('_', " ").to_lowercase())
        .trim()
        .to_owned()
}
