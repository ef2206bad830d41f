//! What off-hours promises to others: its schemas, its fixtures, its pages.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::fs;

use nightshift_core::Document;
use nightshift_testkit::{
    assert_survives, assert_valid, fixtures, hold_schema, violations, workspace_root,
};
use off_hours::config::Config;
use off_hours::event::{Command, Trigger};
use off_hours::model::Kind;
use off_hours::report::{DigestReport, Report, StatusReport};
use schemars::schema_for;
use serde_json::{Value, json};

fn schema(schema: schemars::Schema) -> Value {
    serde_json::to_value(schema).unwrap()
}

#[test]
fn schemas_are_what_the_code_says() {
    hold_schema("off-hours-report", &schema(schema_for!(Report)));
    hold_schema("off-hours-status", &schema(schema_for!(StatusReport)));
    hold_schema("off-hours-digest", &schema(schema_for!(DigestReport)));
    hold_schema("off-hours-command", &schema(schema_for!(Command)));
    hold_schema("off-hours-config", &schema(schema_for!(Config)));
    hold_schema("configuration", &schema(schema_for!(Document)));
}

#[test]
fn a_configuration_that_the_code_reads_keeps_the_schema() {
    let defaults = serde_json::to_value(Config::default()).unwrap();
    assert_valid("off-hours-config", &defaults);
    assert!(!violations("off-hours-config", &json!({"leas": "PT8H"})).is_empty());
    assert!(serde_json::from_value::<Config>(json!({"lease": "8h"})).is_err());
}

#[test]
fn every_fixture_is_understood_or_refused_with_words() {
    for fixture in fixtures("off-hours") {
        // AWS may leave out anything of a detail; a command is taken at its word.
        let is_refused =
            fixture.name.starts_with("malformed") && !fixture.name.starts_with("malformed-event");
        assert_eq!(
            Trigger::parse(&fixture.event).is_err(),
            is_refused,
            "{}",
            fixture.name
        );
    }
}

#[test]
fn every_mutation_of_a_fixture_is_understood_or_refused_with_words() {
    for fixture in fixtures("off-hours") {
        assert_survives(
            &fixture.name,
            &fixture.event,
            |mutation| match Trigger::parse(&mutation.event) {
                Ok(Trigger::Hastened(hastening)) => {
                    assert!(hastening.words.chars().count() <= 200);
                    assert!(!hastening.words.chars().any(char::is_control));
                }
                Ok(Trigger::Command(_)) => {}
                Err(error) => {
                    let words = error.to_string();
                    assert!(words.chars().count() < 1_000, "{words}");
                    assert!(!words.chars().any(char::is_control), "{words}");
                }
            },
        );
    }
}

/// The first column of the table under a heading of a page.
fn table(page: &str, heading: &str) -> Vec<String> {
    let text = fs::read_to_string(workspace_root().join(page)).unwrap();
    let section = text
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| {
            line.split('|')
                .nth(1)
                .unwrap()
                .trim()
                .trim_matches('`')
                .to_owned()
        })
        .collect()
}

#[test]
fn the_page_names_every_command() {
    let schema = schema(schema_for!(Command));
    let mut commands: Vec<String> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            one["properties"]["command"]["const"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let mut told = table("docs/off-hours.md", "Commands");
    commands.sort();
    told.sort();
    assert_eq!(told, commands);
}

#[test]
fn the_page_names_every_field_of_the_configuration() {
    let schema = schema(schema_for!(Config));
    let mut fields: Vec<String> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let mut told = table("docs/off-hours.md", "Configuration");
    fields.sort();
    told.sort();
    assert_eq!(told, fields);
}

#[test]
fn the_page_names_every_kind() {
    let told = table("docs/off-hours.md", "What it looks after");
    for kind in Kind::ALL {
        assert!(
            told.iter().any(|line| line.starts_with(kind.as_str())),
            "{kind} is missing"
        );
    }
}
