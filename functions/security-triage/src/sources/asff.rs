//! Security Hub CSPM's events, findings in the AWS Security Finding Format.
//!
//! Every import and every update emits another event, and an update moves no
//! `UpdatedAt` (Security Hub User Guide, `BatchUpdateFindings`). An
//! administrator sees its members' findings and an aggregation Region those of
//! the linked ones, so the account is `AwsAccountId` and the Region that of the
//! resource.

use super::envelope::{Envelope, finding_id, last_part};
use super::kinds;
use crate::finding::{
    AUTHOR, Band, Finding, FindingKey, Handle, Part, Principal, Remedy, Route, Standing, Subject,
};
use nightshift_events::Detail;

/// One finding of the event's list; None where it names none.
pub fn finding(envelope: &Envelope<'_>, item: Detail<'_>) -> Option<Finding> {
    let id = item.text("Id")?;
    let region = item
        .items("Resources")
        .find_map(|resource| resource.text("Region"))
        .or_else(|| item.text("Region"))
        .unwrap_or(envelope.region);
    let account = item.text("AwsAccountId").unwrap_or(envelope.account);
    let key = FindingKey::new(account, region, finding_id(id));
    let fields = item.field("ProductFields");
    let product = item
        .text("ProductName")
        .or_else(|| fields.field("aws/securityhub/ProductName").text(""))
        .or_else(|| item.text("ProductArn").map(last_part))
        .unwrap_or("Security Hub");
    let mut finding = envelope.draft(Route::SecurityHubCspm, product, key);
    finding.kind = kind(item);
    finding.title = item.text("Title").unwrap_or(&finding.kind).into();
    finding.description = item.text("Description").unwrap_or_default().into();
    finding.band = band(item);
    finding.seen(
        item.time("FirstObservedAt").or(item.time("CreatedAt")),
        item.time("LastObservedAt"),
        item.time("UpdatedAt"),
    );
    finding.standing = standing(item);
    finding.sample = item.flag("Sample") == Some(true) || finding.title.starts_with("[SAMPLE]");
    finding.echo = is_echo(item, &finding);
    finding.asked = envelope.detail.text("actionName").map(str::to_owned);
    finding.remedy = remedy(item);
    finding.subjects = item.items("Resources").filter_map(subject).collect();
    finding.principals = item.items("Resources").filter_map(principal).collect();
    if let Some(product_arn) = item.text("ProductArn") {
        finding.handles.push(Handle::SecurityHubCspm {
            id: id.to_owned(),
            product_arn: product_arn.to_owned(),
        });
    }
    copied(&mut finding, fields);
    let standards: Vec<&str> = item
        .items("Compliance/AssociatedStandards")
        .filter_map(|standard| standard.text("StandardsId"))
        .take(5)
        .collect();
    finding.note("Standards", Some(standards.join(", ")));
    let reason = item.items("Compliance/StatusReasons").next();
    finding.note(
        "Reason",
        reason.and_then(|reason| reason.first(&["Description", "ReasonCode"])),
    );
    Some(finding)
}

/// The control, whichever way controls are named; otherwise the type.
fn kind(item: Detail<'_>) -> String {
    let fields = item.field("ProductFields");
    let control = item
        .text("Compliance/SecurityControlId")
        .or_else(|| fields.text("ControlId"));
    if let Some(control) = control {
        return control.to_owned();
    }
    let is_guardduty = item
        .text("ProductArn")
        .is_some_and(|arn| arn.ends_with("/guardduty"));
    let types = item.texts("Types");
    match types.first() {
        // `TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce` is what
        // GuardDuty itself calls `UnauthorizedAccess:EC2/SSHBruteForce`.
        Some(kind) if is_guardduty => kind
            .rsplit('/')
            .next()
            .map(|kind| kind.replacen('-', "/", 1))
            .unwrap_or_default(),
        // CIS 1.2.0 has rules, not controls.
        Some(kind) => match fields.text("RuleId") {
            Some(rule) if kind.contains("CIS") => format!("CIS.{rule}"),
            _ => (*kind).to_owned(),
        },
        None => item
            .text("GeneratorId")
            .unwrap_or("Security Hub finding")
            .to_owned(),
    }
}

