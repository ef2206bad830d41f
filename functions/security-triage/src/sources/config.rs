//! "Config Rules Compliance Change": a resource keeps or breaks a rule. The
//! event has no severity and no id.

use super::envelope::Envelope;
use crate::finding::{Band, Finding, FindingKey, Route, Standing, Subject};
use nightshift_events::Detail;

/// Managed rules whose breach is worse than medium, as Security Hub rates the
/// controls that evaluate the same rules (Security Hub User Guide, control
/// reference). A rule file may say otherwise.
const WORSE: [(&str, Band); 12] = [
    ("cloud-trail-enabled", Band::High),
    ("ebs-snapshot-public-restorable-check", Band::Critical),
    ("iam-root-access-key-check", Band::Critical),
    ("lambda-function-public-access-prohibited", Band::Critical),
    ("rds-instance-public-access-check", Band::Critical),
    ("rds-snapshots-public-prohibited", Band::Critical),
    ("redshift-cluster-public-access-check", Band::Critical),
    ("restricted-ssh", Band::High),
    ("root-account-mfa-enabled", Band::Critical),
    ("s3-bucket-public-read-prohibited", Band::Critical),
    ("s3-bucket-public-write-prohibited", Band::Critical),
    ("ssm-document-not-public", Band::Critical),
];

/// The finding of a change; None where it names no rule or resource.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let rule = detail.text("configRuleName")?;
    let qualifier =
        detail.at("newEvaluationResult/evaluationResultIdentifier/evaluationResultQualifier");
    let id = detail
        .text("resourceId")
        .or_else(|| qualifier.text("resourceId"))?;
    let kind = detail
        .text("resourceType")
        .or_else(|| qualifier.text("resourceType"))
        .unwrap_or("Resource");
    let key = FindingKey::new(
        detail.text("awsAccountId").unwrap_or(envelope.account),
        detail.text("awsRegion").unwrap_or(envelope.region),
        &format!("config/{rule}/{kind}/{id}"),
    );
    let result = detail.at("newEvaluationResult");
    let verdict = result.text("complianceType");
    let mut finding = envelope.draft(Route::Config, "Config", key);
    rule.clone_into(&mut finding.kind);
    finding.standing = standing(verdict);
    finding.band = WORSE
        .iter()
        .find(|(name, _)| rule.contains(name))
        .map_or(Band::Medium, |(_, band)| *band);
    finding.title = format!("{rule} is {}", verdict.unwrap_or("not evaluated any more"));
    finding.description = result.text("annotation").unwrap_or_default().into();
    finding.seen(
        result.time("evaluationResultIdentifier/orderingTimestamp"),
        result.time("resultRecordedTime"),
        detail
            .time("notificationCreationTime")
            .or(result.time("resultRecordedTime")),
    );
    finding.subjects = vec![Subject::named(kind, id)];
    finding.note("Before", detail.text("oldEvaluationResult/complianceType"));
    // A user's resourceId is its unique id, `AIDA...`, not its name.
    if kind == "AWS::IAM::User" && id.starts_with("AIDA") {
        finding.note("Unique id", Some(id));
    }
    Some(finding)
}

/// A rule that has not enough data, does not apply or was not evaluated (the
/// resource is gone) wants nothing of anybody.
fn standing(verdict: Option<&str>) -> Standing {
    match verdict {
        Some("COMPLIANT" | "NOT_APPLICABLE" | "INSUFFICIENT_DATA") | None => Standing::Resolved,
        Some(_) => Standing::Open,
    }
}
