//! A file is refused for what can only be a mistake, and in words that help.

use proptest::prelude::*;
use security_triage::rules::{Answer, Matter, Outcome, RuleFile};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, any_finding, checked, context, parts, rule, rules, suppress, tell};

fn refused(json: Value) -> String {
    checked(json).expect_err("refused").to_string()
}

fn warned(json: Value) -> Vec<String> {
    rules(json)
        .warnings()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn escalate(name: &str, matches: Value) -> Value {
    json!({"name": name, "description": "it hurts", "match": matches,
           "outcome": {"escalate": {"page": true}}})
}

fn playbook(name: &str, matches: Value) -> Value {
    json!({"name": name, "description": "contain it", "match": matches,
           "outcome": {"playbook": {"name": "isolate-instance"}}})
}

#[test]
fn mistakes_are_told_with_the_rule_and_the_remedy() {
    let mut open_ended = suppress("noise", json!({"types": ["Recon:*"], "at_most": "low"}));
    open_ended["outcome"]["suppress"]["until"] = json!("2029-01-01T00:00:00Z");
    let mut closing = tell("t", json!({}));
    closing["outcome"]["tell"]["workflow"] = json!("resolved");
    let mut automatic = playbook("p", json!({}));
    automatic["outcome"]["playbook"]["automatic"] = json!(true);
    let mut precedes = tell("a", json!({"at_least": "high"}));
    precedes["precedes"] = json!(["nowhere"]);
    let terms = json!({"isolate-instance": {"accounts": [ACCOUNT]}});
    let cases = [
        (json!({"order": [tell("A b", json!({}))]}), "small letters"),
        (
            json!({"order": [tell("a", json!({"at_least": "high"})), tell("a", json!({}))]}),
            "`a` is there twice",
        ),
        (json!({"order": [precedes]}), "precedes `nowhere`"),
        (
            json!({"order": [tell("a", json!({"at_least": "high", "at_most": "low"}))]}),
            "swap the two",
        ),
        (
            json!({"order": [suppress("s", json!({"types": ["Recon:*"]}))]}),
            "\"at_most\": \"high\"",
        ),
        (
            json!({"order": [suppress("s", json!({}))]}),
            "`s` suppresses everything",
        ),
        (json!({"order": [open_ended]}), "within a year"),
        (
            json!({"order": [closing]}),
            "closes the finding in Security Hub",
        ),
        (
            json!({"order": [{"name": "e", "description": "d", "outcome": {"escalate": {}}}]}),
            "escalates to nothing",
        ),
        (
            json!({"order": [{"name": "e", "description": " ", "outcome": {"tell": {}}}]}),
            "empty description",
        ),
        (
            json!({"order": [{"name": "e", "description": "a\nb", "outcome": {"tell": {}}}]}),
            "on one line",
        ),
        (
            json!({"order": [playbook("p", json!({}))]}),
            "name accounts in `playbooks.isolate-instance.accounts`",
        ),
        (
            json!({"order": [playbook("p", json!({"accounts": ["444455556666"]}))], "playbooks": terms}),
            "only in accounts that do not allow it",
        ),
        (
            json!({"order": [playbook("p", json!({"sample": true}))], "playbooks": terms}),
            "were made up",
        ),
        (
            json!({"order": [automatic], "playbooks": terms}),
            "set `playbooks.isolate-instance.automatic`",
        ),
        (
            json!({"playbooks": {"isolate-instance": {"accounts": ["444455556666"]}}}),
            "nothing may be changed",
        ),
        (
            json!({"playbooks": {"isolate-instance": {}}}),
            "names no account",
        ),
        (
            json!({"otherwise": "refuse", "order": [tell("a", json!({"at_least": "low"}))]}),
            "decides every informational finding",
        ),
        (
            json!({"order": [tell("all", json!({})), escalate("late", json!({"types": ["a"]}))]}),
            "`late` is never reached: `all` before it",
        ),
        (
            json!({"order": [
                tell("low", json!({"at_most": "medium"})), tell("high", json!({"at_least": "high"})),
                escalate("late", json!({"types": ["a"]})),
            ]}),
            "`late` is never reached: `low` and `high` before it",
        ),
        (
            json!({"order": [
                tell("ec2", json!({"types": ["*:EC2/*"]})), tell("s3", json!({"types": ["*:S3/*"]})),
                escalate("late", json!({"types": ["Policy:S3/a", "Trojan:EC2/b"]})),
            ]}),
            "`late` is never reached: `s3` and `ec2` before it",
        ),
        (
            json!({"order": [playbook("p", json!({})), playbook("q", json!({"types": ["a"]}))], "playbooks": terms}),
            "`q` adds nothing",
        ),
        (
            json!({"shipped": true, "order": [tell("sample-findings", json!({"types": ["a"]}))]}),
            "the shipped rules have one of this name",
        ),
    ];
    for (json, expected) in cases {
        let error = refused(json);
        assert!(error.contains(expected), "{error}\n{expected}");
    }
}

#[test]
fn what_is_not_said_is_refused_by_its_shape() {
    for json in [
        json!({"order": [{"name": "s", "description": "d", "outcome": {"suppress": {"reason": "r", "author": "a"}}}]}),
        json!({"order": [{"name": "s", "description": "d", "match": {"typs": []}, "outcome": {"tell": {}}}]}),
        json!({"order": [{"name": "s", "description": "d", "match": {"types": [""]}, "outcome": {"tell": {}}}]}),
        json!({"order": [{"name": "s", "description": "d", "outcome": {"tell": {}, "suppress": {}}}]}),
        json!({"order": [{"name": "s", "description": "d", "outcome": {"delete": {}}}]}),
    ] {
        assert!(
            serde_json::from_value::<RuleFile>(json.clone()).is_err(),
            "{json}"
        );
    }
}

#[test]
fn what_needs_a_look_is_a_warning() {
    let mut ended = suppress("old", json!({"types": ["Recon:*"], "at_most": "low"}));
    ended["outcome"]["suppress"]["until"] = json!("2026-11-27T10:00:00Z");
    let mut soon = ended.clone();
    soon["outcome"]["suppress"]["until"] = json!("2026-12-01T00:00:00Z");
    let quiet = json!({"types": ["Recon:*"], "at_most": "low"});
    let cases = [
        (
            json!({"order": [ended]}),
            "`old` has ended at 2026-11-27T10:00:00Z",
        ),
        (json!({"order": [soon]}), "`old` ends at 2026-12-01"),
        (
            json!({"order": [suppress("s", quiet.clone()), tell("t", json!({"types": ["Recon:EC2/*"], "at_most": "low"}))]}),
            "`t` is not reached as long as `s` suppresses",
        ),
        (
            json!({"order": [suppress("s", quiet.clone()), escalate("e", json!({"environments": ["prod"]}))]}),
            "`s` and `e` match some of the same findings, and the former suppresses what the latter tells",
        ),
        (
            json!({"shipped": true, "order": [suppress("s", json!({"resources": ["bastion-*"], "at_most": "high"}))]}),
            "match some of the same findings",
        ),
    ];
    for (json, expected) in cases {
        let warnings = warned(json);
        assert!(
            warnings.iter().any(|one| one.contains(expected)),
            "{warnings:?}"
        );
    }
}

#[test]
fn an_exception_above_a_general_rule_is_no_overlap_and_a_word_settles_others() {
    let special = suppress("s", json!({"types": ["Recon:*"], "at_most": "low"}));
    let general = tell("t", json!({"types": ["Recon:*", "Policy:*"]}));
    assert!(warned(json!({"order": [special, general]})).is_empty());
    let mut settled = suppress("s", json!({"types": ["Recon:*"], "at_most": "low"}));
    settled["precedes"] = json!(["e"]);
    let other = escalate("e", json!({"environments": ["prod"]}));
    assert!(warned(json!({"order": [settled, other]})).is_empty());
}

#[test]
fn the_shipped_rules_are_in_order() {
    let shipped = RuleFile::shipped_rules().unwrap();
    assert!(shipped.len() > 10);
    assert!(
        shipped
            .iter()
            .all(|rule| !matches!(rule.outcome, Outcome::Suppress(_)))
    );
    let every = json!([
        "isolate-instance",
        "disable-access-key",
        "quarantine-principal",
        "block-public-access",
        "revoke-ingress"
    ]);
    let terms: serde_json::Map<String, Value> = every
        .as_array()
        .unwrap()
        .iter()
        .map(|name| {
            (
                name.as_str().unwrap().to_owned(),
                json!({"accounts": [ACCOUNT]}),
            )
        })
        .collect();
    let set = rules(json!({"order": shipped, "playbooks": terms}));
    assert!(set.warnings().is_empty(), "{:?}", set.warnings());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// What a file is refused for is true: a rule that is called unreachable decides
    /// about no finding.
    #[test]
    fn a_rule_that_is_called_unreachable_decides_nothing(
        (parts, whole) in parts(),
        findings in proptest::collection::vec((any_finding(), context()), 8..24),
    ) {
        let order: Vec<_> = parts
            .into_iter()
            .chain([whole])
            .enumerate()
            .map(|(at, matches)| rule(&format!("r{at}"), matches, json!({"tell": {}})))
            .collect();
        let text = match checked(json!({"order": order})) {
            Ok(_) => return Ok(()),
            Err(error) => error.to_string(),
        };
        let Some(dead) = (0..order.len()).find(|at| text.contains(&format!("`r{at}` is never reached"))) else {
            return Ok(());
        };
        for (finding, context) in &findings {
            let matter = Matter::of_finding(finding, context);
            let decides = order.iter().position(|rule| rule.matches.answer(&matter) == Answer::Holds);
            prop_assert_ne!(decides, Some(dead), "{}", text);
        }
    }
}

#[test]
fn every_band_has_a_route_when_the_file_must_decide_all() {
    let set = rules(json!({"otherwise": "refuse", "order": [
        tell("made-up", json!({"sample": true})),
        tell("real", json!({"sample": false, "at_least": "high"})),
        tell("rest", json!({"at_most": "medium"})),
    ]}));
    assert_eq!(set.rules().len(), 3);
}
