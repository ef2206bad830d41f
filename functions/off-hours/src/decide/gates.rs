//! What waits for what: in the morning low waves come first, in the evening
//! high ones.

use jiff::Timestamp;
use nightshift_schedule::Desired;

use super::{Draft, Policy};
use crate::model::{EnvironmentRecord, Phase, Run};
use crate::plan::{Action, Progress};

/// Holds back what another wave must come before.
pub(super) fn hold(
    drafts: &mut [Draft],
    environment: &EnvironmentRecord,
    policy: &Policy<'_>,
    now: Timestamp,
) {
    let is_over = |run: &Option<Run>| {
        let timeout = policy.config.health_timeout.as_duration();
        run.as_ref()
            .is_some_and(|run| now.duration_since(run.started_at) >= timeout)
    };
    if !is_over(&environment.waking) {
        let first = drafts
            .iter()
            .filter(|draft| is_on_its_way(draft, Desired::On))
            .min_by_key(|draft| draft.decision.wave)
            .map(blocker);
        hold_all(drafts, first, Action::Start, |wave, first| wave > first);
    }
    if !is_over(&environment.falling_asleep) {
        let last = drafts
            .iter()
            .filter(|draft| is_on_its_way(draft, Desired::Off))
            .max_by_key(|draft| draft.decision.wave)
            .map(blocker);
        hold_all(drafts, last, Action::Stop, |wave, last| wave < last);
    }
}

struct Blocker {
    wave: u8,
    words: String,
}

fn blocker(draft: &Draft) -> Blocker {
    let decision = &draft.decision;
    let what = match decision.progress {
        Progress::Underway => format!("{} ({})", decision.name, decision.reason),
        _ => decision.name.clone(),
    };
    let becomes = match decision.desired {
        Desired::Off => "asleep",
        _ => "usable",
    };
    Blocker {
        wave: decision.wave,
        words: format!(
            "waits for wave {}: {what} is not {becomes} yet",
            decision.wave
        ),
    }
}

/// Whether it is being changed towards this and has not arrived. What is
/// refused, failing or respected holds nobody up.
fn is_on_its_way(draft: &Draft, desired: Desired) -> bool {
    let decision = &draft.decision;
    if decision.desired != desired {
        return false;
    }
    match decision.progress {
        Progress::Wanted => true,
        // A database that is backed up at noon is not waking.
        Progress::Underway => desired == Desired::Off || draft.was != Phase::Awake,
        _ => false,
    }
}

fn hold_all(
    drafts: &mut [Draft],
    blocker: Option<Blocker>,
    action: Action,
    must_wait: impl Fn(u8, u8) -> bool,
) {
    let Some(blocker) = blocker else { return };
    for draft in drafts {
        let decision = &mut draft.decision;
        // What has been begun is always finished.
        let is_begun = match action {
            Action::Stop => draft.was == Phase::FallingAsleep,
            _ => draft.was == Phase::Waking,
        };
        if decision.action == action && !is_begun && must_wait(decision.wave, blocker.wave) {
            decision.action = Action::None;
            decision.progress = Progress::Held;
            decision.calls.clear();
            decision.record = None;
            decision.reason = format!("{}; {}", blocker.words, decision.reason);
        }
    }
}
