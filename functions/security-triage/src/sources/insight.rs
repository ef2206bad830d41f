//! "Security Hub Insight Results": a person has sent results of an insight by a
//! custom action. There are no findings in it, only names and numbers.

use super::envelope::{Envelope, last_part};
use crate::finding::{Band, Finding, FindingKey, Route, Subject};
use nightshift_events::Detail;

/// The finding for what was sent. Each sending is a matter of its own.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let insight = detail.first(&["insightName", "insightArn"])?;
    let sent = envelope
        .id
        .map_or_else(|| envelope.time.to_string(), str::to_owned);
    let arn = detail.text("insightArn").map_or(insight, last_part);
    let key = FindingKey::new(
        envelope.account,
        envelope.region,
        &format!("insight/{arn}/{sent}"),
    );
    let mut finding = envelope.draft(Route::SecurityHubCspm, "Security Hub", key);
    "InsightResults".clone_into(&mut finding.kind);
    finding.band = Band::Medium;
    finding.title = format!("Insight: {insight}");
    finding.description = detail.text("actionDescription").unwrap_or_default().into();
    finding.asked = detail.text("actionName").map(str::to_owned);
    let kind = detail.text("resultType").unwrap_or("Result");
    for (name, number) in detail.items("insightResults").flat_map(Detail::fields) {
        finding.subjects.push(Subject::named(kind, name));
        if finding.details.len() < 10 {
            finding.note(name, number.words(""));
        }
    }
    Some(finding)
}
