use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Plan;
use crate::aws::AwsStub;
use crate::calls::assert_known;
use crate::checkout;
use crate::estate::{CONFIGURATION, Estate, configuration};
use crate::findings::first_finding;
use crate::share::{CpuShare, SHARE_OF_128_MB};
use crate::subject::{Program, Subject};
use crate::table::{Table, median, number};
use crate::tls::Authority;

/// How many resources the small estate of the reconcile has.
const SMALL: usize = 10;
const WARM: usize = 20;
const LIMIT: Duration = Duration::from_mins(1);

const FLOOR: &str = "floor";
const ONE_CALL: &str = "one call";
const BOTO3: &str = "one call, boto3";

struct Case {
    name: &'static str,
    words: &'static str,
    program: Program,
    event: Value,
    /// Whether it is one of the functions that are deployed.
    function: bool,
    samples: Samples,
}

/// Milliseconds, unless said otherwise.
#[derive(Default)]
struct Samples {
    init: Vec<f64>,
    first: Vec<f64>,
    handler: Vec<f64>,
    warm: Vec<f64>,
    cpu: Vec<f64>,
    megabytes: Vec<f64>,
    small_handler: Vec<f64>,
    /// AWS calls of init and first event together.
    calls: u64,
}

/// Measures how processes come up and answer their first event; Markdown.
pub fn cold_start(plan: &Plan, authority: &Authority) -> String {
    let mut estate = Estate::new(SMALL);
    let aws = AwsStub::start(Estate::default(), Some(authority));
    estate.configure(
        &configuration(),
        &format!("{}/services/T0/B0/bench", aws.url()),
    );
    let finding = first_finding(&mut estate);
    let (mut cases, missing) = cases(plan, authority, &aws, &finding);
    let rounds = if plan.quick { 5 } else { 25 };
    // Round-robin: what else the machine does meets every case alike.
    for _ in 0..rounds {
        for case in &mut cases {
            aws.with(|held| *held = estate.clone());
            drop(aws.take_calls());
            at_full_speed(case, &aws);
            aws.with(|held| *held = estate.clone());
            at_a_small_share(case);
        }
    }
    report(plan, &cases, &missing, rounds, authority)
}

fn cases(
    plan: &Plan,
    authority: &Authority,
    aws: &AwsStub,
    finding: &Value,
) -> (Vec<Case>, Vec<String>) {
    let bundle = authority.bundle().to_string_lossy().into_owned();
    let environment = vec![
        ("AWS_ENDPOINT_URL", aws.url()),
        ("SSL_CERT_FILE", bundle.clone()),
        ("AWS_CA_BUNDLE", bundle),
        ("NIGHTSHIFT_CONFIG", format!("ssm:{CONFIGURATION}")),
    ];
    let program = |path: &Path, arguments: &[&Path]| Program {
        path: path.to_owned(),
        arguments: arguments.iter().map(|&path| path.to_owned()).collect(),
        environment: environment.clone(),
    };
    let subject = |name: &str| program(&plan.subjects.join(name), &[]);
    let function = |name: &str| program(&plan.functions.join(name).join("bootstrap"), &[]);
    let one = json!({"parameter": CONFIGURATION});
    let reconcile = json!({"command": "reconcile", "at": "2026-11-18T12:00:00Z"});
    let all = [
        (
            FLOOR,
            "a loop on Rust's std alone",
            subject("floor"),
            json!({}),
            false,
        ),
        (
            "hello",
            "our runtime, no AWS",
            subject("hello"),
            json!({}),
            false,
        ),
        (
            ONE_CALL,
            "our runtime and clients, `GetParameter` in the handler",
            subject("one_call"),
            one.clone(),
            false,
        ),
        (
            "notify",
            "configuration read in init, one message posted to Slack",
            function("notify"),
            checkout::json("events/notify/asleep.json"),
            true,
        ),
        (
            "off-hours explain",
            "a schedule explained, no AWS needed",
            function("off-hours"),
            explain(),
            true,
        ),
        (
            "off-hours reconcile",
            "all six kinds, ten resources, nothing to change",
            function("off-hours"),
            reconcile,
            true,
        ),
        (
            "security-triage",
            "the first finding: looked around, remembered, told",
            function("security-triage"),
            finding.clone(),
            true,
        ),
        (
            BOTO3,
            "Python, boto3's client in init, `GetParameter` in the handler",
            program(
                &plan.python,
                &[&checkout::path("tests/bench/python/one_call.py")],
            ),
            one,
            false,
        ),
    ];
    let mut cases = Vec::new();
    let mut missing = Vec::new();
    for (name, words, program, event, function) in all {
        if program.path.exists() {
            let samples = Samples::default();
            cases.push(Case {
                name,
                words,
                program,
                event,
                function,
                samples,
            });
        } else {
            missing.push(format!(
                "{name} ({} is not there)",
                file_name(&program.path)
            ));
        }
    }
    (cases, missing)
}

/// A command that needs no AWS.
fn explain() -> Value {
    json!({
        "command": "explain", "schedule": "Mon-Fri 07:00-19:00 @Europe/Berlin",
        "at": "2026-11-18T12:00:00Z", "days": 14,
    })
}

fn file_name(path: &Path) -> String {
    path.iter()
        .rev()
        .take(2)
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" of ")
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn at_full_speed(case: &mut Case, aws: &AwsStub) {
    let process = Subject::start(&case.program, Some(case.event.clone()));
    let answer = process.wait(LIMIT);
    let samples = &mut case.samples;
    samples.cpu.push(milliseconds(process.cpu()));
    let calls = aws.take_calls();
    assert_known(&calls);
    samples.calls = calls.values().sum();
    samples
        .init
        .push(milliseconds(process.initialised - process.spawned));
    samples
        .first
        .push(milliseconds(answer.answered - process.spawned));
    samples
        .handler
        .push(milliseconds(answer.answered - answer.sent));
    let warm: Vec<f64> = (0..WARM)
        .map(|_| {
            let answer = process.invoke(case.event.clone(), LIMIT);
            milliseconds(answer.answered - answer.sent)
        })
        .collect();
    samples.warm.push(median(&warm));
    samples.megabytes.push(process.peak_memory());
}