/// The label as customers may have changed it; where it is missing, the number:
/// 0 informational, to 39 low, to 69 medium, to 89 high, to 100 critical.
fn band(item: Detail<'_>) -> Band {
    let own = item.at("Severity");
    let provider = item.at("FindingProviderFields/Severity");
    own.text("Label")
        .and_then(Band::from_label)
        .or_else(|| own.number("Normalized").map(from_normalized))
        .or_else(|| provider.text("Label").and_then(Band::from_label))
        .or_else(|| own.text("Original").and_then(Band::from_label))
        .unwrap_or(Band::Medium)
}

fn from_normalized(number: f64) -> Band {
    match number {
        number if number >= 90.0 => Band::Critical,
        number if number >= 70.0 => Band::High,
        number if number >= 40.0 => Band::Medium,
        number if number >= 1.0 => Band::Low,
        _ => Band::Informational,
    }
}

/// A deleted resource arrives as ARCHIVED, `NOT_AVAILABLE` and NEW: any of the
/// three closes. SUPPRESSED is a person's word and goes before all.
fn standing(item: Detail<'_>) -> Standing {
    let workflow = item.first(&["Workflow/Status", "WorkflowState"]);
    if workflow == Some("SUPPRESSED") {
        Standing::Suppressed
    } else if item.text("RecordState") == Some("ARCHIVED")
        || workflow == Some("RESOLVED")
        || matches!(
            item.text("Compliance/Status"),
            Some("PASSED" | "NOT_AVAILABLE")
        )
    {
        Standing::Resolved
    } else {
        Standing::Open
    }
}

/// Our note stays on the finding for ever. The event is the echo of our update
/// only while everything in it is as our update left it: newer than what the
/// product last said, and still marked as told.
fn is_echo(item: Detail<'_>, finding: &Finding) -> bool {
    item.text("Note/UpdatedBy") == Some(AUTHOR)
        && item.text("Workflow/Status") == Some("NOTIFIED")
        && finding.standing.is_open()
        && item
            .time("Note/UpdatedAt")
            .is_some_and(|noted| noted >= finding.updated)
}

fn remedy(item: Detail<'_>) -> Option<Remedy> {
    let recommendation = item.at("Remediation/Recommendation");
    let url = recommendation.text("Url").map(str::to_owned);
    let text = recommendation.text("Text").map(str::to_owned);
    match (text, url) {
        (None, None) => None,
        (text, url) => Some(Remedy {
            text: text.unwrap_or_else(|| "Follow the product's recommendation.".to_owned()),
            url,
        }),
    }
}

fn subject(resource: Detail<'_>) -> Option<Subject> {
    let kind = resource.text("Type").unwrap_or("Resource");
    Some(Subject {
        tags: resource.tags("Tags"),
        ..Subject::named(kinds::resource(kind), resource.text("Id")?)
    })
}

fn principal(resource: Detail<'_>) -> Option<Principal> {
    if resource.text("Type") != Some("AwsIamAccessKey") {
        return None;
    }
    let details = resource.at("Details/AwsIamAccessKey");
    let name = details.first(&["PrincipalName", "UserName"])?;
    Some(Principal {
        kind: details
            .text("PrincipalType")
            .unwrap_or("unknown")
            .to_owned(),
        name: name.to_owned(),
        access_key: details
            .text("AccessKeyId")
            .or_else(|| resource.text("Id").map(last_part))
            .filter(|key| key.starts_with('A'))
            .map(str::to_owned),
    })
}

/// What GuardDuty puts into `ProductFields`, one field for each leaf.
fn copied(finding: &mut Finding, fields: Detail<'_>) {
    let field = |name: &str| {
        fields
            .field(&format!("aws/guardduty/service/{name}"))
            .text("")
    };
    if let Some(count) = field("count").and_then(|count| count.parse().ok()) {
        finding.count = count;
    }
    finding.part = match field("resourceRole") {
        Some("TARGET") => Some(Part::Target),
        Some("ACTOR") => Some(Part::Actor),
        _ => None,
    };
    if field("additionalInfo/sample") == Some("true") {
        finding.sample = true;
    }
    for action in [
        "networkConnectionAction",
        "awsApiCallAction",
        "portProbeAction",
    ] {
        let remote = field(&format!("action/{action}/remoteIpDetails/ipAddressV4"));
        finding.note("Remote address", remote);
    }
    finding.note("Call", field("action/awsApiCallAction/api"));
    finding.note("Domain", field("action/dnsRequestAction/domain"));
}
