//! The figures in docs/cost-anomaly-detector.md are what the back-test measures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nightshift_cost::backtest::{
    Injection, Labelled, Method, Pattern, Report, back_test, generate,
};
use nightshift_cost::{Settings, judge, sentence};

const PAGE: &str = include_str!("../../../docs/cost-anomaly-detector.md");
const SEED: u64 = 7;

/// The lines between two marks of the page.
fn part(name: &str) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("<!-- measured: {name} -->\n"))
        .unwrap();
    rest.split_once("<!-- /measured -->").unwrap().0.trim()
}

fn held(name: &str, measured: &str) {
    assert_eq!(part(name), measured.trim(), "measured now:\n\n{measured}");
}

fn share(report: &Report, method: Method, injection: Injection) -> f64 {
    let row = report.rows.iter().find(|row| row.method == method).unwrap();
    row.found
        .iter()
        .find(|found| found.injection == injection)
        .unwrap()
        .share()
}

/// Two hundred series of 280 days, where the aims hold.
#[test]
fn the_comparison_is_as_measured_and_the_aims_are_met() {
    let history = generate(Pattern::Weekly, 200, 280, 1);
    let report = back_test(&history, &Settings::default(), SEED);

    assert!(report.rows[0].false_per_series_year <= 0.2);
    for injection in [Injection::Spike, Injection::Step] {
        assert!((share(&report, Method::Nightshift, injection) - 1.0).abs() < 1e-9);
    }
    held("comparison", &report.to_markdown());
}

/// Twenty series of 400 days of every other pattern, aims met or not.
#[test]
fn every_pattern_is_as_measured() {
    let mut table = String::new();
    for (at, pattern) in Pattern::ALL.into_iter().skip(1).enumerate() {
        let history = generate(pattern, 20, 400, 1);
        let text = back_test(&history, &Settings::default(), SEED).to_markdown();
        let lines: Vec<&str> = text.lines().collect();
        if at == 0 {
            table = format!(
                "{}\n{}\n",
                lines[0].replacen("method", "pattern", 1),
                lines[1]
            );
        }
        table.push_str(&lines[2].replacen(Method::Nightshift.name(), pattern.name(), 1));
        table.push('\n');
    }
    held("patterns", &table);
}

#[test]
fn the_example_is_what_it_says() {
    let Labelled { series, .. } = generate(Pattern::Weekly, 1, 100, 3).remove(0);
    let changed = Injection::Step.into_series(&series, 91);
    let track = judge(&changed, &Settings::default());
    let [episode] = track.episodes.as_slice() else {
        panic!("{:#?}", track.episodes)
    };
    held("sentence", &format!("> {}", sentence(&series.key, episode)));
}

/// Every setting is explained, with its default.
#[test]
fn every_setting_is_told() {
    let settings = serde_json::to_value(Settings::default()).unwrap();
    for (name, value) in settings.as_object().unwrap() {
        let value = value.to_string();
        let value = value.strip_suffix(".0").unwrap_or(&value);
        assert!(
            PAGE.contains(&format!("| `{name}` | {value} |")),
            "`{name}` | {value}"
        );
    }
}
