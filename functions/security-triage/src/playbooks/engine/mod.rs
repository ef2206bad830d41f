//! What comes next for a plan: pure functions from the journal, and from what
//! was seen, to the journal that is to be written and the call that may follow.
//!
//! The journal is written before every call, with what was seen before it, and
//! after it. Whatever happens in between, a look tells whether the call was
//! made, so that none is made twice. Only what a run knows for certain is ever
//! written: an answer that did not come is unknown until somebody has looked.

mod back;
mod there;

use jiff::{SignedDuration, Timestamp};
use nightshift_runtime::{CallClass, CallError};

use super::call::Call;
use super::journal::{Answer, Journal, Phase, Progress, Record, Said, UndoOrder};
use super::look::{Look, Seen};
use super::plan::{Change, Plan, Step};
use super::refusal::Refusal;

/// How long a call may be under way: longer than any attempt, retries of the
/// SDK included. Until then nobody else touches its step.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long after a call AWS may still show what was before. The EC2 API
/// reference (eventual consistency) gives no bound and speaks of waits of
/// minutes; IAM's are seconds.
pub const SETTLE: SignedDuration = SignedDuration::from_mins(3);
/// How long something may be on its way before a person has to look.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// How long to wait before looking again.
const POLL: SignedDuration = SignedDuration::from_secs(5);
/// How long to wait after the first refusal that may pass; doubled each time.
const BACKOFF: SignedDuration = SignedDuration::from_secs(5);
/// How often a call is tried.
pub const ATTEMPTS: u32 = 5;

/// Whether a step is done or undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// It is being done.
    There,
    /// It is being undone.
    Back,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<'p> {
    /// Nothing.
    Rest,
    /// Nothing before this.
    Wait(Timestamp),
    /// A look.
    Look {
        /// For this step.
        step: &'p Step,
        /// At this.
        look: Look,
        /// In this direction.
        way: Way,
    },
    /// This is to be written.
    Write(Box<Journal>),
}

/// What follows from a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is to be written.
    Write(Box<Journal>),
    /// This is to be written, and then the call is to be made.
    Attempt {
        /// The journal.
        journal: Box<Journal>,
        /// The call.
        call: Box<Call>,
    },
    /// Nothing before this; then another look.
    Wait(Timestamp),
}

/// What comes next for a plan.
pub fn next<'p>(plan: &'p Plan, journal: &Journal, now: Timestamp) -> Next<'p> {
    match journal.phase {
        Phase::Approved => Next::Write(Box::new(Journal {
            phase: Phase::Running,
            updated: now,
            ..journal.clone()
        })),
        Phase::Running | Phase::Undoing => match (&journal.retreat, journal.phase) {
            (Some(name), _) => match plan.step(name) {
                Some(step) => look(journal, step, Way::Back, now),
                None => Next::Write(end(journal, Phase::Failed, now)),
            },
            (None, Phase::Undoing) => back::next(plan, journal, now),
            (None, _) => there::next(plan, journal, now),
        },
        Phase::Planned | Phase::Done | Phase::Failed | Phase::Undone => Next::Rest,
    }
}

/// What follows from what was seen of a step.
pub fn seen(
    plan: &Plan,
    journal: &Journal,
    step: &Step,
    way: Way,
    seen: &Seen,
    now: Timestamp,
) -> Verdict {
    match way {
        Way::There => there::seen(plan, journal, step, seen, now),
        Way::Back => back::seen(journal, step, seen, now),
    }
}

/// What follows from a look that failed; None where the next run just looks again.
pub fn unseen(
    plan: &Plan,
    journal: &Journal,
    step: &Step,
    way: Way,
    error: &CallError,
    now: Timestamp,
) -> Option<Verdict> {
    match (error.class, way) {
        (CallClass::NotFound, _) => Some(seen(plan, journal, step, way, &Seen::Gone, now)),
        (CallClass::Denied | CallClass::Invalid, Way::There) => Some(Verdict::Write(there::fail(
            plan,
            journal,
            step,
            &error.to_string(),
            now,
        ))),
        // What must not be left standing is never given up.
        (CallClass::Denied | CallClass::Invalid, Way::Back) if journal.retreat.is_none() => Some(
            Verdict::Write(back::fail(journal, step, &error.to_string(), now)),
        ),
        _ => None,
    }
}

