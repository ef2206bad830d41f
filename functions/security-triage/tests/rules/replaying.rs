//! Why a finding is told, and what other rules would have made of the past.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use nightshift_core::Severity;
use proptest::prelude::*;
use security_triage::decide::Telling;
use security_triage::explain::{Matched, explain};
use security_triage::finding::{Band, Finding, Standing};
use security_triage::playbooks::Playbook;
use security_triage::replay::replay;
use security_triage::rules::{Answer, Condition};
use serde_json::json;

use crate::world::{
    ACCOUNT, any_finding, finding, known, matches, now, rule, rules, suppress, tell,
};

fn later(finding: &Finding, minutes: i64, id: &str) -> Finding {
    let mut later = finding.clone();
    let by = SignedDuration::from_mins(minutes);
    id.clone_into(&mut later.key.id);
    for at in [&mut later.emitted, &mut later.updated, &mut later.last_seen] {
        *at += by;
    }
    later
}

#[test]
fn every_rule_says_what_of_it_did_not_hold() {
    let mut ended = suppress("ended", json!({"types": ["Recon:*"], "at_most": "high"}));
    ended["outcome"]["suppress"]["until"] = json!("2026-01-01T00:00:00Z");
    let set = rules(json!({
        "playbooks": {"isolate-instance": {"accounts": [ACCOUNT]}},
        "order": [
            ended,
            tell("production", json!({"environments": ["prod"], "at_least": "high"})),
            tell("exposed", json!({"exposure": "open"})),
            tell("recon", json!({"types": ["Recon:*"]})),
            tell("all", json!({"part": "actor"})),
            {"name": "contain", "description": "contain", "match": {"types": ["Recon:*"]},
             "outcome": {"playbook": {"name": "isolate-instance"}}},
        ]
    }));
    let one = finding("Recon:EC2/Portscan", Band::Medium);
    let contexts = BTreeMap::from([(one.key.clone(), known("dev", "web"))]);
    let report = explain(std::slice::from_ref(&one), &contexts, &set, now());
    let explained = &report.findings[0];
    let answers: Vec<_> = explained
        .rules
        .iter()
        .map(|asked| (asked.rule.as_str(), asked.answer))
        .collect();
    assert_eq!(
        answers,
        [
            ("ended", Matched::Over),
            ("production", Matched::No),
            ("exposed", Matched::No),
            ("recon", Matched::Decides),
            ("all", Matched::MatchesOnly),
            ("contain", Matched::Decides),
        ]
    );
    let against = &explained.rules[1].against;
    assert_eq!(against.len(), 2);
    assert_eq!(
        (against[0].condition, against[0].answer),
        (Condition::Bands, Answer::Fails)
    );
    assert_eq!(
        (against[0].wanted.as_str(), against[0].found.as_str()),
        ("at least high", "medium")
    );
    assert_eq!(
        (against[1].wanted.as_str(), against[1].found.as_str()),
        ("prod", "dev")
    );
    assert!(report.suppressions[0].is_over && report.warnings.len() == 1);
    // Without any look-up nobody knows, and it says so.
    let report = explain(&[one], &BTreeMap::new(), &set, now());
    let production = &report.findings[0].rules[1];
    assert_eq!(production.answer, Matched::No);
    assert_eq!(production.against[1].answer, Answer::Unknown);
    assert_eq!(production.against[1].found, "unknown: tags were not read");
}

#[test]
fn a_replay_tells_only_what_differs_and_counts_the_rest() {
    let old = rules(json!({"order": [tell("recon", json!({"types": ["Recon:*"]}))]}));
    let new = rules(json!({
        "playbooks": {"isolate-instance": {"accounts": [ACCOUNT]}},
        "order": [
            suppress("scanner", json!({"types": ["Recon:*"], "at_most": "low"})),
            {"name": "contain", "description": "contain", "match": {"types": ["Backdoor:*"]},
             "outcome": {"playbook": {"name": "isolate-instance"}}},
        ]
    }));
    let scan = finding("Recon:EC2/Portscan", Band::Low);
    let door = finding("Backdoor:EC2/C&CActivity.B", Band::High);
    let other = finding("Policy:S3/x", Band::Medium);
    let events = [
        later(&scan, 0, "scan"),
        later(&scan, 5, "scan"),
        later(&door, 10, "door"),
        later(&other, 20, "other"),
        Finding {
            standing: Standing::Resolved,
            ..later(&scan, 30, "scan")
        },
        Finding {
            echo: true,
            ..later(&other, 40, "other")
        },
    ];
    let report = replay(&events, &BTreeMap::new(), &old, &new);
    assert_eq!((report.findings, report.incidents), (6, 3));
    assert_eq!(
        report.old.messages,
        BTreeMap::from([
            (Severity::Notice, 2),
            (Severity::Warning, 1),
            (Severity::Error, 1)
        ])
    );
    assert_eq!(
        report.new.messages,
        BTreeMap::from([(Severity::Warning, 1), (Severity::Error, 1)])
    );
    assert_eq!((report.new.suppressed, report.old.suppressed), (2, 0));
    assert_eq!(
        report.new.playbooks,
        BTreeMap::from([(Playbook::IsolateInstance, 1)])
    );
    let told: Vec<_> = report
        .changes
        .iter()
        .map(|one| (one.key.id.as_str(), one.old.tell, one.new.tell))
        .collect();
    assert_eq!(
        told,
        [
            ("scan", Telling::Open, Telling::None),
            ("scan", Telling::None, Telling::None),
            ("door", Telling::Open, Telling::Open),
            ("scan", Telling::Resolved, Telling::None),
        ]
    );
    assert_eq!(report.rules["scanner"].new, 2);
    assert_eq!(report.rules["recon"].old, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The same rules differ in nothing, whatever has been; and what differs is found
    /// in whatever order the events are given.
    #[test]
    fn a_file_differs_from_itself_in_nothing(
        all in proptest::collection::vec((matches(), any::<bool>()), 0..5),
        findings in proptest::collection::vec((any_finding(), 0..5_i64), 0..12),
    ) {
        let order: Vec<_> = all
            .into_iter()
            .enumerate()
            .map(|(at, (matches, loud))| {
                let outcome = if loud { json!({"escalate": {"page": true}}) } else { json!({"tell": {}}) };
                rule(&format!("r{at}"), matches, outcome)
            })
            .collect();
        let Ok(set) = crate::world::checked(json!({"order": order})) else {
            return Ok(());
        };
        let mut events: Vec<Finding> = findings
            .iter()
            .enumerate()
            .map(|(at, (one, id))| later(one, i64::try_from(at).unwrap_or(0), &id.to_string()))
            .collect();
        let nothing = BTreeMap::new();
        let same = replay(&events, &nothing, &set, &set);
        prop_assert!(same.changes.is_empty() && same.rules.is_empty());
        prop_assert_eq!(&same.old, &same.new);
        let empty = rules(json!({}));
        let forth = replay(&events, &nothing, &set, &empty);
        prop_assert_eq!(&forth.old, &same.old);
        events.reverse();
        prop_assert_eq!(replay(&events, &nothing, &set, &empty), forth);
    }
}
