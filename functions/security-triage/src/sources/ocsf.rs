//! Security Hub's events in the Open Cybersecurity Schema Framework, "Findings
//! Imported V2": vulnerabilities (2002), compliance (2003), detections and
//! exposures (2004), data security (2006). No version is refused: 1.8 came
//! while the documentation said 1.6.

use jiff::Timestamp;

use super::envelope::{Envelope, finding_id};
use super::kinds;
use crate::finding::{
    AUTHOR, Band, Finding, FindingKey, Handle, Principal, Remedy, Route, Standing, Subject,
};
use nightshift_events::Detail;

/// One finding of the event's list; None where it names none.
pub fn finding(envelope: &Envelope<'_>, item: Detail<'_>) -> Option<Finding> {
    let info = item.at("finding_info");
    let metadata = item.at("metadata");
    let id = info.text("uid").or_else(|| metadata.text("uid"))?;
    let account = item
        .text("cloud/account/uid")
        .or_else(|| {
            item.items("resources")
                .find_map(|resource| resource.text("owner/account/uid"))
        })
        .unwrap_or(envelope.account);
    let region = item
        .text("cloud/region")
        .or_else(|| {
            item.items("resources")
                .find_map(|resource| resource.text("region"))
        })
        .unwrap_or(envelope.region);
    let key = FindingKey::new(account, region, finding_id(id));
    let product = metadata.text("product/name").unwrap_or("Security Hub");
    let mut finding = envelope.draft(Route::SecurityHub, product, key);
    finding.kind = kind(item).into();
    finding.title = info.text("title").unwrap_or(&finding.kind).into();
    finding.description = info.text("desc").unwrap_or_default().into();
    finding.band = band(item);
    finding.count = item.count("count").unwrap_or(1);
    finding.seen(
        time(info, "first_seen_time").or(time(info, "created_time")),
        time(info, "last_seen_time"),
        time(info, "modified_time").or(time(item, "time")),
    );
    finding.standing = standing(item);
    finding.sample = finding.title.starts_with("[SAMPLE]");
    finding.echo = is_echo(item, &finding);
    finding.remedy = remedy(item);
    finding.subjects = item.items("resources").filter_map(subject).collect();
    finding.principals = item.items("evidences").filter_map(principal).collect();
    if let Some(uid) = metadata.text("uid") {
        finding.handles.push(Handle::SecurityHub {
            metadata_uid: uid.to_owned(),
        });
    }
    describe(&mut finding, item);
    Some(finding)
}

/// `..._dt` is text, the field without it is milliseconds; any may be missing.
fn time(place: Detail<'_>, name: &str) -> Option<Timestamp> {
    place
        .time(&format!("{name}_dt"))
        .or_else(|| place.time(name))
}

/// A control, a CVE, or the most specific of the types, which is the last.
fn kind(item: Detail<'_>) -> &str {
    item.text("compliance/control")
        .or_else(|| {
            item.items("vulnerabilities")
                .find_map(|one| one.first(&["cve/uid", "advisory/uid", "title"]))
        })
        .or_else(|| item.texts("finding_info/types").last().copied())
        .or_else(|| item.first(&["finding_info/analytic/name", "class_name"]))
        .unwrap_or("Security Hub finding")
}

/// `severity_id`: 1 informational to 5 critical, 6 fatal; 0 and 99 say nothing.
fn band(item: Detail<'_>) -> Band {
    let of_number = |path: &str| match item.count(path)? {
        1 => Some(Band::Informational),
        2 => Some(Band::Low),
        3 => Some(Band::Medium),
        4 => Some(Band::High),
        5 | 6 => Some(Band::Critical),
        _ => None,
    };
    of_number("severity_id")
        .or_else(|| item.text("severity").and_then(Band::from_label))
        .or_else(|| of_number("vendor_attributes/severity_id"))
        .unwrap_or(Band::Medium)
}

