//! What is made of every fixture, held as golden files.

use nightshift_testkit::{fixture, fixtures};
use security_triage::event::{Trigger, findings};
use security_triage::finding::{Band, Finding, Route, Standing};
use security_triage::incident::Incident;

/// Every finding of a fixture.
pub fn of(name: &str) -> Vec<Finding> {
    match Trigger::parse(&fixture("security-triage", name).event) {
        Ok(Trigger::Event(findings)) => findings,
        Ok(Trigger::Batch(records)) => records
            .into_iter()
            .flat_map(|record| record.findings)
            .collect(),
        other => panic!("{name}: {other:?}"),
    }
}

fn one(name: &str) -> Finding {
    let mut findings = of(name);
    assert_eq!(findings.len(), 1, "{name}");
    findings.remove(0)
}

#[test]
fn every_fixture_is_what_it_was() {
    for fixture in fixtures("security-triage") {
        let Ok(Trigger::Event(_) | Trigger::Batch(_)) = Trigger::parse(&fixture.event) else {
            continue;
        };
        if fixture.name == "batch-empty" {
            continue;
        }
        insta::with_settings!({snapshot_suffix => fixture.name.clone()}, {
            insta::assert_json_snapshot!(of(&fixture.name));
        });
    }
}

#[test]
fn three_routes_and_two_accounts_are_one_matter() {
    let copies = [
        "guardduty-instance",
        "guardduty-instance-again",
        "security-hub-guardduty",
        "security-hub-v2-detection",
    ]
    .map(one);
    let incident = Incident::after(None, &copies).unwrap();
    assert!(copies.iter().all(|copy| copy.key == incident.key));
    assert_eq!(incident.routes.len(), 3);
    assert_eq!(incident.band, Band::Critical);
    assert_eq!(incident.count, 14);
    assert_eq!(incident.handles.len(), 3);
    assert_eq!(incident.standing(), Standing::Open);
    assert_eq!(incident.latest.route, Route::GuardDuty);
    // A rule for GuardDuty's own name of the type holds for the copies too.
    assert!(copies.iter().all(|copy| copy.kind == copies[0].kind));
    let archived = incident.observe(&one("guardduty-instance-archived"));
    assert_eq!(archived.standing(), Standing::Suppressed);
    assert_eq!(archived.band, Band::Critical);
}

#[test]
fn closing_events_close() {
    for (open, closed, standing) in [
        (
            "security-hub-control",
            "security-hub-control-passed",
            Standing::Resolved,
        ),
        ("config-broken", "config-kept", Standing::Resolved),
        (
            "access-analyzer-shared",
            "access-analyzer-deleted",
            Standing::Resolved,
        ),
        ("inspector-active", "inspector-closed", Standing::Resolved),
        (
            "guardduty-instance",
            "guardduty-instance-archived",
            Standing::Suppressed,
        ),
    ] {
        let (open, closed) = (one(open), one(closed));
        assert_eq!(open.key, closed.key);
        let incident = Incident::new(&open);
        assert_eq!(incident.standing(), Standing::Open);
        assert_eq!(incident.observe(&closed).standing(), standing);
    }
}

#[test]
fn our_own_update_is_no_news() {
    let echo = one("security-hub-echo");
    assert!(echo.echo);
    let incident = Incident::new(&one("security-hub-control"));
    assert_eq!(incident.clone().observe(&echo), incident);
    assert_eq!(Incident::after(None, [&echo]), None);
    // The note stays; what the product says after it is news again.
    let mut event = fixture("security-triage", "security-hub-echo").event;
    event["detail"]["findings"][0]["UpdatedAt"] = "2026-11-24T01:00:00Z".into();
    assert!(!findings(&event, None)[0].echo);
    // So is what a person makes of it, which moves no `UpdatedAt`.
    for status in ["NEW", "SUPPRESSED", "RESOLVED"] {
        let mut event = fixture("security-triage", "security-hub-echo").event;
        event["detail"]["findings"][0]["Workflow"]["Status"] = status.into();
        assert!(!findings(&event, None)[0].echo, "{status}");
    }
}

#[test]
fn our_own_comment_is_no_news() {
    let mut event = fixture("security-triage", "security-hub-v2-detection").event;
    let comment = |at: &str| {
        format!(
            "{} {at}: people were told",
            security_triage::finding::AUTHOR
        )
    };
    event["detail"]["findings"][0]["status_id"] = 2.into();
    event["detail"]["findings"][0]["comment"] = comment("2026-11-23T19:00:00Z").into();
    assert!(findings(&event, None)[0].echo);
    event["detail"]["findings"][0]["comment"] = comment("2026-11-23T18:59:59Z").into();
    assert!(!findings(&event, None)[0].echo);
    event["detail"]["findings"][0]["comment"] = comment("soon").into();
    assert!(!findings(&event, None)[0].echo);
}

#[test]
fn every_band_and_standing_is_as_documented() {
    for (name, band, standing) in [
        ("guardduty-instance", Band::High, Standing::Open),
        ("guardduty-network", Band::Low, Standing::Open),
        ("guardduty-attack-sequence", Band::Critical, Standing::Open),
        ("object-scan-threat", Band::High, Standing::Open),
        ("object-scan-denied", Band::Low, Standing::Open),
        (
            "security-hub-control-suppressed",
            Band::High,
            Standing::Suppressed,
        ),
        ("security-hub-control-gone", Band::High, Standing::Resolved),
        ("security-hub-third-party", Band::Critical, Standing::Open),
        ("security-hub-v2-compliance", Band::Critical, Standing::Open),
        ("security-hub-v2-data", Band::High, Standing::Resolved),
        ("config-broken", Band::High, Standing::Open),
        ("access-analyzer-public", Band::Critical, Standing::Open),
        ("access-analyzer-shared", Band::High, Standing::Open),
        ("access-analyzer-internal", Band::Medium, Standing::Open),
        ("access-analyzer-unused", Band::Low, Standing::Open),
        ("health-exposed-key", Band::Critical, Standing::Open),
        ("health-abuse", Band::High, Standing::Open),
        ("root-sign-in", Band::Critical, Standing::Open),
        ("root-call", Band::Critical, Standing::Open),
        ("sign-in-without-mfa", Band::Medium, Standing::Open),
        ("sign-in-failed", Band::Low, Standing::Open),
        ("macie", Band::High, Standing::Open),
    ] {
        let finding = one(name);
        assert_eq!((finding.band, finding.standing), (band, standing), "{name}");
    }
}