/// The journal after a call was answered.
pub fn answered(
    journal: &Journal,
    step: &Step,
    result: &Result<(), CallError>,
    now: Timestamp,
) -> Box<Journal> {
    let mut record = journal.record(&step.name);
    match result {
        Ok(()) => {
            record.answer = Some(Answer::Yes);
            record.rest_until = None;
            record.problem = None;
        }
        Err(error) => {
            record.problem = Some(error.to_string());
            match error.class {
                CallClass::Unavailable => {}
                CallClass::Throttled | CallClass::Conflict | CallClass::Capacity => {
                    record.answer = Some(Answer::NotNow);
                    record.rest_until = Some(now + pause(record.attempts));
                }
                CallClass::Denied | CallClass::NotFound | CallClass::Invalid => {
                    record.answer = Some(Answer::No);
                    // Only a retreat tries again.
                    let is_retreat = journal.retreat.is_some();
                    record.rest_until = is_retreat.then(|| now + pause(record.attempts));
                }
            }
        }
    }
    with(journal, step, record, now)
}

/// Whether the guards are asked before a step's call. What ends a state that
/// must not be left standing is always made.
pub fn asks_guards(plan: &Plan, journal: &Journal, step: &Step, way: Way) -> bool {
    match way {
        Way::Back => journal.retreat.is_none(),
        Way::There => !plan.steps.windows(2).any(|pair| {
            pair[1].name == step.name && pair[0].change().is_some_and(|change| change.passing)
        }),
    }
}

/// The journal once somebody has said yes.
///
/// # Errors
/// When the plan does not wait for it: a token can be used once.
pub fn approve(plan: &Plan, journal: &Journal, said: Said) -> Result<Journal, Refusal> {
    if journal.phase != Phase::Planned {
        return Err(Refusal::Phase {
            plan: plan.id.clone(),
            phase: journal.phase.as_str(),
            wish: "approved",
            hint: "; ask for a new plan where something is left to do",
        });
    }
    Ok(Journal {
        phase: Phase::Approved,
        updated: said.at,
        approved: Some(said),
        ..journal.clone()
    })
}

/// The journal once somebody has asked to undo the plan. A plan that nobody
/// has approved is withdrawn.
///
/// # Errors
/// When it is undone already.
pub fn order_undo(
    plan: &Plan,
    journal: &Journal,
    said: Said,
    forced: bool,
) -> Result<Journal, Refusal> {
    let phase = match journal.phase {
        Phase::Planned => Phase::Undone,
        Phase::Undone => {
            return Err(Refusal::Phase {
                plan: plan.id.clone(),
                phase: journal.phase.as_str(),
                wish: "undone",
                hint: "",
            });
        }
        _ => Phase::Undoing,
    };
    let mut journal = Journal {
        phase,
        updated: said.at,
        undo: Some(UndoOrder { said, forced }),
        // What must not be left standing goes first.
        retreat: there::standing(plan, journal),
        problem: None,
        ..journal.clone()
    };
    for record in journal.records.values_mut() {
        record.attempts = 0;
        // A new order may try again what the last one could not do.
        if record.progress == Progress::UndoAttempted {
            record.answer = Some(Answer::Unknown);
        }
    }
    Ok(journal)
}

/// A look at a step, or a wait for whoever may be at work on it.
fn look<'p>(journal: &Journal, step: &'p Step, way: Way, now: Timestamp) -> Next<'p> {
    let rest_until = journal
        .records
        .get(&step.name)
        .and_then(|record| record.rest_until);
    if let Some(until) = rest_until.filter(|until| now < *until) {
        return Next::Wait(until);
    }
    match journal.bind(|bindings| step.look().bound(bindings)) {
        Some(look) => Next::Look { step, look, way },
        None => Next::Write(end(journal, Phase::Failed, now)),
    }
}

/// The write-ahead of a call. None where the call names what was never made.
fn attempt(
    journal: &Journal,
    step: &Step,
    way: Way,
    call: &Call,
    seen: &Seen,
    now: Timestamp,
) -> Option<Verdict> {
    let mut record = journal.record(&step.name);
    let call = journal.bind(|bindings| call.bound(bindings))?;
    let progress = match way {
        Way::There => Progress::Attempted,
        Way::Back => Progress::UndoAttempted,
    };
    if record.progress != progress {
        record.attempts = 0;
        record.maybe_ours = false;
    } else if matches!(record.answer, Some(Answer::Unknown | Answer::Yes)) {
        record.maybe_ours = true;
    }
    if way == Way::There && record.before.is_none() {
        record.before = Some(seen.clone());
    }
    record.progress = progress;
    record.attempts += 1;
    record.attempted_at = Some(now);
    record.rest_until = Some(now + if call.is_repeatable() { LEASE } else { SETTLE });
    record.answer = Some(Answer::Unknown);
    if way == Way::There {
        record.call = Some(call.clone());
    }
    Some(Verdict::Attempt {
        journal: with(journal, step, record, now),
        call: Box::new(call),
    })
}

