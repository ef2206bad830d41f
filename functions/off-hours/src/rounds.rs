//! Decide, act, look again: until nothing more can be done at once.

mod alarms;

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::Arn;
use nightshift_runtime::{CallError, Ledger};

use crate::act::Actor;
use crate::cloud::Cloud;
use crate::decide::{Cause, Policy, decide};
use crate::model::{Call, Resource, Run};
use crate::plan::{Achieved, Action, Decision, Outcome, Plan, Progress, Snapshot};

/// Nine waves, and what is left to settle after each.
const MOST_ROUNDS: usize = 24;

/// What came of a run.
#[derive(Debug)]
pub struct Finished {
    /// The world as it was last seen, with the records as they are now.
    pub snapshot: Snapshot,
    /// For each resource what was done, or why nothing was.
    pub plan: Plan,
    /// What came of each change.
    pub outcomes: Vec<Outcome>,
    /// How often the world was judged.
    pub rounds: usize,
    /// A look at what was changed, or was to be, that failed; the next run sees.
    pub unseen: Option<CallError>,
}

/// Carries out everything that can be done at once.
///
/// It never waits for AWS: what takes minutes is found done by a later run.
pub async fn run<C: Cloud, L: Ledger>(
    actor: &Actor<'_, C, L>,
    policy: &Policy<'_>,
    cause: &Cause,
    mut snapshot: Snapshot,
) -> Finished {
    let mut log = Log::default();
    let mut rounds = 0;
    let mut unseen = None;
    let plan = loop {
        rounds += 1;
        let mut plan = decide(&snapshot, policy, cause, actor.now);
        if let Some(asked) = alarms::ask(actor.cloud, &mut snapshot, &plan).await {
            log.aside.extend(asked.unclear);
            unseen = unseen.or(asked.error);
            plan = decide(&snapshot, policy, cause, actor.now);
        }
        log.set_aside(&mut plan);
        if rounds == MOST_ROUNDS {
            break plan;
        }
        let acted = actor.act(&snapshot, &plan).await;
        for stored in acted.records {
            snapshot.records.insert(stored.value.arn.clone(), stored);
        }
        let changed = log.take(&plan, acted.outcomes);
        if changed.is_empty() {
            break plan;
        }
        open_runs(&mut snapshot, &plan, &changed, actor.now);
        if let Err(error) = look_again(actor.cloud, &mut snapshot, &log.unsettled(&plan)).await {
            unseen = Some(error);
            break plan;
        }
    };
    Finished {
        plan: log.merge(plan),
        outcomes: log.outcomes.into_values().collect(),
        snapshot,
        rounds,
        unseen,
    }
}

/// What has been done in a run.
#[derive(Default)]
struct Log {
    decisions: BTreeMap<Arn, Done>,
    outcomes: BTreeMap<Arn, Outcome>,
    /// What failed or belongs to another run is not touched again in this one.
    aside: BTreeSet<Arn>,
}

/// What a later plan no longer says of a resource.
struct Done {
    action: Action,
    reason: String,
    calls: Vec<Call>,
    forced_start: bool,
    alarming: bool,
}

impl Done {
    fn of(decision: &Decision) -> Self {
        Self {
            action: decision.action,
            reason: decision.reason.clone(),
            calls: decision.calls.clone(),
            forced_start: decision.forced_start,
            alarming: decision.alarming,
        }
    }
}

impl Log {
    fn set_aside(&self, plan: &mut Plan) {
        for decision in &mut plan.decisions {
            if self.aside.contains(&decision.arn) || self.repeats(decision) {
                decision.record = None;
                decision.calls.clear();
                if matches!(decision.action, Action::Stop | Action::Start) {
                    decision.action = Action::None;
                    decision.progress = Progress::Underway;
                }
            }
        }
    }

    /// Whether all that it would do was asked for in this run already: AWS may show
    /// a change late.
    fn repeats(&self, decision: &Decision) -> bool {
        let outcome = self.outcomes.get(&decision.arn);
        !decision.calls.is_empty()
            && outcome.is_some_and(|outcome| {
                let mut calls = decision.calls.iter();
                calls.all(|call| outcome.calls.contains(call))
            })
    }

    /// Keeps what was done, and answers what was changed.
    fn take(&mut self, plan: &Plan, outcomes: Vec<Outcome>) -> BTreeSet<Arn> {
        let mut changed = BTreeSet::new();
        let mut new: BTreeMap<Arn, Outcome> = outcomes
            .into_iter()
            .map(|outcome| (outcome.arn.clone(), outcome))
            .collect();
        for decision in &plan.decisions {
            let Some(outcome) = new.remove(&decision.arn) else {
                continue;
            };
            if outcome.result != Achieved::Done {
                self.aside.insert(outcome.arn.clone());
            }
            if !outcome.calls.is_empty() && outcome.result != Achieved::WouldDo {
                changed.insert(outcome.arn.clone());
            }
            match self.decisions.get_mut(&decision.arn) {
                Some(earlier) => earlier.calls.extend(decision.calls.iter().cloned()),
                None => {
                    self.decisions
                        .insert(decision.arn.clone(), Done::of(decision));
                }
            }
            match self.outcomes.get_mut(&outcome.arn) {
                Some(earlier) => {
                    earlier.calls.extend(outcome.calls);
                    earlier.result = outcome.result;
                }
                None => {
                    self.outcomes.insert(outcome.arn.clone(), outcome);
                }
            }
        }
        changed
    }

    /// What this run has changed and has not yet seen settled.
    fn unsettled(&self, plan: &Plan) -> BTreeSet<Arn> {
        let settled: BTreeSet<&Arn> = plan
            .decisions
            .iter()
            .filter(|decision| decision.progress == Progress::Settled)
            .map(|decision| &decision.arn)
            .collect();
        self.outcomes
            .values()
            .filter(|outcome| !outcome.calls.is_empty() && !settled.contains(&outcome.arn))
            .map(|outcome| outcome.arn.clone())
            .collect()
    }

    /// The last plan, with what was done where something was.
    fn merge(&self, mut plan: Plan) -> Plan {
        for decision in &mut plan.decisions {
            if let Some(done) = self.decisions.get(&decision.arn)
                && matches!(done.action, Action::Stop | Action::Start)
            {
                decision.action = done.action;
                decision.reason.clone_from(&done.reason);
                decision.calls.clone_from(&done.calls);
                decision.forced_start |= done.forced_start;
                decision.alarming |= done.alarming;
            }
        }
        plan
    }
}

/// An evening or a morning begins with its first change.
fn open_runs(snapshot: &mut Snapshot, plan: &Plan, changed: &BTreeSet<Arn>, now: jiff::Timestamp) {
    let environment = &mut snapshot.environment.value;
    for decision in &plan.decisions {
        if !changed.contains(&decision.arn) || decision.forced_start {
            continue;
        }
        let run = match decision.action {
            Action::Stop => &mut environment.falling_asleep,
            Action::Start => &mut environment.waking,
            _ => continue,
        };
        run.get_or_insert(Run { started_at: now });
    }
}

async fn look_again<C: Cloud>(
    cloud: &C,
    snapshot: &mut Snapshot,
    wanted: &BTreeSet<Arn>,
) -> Result<(), CallError> {
    let (old, mut rest): (Vec<Resource>, Vec<Resource>) = std::mem::take(&mut snapshot.resources)
        .into_iter()
        .partition(|resource| wanted.contains(&resource.arn));
    let looked = cloud.look(&old).await;
    rest.extend(match &looked {
        Ok(seen) => seen.clone(),
        Err(_) => old,
    });
    snapshot.resources = rest;
    looked.map(|_| ())
}
