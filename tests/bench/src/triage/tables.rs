//! What was measured, as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{AGAIN, AIMED, ALL, AROUND, AT_ONCE, DAY, Manifest, NEW, REFUSED, Run, SHARE};
use crate::calls::reads_and_writes;
use crate::table::{Table, number};

pub(super) const TITLE: &str = "## A day of security findings\n\n";

const CONFIGURATION: &str = "ssm:GetParameter";
const AIM_CALLS: f64 = 4.0;
const AIM_CALLS_AGAIN: f64 = 1.0;
/// Of the function's memory.
const AIM_MEMORY: f64 = 0.25;
const AIM_SECONDS: f64 = 10.0;
const AIM_SECONDS_AT_SHARE: f64 = 30.0;

pub(super) fn markdown(runs: &[Run], manifest: Manifest) -> String {
    let mut text = TITLE.to_owned();
    let _ = writeln!(
        text,
        "security-triage's release binary against the stub over TLS, in batches of {} as its queue delivers them. A row is \
         one warm process that takes one batch after another, or as many of them as the queue allows ({}). A day is a mix: \
         GuardDuty's own events and their copies in both formats of Security Hub, controls, Inspector and its copies, Config, \
         Access Analyzer; some come twice, become worse or are mended. `matters` are what the ledger holds in the end. \
         CloudTrail takes two questions a second, so rows that ask it have fewer findings. `gaps` are messages that lack what \
         a look-up would have told, `late` those of them whose look-up waited too long, `throttled` questions that CloudTrail \
         did not take. `CPU` and `memory` (peak of resident memory, of the process that took most) are the function's own; \
         the processor share of its {} MB is {:.1} %.\n",
        manifest.batch,
        manifest.at_once,
        manifest.megabytes,
        crate::share::share_of(manifest.megabytes) * 100.0
    );
    text.push_str(&rows(runs).to_markdown());
    text.push_str("\n### Against the aims\n\n");
    text.push_str(&aims(runs, manifest).to_markdown());
    text.push_str("\n### Calls by operation, for each finding\n\n");
    text.push_str(&operations(runs).to_markdown());
    text
}

fn rows(runs: &[Run]) -> Table {
    let mut table = Table::new(&[
        "Run",
        "findings",
        "matters",
        "wall s",
        "CPU s",
        "memory MB",
        "calls",
        "reads",
        "writes",
        "messages",
        "gaps",
        "late",
        "throttled",
    ]);
    for run in runs {
        let (reads, writes) = reads_and_writes(&run.calls);
        table.row([
            run.scenario.to_owned(),
            run.findings.to_string(),
            run.matters.to_string(),
            number(run.seconds),
            number(run.cpu_seconds),
            number(run.megabytes),
            (reads + writes).to_string(),
            reads.to_string(),
            writes.to_string(),
            run.messages.to_string(),
            run.gaps.to_string(),
            run.late.to_string(),
            run.throttled.to_string(),
        ]);
    }
    table
}

fn aims(runs: &[Run], manifest: Manifest) -> Table {
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
    let find = |scenario: &str| runs.iter().find(|run| run.scenario == scenario);
    if let Some(run) = find(NEW) {
        judge(
            format!("{NEW}: calls"),
            run.a_finding(),
            AIM_CALLS,
            " a finding",
        );
        let words = format!("{AIMED} of them, at this pace");
        judge(words, run.seconds_for(AIMED), AIM_SECONDS, " s");
    }
    if let Some(run) = find(AGAIN) {
        judge(
            format!("{AGAIN}: calls"),
            run.a_finding(),
            AIM_CALLS_AGAIN,
            " a finding",
        );
        let changed = count(reads_and_writes(&run.calls).1);
        judge(format!("{AGAIN}: writes and messages"), changed, 0.0, "");
    }
    if let Some(run) = find(SHARE) {
        let words = format!("{SHARE}: {AIMED} findings");
        judge(words, run.seconds_for(AIMED), AIM_SECONDS_AT_SHARE, " s");
    }
    let most = runs.iter().map(|run| run.megabytes).fold(0.0, f64::max);
    let allowed = manifest.megabytes * AIM_MEMORY;
    judge(
        "memory, the most of all rows".to_owned(),
        most,
        allowed,
        " MB",
    );
    for scenario in [ALL, REFUSED] {
        if let Some(run) = find(scenario) {
            let words = format!("{scenario}: {AIMED} findings, at this pace");
            judge(
                words,
                run.seconds_for(AIMED),
                manifest.queue_age_seconds,
                " s",
            );
        }
    }
    for scenario in [AROUND, ALL, AT_ONCE] {
        if let Some(run) = find(scenario) {
            judge(
                format!("{scenario}: messages with gaps"),
                count_of(run.gaps),
                0.0,
                "",
            );
        }
    }
    table
}

/// Each row's calls by operation, divided by its findings.
fn operations(runs: &[Run]) -> Table {
    let shown: Vec<&Run> = [NEW, DAY, AGAIN, AROUND, ALL, REFUSED]
        .iter()
        .filter_map(|scenario| runs.iter().find(|run| run.scenario == *scenario))
        .collect();
    let columns: Vec<&str> = std::iter::once("Operation")
        .chain(shown.iter().map(|run| run.scenario))
        .collect();
    let mut table = Table::new(&columns);
    let operations: BTreeSet<&String> = shown.iter().flat_map(|run| run.calls.keys()).collect();
    let mut row = |name: &str, of: &dyn Fn(&Run) -> u64| {
        let cells = shown
            .iter()
            .map(|run| number(count(of(run)) / count_of(run.findings)));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    };
    for operation in operations {
        row(operation, &|run| {
            run.calls.get(operation).copied().unwrap_or_default()
        });
    }
    row("all", &|run| run.calls.values().sum());
    table
}

impl Run {
    /// Calls for each finding, but for the configuration, which is read once in
    /// minutes whatever comes.
    fn a_finding(&self) -> f64 {
        let calls = self.calls.iter().filter(|(call, _)| *call != CONFIGURATION);
        count(calls.map(|(_, calls)| calls).sum()) / count_of(self.findings)
    }

    /// How long so many findings take at this row's pace.
    fn seconds_for(&self, findings: usize) -> f64 {
        self.seconds / count_of(self.findings) * count_of(findings)
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count_of(number: usize) -> f64 {
    number as f64
}