/// Whether a call that shows no effect may be tried again now, must be waited
/// for, or has failed.
fn again(record: &Record, now: Timestamp, gives_up: bool) -> Again {
    let settled = record.attempted_at.map_or(now, |at| at + SETTLE);
    let is_exhausted = record.attempts >= ATTEMPTS && gives_up;
    match record.answer {
        Some(Answer::Yes) if now < settled => Again::Wait(now + POLL),
        // Made, seen by nobody: others have taken it back, and are not fought.
        Some(Answer::Yes) if gives_up => Again::Fail(
            "AWS said yes, and shows no effect: somebody or something has taken it back".to_owned(),
        ),
        Some(Answer::No) if gives_up => Again::Fail(problem(record)),
        _ if is_exhausted => Again::Fail(problem(record)),
        _ => Again::Try,
    }
}

enum Again {
    Try,
    Wait(Timestamp),
    Fail(String),
}

fn problem(record: &Record) -> String {
    record
        .problem
        .clone()
        .unwrap_or_else(|| format!("it was tried {} times, and no answer came", record.attempts))
}

/// Whether a call that shows no effect has certainly had none.
fn is_without_effect(record: &Record, now: Timestamp) -> bool {
    let was_refused = matches!(record.answer, Some(Answer::No | Answer::NotNow));
    (was_refused && !record.maybe_ours) || record.attempted_at.is_none_or(|at| now >= at + SETTLE)
}

/// Whether what was seen is what the plan expects in this run.
fn meets(journal: &Journal, seen: &Seen, expected: &Seen) -> bool {
    journal
        .bind(|bindings| expected.bound(bindings))
        .is_some_and(|expected| seen.meets(&expected))
}

fn with(journal: &Journal, step: &Step, record: Record, now: Timestamp) -> Box<Journal> {
    let mut journal = journal.clone();
    journal.records.insert(step.name.clone(), record);
    journal.updated = now;
    Box::new(journal)
}

fn end(journal: &Journal, phase: Phase, now: Timestamp) -> Box<Journal> {
    Box::new(Journal {
        phase,
        retreat: None,
        updated: now,
        ..journal.clone()
    })
}

fn pause(attempts: u32) -> SignedDuration {
    BACKOFF.saturating_mul(1 << attempts.saturating_sub(1).min(6))
}

fn words(step: &Step, problem: &str) -> String {
    format!(
        "{}: {}",
        step.name,
        nightshift_core::printable(problem, 600)
    )
}

/// What differs between the world and what a plan has left behind, in words.
/// `looks` are the steps with what was seen of them.
pub fn differing<'p>(
    journal: &Journal,
    looks: impl IntoIterator<Item = (&'p Step, Seen)>,
) -> Vec<String> {
    looks
        .into_iter()
        .filter_map(|(step, seen)| {
            let change = step.change()?;
            (!back::is_expected(journal, step, change, &seen))
                .then(|| format!("{} is no longer as {} left it", subject(change), step.name))
        })
        .collect()
}

/// The steps that an undo would bring back, the last one first.
pub fn to_undo<'p>(plan: &'p Plan, journal: &Journal) -> Vec<&'p Step> {
    let steps = plan.steps.iter().rev();
    steps
        .filter(|step| back::is_pending(journal, step))
        .collect()
}

fn subject(change: &Change) -> String {
    match &change.look {
        Look::Tag { resource, .. } => resource.clone(),
        Look::TerminationProtection { instance }
        | Look::AutoScalingGroup { instance }
        | Look::InstanceProfile { instance }
        | Look::Interfaces { instance } => instance.clone(),
        Look::Target(target) => target.id.clone(),
        Look::SecurityGroup { name, .. } => name.clone(),
        Look::Rules { group } | Look::Ingress { group, .. } | Look::Egress { group, .. } => {
            group.to_string()
        }
        Look::InterfaceGroups { interface } => interface.clone(),
        Look::AccessKey { key, .. } | Look::AccessKeyUse { key } => key.clone(),
        Look::Policy { principal, .. } | Look::Policies { principal } => principal.to_string(),
        Look::PublicAccessBlock { bucket, .. } | Look::BucketExposure { bucket, .. } => {
            bucket.clone()
        }
        Look::Snapshots { plan } => plan.clone(),
    }
}
