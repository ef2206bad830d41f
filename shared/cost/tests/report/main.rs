//! The report as people get it: what was looked at once stays what it is, and
//! what has to hold of any report holds of random ones.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod advice;
mod example;
mod properties;

use nightshift_cost::recommendations::{Context, Verdict, digest};
use nightshift_cost::report::{Facts, Known, Report};
use schemars::schema_for;

const UPDATE: &str = "UPDATE_GOLDEN";

/// Holds a file to what the code makes.
fn hold(path: &str, made: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{path} is not what the code makes any more; run the test with {UPDATE}=1 and look at it"
    );
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn hold_report(name: &str, facts: &Facts) {
    let report = Report::of(facts);
    hold(&format!("tests/report/{name}.html"), &report.html());
    hold(&format!("tests/report/{name}.md"), &report.markdown());
    hold(&format!("tests/report/{name}.json"), &json(&report));
}

#[test]
fn a_month_that_is_over() {
    hold_report("over", &example::october());
}

#[test]
fn a_month_that_goes_on_with_much_that_is_not_known() {
    hold_report("so-far", &example::so_far());
}

#[test]
fn the_schema_is_what_the_code_says() {
    hold(
        "../../docs/schemas/cost-report.json",
        &json(&schema_for!(Report)),
    );
}

#[test]
fn nothing_at_all_is_a_report_that_says_so() {
    let why = || "no answer".to_owned();
    let mut facts = example::october();
    facts.spending = Known::Missing(why());
    facts.savings_plans = Known::Missing(why());
    facts.environments.clear();
    let report = Report::of(&facts);
    assert_eq!(report.spent.now.amount, None);
    assert_eq!(report.headline, "What October 2026 cost is not known.");
    assert!(report.markdown().contains("Spent: **not known**"));
    assert!(!report.html().contains("$0.00</strong>"));
}

#[test]
fn the_digest_says_what_schedules_make_of_recommendations() {
    let judged = example::judged();
    let verdicts: Vec<(&str, &Verdict)> = judged
        .advice
        .iter()
        .map(|one| (one.recommendation.id.as_str(), &one.verdict))
        .collect();
    let sound = &Verdict::Sound;
    let part = example::usd("17.207142");
    assert_eq!(
        verdicts,
        [
            ("a1", sound),
            ("a4", &Verdict::Overstated { at_least: part }),
            ("a6", sound),
            (
                "a5",
                &Verdict::Overstated {
                    at_least: example::usd("0")
                }
            ),
            (
                "a2",
                &Verdict::Wait {
                    until: jiff::civil::date(2026, 11, 4)
                }
            ),
            ("a3", &Verdict::Wrong),
        ]
    );
    let context = Context {
        environment: "dev".to_owned(),
        account: "111122223333".into(),
        month: "2026-11".to_owned(),
        commitments: vec![],
        not_known: vec![],
        now: example::instant("2026-11-02T06:00:00Z"),
    };
    hold(
        "tests/report/digest.json",
        &json(&digest(&judged, &context)),
    );
}
