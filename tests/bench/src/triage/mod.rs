//! A day of security findings through security-triage.

mod tables;

use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Plan;
use crate::aws::AwsStub;
use crate::calls::{Calls, assert_known};
use crate::checkout;
use crate::estate::{Estate, configuration};
use crate::findings::Day;
use crate::share::{CpuShare, share_of};
use crate::subject::{Program, Subject};
use crate::tls::Authority;

const LIMIT: Duration = Duration::from_mins(5);
/// How many findings the aims are set for.
const AIMED: usize = 1_000;
/// CloudTrail's pace makes more of them take minutes.
const PACED: usize = 200;
/// What an answer of AWS takes on a usual day from the same Region.
const LATENCY: Duration = Duration::from_millis(25);

/// What the function says of a look-up that failed, and of one that waited too long.
const GAP: &str = "Could not be looked up";
const LATE: &str = "no answer in time";

const NEW: &str = "all new, nothing looked up";
const DAY: &str = "a day, nothing looked up";
const AGAIN: &str = "the same day again";
const FAR: &str = "a day, nothing looked up, 25 ms of latency in each call";
const SHARE: &str = "a day, nothing looked up, the function's own processor share";
const AROUND: &str = "a day, tags and openings looked up";
const ALL: &str = "a day, everything looked up";
const REFUSED: &str = "a day, every look-up refused";
const AT_ONCE: &str = "a day, everything looked up, as many processes as the queue allows";

/// What the function's manifest says.
#[derive(Clone, Copy, Debug)]
struct Manifest {
    /// Of memory.
    megabytes: f64,
    /// Messages of a batch.
    batch: usize,
    /// Processes at once.
    at_once: usize,
    /// How long a message may be in the queue before that is an alarm.
    queue_age_seconds: f64,
}

/// What is looked up around a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LookUps {
    /// Nothing that the configuration can turn off.
    Off,
    /// All but the changes that CloudTrail knows.
    WithoutTrail,
    All,
    /// All, and IAM refuses them.
    Refused,
}

/// Under what a day is measured.
#[derive(Clone, Copy, Debug)]
struct Under {
    look_ups: LookUps,
    /// Processes that take the batches in turn.
    workers: usize,
    latency: Duration,
    /// Of a processor, where it is not the whole.
    share: Option<f64>,
}

/// One row.
#[derive(Clone, Debug)]
struct Run {
    scenario: &'static str,
    findings: usize,
    matters: usize,
    seconds: f64,
    cpu_seconds: f64,
    /// Of the process that took most.
    megabytes: f64,
    calls: Calls,
    messages: usize,
    /// Messages that lack what a look-up would have told.
    gaps: usize,
    /// Those of them whose look-up waited too long.
    late: usize,
    /// Questions that CloudTrail did not take.
    throttled: u64,
}

/// The function on an AWS that knows what a day's findings are about.
struct Stage {
    aws: AwsStub,
    program: Program,
    under: Under,
}

/// Measures days of security findings; Markdown.
pub fn triage(plan: &Plan, authority: &Authority) -> String {
    let program = plan.functions.join("security-triage/bootstrap");
    if !program.exists() {
        return format!(
            "{}Not measured: security-triage of bootstrap is not there.\n",
            tables::TITLE
        );
    }
    let manifest = Manifest::read();
    let (many, few) = if plan.quick {
        (AIMED / 5, PACED / 5)
    } else {
        (AIMED, PACED)
    };
    let day = Day::mixed(many, manifest.batch);
    let paced = Day::mixed(few, manifest.batch);
    let fresh = Day::fresh(many, manifest.batch);
    let quiet = Under {
        look_ups: LookUps::Off,
        workers: 1,
        latency: Duration::ZERO,
        share: None,
    };
    let measure = |scenario, day: &Day, under| {
        Stage::new(&program, authority, day, under).measure(scenario, day)
    };
    let around = |look_ups| Under { look_ups, ..quiet };
    let mut runs = vec![measure(NEW, &fresh, quiet)];
    let stage = Stage::new(&program, authority, &day, quiet);
    runs.push(stage.measure(DAY, &day));
    runs.push(stage.measure(AGAIN, &day));
    let far = Under {
        latency: LATENCY,
        ..quiet
    };
    runs.push(measure(FAR, &day, far));
    let small = Under {
        share: Some(share_of(manifest.megabytes)),
        ..quiet
    };
    runs.push(measure(SHARE, &day, small));
    runs.push(measure(AROUND, &day, around(LookUps::WithoutTrail)));
    runs.push(measure(ALL, &paced, around(LookUps::All)));
    let refused = measure(REFUSED, &paced, around(LookUps::Refused));
    assert!(
        refused.gaps > 0,
        "the words for a gap are others than `{GAP}`"
    );
    runs.push(refused);
    let several = Under {
        workers: manifest.at_once,
        ..around(LookUps::All)
    };
    runs.push(measure(AT_ONCE, &paced, several));
    tables::markdown(&runs, manifest)
}

