use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Plan;
use crate::aws::AwsStub;
use crate::calls::{Calls, assert_known, reads_and_writes};
use crate::estate::{Estate, configuration};
use crate::share::{CpuShare, SHARE_OF_128_MB};
use crate::subject::{Program, Subject};
use crate::table::{Table, median, number};
use crate::tls::Authority;

const LIMIT: Duration = Duration::from_mins(15);
/// The size that the aims are set for.
const AIMED: usize = 5_000;
const AIM_SECONDS: f64 = 10.0;
const AIM_MEGABYTES: f64 = 128.0;
/// What an answer of AWS takes on a usual day from the same Region.
const LATENCY: Duration = Duration::from_millis(25);

/// Everything runs; the short day is not over yet.
const NOON: &str = "2026-11-18T12:00:00Z";
/// The short day, of one resource in twenty, is over. Waves sleep one after
/// another, so it takes ticks until all have arrived.
const EVENING: [&str; 5] = [
    "2026-11-18T18:00:00Z",
    "2026-11-18T18:05:00Z",
    "2026-11-18T18:10:00Z",
    "2026-11-18T18:15:00Z",
    "2026-11-18T18:20:00Z",
];
const EVENING_RUN: &str = "5 % go to sleep";
const IDLE_RUN: &str = "nothing to change";
/// Office hours are over.
const NIGHT: &str = "2026-11-18T22:00:00Z";

/// One run of off-hours.
struct Run {
    resources: usize,
    scenario: &'static str,
    seconds: f64,
    cpu_seconds: f64,
    megabytes: f64,
    answer_megabytes: f64,
    counts: Value,
    calls: Calls,
}

/// Measures reconciles of estates of several sizes; Markdown.
pub fn reconcile(plan: &Plan, authority: &Authority) -> String {
    let mut text = "## Reconcile at scale\n\n".to_owned();
    let program = plan.functions.join("off-hours/bootstrap");
    if !program.exists() {
        text.push_str("Not measured: off-hours of bootstrap is not there.\n");
        return text;
    }
    let sizes: &[usize] = if plan.quick {
        &[10, 1_000]
    } else {
        &[10, 1_000, AIMED, 10_000]
    };
    let mut runs = Vec::new();
    for &resources in sizes {
        runs.extend(day(&program, authority, resources));
    }
    if !plan.quick {
        runs.push(far_away(&program, authority));
        runs.push(small_share(&program, authority));
    }
    let _ = writeln!(
        text,
        "off-hours' release binary against the stub over TLS; every row is a process of its own that has to read \
         configuration and ledger first. The mix: 40 % EC2 instances, 20 % Auto Scaling groups, 20 % ECS services, 10 % RDS \
         instances, 5 % DB clusters of two members, 5 % EKS node groups; an alarm for every second resource; a tenth as many \
         resources of another environment. `changed` are resources stopped (or, in the dry run, that would be). `CPU` and \
         `memory` (peak of resident memory) are the function's own; the stub shares the machine's processors.\n"
    );
    let mut table = Table::new(&[
        "Resources",
        "run",
        "changed",
        "wall s",
        "CPU s",
        "memory MB",
        "answer MB",
        "calls",
        "reads",
        "writes",
    ]);
    for run in &runs {
        let (reads, writes) = reads_and_writes(&run.calls);
        table.row([
            run.resources.to_string(),
            run.scenario.to_owned(),
            run.changed().to_string(),
            number(run.seconds),
            number(run.cpu_seconds),
            number(run.megabytes),
            number(run.answer_megabytes),
            (reads + writes).to_string(),
            reads.to_string(),
            writes.to_string(),
        ]);
    }
    text.push_str(&table.to_markdown());
    text.push_str("\n### Against the aims\n\n");
    text.push_str(&aims(&runs).to_markdown());
    text.push_str("\n### Calls by operation\n\n");
    text.push_str(&operations(&runs, sizes).to_markdown());
    text
}

/// The runs of one estate, from the first sight of it to the night.
fn day(program: &std::path::Path, authority: &Authority, resources: usize) -> Vec<Run> {
    let (aws, program) = stage(program, authority, resources);
    let at = |at: &str| json!({"command": "reconcile", "at": at});
    let dry = json!({"command": "reconcile", "at": NIGHT, "dry_run": true});
    let run = |scenario, event| measure(&program, &aws, resources, scenario, event, None);
    let first = run("first sight, ledger empty", at(NOON));
    let idle: Vec<Run> = (0..3).map(|_| run(IDLE_RUN, at(NOON))).collect();
    let mut runs = vec![first, middle(idle)];
    for tick in EVENING {
        let evening = run(EVENING_RUN, at(tick));
        let over = evening.changed() == 0;
        runs.push(evening);
        aws.with(Estate::settle);
        if over {
            break;
        }
    }
    runs.push(run("dry run, all would sleep", dry));
    runs.push(run("all go to sleep: the first tick", at(NIGHT)));
    runs
}

/// The run whose wall time is the median.
fn middle(mut runs: Vec<Run>) -> Run {
    let seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    let middle = median(&seconds);
    let index = seconds
        .iter()
        .position(|seconds| (seconds - middle).abs() < 1e-9);
    runs.swap_remove(index.unwrap_or(0))
}

/// Nothing to change, with the latency of a network.
fn far_away(program: &std::path::Path, authority: &Authority) -> Run {
    let (aws, program) = stage(program, authority, AIMED);
    let event = json!({"command": "reconcile", "at": NOON});
    drop(measure(
        &program,
        &aws,
        AIMED,
        "first sight",
        event.clone(),
        None,
    ));
    aws.set_latency(LATENCY);
    measure(
        &program,
        &aws,
        AIMED,
        "nothing to change, 25 ms of latency in each call",
        event,
        None,
    )
}

