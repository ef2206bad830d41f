//! Every way in which runs of one plan can go, meet and die, up to a number of
//! faults, runs and orders to undo.
//!
//! A state is the world, the ledger's entry and the runs under way. What the
//! engine does not read (how often a step that is over was tried, when exactly
//! something long past happened) is forgotten, so that ways which differ in
//! nothing else meet again.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use nightshift_runtime::{CallClass, LedgerError};

use super::noon;
use super::world::{World, no};
use crate::playbooks::call::Call;
use crate::playbooks::engine::{self, LEASE, SETTLE, Way};
use crate::playbooks::journal::{Journal, Phase, Progress, Said, Stored};
use crate::playbooks::look::Seen;
use crate::playbooks::plan::{Plan, StepKind};
use crate::playbooks::tick::{End, Heard, Io, State as Doing, Tick};

/// How much goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Crashes, refusals, lost answers, late effects and stale looks together.
    pub faults: u8,
    /// Runs that are begun.
    pub runs: u8,
    /// How many of them may be at work at a time.
    pub at_once: usize,
    /// Orders to undo that come at any moment.
    pub orders: u8,
}

/// What was explored.
#[derive(Debug, Default)]
pub struct Explored {
    pub states: usize,
    pub endings: BTreeMap<&'static str, usize>,
    /// Places where a run left off, from each of which the plan was finished
    /// and undone.
    pub resumed: usize,
}

#[derive(Clone)]
struct State {
    world: Rc<World>,
    /// What looks may still show, and until when.
    stale: Option<(Rc<World>, Timestamp)>,
    /// A call whose answer was lost, and which takes effect only by then.
    late: Option<(String, Call, Timestamp)>,
    version: u64,
    journal: Rc<Journal>,
    runs: Vec<Tick>,
    now: Timestamp,
    faults: u8,
    starts: u8,
    orders: u8,
    effects: BTreeMap<(String, bool), u8>,
    trace: Rc<Trace>,
}

struct Trace {
    what: String,
    before: Option<Rc<Trace>>,
}

impl Trace {
    fn told(&self) -> String {
        let mut lines = vec![self.what.clone()];
        let mut at = &self.before;
        while let Some(trace) = at {
            lines.push(trace.what.clone());
            at = &trace.before;
        }
        lines.reverse();
        lines.join("\n")
    }
}

pub struct Checker<'a> {
    pub plan: &'a Plan,
    pub initial: &'a World,
    /// What holds of the world once the plan is done.
    pub contained: fn(&World) -> bool,
}

