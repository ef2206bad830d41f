//! Step by step forward.

use jiff::Timestamp;

use super::{
    Again, Next, PATIENCE, POLL, SETTLE, Verdict, Way, again, attempt, end, look, meets, with,
    words,
};
use crate::playbooks::journal::{Answer, Journal, Phase, Progress};
use crate::playbooks::look::Seen;
use crate::playbooks::plan::{Change, Deed, Plan, Step};

/// What comes next on the way there.
pub(super) fn next<'p>(plan: &'p Plan, journal: &Journal, now: Timestamp) -> Next<'p> {
    let is_over = |name: &str| matches!(journal.progress(name), Progress::Done | Progress::FoundSo);
    let Some(step) = plan.steps.iter().find(|step| !is_over(&step.name)) else {
        return Next::Write(end(journal, Phase::Done, now));
    };
    // The order of the steps says as much; what is destroyed cannot be fetched
    // back, so it is said twice.
    if let Some(missing) = step.needs.iter().find(|name| !is_over(name)) {
        let problem = format!("it needs {missing}, which has not succeeded");
        return Next::Write(fail(plan, journal, step, &problem, now));
    }
    look(journal, step, Way::There, now)
}

/// What follows from what was seen on the way there.
pub(super) fn seen(
    plan: &Plan,
    journal: &Journal,
    step: &Step,
    seen: &Seen,
    now: Timestamp,
) -> Verdict {
    let failed = |problem: &str| Verdict::Write(fail(plan, journal, step, problem, now));
    if *seen == Seen::Gone {
        return failed("it is not there any more");
    }
    match &step.deed {
        Deed::Keep(_) => Verdict::Write(done(journal, step, Progress::Done, seen, now)),
        Deed::Check { expected, .. } if meets(journal, seen, expected) => {
            Verdict::Write(done(journal, step, Progress::Done, seen, now))
        }
        Deed::Check { .. } if now < journal.updated + SETTLE => Verdict::Wait(now + POLL),
        Deed::Check { .. } => failed("what AWS shows is not what was to be verified"),
        Deed::Change(change) => of_change(plan, journal, step, change, seen, now),
    }
}

fn of_change(
    plan: &Plan,
    journal: &Journal,
    step: &Step,
    change: &Change,
    seen: &Seen,
    now: Timestamp,
) -> Verdict {
    let failed = |problem: &str| Verdict::Write(fail(plan, journal, step, problem, now));
    let record = journal.record(&step.name);
    let was_tried = record.progress == Progress::Attempted;
    if meets(journal, seen, &change.after) {
        let is_ours = if was_tried {
            record.maybe_ours || matches!(record.answer, Some(Answer::Unknown | Answer::Yes))
        } else {
            // What the plan itself has brought about has to be brought back.
            change.follows.is_some()
        };
        let progress = if is_ours {
            Progress::Done
        } else {
            Progress::FoundSo
        };
        return Verdict::Write(done(journal, step, progress, seen, now));
    }
    if meets(journal, seen, &change.before) {
        let verdict = if was_tried {
            again(&record, now, true)
        } else {
            Again::Try
        };
        return match verdict {
            Again::Wait(until) => Verdict::Wait(until),
            Again::Fail(problem) => failed(&problem),
            Again::Try => attempt(journal, step, Way::There, &change.call, seen, now)
                .unwrap_or_else(|| failed("it names a group that was never made")),
        };
    }
    let since = record.attempted_at.unwrap_or(journal.updated);
    let limit = match seen {
        Seen::Moving(_) => since + PATIENCE,
        // Parts of an effect may show before the whole.
        _ if was_tried => since + SETTLE,
        _ => now,
    };
    if now < limit {
        return Verdict::Wait(now + POLL);
    }
    match seen {
        Seen::Moving(words) => failed(&format!("{words}, for too long")),
        _ if was_tried => failed(
            "what AWS shows is neither what was nor what was to be: somebody else has changed it",
        ),
        _ => failed("it has changed since the plan was made, so it was left alone"),
    }
}

/// The journal after a step that has succeeded.
fn done(
    journal: &Journal,
    step: &Step,
    progress: Progress,
    seen: &Seen,
    now: Timestamp,
) -> Box<Journal> {
    let mut record = journal.record(&step.name);
    record.progress = progress;
    record.after = Some(seen.clone());
    record.rest_until = None;
    record.problem = None;
    with(journal, step, record, now)
}

/// The journal after a step that has failed: the plan ends, or first steps back
/// from what must not be left standing.
pub(super) fn fail(
    plan: &Plan,
    journal: &Journal,
    step: &Step,
    problem: &str,
    now: Timestamp,
) -> Box<Journal> {
    let mut record = journal.record(&step.name);
    record.problem = Some(nightshift_core::printable(problem, 600));
    let mut journal = with(journal, step, record, now);
    journal.problem = Some(words(step, problem));
    journal.retreat = standing(plan, &journal);
    if journal.retreat.is_none() {
        journal.phase = Phase::Failed;
    }
    journal
}

/// The step that must not be left standing and may be.
pub(super) fn standing(plan: &Plan, journal: &Journal) -> Option<String> {
    let is_over = |step: &Step| {
        matches!(
            journal.progress(&step.name),
            Progress::Done | Progress::FoundSo
        )
    };
    plan.steps.windows(2).find_map(|pair| {
        let passes = pair[0].change().is_some_and(|change| change.passing);
        let was_begun = journal.progress(&pair[0].name) != Progress::Open;
        (passes && was_begun && !is_over(&pair[1])).then(|| pair[0].name.clone())
    })
}
