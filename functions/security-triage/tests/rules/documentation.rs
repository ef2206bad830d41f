//! The page about rules says what the code does, and its links lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::Timestamp;
use nightshift_core::{AccountId, Severity};
use nightshift_testkit::{assert_valid, hold_schema, violations, workspace_root};
use schemars::schema_for;
use security_triage::decide::{Case, Telling, decide};
use security_triage::explain::{ExplainReport, explain};
use security_triage::finding::{Finding, Part};
use security_triage::observe::{Context, Enrichment};
use security_triage::replay::{ReplayReport, replay};
use security_triage::rules::{Match, Repeat, Rule, RuleFile, RuleSet};
use serde_json::{Value, json};

use crate::world::{ACCOUNT, finding, known, now, rules};

const PAGE: &str = "docs/security-triage-rules.md";

fn schema(schema: schemars::Schema) -> Value {
    serde_json::to_value(schema).unwrap()
}

fn page() -> String {
    fs::read_to_string(workspace_root().join(PAGE)).unwrap()
}

fn section(page: &str, heading: &str) -> String {
    let rest = page.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The rows of the table under a heading whose first column is headed so.
fn table(heading: &str, first: &str) -> Vec<Vec<String>> {
    let text = section(&page(), heading);
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {first} |")))
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    assert!(rows.len() > 2, "{heading} has no table headed {first}");
    rows[2..].to_vec()
}

/// What stands in backticks in the first column.
fn named(heading: &str, first: &str) -> BTreeSet<String> {
    table(heading, first)
        .iter()
        .flat_map(|row| {
            row[0]
                .split(", ")
                .map(|name| name.trim_matches('`').to_owned())
        })
        .collect()
}

fn fields(schema: &Value) -> BTreeSet<String> {
    schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn schemas_are_what_the_code_says() {
    hold_schema("security-triage-rules", &schema(schema_for!(RuleFile)));
    hold_schema(
        "security-triage-enrichment",
        &schema(schema_for!(Enrichment)),
    );
    hold_schema(
        "security-triage-explained",
        &schema(schema_for!(ExplainReport)),
    );
    hold_schema("security-triage-replay", &schema(schema_for!(ReplayReport)));
}

#[test]
fn files_and_reports_keep_their_schemas() {
    let shipped = RuleFile {
        order: RuleFile::shipped_rules().unwrap(),
        ..RuleFile::default()
    };
    let written = serde_json::to_value(&shipped).unwrap();
    assert_valid("security-triage-rules", &written);
    assert_eq!(
        serde_json::from_value::<RuleFile>(written).unwrap(),
        shipped
    );
    assert_valid("security-triage-rules", &example());
    assert!(!violations("security-triage-rules", &json!({"ordr": []})).is_empty());
    let enrichment = serde_json::to_value(Enrichment::default()).unwrap();
    assert_valid("security-triage-enrichment", &enrichment);
    let one = finding("Recon:EC2/Portscan", security_triage::finding::Band::High);
    let contexts = BTreeMap::from([(one.key.clone(), known("dev", "web"))]);
    let set = rules(example());
    let findings = [one];
    let explained = explain(&findings, &contexts, &set, now());
    assert_valid(
        "security-triage-explained",
        &serde_json::to_value(explained).unwrap(),
    );
    let replayed = replay(&findings, &contexts, &set, &rules(json!({})));
    assert_eq!(replayed.changes.len(), 1);
    assert_valid(
        "security-triage-replay",
        &serde_json::to_value(replayed).unwrap(),
    );
}

#[test]
fn the_page_names_every_field() {
    assert_eq!(
        named("How rules are read", "field of the file"),
        fields(&schema(schema_for!(RuleFile)))
    );
    assert_eq!(named("A rule", "field"), fields(&schema(schema_for!(Rule))));
    assert_eq!(
        named("What a rule matches", "field"),
        fields(&schema(schema_for!(Match)))
    );
    assert_eq!(
        named("What is looked up", "field of `enrichment`"),
        fields(&schema(schema_for!(Enrichment)))
    );
    let rules = schema(schema_for!(RuleFile));
    let definition = |name: &str| fields(&rules["$defs"][name]);
    let outcomes = table("What becomes of it", "outcome");
    for (row, name) in outcomes
        .iter()
        .zip(["Tell", "Suppress", "Escalate", "UsePlaybook"])
    {
        let told = &row[2];
        for field in definition(name) {
            assert!(told.contains(&format!("`{field}`")), "{name} {field}");
        }
    }
    assert_eq!(outcomes.len(), 4);
    let repeat = Repeat::default();
    for row in table("When people are told", "told as") {
        let severity = row[0].split(',').next().unwrap();
        let severity: Severity = serde_json::from_value(json!(severity)).unwrap();
        assert_eq!(row[1].trim_matches('`'), repeat.after(severity).to_string());
    }
}

#[test]
fn the_page_names_every_shipped_rule_in_its_order() {
    let told: Vec<(String, String)> = table("The rules that are shipped", "rule")
        .iter()
        .map(|row| {
            (
                row[0].trim_matches('`').to_owned(),
                row[1].trim_matches('`').to_owned(),
            )
        })
        .collect();
    let shipped: Vec<(String, String)> = RuleFile::shipped_rules()
        .unwrap()
        .iter()
        .map(|rule| (rule.name.clone(), rule.outcome.word().to_owned()))
        .collect();
    assert_eq!(told, shipped);
}

fn example() -> Value {
    let text = section(&page(), "Examples");
    let json = text
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    serde_json::from_str(json).unwrap()
}

/// What people are told, as the table says it.
fn told(finding: &Finding, context: &Context, set: &RuleSet, at: Timestamp) -> [String; 3] {
    let verdict = decide(&Case::of_finding(finding, context), set, at);
    let quoted = |name: &str| format!("`{name}`");
    let severity = serde_json::to_value(verdict.severity).unwrap();
    let severity = severity.as_str().unwrap();
    let tell = match (verdict.tell, verdict.page) {
        (Telling::None, _) => "nothing".to_owned(),
        (_, true) => format!("{severity}, and called"),
        (_, false) => severity.to_owned(),
    };
    let playbooks: Vec<String> = verdict
        .playbooks
        .iter()
        .map(|called| quoted(called.playbook.as_str()))
        .collect();
    [
        verdict.rule.as_deref().map(quoted).unwrap_or_default(),
        tell,
        playbooks.join(", "),
    ]
}

#[test]
fn the_examples_are_decided_as_the_table_says() {
    let mut file = example();
    file["shipped"] = json!(true);
    let file: RuleFile = serde_json::from_value(file).unwrap();
    let set = RuleSet::new(file, &[AccountId::new(ACCOUNT)], now()).unwrap();
    assert!(set.warnings().is_empty(), "{:?}", set.warnings());
    let rows = table("Examples", "type");
    for row in &rows {
        let mut one = finding(
            row[0].trim_matches('`'),
            serde_json::from_value(json!(row[1])).unwrap(),
        );
        one.key.account = AccountId::new(row[2].as_str());
        let context = match row[3].as_str() {
            "unknown" => Context::default(),
            environment => known(environment, "web"),
        };
        let mut at = now();
        match row[4].as_str() {
            "" => {}
            "sample" => one.sample = true,
            "target" => one.part = Some(Part::Target),
            instant => at = instant.trim_start_matches("`at` ").parse().unwrap(),
        }
        let expected: [String; 3] = row[5..8].to_vec().try_into().unwrap();
        assert_eq!(told(&one, &context, &set, at), expected, "{row:?}");
    }
    assert!(rows.len() >= 12);
}

#[test]
fn links_lead_somewhere() {
    let page = page();
    let anchors: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| heading.to_lowercase().replace(' ', "-"))
        .collect();
    let folder = workspace_root().join(PAGE);
    let folder = folder.parent().unwrap();
    let targets: Vec<&str> = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(targets.len() > 12);
    for target in targets {
        if let Some(anchor) = target.strip_prefix('#') {
            assert!(anchors.contains(anchor), "{target}");
        } else {
            let file = target.split('#').next().unwrap();
            assert!(folder.join(file).is_file(), "{target}");
        }
    }
}