impl Checker<'_> {
    /// Explores everything within the bounds; panics at the first violation.
    pub fn explore(&self, bounds: Bounds) -> Explored {
        let mut journal = Journal::new(noon());
        let said = Said {
            by: "alice".to_owned(),
            at: noon(),
        };
        journal = engine::approve(self.plan, &journal, said).unwrap();
        let first = State {
            world: Rc::new(self.initial.clone()),
            stale: None,
            late: None,
            version: 1,
            journal: Rc::new(journal),
            runs: Vec::new(),
            now: noon(),
            faults: bounds.faults,
            starts: bounds.runs,
            orders: bounds.orders,
            effects: BTreeMap::new(),
            trace: Rc::new(Trace {
                what: "approved".to_owned(),
                before: None,
            }),
        };
        let mut explored = Explored::default();
        let mut visited = HashSet::new();
        let mut resumed = HashSet::new();
        let mut open = vec![first];
        while let Some(state) = open.pop() {
            if !visited.insert(state.key()) {
                continue;
            }
            explored.states += 1;
            self.hold(&state);
            if state.runs.is_empty() && state.late.is_none() {
                if !state.journal.phase.is_under_way() {
                    *explored
                        .endings
                        .entry(state.journal.phase.as_str())
                        .or_default() += 1;
                }
                if resumed.insert(hash(&(&state.world, &state.journal))) {
                    explored.resumed += 1;
                    self.finish_and_undo(&state);
                }
            }
            for mut next in self.successors(&state, bounds) {
                next.forget();
                next.drop_outdated();
                open.push(next);
            }
        }
        explored
    }

    fn successors(&self, state: &State, bounds: Bounds) -> Vec<State> {
        let mut all = Vec::new();
        if state.starts > 0
            && state.runs.len() < bounds.at_once
            && state.journal.phase.is_under_way()
        {
            let mut next = state.after("a run begins");
            next.starts -= 1;
            next.runs.push(Tick::new());
            all.push(next);
        }
        if state.orders > 0 && state.journal.phase != Phase::Undone {
            all.push(self.ordered(state));
        }
        if let Some((step, call, _)) = &state.late {
            let mut landed = state.after("the late call takes effect");
            landed.late = None;
            let _ = self.effect(&mut landed, step, call);
            let mut lost = state.after("the late call is lost");
            lost.late = None;
            all.extend([landed, lost]);
        }
        for index in 0..state.runs.len() {
            // Where nothing was done since the last write, dying is like resting.
            let matters = matches!(
                state.runs[index].state,
                Doing::Call(_) | Doing::Write { .. } | Doing::Sleep(_)
            );
            if state.faults > 0 && matters {
                let mut next = state.after(&format!("run {index} dies"));
                next.faults -= 1;
                next.runs.remove(index);
                all.push(next);
            }
            self.step(state, index, &mut all);
        }
        all
    }

    fn ordered(&self, state: &State) -> State {
        let mut next = state.after("somebody orders an undo");
        let said = Said {
            by: "bob".to_owned(),
            at: state.now,
        };
        let journal = engine::order_undo(self.plan, &state.journal, said, false).unwrap();
        next.journal = Rc::new(journal);
        next.version += 1;
        next.orders -= 1;
        next
    }

    /// What one run may hear next.
    fn step(&self, state: &State, index: usize, all: &mut Vec<State>) {
        let with = |what: String, heard: Heard| {
            let mut next = state.after(&format!("run {index}: {what}"));
            let now = next.now;
            next.runs[index].hear(heard, now);
            next
        };
        match state.runs[index].wants() {
            Io::Load => all.push(with(
                "loads".to_owned(),
                Heard::Loaded(Ok(Some(state.stored(self.plan)))),
            )),
            Io::Permit(_) => all.push(with("is permitted".to_owned(), Heard::Permitted(Ok(())))),
            Io::Write {
                journal, version, ..
            } => {
                if version == state.version {
                    let words = format!("writes {}", told(journal));
                    let journal = journal.clone();
                    let mut next = with(words, Heard::Written(Ok(version + 1)));
                    next.journal = Rc::new(journal);
                    next.version += 1;
                    all.push(next);
                } else {
                    let key = "plan".to_owned();
                    let heard = Heard::Written(Err(LedgerError::Conflict { key }));
                    all.push(with("meets another's write".to_owned(), heard));
                }
            }
            Io::Look(look) => {
                let seen = state.world.look(look);
                if let Some((old, _)) = &state.stale {
                    let before = old.look(look);
                    if before.as_ref().ok() != seen.as_ref().ok() && state.faults > 0 {
                        let mut next = with(format!("sees old {before:?}"), Heard::Seen(before));
                        next.faults -= 1;
                        all.push(next);
                    }
                }
                let differs = state
                    .stale
                    .as_ref()
                    .is_some_and(|(old, _)| old.look(look).ok() != seen.as_ref().ok().cloned());
                let mut next = with(format!("sees {seen:?}"), Heard::Seen(seen));
                if differs {
                    next.stale = None;
                }
                all.push(next);
                if state.faults > 0 {
                    let denied = Heard::Seen(Err(no(CallClass::Denied, "AccessDenied")));
                    let mut next = with("may not look".to_owned(), denied);
                    next.faults -= 1;
                    all.push(next);
                }
            }
            Io::Call { call, not_after } => {
                if state.now > not_after {
                    all.push(with("is too late".to_owned(), Heard::TooLate));
                } else {
                    self.calls(state, index, call, all);
                }
            }
            Io::Sleep(until) => {
                let is_first = state.late.as_ref().is_none_or(|(_, _, by)| *by > until);
                if is_first {
                    let mut next = with("waits".to_owned(), Heard::NoTime);
                    next.runs[index] = state.runs[index].clone();
                    // Short waits are for what shows at last, so that they all
                    // are one long one.
                    let is_short = until < state.now + LEASE;
                    let until = if is_short { state.now + SETTLE } else { until };
                    next.now = until.max(state.now);
                    if next.stale.as_ref().is_some_and(|(_, end)| next.now >= *end) {
                        next.stale = None;
                    }
                    let now = next.now;
                    next.runs[index].hear(Heard::Slept, now);
                    all.push(next);
                }
            }
            Io::End(end) => {
                let is_over = !matches!(end, End::Unsure(words) if words.contains("not asked"));
                assert!(is_over, "{}", state.trace());
                let mut next = state.after(&format!("run {index} ends: {end:?}"));
                next.runs.remove(index);
                all.push(next);
            }
        }
    }

    /// What may come of a call.
    fn calls(&self, state: &State, index: usize, call: &Call, all: &mut Vec<State>) {
        let Doing::Call(attempt) = &state.runs[index].state else {
            panic!("{}", state.trace());
        };
        let step = attempt.step.clone();
        let mut made = state.after(&format!("run {index}: {} for {step}", call.action()));
        let answer = self.effect(&mut made, &step, call);
        let unanswered = made.clone();
        let now = made.now;
        made.runs[index].hear(Heard::Called(answer), now);
        all.push(made);
        if state.faults == 0 {
            return;
        }
        let lost = || Heard::Called(Err(no(CallClass::Unavailable, "timed out")));
        let fault = |mut next: State, what: &str, heard: Heard| {
            next.trace = Rc::new(Trace {
                what: format!("run {index}: {} for {step}: {what}", call.action()),
                before: Some(Rc::clone(&state.trace)),
            });
            next.faults -= 1;
            let now = next.now;
            next.runs[index].hear(heard, now);
            next
        };
        all.push(fault(unanswered, "done, the answer is lost", lost()));
        all.push(fault(state.clone(), "not done, no answer", lost()));
        let throttled = Heard::Called(Err(no(CallClass::Throttled, "Throttling")));
        all.push(fault(state.clone(), "throttled", throttled));
        let denied = Heard::Called(Err(no(CallClass::Denied, "AccessDenied")));
        all.push(fault(state.clone(), "denied", denied));
        if state.late.is_none() {
            let mut late = state.clone();
            let by = attempt.journal.updated + LEASE - SignedDuration::from_secs(1);
            late.late = Some((step.clone(), call.clone(), by));
            all.push(fault(late, "no answer, done later", lost()));
        }
    }

    /// A call takes effect: what must have happened before is looked at here.
    fn effect(
        &self,
        state: &mut State,
        step: &str,
        call: &Call,
    ) -> Result<(), nightshift_runtime::CallError> {
        let before = Rc::clone(&state.world);
        let mut world = (*state.world).clone();
        let changed = world.call(call)?;
        if !changed {
            return Ok(());
        }
        let trace = Rc::clone(&state.trace);
        let fail = |what: &str| -> ! { panic!("{what}: {call:?}\n{}", trace.told()) };
        let record = state.journal.record(step);
        let is_back = match record.progress {
            Progress::Attempted => false,
            Progress::UndoAttempted => true,
            other => fail(&format!(
                "an effect of a step that is {other:?} in the ledger"
            )),
        };
        let kind = self.plan.step(step).unwrap().kind;
        if kind == StepKind::Change && !is_back {
            for evidence in self
                .plan
                .steps
                .iter()
                .filter(|one| one.kind == StepKind::Evidence)
            {
                if state.journal.progress(&evidence.name) != Progress::Done {
                    fail("a change before its evidence");
                }
            }
            let takes = |one: &crate::playbooks::plan::Step| matches!(one.change(), Some(change) if matches!(change.call, Call::CreateSnapshots { .. }));
            if self.plan.steps.iter().any(takes) && before.snapshots.is_empty() {
                fail("a change before its snapshots");
            }
            if record.before.is_none() || record.call.as_ref() != Some(call) {
                fail("a change that the ledger does not tell of");
            }
        }
        let count = state.effects.entry((step.to_owned(), is_back)).or_default();
        *count += 1;
        if *count > 1 {
            fail("a second effect of the same step");
        }
        state.stale = Some((before, state.now + SETTLE));
        state.world = Rc::new(world);
        Ok(())
    }

    /// What holds in every state.
    fn hold(&self, state: &State) {
        let phase = state.journal.phase;
        let rests = matches!(phase, Phase::Done | Phase::Failed | Phase::Undone);
        assert!(
            !(rests && state.late.is_none() && state.world.is_wide_open()),
            "{phase:?} and wide open\n{}",
            state.trace()
        );
        assert!(
            phase != Phase::Done || (self.contained)(&state.world),
            "done, and not contained: {:#?}\n{}",
            state.world,
            state.trace()
        );
    }

    /// From wherever a run left off, another finishes; and from there an undo
    /// brings back everything. So does an undo at once.
    fn finish_and_undo(&self, state: &State) {
        let mut calm = state.clone();
        calm.faults = 0;
        let finished = self.run(calm.clone());
        let phase = finished.journal.phase;
        assert!(
            matches!(phase, Phase::Done | Phase::Failed | Phase::Undone),
            "it never ends: {phase:?}\n{}",
            finished.trace()
        );
        for start in [finished, calm] {
            let undone = if start.journal.phase == Phase::Undone {
                start
            } else {
                let mut start = start;
                start.orders = 1;
                self.run(self.ordered(&start))
            };
            assert_eq!(
                undone.journal.phase,
                Phase::Undone,
                "{:#?}\n{}",
                undone.journal,
                undone.trace()
            );
            assert_eq!(
                undone.world.restorable(),
                self.initial.restorable(),
                "{}",
                undone.trace()
            );
        }
    }

    /// Runs without faults until nothing is under way.
    fn run(&self, mut state: State) -> State {
        state.faults = 0;
        state.orders = 0;
        for _ in 0..2000 {
            if state.runs.is_empty() {
                if !state.journal.phase.is_under_way() {
                    break;
                }
                state.runs.push(Tick::new());
            }
            let mut next = Vec::new();
            self.step(&state, 0, &mut next);
            state = next.pop().unwrap();
            self.hold(&state);
        }
        state
    }
}

