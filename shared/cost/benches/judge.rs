//! Judges 200 series of 400 days: `cargo bench -p nightshift-cost`.
//! What it printed stands in docs/cost-anomaly-detector.md.
#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nightshift_cost::backtest::{Labelled, Pattern, generate};
use nightshift_cost::{
    Batch, Breakdown, Class, Dimension, History, RecordType, Settings, find, judge, read_csv,
};

const SERIES: usize = 200;
const DAYS: usize = 400;
const RUNS: usize = 9;

fn main() {
    let generated = generate(Pattern::Mixed, SERIES, DAYS, 1);
    let settings = Settings::default();
    let text = csv(&generated);
    let batch = batch(&generated);
    let breakdown = batch.breakdown;
    let mut history = History::default();
    history.add(batch.clone());
    let series = history.series(breakdown, Class::Usage, settings.lag_days);

    println!("{SERIES} series of {DAYS} days; median of {RUNS} runs\n");
    println!("| what | ms |\n|---|--:|");
    row("read from CSV", || read_csv(&text, Timestamp::MAX));
    row("taken into a history", || {
        let mut history = History::default();
        history.add(batch.clone());
        history
    });
    row("judged", || {
        series
            .iter()
            .map(|one| judge(one, &settings))
            .collect::<Vec<_>>()
    });
    row("history to findings", || find(&history, &settings, None));
    if let Some(peak) = peak_memory() {
        println!("\nMost memory at a time, all of the above and the input: {peak:.0} MB");
    }
}

fn row<T>(what: &str, mut run: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            black_box(run());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("| {what} | {:.1} |", times[RUNS / 2].as_secs_f64() * 1e3);
}

fn batch(series: &[Labelled]) -> Batch {
    let mut batch = Batch::new(Timestamp::MAX, Breakdown::by([Dimension::Service]));
    for one in series {
        for (date, day) in one.series.dated() {
            batch.add(
                one.series.key.clone(),
                RecordType::Usage,
                date,
                day.amount(),
            );
            batch.complete.insert(date);
        }
    }
    batch
}

fn csv(series: &[Labelled]) -> String {
    let mut text = String::from("date,service,amount\n");
    for one in series {
        for (date, day) in one.series.dated() {
            let service = one.series.key.service.as_deref().unwrap_or_default();
            let micros = day.amount().unwrap_or_default().micro_usd();
            let _ = writeln!(
                text,
                "{date},{service},{}.{:06}",
                micros / 1_000_000,
                micros % 1_000_000
            );
        }
    }
    text
}

/// The most memory that was resident at a time, in megabytes (10^6 bytes).
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
