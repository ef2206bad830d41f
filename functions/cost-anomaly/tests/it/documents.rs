//! docs/cost-anomaly.md says what the code does.

use std::fs;

use cost_anomaly::config::{Config, Tell, Usd};
use cost_anomaly::observe::Cut;
use cost_anomaly::report::{Bill, Report};
use jiff::Timestamp;
use nightshift_core::Money;
use nightshift_testkit::{Manifest, assert_valid, workspace_root};
use serde_json::{Value, json};

use crate::world::document;

fn page() -> String {
    fs::read_to_string(workspace_root().join("docs/cost-anomaly.md")).unwrap()
}

/// The rows of the table whose head begins with `head`, cell by cell.
fn table(head: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = page()
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head} |")))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table `{head}`");
    rows
}

fn first(head: &str) -> Vec<String> {
    table(head)
        .into_iter()
        .map(|mut row| row.remove(0))
        .collect()
}

#[test]
fn rules_and_schedules_are_the_manifests() {
    let manifest = Manifest::of("cost-anomaly");
    let rules: Vec<String> = manifest.events.into_keys().collect();
    assert_eq!(first("rule"), rules);
    let schedules: Vec<(String, String)> = manifest
        .schedules
        .into_iter()
        .map(|(name, schedule)| (name, schedule.expression))
        .collect();
    let told: Vec<(String, String)> = table("schedule")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(told, schedules);
}

#[test]
fn the_cuts_are_those_that_are_asked() {
    let cuts: Vec<String> = Cut::ALL
        .iter()
        .map(|cut| {
            serde_json::to_value(cut)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(first("cut"), cuts);
}

#[test]
fn the_bands_are_the_defaults() {
    let Tell {
        warning_usd,
        error_usd,
        ..
    } = Tell::default();
    let amounts: Vec<String> = [Usd::default(), warning_usd, error_usd]
        .iter()
        .map(|usd| usd.0.to_string())
        .collect();
    assert_eq!(first("from an impact of"), amounts);
}

#[test]
fn the_commands_are_those_of_the_schema() {
    let path = workspace_root().join("docs/schemas/cost-anomaly-command.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
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
    let mut told = first("command");
    commands.sort();
    told.sort();
    assert_eq!(told, commands);
}

#[test]
fn the_configuration_of_the_page_is_read_and_has_the_defaults() {
    let page = page();
    let (_, block) = page.split_once("```json\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let section: Value = serde_json::from_str(block).unwrap();
    assert_valid("cost-anomaly-config", &section);
    let told = Config::of(&document(section)).unwrap();
    let default = Config::of(&document(json!({}))).unwrap();
    assert_eq!(told.sources, default.sources);
    assert_eq!(told.cost_explorer, default.cost_explorer);
    assert_eq!(told.detection, default.detection);
    assert_eq!(told.telling, default.telling);
    assert_eq!(told.changes, default.changes);
    assert_eq!(told.feedback, default.feedback);
}

#[test]
fn the_metrics_are_the_reports() {
    let report = Report {
        version: 1,
        function: "cost-anomaly",
        command: "detect",
        request_id: String::new(),
        environment: String::new(),
        at: Timestamp::UNIX_EPOCH,
        dry_run: false,
        matters: Vec::new(),
        judged: 0,
        cost_explorer: Some(Bill::new(0, cost_anomaly::observe::Spent::default(), 1)),
        gaps: Vec::new(),
        messages: Vec::new(),
        milliseconds: 0,
    };
    let metrics: Vec<String> = report
        .metrics()
        .iter()
        .map(|one| one.name.to_owned())
        .collect();
    assert_eq!(first("metric"), metrics);
}

#[test]
fn a_page_of_cost_explorer_costs_what_the_page_says() {
    let one = Bill::new(
        1,
        serde_json::from_value(json!({"requests": {"ce:GetCostAndUsage": 1}})).unwrap(),
        1,
    );
    assert_eq!(one.money, Money::from_micro_usd(10_000));
}