impl State {
    fn after(&self, what: &str) -> Self {
        Self {
            trace: Rc::new(Trace {
                what: what.to_owned(),
                before: Some(Rc::clone(&self.trace)),
            }),
            ..self.clone()
        }
    }

    fn stored(&self, plan: &Plan) -> (u64, Box<Stored>) {
        let stored = Stored {
            plan: plan.clone(),
            journal: (*self.journal).clone(),
            told: None,
        };
        (self.version, Box::new(stored))
    }

    fn trace(&self) -> String {
        self.trace.told()
    }

    fn key(&self) -> u64 {
        let runs: Vec<_> = self
            .runs
            .iter()
            .map(|run| {
                let known = run.known.as_ref();
                let known = known.map(|known| (&known.journal, self.version - known.version));
                (known, &run.state)
            })
            .collect();
        hash(&(
            (&self.world, &self.stale, &self.late, &self.journal),
            (runs, self.faults, self.starts, self.orders, &self.effects),
        ))
    }

    /// A run that another has overtaken changes nothing any more, unless it is
    /// about to make a call or to read back what it wrote.
    fn drop_outdated(&mut self) {
        let version = self.version;
        self.runs.retain(|run| {
            let known = run.known.as_ref().map(|known| known.version);
            let is_idle = matches!(
                run.state,
                Doing::Look { .. } | Doing::Permit(_) | Doing::Sleep(_)
            );
            !is_idle || known == Some(version)
        });
        // Which of two runs does what is all the same.
        self.runs.sort_by_key(|run| {
            let known = run.known.as_ref();
            hash(&(
                &run.state,
                known.map(|known| (&known.journal, known.version)),
            ))
        });
        // Nobody is left to be shown what was.
        if self.faults == 0 {
            self.stale = None;
        }
    }