/// `status_id`: 1 new, 2 in progress, 3 suppressed, 4 resolved, 5 archived, 6
/// deleted. Activity 3 is a close, and such a finding may still say New.
fn standing(item: Detail<'_>) -> Standing {
    let compliance = item.text("compliance/status").map(str::to_ascii_lowercase);
    let gone = compliance.is_some_and(|status| {
        status.starts_with("pass") || status.replace([' ', '-'], "_") == "not_available"
    });
    match (item.count("status_id"), item.count("activity_id")) {
        (Some(3), _) => Standing::Suppressed,
        (Some(4..=6), _) | (_, Some(3)) => Standing::Resolved,
        _ if gone => Standing::Resolved,
        _ => Standing::Open,
    }
}

/// An update moves none of the finding's times, and the comment stays on it.
/// It begins with our name and the time of the update, so that what the product
/// says later is told from our own echo.
fn is_echo(item: Detail<'_>, finding: &Finding) -> bool {
    let ours = item
        .text("comment")
        .and_then(|comment| comment.strip_prefix(AUTHOR))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|time| time.trim_end_matches(':').parse::<Timestamp>().ok());
    finding.standing.is_open()
        && item.count("status_id") == Some(2)
        && ours.is_some_and(|noted| noted >= finding.updated)
}

fn remedy(item: Detail<'_>) -> Option<Remedy> {
    let remediation = item.at("remediation");
    let first = item.items("vulnerabilities").next();
    let text = remediation
        .text("desc")
        .or_else(|| first.and_then(|one| one.text("remediation/desc")));
    let url = remediation
        .texts("references")
        .first()
        .map(|url| (*url).to_owned());
    if text.is_none() && url.is_none() {
        return None;
    }
    Some(Remedy {
        text: text
            .unwrap_or("Follow the product's recommendation.")
            .to_owned(),
        url,
    })
}

/// `uid` is a bare id for some resources and an ARN for others; `uid_alt` and
/// `name` stand in.
fn subject(resource: Detail<'_>) -> Option<Subject> {
    let kind = resource.text("type").unwrap_or("Resource");
    let name = resource.first(&["uid", "uid_alt", "name"])?;
    let arn = ["uid", "uid_alt"]
        .iter()
        .filter_map(|path| resource.text(path))
        .find_map(|text| text.parse().ok());
    Some(Subject {
        arn,
        tags: resource.tags("tags"),
        ..Subject::named(kinds::resource(kind), name)
    })
}

/// Users of processes inside a machine have no credential and are not IAM's.
fn principal(evidence: Detail<'_>) -> Option<Principal> {
    let user = evidence.at("actor/user");
    let access_key = user.text("credential_uid").map(str::to_owned);
    let kind = user.text("type");
    if access_key.is_none() && kind.is_none() {
        return None;
    }
    Some(Principal {
        kind: kind.unwrap_or("unknown").to_owned(),
        name: user.text("name")?.to_owned(),
        access_key,
    })
}

fn describe(finding: &mut Finding, item: Detail<'_>) {
    for evidence in item.items("evidences").take(1) {
        finding.note(
            "Process",
            evidence.first(&[
                "actor/process/path",
                "process/file/path",
                "actor/process/name",
            ]),
        );
        finding.note(
            "Remote address",
            evidence.first(&["src_endpoint/ip", "dst_endpoint/ip"]),
        );
        finding.note("Call", evidence.text("api/operation"));
        finding.note("Domain", evidence.text("query/hostname"));
    }
    if let Some(one) = item.items("vulnerabilities").next() {
        finding.note(
            "CVSS",
            one.items("cve/cvss")
                .find_map(|score| score.words("base_score")),
        );
        finding.note("EPSS", one.words("cve/epss/score"));
        let package = one.items("affected_packages").next();
        finding.note("Package", package.and_then(|package| package.text("name")));
        finding.note(
            "Fixed in",
            package.and_then(|package| package.text("fixed_in_version")),
        );
        finding.note("Exploit known", one.words("is_exploit_available"));
    }
    let standards = item.texts("compliance/standards");
    let standards: Vec<&str> = standards.into_iter().take(5).collect();
    finding.note("Standards", Some(standards.join(", ")));
}
