//! What a run answers, and what it counts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::Arn;
use nightshift_runtime::{Invocation, Metric, Unit, emit};

use super::job::Job;
use super::{NAME, Setup, Telling, milliseconds};
use crate::plan::Outcome;
use crate::report::{Counts, Line, Report, within_limit};
use crate::rounds::Finished;

pub(super) fn report(
    job: &Job,
    setup: &Setup,
    finished: Finished,
    telling: Telling,
    now: Timestamp,
    dry_run: bool,
    invocation: &Invocation,
) -> Report {
    let Finished {
        plan,
        snapshot,
        outcomes,
        unseen,
        ..
    } = finished;
    let blind = snapshot
        .blind
        .iter()
        .chain(&unseen)
        .map(ToString::to_string);
    let blind = blind.chain(snapshot.problems.iter().cloned()).collect();
    // The answer may be as large as the world that it is about: one after the other.
    drop(snapshot);
    let ours: BTreeSet<Arn> = plan
        .decisions
        .iter()
        .filter(|decision| decision.ours)
        .map(|decision| decision.arn.clone())
        .collect();
    let mut outcomes: BTreeMap<Arn, Outcome> = outcomes
        .into_iter()
        .map(|outcome| (outcome.arn.clone(), outcome))
        .collect();
    let lines: Vec<Line> = plan
        .decisions
        .into_iter()
        .map(|decision| {
            let outcome = outcomes.remove(&decision.arn);
            Line::new(decision, outcome)
        })
        .collect();
    let counts = Counts::of(&lines, ours.len());
    let (resources, strangers_left_out) = within_limit(lines, |arn| ours.contains(arn));
    Report {
        version: 1,
        function: NAME,
        command: job.command,
        cause: job.cause.clone(),
        request_id: invocation.request_id.clone(),
        environment: setup.document.environment.clone(),
        at: now,
        dry_run,
        halted: plan.halted.as_ref().map(ToString::to_string),
        counts,
        resources,
        strangers_left_out,
        blind,
        told: telling.told,
        untold: telling.untold,
        milliseconds: milliseconds(&invocation.deadline),
    }
}

pub(super) fn measure(report: &Report, now: Timestamp) {
    let count = |name, value: usize| Metric {
        name,
        value: f64::from(u32::try_from(value).unwrap_or(u32::MAX)),
        unit: Unit::Count,
    };
    emit(
        &report.environment,
        NAME,
        now,
        &[
            count("Seen", report.counts.seen),
            count("Stopped", report.counts.stop),
            count("Started", report.counts.start),
            count("Refused", report.counts.refused),
            count("Failed", report.counts.failed),
            count("Blind", report.blind.len()),
            count("Untold", report.untold.len()),
        ],
    );
}