impl Manifest {
    fn read() -> Self {
        let manifest = checkout::json("functions/security-triage/function.json");
        let number = |path: &str| {
            let number = manifest.pointer(path).and_then(Value::as_f64);
            number.unwrap_or_else(|| panic!("function.json of security-triage has no {path}"))
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "batches and processes are a few"
        )]
        let count = |path: &str| number(path) as usize;
        Self {
            megabytes: number("/memory_mb"),
            batch: count("/queue/batch_size"),
            at_once: count("/queue/maximum_concurrency"),
            queue_age_seconds: number("/alarms/queue_age_seconds"),
        }
    }
}

impl LookUps {
    /// The section of the configuration that asks for them.
    fn enrichment(self) -> Value {
        match self {
            Self::Off => json!({"tags": false, "exposure": false, "changes": 0}),
            Self::WithoutTrail => json!({"changes": 0}),
            Self::All | Self::Refused => json!({}),
        }
    }
}

impl Stage {
    fn new(program: &Path, authority: &Authority, day: &Day, under: Under) -> Self {
        let mut estate = Estate::default();
        let mut document = configuration();
        document["functions"]["security-triage"]["enrichment"] = under.look_ups.enrichment();
        estate.configure(&document, "https://127.0.0.1:9/services/T0/B0/bench");
        estate.refuses_look_ups = under.look_ups == LookUps::Refused;
        day.surround(&mut estate);
        let aws = AwsStub::start(estate, Some(authority));
        aws.set_latency(under.latency);
        let program = Program::function(program, &aws, authority);
        Self {
            aws,
            program,
            under,
        }
    }

    /// Every batch of a day, in order; with several processes each takes the
    /// next one when it is through with its own.
    fn measure(&self, scenario: &'static str, day: &Day) -> Run {
        drop(self.aws.take_calls());
        let mut subjects: Vec<Subject> = (0..self.under.workers)
            .map(|_| Subject::start(&self.program, None))
            .collect();
        let shares: Vec<CpuShare> = self.under.share.map_or_else(Vec::new, |share| {
            let held = subjects.iter().map(|one| CpuShare::hold(one.id(), share));
            held.collect()
        });
        let waiting = &Mutex::new(day.batches.iter());
        let begun = Instant::now();
        thread::scope(|scope| {
            for subject in &mut subjects {
                scope.spawn(move || {
                    loop {
                        let next = waiting.lock().expect("no thread died").next();
                        let Some(batch) = next else { break };
                        let answer = subject.invoke(batch.clone(), LIMIT);
                        let answer: Value =
                            serde_json::from_slice(&answer.body).unwrap_or_default();
                        let settled = answer["batchItemFailures"]
                            .as_array()
                            .is_some_and(Vec::is_empty);
                        assert!(settled, "{scenario}: {answer}");
                    }
                });
            }
        });
        let seconds = begun.elapsed().as_secs_f64();
        drop(shares);
        let calls = self.aws.take_calls();
        assert_known(&calls);
        let (messages, throttled, matters) = self.aws.with(|estate| {
            let told = std::mem::take(&mut estate.published);
            (
                told,
                std::mem::take(&mut estate.throttled),
                estate.ledger.len(),
            )
        });
        // Copies that did not meet, or matters that did, would be another day.
        assert_eq!(matters, day.matters, "{scenario}: matters in the ledger");
        let with = |words: &str| messages.iter().filter(|one| one.contains(words)).count();
        Run {
            scenario,
            findings: day.findings,
            matters,
            seconds,
            cpu_seconds: subjects.iter().map(|one| one.cpu().as_secs_f64()).sum(),
            megabytes: subjects
                .iter()
                .map(Subject::peak_memory)
                .fold(0.0, f64::max),
            calls,
            messages: messages.len(),
            gaps: with(GAP),
            late: with(LATE),
            throttled,
        }
    }
}