    /// Forgets what nobody reads, and tells all times from now.
    fn forget(&mut self) {
        let shift = noon().duration_since(self.now);
        let mut journal = (*self.journal).clone();
        forget(&mut journal, shift);
        self.journal = Rc::new(journal);
        for run in &mut self.runs {
            if let Some(known) = &mut run.known {
                forget(&mut known.journal, shift);
            }
            match &mut run.state {
                Doing::Permit(attempt) | Doing::ReadBack(attempt) | Doing::Call(attempt) => {
                    forget(&mut attempt.journal, shift);
                }
                Doing::Write { journal, then } => {
                    forget(journal, shift);
                    if let Some(attempt) = then {
                        forget(&mut attempt.journal, shift);
                    }
                }
                Doing::Sleep(until) => *until += shift,
                Doing::End(end) => {
                    if let End::Waits(_) | End::Unsure(_) = end {
                        *end = End::AnotherRun;
                    }
                }
                Doing::Load | Doing::Look { .. } => {}
            }
        }
        if let Some((_, until)) = &mut self.stale {
            *until += shift;
        }
        if let Some((_, _, by)) = &mut self.late {
            *by += shift;
        }
        self.now = noon();
    }
}

fn forget(journal: &mut Journal, shift: SignedDuration) {
    let long_ago = noon() - SignedDuration::from_hours(1);
    let shifted = |at: &mut Timestamp| *at = (*at + shift).max(long_ago);
    shifted(&mut journal.updated);
    journal.problem = None;
    if let Some(order) = &mut journal.undo {
        order.said.at = noon();
    }
    for record in journal.records.values_mut() {
        record.problem = None;
        record.attempted_at.iter_mut().for_each(shifted);
        record.rest_until.iter_mut().for_each(shifted);
        let is_over = matches!(
            record.progress,
            Progress::Done | Progress::FoundSo | Progress::Undone
        );
        if is_over {
            record.attempts = 0;
            record.attempted_at = None;
            record.answer = None;
            record.maybe_ours = false;
            record.before = None;
            record.call = None;
            if !matches!(record.after, Some(Seen::Group(_))) {
                record.after = None;
            }
        }
    }
}

/// A write in a few words.
fn told(journal: &Journal) -> String {
    let under_way = journal.records.iter().filter(|(_, record)| {
        matches!(
            record.progress,
            Progress::Attempted | Progress::UndoAttempted
        )
    });
    let steps: Vec<String> = under_way
        .map(|(step, record)| {
            let way = if record.progress == Progress::Attempted {
                Way::There
            } else {
                Way::Back
            };
            format!("{step} {way:?} {:?}", record.answer)
        })
        .collect();
    format!(
        "{:?} {steps:?} {}",
        journal.phase,
        journal.problem.as_deref().unwrap_or_default()
    )
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