/// Nothing to change, with the processor of a function of 128 MB.
fn small_share(program: &std::path::Path, authority: &Authority) -> Run {
    let (aws, program) = stage(program, authority, AIMED);
    let event = json!({"command": "reconcile", "at": NOON});
    drop(measure(
        &program,
        &aws,
        AIMED,
        "first sight",
        event.clone(),
        None,
    ));
    let share = Some(SHARE_OF_128_MB);
    measure(
        &program,
        &aws,
        AIMED,
        "nothing to change, the processor of 128 MB",
        event,
        share,
    )
}

fn stage(program: &std::path::Path, authority: &Authority, resources: usize) -> (AwsStub, Program) {
    let mut estate = Estate::new(resources);
    estate.configure(&configuration(), "https://127.0.0.1:9/services/T0/B0/bench");
    let aws = AwsStub::start(estate, Some(authority));
    let program = Program::function(program, &aws, authority);
    (aws, program)
}

fn measure(
    program: &Program,
    aws: &AwsStub,
    resources: usize,
    scenario: &'static str,
    event: Value,
    share: Option<f64>,
) -> Run {
    drop(aws.take_calls());
    let process = Subject::start(program, None);
    let held = share.map(|share| CpuShare::hold(process.id(), share));
    let answer = process.invoke(event, LIMIT);
    drop(held);
    let report: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let saw_all = report["counts"]["ours"].as_u64() == u64::try_from(resources).ok();
    assert!(
        saw_all && report["blind"].is_null(),
        "{scenario}: {} {}",
        report["counts"],
        report["blind"]
    );
    let calls = aws.take_calls();
    assert_known(&calls);
    #[expect(clippy::cast_precision_loss, reason = "an answer has a few megabytes")]
    let answer_bytes = answer.body.len() as f64;
    Run {
        resources,
        scenario,
        seconds: (answer.answered - answer.sent).as_secs_f64(),
        cpu_seconds: process.cpu().as_secs_f64(),
        megabytes: process.peak_memory(),
        answer_megabytes: answer_bytes / 1e6,
        counts: report["counts"].clone(),
        calls,
    }
}

impl Run {
    fn changed(&self) -> u64 {
        let count = |name: &str| self.counts[name].as_u64().unwrap_or_default();
        count("stop") + count("start")
    }
}

fn aims(runs: &[Run]) -> Table {
    let mut table = Table::new(&["Aim", "measured", "aim", "verdict"]);
    let mut judge = |words: String, measured: f64, aim: f64, unit: &str| {
        let verdict = if measured < aim { "met" } else { "missed" };
        table.row([
            words,
            format!("{} {unit}", number(measured)),
            format!("< {} {unit}", number(aim)),
            verdict.to_owned(),
        ]);
    };
    let aimed: Vec<&Run> = runs.iter().filter(|run| run.resources == AIMED).collect();
    let mut scenarios: Vec<&str> = aimed.iter().map(|run| run.scenario).collect();
    scenarios.dedup();
    for scenario in scenarios {
        // Of several ticks, the worst.
        let worst = |value: fn(&Run) -> f64| {
            let ticks = aimed.iter().filter(|run| run.scenario == scenario);
            ticks.map(|run| value(run)).fold(0.0, f64::max)
        };
        let name = format!("{AIMED}, {scenario}");
        judge(
            format!("{name}: wall"),
            worst(|run| run.seconds),
            AIM_SECONDS,
            "s",
        );
        let memory = worst(|run| run.megabytes);
        judge(format!("{name}: memory"), memory, AIM_MEGABYTES, "MB");
    }
    table
}

/// Calls by operation: for each size those of a run with nothing to change, and
/// what each change of the evening added, over all of its ticks.
fn operations(runs: &[Run], sizes: &[usize]) -> Table {
    let mut columns = vec!["Operation".to_owned()];
    let mut days = Vec::new();
    for &resources in sizes {
        let of = |scenario: &str| {
            let matching = runs
                .iter()
                .filter(|run| run.resources == resources && run.scenario == scenario);
            matching.collect::<Vec<_>>()
        };
        if let [idle] = of(IDLE_RUN)[..] {
            columns.push(format!("{resources}: idle"));
            columns.push(format!("{resources}: more per change"));
            days.push((idle, of(EVENING_RUN)));
        }
    }
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&names);
    let row = |name: &str, count: &dyn Fn(&Run) -> u64| {
        let mut cells = vec![name.to_owned()];
        for (idle, evening) in &days {
            let made: u64 = evening.iter().map(|run| count(run)).sum();
            let changes: u64 = evening.iter().map(|run| run.changed()).sum();
            let ticks = evening.len() as u64;
            #[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
            let more = (made as f64 - (count(idle) * ticks) as f64) / changes.max(1) as f64;
            cells.push(count(idle).to_string());
            cells.push(number(more));
        }
        cells
    };
    let operations: BTreeSet<&String> = days
        .iter()
        .flat_map(|(idle, evening)| std::iter::once(idle).chain(evening))
        .flat_map(|run| run.calls.keys())
        .collect();
    for operation in operations {
        table.row(row(operation, &|run| {
            run.calls.get(operation).copied().unwrap_or_default()
        }));
    }
    table.row(row("all", &|run| run.calls.values().sum()));
    table
}
