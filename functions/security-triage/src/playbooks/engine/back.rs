//! Step by step back, the last one first.

use jiff::Timestamp;

use super::{
    Again, Next, PATIENCE, POLL, SETTLE, Verdict, Way, again, attempt, end, is_without_effect,
    look, meets, with, words,
};
use crate::playbooks::journal::{Journal, Phase, Progress};
use crate::playbooks::look::Seen;
use crate::playbooks::plan::{Change, Plan, Step, Undo};

/// What comes next on the way back.
pub(super) fn next<'p>(plan: &'p Plan, journal: &Journal, now: Timestamp) -> Next<'p> {
    let mut steps = plan.steps.iter().rev();
    match steps.find(|step| is_pending(journal, step)) {
        Some(step) => look(journal, step, Way::Back, now),
        None => Next::Write(end(journal, Phase::Undone, now)),
    }
}

/// Whether a step is still to be brought back. What was found done is not, and
/// what was never tried only if an earlier step may have brought it about.
pub(super) fn is_pending(journal: &Journal, step: &Step) -> bool {
    let can = step.change().is_some_and(|change| change.undo.is_some());
    can && match journal.progress(&step.name) {
        Progress::Attempted | Progress::Done | Progress::UndoAttempted => true,
        Progress::FoundSo | Progress::Undone => false,
        Progress::Open => step
            .change()
            .and_then(|change| change.follows.as_deref())
            .is_some_and(|cause| journal.progress(cause) != Progress::Open),
    }
}

/// Whether what is seen is what the plan has left, or what was before: then an
/// undo destroys nothing of anybody else's.
pub(super) fn is_expected(journal: &Journal, step: &Step, change: &Change, seen: &Seen) -> bool {
    let is_before =
        journal.progress(&step.name) == Progress::Attempted && meets(journal, seen, &change.before);
    matches!(seen, Seen::Gone | Seen::Moving(_))
        || is_before
        || meets(journal, seen, &change.after)
        || change
            .undo
            .as_ref()
            .is_some_and(|undo| meets(journal, seen, &undo.restored))
}

/// What follows from what was seen on the way back.
pub(super) fn seen(journal: &Journal, step: &Step, seen: &Seen, now: Timestamp) -> Verdict {
    let Some((change, undo)) = step
        .change()
        .and_then(|change| Some((change, change.undo.as_ref()?)))
    else {
        return Verdict::Write(undone(journal, step, now));
    };
    let record = journal.record(&step.name);
    let was_attempted = record.progress == Progress::Attempted;
    let is_restored = meets(journal, seen, &undo.restored);
    let is_before = was_attempted && meets(journal, seen, &change.before);
    // What was tried and shows no effect may show it yet.
    if was_attempted && (is_restored || is_before) && !is_without_effect(&record, now) {
        return Verdict::Wait(now + POLL);
    }
    if *seen == Seen::Gone || is_restored {
        return Verdict::Write(undone(journal, step, now));
    }
    if journal.retreat.is_some() {
        return retreating(journal, step, change, undo, seen, now);
    }
    if is_before {
        return Verdict::Write(undone(journal, step, now));
    }
    let failed = |problem: &str| Verdict::Write(fail(journal, step, problem, now));
    let forced = journal.undo.as_ref().is_some_and(|order| order.forced);
    let was_tried = record.progress == Progress::UndoAttempted;
    let is_as_left = meets(journal, seen, &change.after);
    let since = record
        .attempted_at
        .filter(|_| was_tried)
        .unwrap_or(journal.updated);
    match seen {
        Seen::Moving(_) if now < since + PATIENCE => return Verdict::Wait(now + POLL),
        Seen::Moving(words) if !forced => return failed(&format!("{words}, for too long")),
        // Parts of an effect may show before the whole.
        _ if !is_as_left && was_tried && now < since + SETTLE => {
            return Verdict::Wait(now + POLL);
        }
        _ if !is_as_left && !forced => {
            return failed(
                "somebody has changed it since, so it was left alone; add \"force\":true to restore it all the same",
            );
        }
        _ => {}
    }
    let verdict = if was_tried {
        again(&record, now, true)
    } else {
        Again::Try
    };
    match verdict {
        Again::Wait(until) => Verdict::Wait(until),
        Again::Fail(problem) => failed(&problem),
        Again::Try => restore(journal, step, undo, seen, now)
            .unwrap_or_else(|| failed("it names a group that was never made")),
    }
}

/// The way back from what must not be left standing: never given up while it
/// stands, and left alone once it does not.
fn retreating(
    journal: &Journal,
    step: &Step,
    change: &Change,
    undo: &Undo,
    seen: &Seen,
    now: Timestamp,
) -> Verdict {
    if !meets(journal, seen, &change.after) {
        return Verdict::Write(retreated(journal, now));
    }
    let record = journal.record(&step.name);
    let verdict = if record.progress == Progress::UndoAttempted {
        again(&record, now, false)
    } else {
        Again::Try
    };
    match verdict {
        Again::Wait(until) => Verdict::Wait(until),
        Again::Try | Again::Fail(_) => restore(journal, step, undo, seen, now)
            .unwrap_or_else(|| Verdict::Write(retreated(journal, now))),
    }
}

fn restore(
    journal: &Journal,
    step: &Step,
    undo: &Undo,
    seen: &Seen,
    now: Timestamp,
) -> Option<Verdict> {
    let mut journal = journal.clone();
    let mut record = journal.record(&step.name);
    // What was made is known by what is seen, even if the answer never came.
    if let Seen::Group(Some(_)) = seen {
        record.after = Some(seen.clone());
    }
    journal.records.insert(step.name.clone(), record);
    attempt(&journal, step, Way::Back, &undo.call, seen, now)
}

fn undone(journal: &Journal, step: &Step, now: Timestamp) -> Box<Journal> {
    let mut record = journal.record(&step.name);
    record.progress = Progress::Undone;
    record.rest_until = None;
    record.problem = None;
    let journal = with(journal, step, record, now);
    if journal.retreat.is_some() {
        return retreated(&journal, now);
    }
    journal
}

/// Nothing stands any more that must not: an undo goes on, and what has failed
/// has failed.
fn retreated(journal: &Journal, now: Timestamp) -> Box<Journal> {
    let phase = match journal.phase {
        Phase::Undoing => Phase::Undoing,
        _ => Phase::Failed,
    };
    end(journal, phase, now)
}

/// The journal after a step that could not be brought back.
pub(super) fn fail(journal: &Journal, step: &Step, problem: &str, now: Timestamp) -> Box<Journal> {
    let mut record = journal.record(&step.name);
    record.problem = Some(nightshift_core::printable(problem, 600));
    let mut journal = with(journal, step, record, now);
    journal.problem = Some(words(step, problem));
    journal.phase = Phase::Failed;
    journal
}