fn at_a_small_share(case: &mut Case) {
    let process = Subject::start(&case.program, None);
    // Lambda gives init the whole processor, and the share begins with the event.
    thread::sleep(Duration::from_millis(10));
    let share = CpuShare::hold(process.id(), SHARE_OF_128_MB);
    let answer = process.invoke(case.event.clone(), LIMIT);
    case.samples
        .small_handler
        .push(milliseconds(answer.answered - answer.sent));
    drop(share);
}

fn report(
    plan: &Plan,
    cases: &[Case],
    missing: &[String],
    rounds: usize,
    authority: &Authority,
) -> String {
    let mut text = "## Cold start\n\n".to_owned();
    let _ = writeln!(
        text,
        "Medians of {rounds} processes each, one after another in turn; `warm` is the median of {WARM} further events. \
         AWS answers over TLS 1.3 from this machine (RSA 2048, no network latency); the bundle of roots holds {}. \
         `init` is spawn to the first `GET next`, `first` spawn to the first answer, `handler` event to answer, `CPU` what \
         all threads used until the first answer, `memory` the peak of resident memory. `handler at 128 MB` is the first \
         event with {:.2} % of a processor, after an init at full speed, by {}.\n",
        authority.roots(),
        SHARE_OF_128_MB * 100.0,
        CpuShare::method()
    );
    let mut table = Table::new(&[
        "Case",
        "init ms",
        "first ms",
        "handler ms",
        "warm ms",
        "CPU ms",
        "memory MB",
        "handler at 128 MB, ms",
        "AWS calls",
    ]);
    for case in cases {
        let samples = &case.samples;
        let measured = [
            &samples.init,
            &samples.first,
            &samples.handler,
            &samples.warm,
            &samples.cpu,
            &samples.megabytes,
            &samples.small_handler,
        ];
        let mut cells = vec![format!("**{}**: {}", case.name, case.words)];
        cells.extend(measured.map(|values| number(median(values))));
        cells.push(samples.calls.to_string());
        table.row(cells);
    }
    text.push_str(&table.to_markdown());
    for case in missing {
        let _ = writeln!(text, "\nNot measured: {case}.");
    }
    text.push_str("\n### Against the aims\n\n");
    text.push_str(&aims(plan, cases).to_markdown());
    text
}

/// Ratios of this run's medians, each with the aim that was set for it.
fn aims(plan: &Plan, cases: &[Case]) -> Table {
    let mut table = Table::new(&["Aim", "measured", "aim", "verdict"]);
    let mut judge = |words: String, measured: f64, aim: f64, unit: &str| {
        let verdict = if measured <= aim { "met" } else { "missed" };
        table.row([
            words,
            format!("{}{unit}", number(measured)),
            format!("≤ {}{unit}", number(aim)),
            verdict.to_owned(),
        ]);
    };
    let find = |name: &str| {
        cases
            .iter()
            .find(|case| case.name == name)
            .map(|case| &case.samples)
    };
    let ratio = |a: &[f64], b: &[f64]| median(a) / median(b);
    if let Some(floor) = find(FLOOR) {
        let ours = cases
            .iter()
            .filter(|case| case.function || case.name == ONE_CALL);
        for case in ours {
            let words = format!("init of {}, in floors", case.name);
            judge(words, ratio(&case.samples.init, &floor.init), 3.0, " ×");
        }
        if let Some(call) = find(ONE_CALL) {
            let words = "spawn to the first answer with a TLS call, in floors".to_owned();
            judge(words, ratio(&call.first, &floor.first), 4.0, " ×");
        }
    }
    if let (Some(call), Some(boto3)) = (find(ONE_CALL), find(BOTO3)) {
        let per_cent = |value: f64| value * 100.0;
        let first = per_cent(ratio(&call.first, &boto3.first));
        judge(
            "spawn to the first answer, of boto3's".to_owned(),
            first,
            100.0 / 40.0,
            " %",
        );
        let memory = per_cent(ratio(&call.megabytes, &boto3.megabytes));
        judge("memory, of boto3's".to_owned(), memory, 25.0, " %");
        let small = per_cent(ratio(&call.small_handler, &boto3.small_handler));
        judge(
            "first handler at 128 MB, of boto3's".to_owned(),
            small,
            20.0,
            " %",
        );
    }
    for (name, binary, zip) in sizes(plan) {
        let words = format!("zip of {name} (binary {} MB)", number(binary));
        judge(words, zip, 3.5, " MB");
    }
    table
}

/// Each function's binary and zip, in megabytes (10^6 bytes).
fn sizes(plan: &Plan) -> Vec<(String, f64, f64)> {
    let size = |path: &Path| fs::metadata(path).map_or(f64::NAN, |file| megabytes(file.len()));
    let mut sizes: Vec<_> = fs::read_dir(&plan.functions)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("bootstrap").exists())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let zip = size(&plan.zips.join(&name).join("bootstrap.zip"));
            (name, size(&entry.path().join("bootstrap")), zip)
        })
        .collect();
    sizes.sort_by(|a, b| a.0.cmp(&b.0));
    sizes
}

fn megabytes(bytes: u64) -> f64 {
    // Sizes of files are far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "see above")]
    let bytes = bytes as f64;
    bytes / 1e6
}
