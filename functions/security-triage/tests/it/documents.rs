//! docs/security-triage.md says what the code does.

use std::fs;

use jiff::Timestamp;
use nightshift_testkit::{Manifest, assert_valid, workspace_root};
use security_triage::config::Config;
use security_triage::finding::{Band, Route};
use security_triage::report::Report;
use security_triage::rules::RuleSet;

use crate::world::{at, document};

fn page() -> String {
    fs::read_to_string(workspace_root().join("docs/security-triage.md")).unwrap()
}

/// The rows of the table whose head begins with `head`, cell by cell.
fn table(head: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = page()
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head}")))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table `{head}`");
    rows
}

#[test]
fn every_rule_of_the_manifest_is_in_the_table_of_sources() {
    let told: Vec<String> = table("rule")
        .iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect();
    let rules: Vec<String> = Manifest::of("security-triage").events.into_keys().collect();
    assert_eq!(told, rules);
}

#[test]
fn every_route_is_in_the_table_of_routes() {
    let routes = [
        Route::GuardDuty,
        Route::MalwareProtection,
        Route::SecurityHubCspm,
        Route::SecurityHub,
        Route::Config,
        Route::AccessAnalyzer,
        Route::Inspector,
        Route::Health,
        Route::CloudTrail,
        Route::Unknown,
    ];
    let told: Vec<String> = table("route").iter().map(|row| row[0].clone()).collect();
    let code: Vec<String> = routes
        .iter()
        .map(|route| {
            format!(
                "`{}`",
                serde_json::to_value(route).unwrap().as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(told, code);
}

#[test]
fn the_bands_are_told_as_they_are() {
    for row in table("band") {
        let band: Band = serde_json::from_value(row[0].trim_matches('`').into()).unwrap();
        let from: f64 = row[1].parse().unwrap();
        assert_eq!(Band::from_guardduty(from), band, "{from}");
        assert!(Band::from_guardduty(from - 0.1) < band);
        let severity = serde_json::to_value(band.severity()).unwrap();
        assert_eq!(row[2], format!("`{}`", severity.as_str().unwrap()));
    }
}

#[test]
fn the_configuration_of_the_page_is_read() {
    let page = page();
    let (_, block) = page.split_once("```json\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert_valid(
        "security-triage-config",
        &serde_json::from_str(block).unwrap(),
    );
    let config: Config = serde_json::from_str(block).unwrap();
    let now = at("2026-11-23T19:00:00Z");
    RuleSet::new(config.rules, &document().accounts, now).unwrap();
}

#[test]
fn the_metrics_are_the_reports() {
    let told: Vec<String> = table("metric").iter().map(|row| row[0].clone()).collect();
    let report = Report {
        version: 1,
        function: "security-triage",
        command: "triage",
        request_id: String::new(),
        environment: String::new(),
        at: Timestamp::UNIX_EPOCH,
        findings: 0,
        incidents: Vec::new(),
        updated: 0,
        not_updated: Vec::new(),
        unplanned: Vec::new(),
        halted: None,
        milliseconds: 0,
    };
    let code: Vec<String> = report
        .metrics()
        .iter()
        .map(|metric| format!("`{}`", metric.name))
        .collect();
    assert_eq!(told, code);
}
