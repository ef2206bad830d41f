//! Amazon Inspector's own event, "Inspector2 Finding".

use super::envelope::{Envelope, finding_id};
use super::kinds;
use crate::finding::{Band, Finding, FindingKey, Remedy, Route, Standing, Subject};
use nightshift_events::Detail;

/// The finding that the event tells of; None where it names none.
pub fn finding(envelope: &Envelope<'_>, detail: Detail<'_>) -> Option<Finding> {
    let arn = detail.text("findingArn")?;
    let region = detail
        .items("resources")
        .find_map(|resource| resource.text("region"))
        .unwrap_or(envelope.region);
    let account = detail.text("awsAccountId").unwrap_or(envelope.account);
    let key = FindingKey::new(account, region, finding_id(arn));
    let mut finding = envelope.draft(Route::Inspector, "Inspector", key);
    finding.kind = detail.text("type").unwrap_or("Inspector finding").into();
    finding.title = detail.text("title").unwrap_or(&finding.kind).into();
    finding.description = detail.text("description").unwrap_or_default().into();
    finding.band = detail
        .text("severity")
        .and_then(Band::from_label)
        .unwrap_or(Band::Medium);
    finding.seen(
        detail.time("firstObservedAt"),
        detail.time("lastObservedAt"),
        detail.time("updatedAt"),
    );
    finding.standing = match detail.text("status") {
        Some("CLOSED") => Standing::Resolved,
        Some("SUPPRESSED") => Standing::Suppressed,
        _ => Standing::Open,
    };
    finding.subjects = detail
        .items("resources")
        .filter_map(|resource| {
            let kind = resource.text("type").unwrap_or("Resource");
            Some(Subject {
                tags: resource.tags("tags"),
                ..Subject::named(kinds::resource(kind), resource.text("id")?)
            })
        })
        .collect();
    let recommendation = detail.at("remediation/recommendation");
    finding.remedy = recommendation
        .text("text")
        .filter(|text| *text != "None Provided")
        .map(|text| Remedy {
            text: text.to_owned(),
            url: recommendation.first(&["Url", "url"]).map(str::to_owned),
        });
    describe(&mut finding, detail);
    Some(finding)
}

fn describe(finding: &mut Finding, detail: Detail<'_>) {
    let package = detail.at("packageVulnerabilityDetails");
    finding.note("Vulnerability", package.text("vulnerabilityId"));
    if let Some(first) = package.items("vulnerablePackages").next() {
        finding.note("Package", first.text("name"));
        finding.note("Installed", first.text("version"));
        finding.note("Fixed in", first.text("fixedInVersion"));
    }
    finding.note("Inspector's score", detail.words("inspectorScore"));
    finding.note("EPSS", detail.words("epss/score"));
    finding.note("Exploit known", detail.text("exploitAvailable"));
    let network = detail.at("networkReachabilityDetails");
    finding.note("Open port", network.words("openPortRange/begin"));
    let code = detail.at("codeVulnerabilityDetails/filePath");
    finding.note("File", code.first(&["filePath", "fileName"]));
}
