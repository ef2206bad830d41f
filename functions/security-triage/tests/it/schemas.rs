//! The published schemas are what the code says.

use nightshift_core::Document;
use nightshift_testkit::{assert_valid, fixtures, hold_schema, violations};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, schema_for};
use security_triage::config::Config;
use security_triage::event::{Command, Trigger, findings};
use security_triage::handler::explained;
use security_triage::playbooks::commands as plans;
use security_triage::playbooks::report::PlansReport;
use security_triage::replay::replay;
use security_triage::report::{Explanation, Report, StatusReport};
use serde_json::{Value, json};

use crate::world::{Blindfold, at, document, rules, run};

/// The schema of what the function writes: what it may leave out is optional.
fn answer<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    serde_json::to_value(schema).unwrap()
}

#[test]
fn schemas_are_what_the_code_says() {
    let schema = |schema: schemars::Schema| serde_json::to_value(schema).unwrap();
    hold_schema("security-triage-config", &schema(schema_for!(Config)));
    hold_schema("security-triage-command", &schema(schema_for!(Command)));
    hold_schema(
        "security-triage-plan-command",
        &schema(schema_for!(plans::Command)),
    );
    hold_schema("security-triage-plans", &answer::<PlansReport>());
    hold_schema("security-triage-report", &answer::<Report>());
    hold_schema("security-triage-status", &answer::<StatusReport>());
    hold_schema("security-triage-explain", &answer::<Explanation>());
}

#[test]
fn commands_and_their_schema_agree() {
    for fixture in fixtures("security-triage") {
        if fixture.event.get("command").is_none() {
            continue;
        }
        let understood = matches!(
            Trigger::parse(&fixture.event),
            Ok(Trigger::Command(_) | Trigger::Plans(_))
        );
        let keeps = ["security-triage-command", "security-triage-plan-command"]
            .iter()
            .any(|schema| violations(schema, &fixture.event).is_empty());
        assert_eq!(understood, keeps, "{}", fixture.name);
        assert_eq!(
            understood,
            !fixture.name.starts_with("malformed"),
            "{}",
            fixture.name
        );
    }
}

#[test]
fn explanations_keep_their_schema() {
    let (rules, document) = (rules(json!({})), document());
    for fixture in fixtures("security-triage") {
        let findings = findings(&fixture.event, None);
        let now = at("2026-11-23T19:10:00Z");
        let report = run(explained(&findings, &rules, &Blindfold, &document, now));
        assert_valid(
            "security-triage-explain",
            &serde_json::to_value(report).unwrap(),
        );
    }
}

#[test]
fn a_replay_keeps_its_schema() {
    let (old, new) = (rules(json!({})), rules(json!({"shipped": false})));
    let events = fixtures("security-triage").into_iter();
    let findings: Vec<_> = events.flat_map(|one| findings(&one.event, None)).collect();
    let report = replay(&findings, &std::collections::BTreeMap::new(), &old, &new);
    assert!(!report.changes.is_empty());
    assert_valid(
        "security-triage-replay",
        &serde_json::to_value(report).unwrap(),
    );
}

#[test]
fn the_section_of_the_configuration_is_read_strictly() {
    let section = |section: Value| {
        let mut document = serde_json::to_value(document()).unwrap();
        document["functions"]["security-triage"] = section;
        Document::from_json(&document.to_string())
            .unwrap()
            .section::<Config>("security-triage")
    };
    assert_eq!(section(json!({})), Ok(Config::default()));
    let good = json!({"write_back": {"security_hub": true}});
    assert_valid("security-triage-config", &good);
    assert!(section(good).unwrap().write_back.security_hub);
    let error = section(json!({"write_back": {"securityhub": true}})).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("functions.security-triage.write_back.securityhub"),
        "{error}"
    );
}
