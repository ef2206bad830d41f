//! docs/notify.md says what the code does.

use std::fs;

use jiff::Timestamp;
use nightshift_core::{Notification, Severity};
use nightshift_testkit::{Manifest, workspace_root};
use notify::{Pace, Report, Task, limits, message};

use crate::world::notification;

/// The rows of the table whose head begins with `head`, cell by cell.
fn table(head: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(workspace_root().join("docs/notify.md")).unwrap();
    let rows: Vec<Vec<String>> = page
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
fn the_limits_are_the_codes() {
    let told: Vec<(String, usize)> = table("limit")
        .iter()
        .map(|row| (row[0].clone(), row[1].parse().unwrap()))
        .collect();
    let code = [
        ("header", limits::HEADER),
        ("text of a section", limits::SECTION),
        ("fields of a section", limits::FIELDS),
        ("text of a field", limits::FIELD),
        ("text of a button", limits::BUTTON),
        ("address of a button", limits::ADDRESS),
        ("blocks", limits::BLOCKS),
        ("all blocks as JSON", limits::TOTAL),
        ("text beside the blocks", limits::FALLBACK),
        ("message as plain text", limits::PLAIN),
    ]
    .map(|(name, limit)| (name.to_owned(), limit));
    assert_eq!(told, code);
}

#[test]
fn the_severities_look_as_told() {
    let severities = [
        Severity::Info,
        Severity::Notice,
        Severity::Warning,
        Severity::Error,
        Severity::Critical,
    ];
    let rows = table("severity");
    assert_eq!(rows.len(), severities.len());
    for (row, severity) in rows.iter().zip(severities) {
        let name = serde_json::to_value(severity).unwrap();
        assert_eq!(row[0], format!("`{}`", name.as_str().unwrap()));
        let told = Notification {
            severity,
            ..notification()
        };
        let body = message(&told).body;
        let header = body["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(header.starts_with(&row[1]), "{header}");
    }
}

#[test]
fn the_metrics_are_the_reports() {
    let told: Vec<String> = table("metric").iter().map(|row| row[0].clone()).collect();
    let report = Report::new(Task::Deliver, Timestamp::UNIX_EPOCH);
    let code: Vec<String> = report
        .metrics()
        .iter()
        .map(|metric| format!("`{}`", metric.name))
        .collect();
    assert_eq!(told, code);
}

#[test]
fn waits_and_tries_are_the_codes_and_the_manifests() {
    let page = fs::read_to_string(workspace_root().join("docs/notify.md")).unwrap();
    let patience = Pace::default();
    let queue = Manifest::of("notify").queue.unwrap();
    for words in [
        format!("up to {} s", patience.wait.as_secs()),
        format!("no answer in {} s", patience.answer.as_secs()),
        format!("at most {} attempts", patience.attempts),
        format!("after {} tries", queue.max_receive_count),
        format!("seen again after {} s", queue.visibility_seconds),
        format!(
            "A trouble of {} minutes",
            queue.max_receive_count * queue.visibility_seconds / 60
        ),
        format!("batches of {}", queue.batch_size),
    ] {
        assert!(
            page.contains(&words),
            "docs/notify.md does not say `{words}`"
        );
    }
}
