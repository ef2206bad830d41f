//! From an event of any security service to findings. One file per service;
//! a shape that nothing here knows still becomes a readable finding.
//!
//! Services are told apart by `detail-type` alone, which no two of them share.

mod access_analyzer;
mod asff;
mod cloudtrail;
mod config;
mod envelope;
mod envelopes;
mod guardduty;
mod guardduty_action;
mod guardduty_resources;
mod health;
mod insight;
mod inspector;
mod kinds;
mod malware;
mod ocsf;
mod unknown;

use jiff::Timestamp;
use nightshift_events::Detail;
use serde_json::Value;

use crate::finding::Finding;
use envelope::Envelope;

pub use envelopes::{Record, batch, findings, is_notice};

/// Every finding in an event of `EventBridge`; at least one, whatever it holds.
/// `sent` is when it was sent, where the event itself does not say.
fn read(event: &Value, sent: Option<Timestamp>) -> Vec<Finding> {
    let envelope = Envelope::of(event, sent);
    let findings = known(&envelope);
    let findings = if findings.is_empty() {
        vec![unknown::finding(&envelope)]
    } else {
        findings
    };
    findings.into_iter().map(Finding::bounded).collect()
}

/// The finding for a text that is no event at all.
fn read_text(text: &str, sent: Option<Timestamp>) -> Finding {
    unknown::text(text, sent).bounded()
}

fn known(envelope: &Envelope<'_>) -> Vec<Finding> {
    let each = |path: &str, read: fn(&Envelope<'_>, Detail<'_>) -> Option<Finding>| {
        let findings = envelope.detail.items(path);
        findings
            .map(|item| read(envelope, item).unwrap_or_else(|| unknown::part(envelope, item)))
            .collect()
    };
    match envelope.detail_type {
        "GuardDuty Finding" => each("", guardduty::finding),
        "GuardDuty Malware Protection Object Scan Result" => each("", malware::finding),
        "Security Hub Findings - Imported" | "Security Hub Findings - Custom Action" => {
            each("findings", asff::finding)
        }
        "Security Hub Insight Results" => each("", insight::finding),
        "Findings Imported V2" => each("findings", ocsf::finding),
        "Config Rules Compliance Change" => each("", config::finding),
        "Access Analyzer Finding"
        | "Internal Access Finding"
        | "Unused Access Finding for IAM entities" => each("", access_analyzer::finding),
        "Inspector2 Finding" => each("", inspector::finding),
        "AWS Health Event" => each("", health::finding),
        "AWS Console Sign In via CloudTrail"
        | "AWS API Call via CloudTrail"
        | "AWS Service Event via CloudTrail" => each("", cloudtrail::finding),
        _ => Vec::new(),
    }
}
