//! A month in words.

use jiff::Timestamp;
use nightshift_core::{
    AccountId, Command, Document, Fact, Link, Notification, Severity, Status, printable,
};
use nightshift_cost::report::Report;

use crate::config::NAME;

/// What people are told of a month: its headline, and where the rest is.
pub fn monthly(
    report: &Report,
    document: &Document,
    account: &AccountId,
    now: Timestamp,
) -> Notification {
    let environment = document.environment.clone();
    let function = format!("{}-{environment}-{NAME}-function", document.project);
    let payload = serde_json::json!({
        "command": "report", "period": report.month, "format": "html",
    });
    let mut facts = Vec::new();
    if let Some((_, money)) = report.slept_total() {
        facts.push(Fact::new(
            "Saved by sleeping, at list price",
            money.to_string(),
        ));
    }
    if let Some(untagged) = report.untagged.get() {
        facts.push(Fact::new("Without environment tag", untagged.to_string()));
    }
    if let Some(own) = report.own.get() {
        facts.push(Fact::new("Reading it cost", own.cost.to_string()));
    }
    Notification {
        version: Notification::VERSION,
        id: format!("{NAME}/{environment}/report/{}", report.month),
        source: NAME.to_owned(),
        environment,
        account: account.clone(),
        region: None,
        severity: Severity::Info,
        kind: format!("{NAME}.report"),
        dedup_key: None,
        status: Status::Open,
        owner: None,
        title: format!("What {} cost", report.month.name()),
        summary: printable(&report.headline, 700),
        facts,
        sections: Vec::new(),
        next_steps: vec!["Read the whole report: the command writes it as a page.".to_owned()],
        commands: vec![Command {
            label: "The whole report".to_owned(),
            text: format!("cargo lambda invoke --remote {function} --data-ascii '{payload}'"),
        }],
        links: vec![Link {
            label: "Cost Explorer".to_owned(),
            url: "https://console.aws.amazon.com/cost-management/home#/cost-explorer".to_owned(),
        }],
        attachment: None,
        occurred_at: now,
    }
}
