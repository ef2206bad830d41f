//! Updates go out in full batches, each finding to the Region that knows it.

use nightshift_core::Region;
use security_triage::back::{Change, updates};
use security_triage::finding::{AUTHOR, Finding, Handle};
use security_triage::incident::Incident;
use security_triage::matter::{Matter, Owed};
use security_triage::rules::Workflow;

use crate::findings::of;
use crate::world::{at, document};

fn owing(finding: &Finding, archive: bool) -> Matter {
    Matter {
        owed: Some(Owed {
            workflow: Some(Workflow::Notified),
            archive,
            plans: Vec::new(),
        }),
        ..Matter::new(Incident::new(finding))
    }
}

#[test]
fn a_hundred_findings_are_one_call() {
    let control = of("security-hub-control").remove(0);
    let matters: Vec<Matter> = (0..250)
        .map(|number| {
            let mut finding = control.clone();
            finding.key.id = format!("f{number}");
            finding.handles = vec![Handle::SecurityHubCspm {
                id: format!("arn:{number}"),
                product_arn: "arn:product".to_owned(),
            }];
            owing(&finding, false)
        })
        .collect();
    let matters: Vec<&Matter> = matters.iter().collect();
    let calls = updates(&matters, &document(), at("2026-11-23T19:05:20.5Z"));
    let sizes: Vec<usize> = calls.iter().map(|call| call.findings.len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
}

#[test]
fn every_service_is_told_in_its_own_way() {
    let detection = of("security-hub-v2-detection").remove(0);
    let mut own = of("guardduty-instance").remove(0);
    own.key.region = Region::new("eu-west-1");
    let (archived, kept) = (owing(&own, true), owing(&own, false));
    let copy = owing(&detection, false);
    let now = at("2026-11-23T19:05:20.5Z");
    let calls = updates(&[&archived, &copy], &document(), now);
    // A Region that is not looked after is seen from the first one.
    assert!(
        calls
            .iter()
            .all(|call| call.region == Region::new("us-east-1"))
    );
    let comment = calls.iter().find_map(|call| match &call.change {
        Change::Ocsf { comment, .. } => Some(comment.clone()),
        _ => None,
    });
    let comment = comment.unwrap();
    assert!(
        comment.starts_with(&format!("{AUTHOR} 2026-11-23T19:05:20Z: ")),
        "{comment}"
    );
    assert!(comment.chars().count() <= 512);
    assert!(
        calls
            .iter()
            .any(|call| matches!(call.change, Change::Archive { .. }))
    );
    assert!(
        updates(&[&kept], &document(), now).is_empty(),
        "GuardDuty takes no workflow"
    );
}
