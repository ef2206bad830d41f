//! The published schemas are what the code says.

use cost_anomaly::config::Config;
use cost_anomaly::event::{Command, Trigger};
use cost_anomaly::handler::{
    BacktestReport, DocumentReport, Explanation, FeedbackReport, ForecastReport,
    RecommendationsReport, explained,
};
use cost_anomaly::messages::Setting;
use cost_anomaly::report::{Report, StatusReport};
use nightshift_core::Document;
use nightshift_testkit::{assert_valid, fixture, fixtures, hold_schema, violations};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use crate::world::{Blindfold, World, at, document, run};

/// The schema of what the function writes: what it may leave out is optional.
fn answer<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    serde_json::to_value(schema).unwrap()
}

#[test]
fn schemas_are_what_the_code_says() {
    let schema = |schema: schemars::Schema| serde_json::to_value(schema).unwrap();
    hold_schema("cost-anomaly-config", &schema(schema_for!(Config)));
    hold_schema("cost-anomaly-command", &schema(schema_for!(Command)));
    hold_schema("cost-anomaly-report", &answer::<Report>());
    hold_schema("cost-anomaly-status", &answer::<StatusReport>());
    hold_schema("cost-anomaly-explain", &answer::<Explanation>());
    hold_schema("cost-anomaly-backtest", &answer::<BacktestReport>());
    hold_schema("cost-anomaly-forecast", &answer::<ForecastReport>());
    hold_schema("cost-anomaly-feedback", &answer::<FeedbackReport>());
    hold_schema("cost-anomaly-document", &answer::<DocumentReport>());
    hold_schema(
        "cost-anomaly-month",
        &answer::<nightshift_cost::report::Report>(),
    );
    hold_schema(
        "cost-anomaly-recommendations",
        &answer::<RecommendationsReport>(),
    );
}

#[test]
fn commands_and_their_schema_agree() {
    // What is wrong with a value in a command, and not with its shape, is said
    // by the command itself.
    let by_value = [
        "malformed-backtest-both",
        "malformed-backtest-csv",
        "malformed-explain-of-nothing",
        "malformed-report-period",
    ];
    for fixture in fixtures("cost-anomaly") {
        if fixture.event.get("command").is_none() {
            continue;
        }
        let understood = matches!(Trigger::parse(&fixture.event), Ok(Trigger::Command(_)));
        let keeps = violations("cost-anomaly-command", &fixture.event).is_empty();
        assert_eq!(understood, keeps, "{}", fixture.name);
        let fine =
            !fixture.name.starts_with("malformed") || by_value.contains(&fixture.name.as_str());
        assert_eq!(understood, fine, "{}", fixture.name);
    }
}

#[test]
fn what_is_explained_keeps_its_schema() {
    let world = World::default();
    let setting = Setting {
        document: &world.document,
        config: &world.config,
        now: at("2026-11-24T06:30:00Z"),
    };
    let event = fixture("cost-anomaly", "batch").event;
    let news = run(explained(&event, &setting, &Blindfold));
    assert_eq!(
        news.len(),
        3,
        "three words about one cause, a budget and a note"
    );
    let answer = Explanation {
        version: 1,
        function: "cost-anomaly",
        command: "explain",
        environment: "dev".to_owned(),
        at: setting.now,
        news,
        series: Vec::new(),
        gaps: Vec::new(),
    };
    assert_valid(
        "cost-anomaly-explain",
        &serde_json::to_value(answer).unwrap(),
    );
}

#[test]
fn the_section_of_the_configuration_is_read_strictly() {
    assert_eq!(Config::of(&document(json!({}))), Ok(Config::default()));
    let good = json!({
        "budgets": {"dev": 500, "prod": 5000.5}, "budget_names": {"prod": "big"},
        "detection": {"daily": 7.5}, "requests_per_month": 400, "tag": "Stage",
        "credits": {"balance_usd": 1000, "as_of": "2026-11-01", "expires": "2027-10-31"},
    });
    assert_valid("cost-anomaly-config", &good);
    let config = Config::of(&document(good)).unwrap();
    assert_eq!(config.budgets["prod"].0.to_string(), "$5000.50");
    assert_eq!(config.tag(&document(json!({}))), "Stage");
    assert_eq!(
        config.environment_of(&document(json!({})), "big"),
        Some("prod")
    );
    for (section, path) in [
        (json!({"budgets": {"dev": {"monthly": 5}}}), "budgets.dev"),
        (json!({"budgets": {"dev": 0}}), "budgets.dev"),
        (json!({"budgets": {"dev": "500"}}), "budgets.dev"),
        (json!({"requests_per_month": 30}), "requests_per_month"),
        (
            json!({"requests_per_month": 1_000_000}),
            "requests_per_month",
        ),
        (json!({"detection": {"z": 0.1}}), "detection.z"),
        (json!({"telling": {"grows_by": 1.0}}), "telling.grows_by"),
        (json!({"telling": {"warning_usd": 5000}}), "telling"),
        (
            json!({"cost_explorer": {"history_days": 7}}),
            "cost_explorer.history_days",
        ),
        (json!({"credits": {"balance_usd": 5}}), "credits"),
    ] {
        let error = Config::of(&document(section)).unwrap_err().to_string();
        assert!(
            error.contains(&format!("functions.cost-anomaly.{path}")),
            "{error}"
        );
    }
    let missing = Document::from_json(&document(json!({})).functions_less().to_string());
    let error = Config::of(&missing.unwrap()).unwrap_err().to_string();
    assert!(error.contains("functions.cost-anomaly"), "{error}");
}

trait Less {
    fn functions_less(&self) -> Value;
}

impl Less for Document {
    fn functions_less(&self) -> Value {
        let mut document = serde_json::to_value(self).unwrap();
        document["functions"] = json!({});
        document
    }
}
