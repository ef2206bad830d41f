//! One run of a plan, from the ledger to the ledger, as a machine without
//! hands: it says what it wants read, written or called, and is told what came
//! of it. Whoever has the hands may die at any moment.
//!
//! **Architecture invariant:** no call is wanted before the journal that tells
//! of it was written and read back.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::printable;
use nightshift_runtime::{CallError, LedgerError};

use super::call::Call;
use super::engine::{self, LEASE, Next, Verdict, Way};
use super::journal::{Journal, Phase, Stored};
use super::look::{Look, Seen};
use super::plan::{Plan, Step};
use super::refusal::Refusal;

/// The longest that one call takes, retries included: the clients' own limit
/// ([`OPERATION`]), with a margin.
const CALL: SignedDuration = SignedDuration::from_secs(20);
/// What the clients of playbooks give one operation.
pub const OPERATION: Duration = Duration::from_secs(15);

/// What the machine wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Io<'m> {
    /// The entry of the ledger.
    Load,
    /// A look.
    Look(&'m Look),
    /// The guards' word on a step.
    Permit(&'m str),
    /// A conditional write of the entry.
    Write {
        /// The plan.
        plan: &'m Plan,
        /// Where it stands.
        journal: &'m Journal,
        /// The version that must still be stored.
        version: u64,
    },
    /// A call, unless it is too late for it.
    Call {
        /// The call.
        call: &'m Call,
        /// After this it is not made: somebody else may be at it.
        not_after: Timestamp,
    },
    /// Patience.
    Sleep(Timestamp),
    /// Nothing more.
    End(&'m End),
}

/// What came of it.
#[derive(Debug)]
pub enum Heard {
    /// The entry and its version.
    Loaded(Result<Option<(u64, Box<Stored>)>, LedgerError>),
    /// What was seen.
    Seen(Result<Seen, CallError>),
    /// What the guards said.
    Permitted(Result<(), Refusal>),
    /// The new version.
    Written(Result<u64, LedgerError>),
    /// AWS's answer.
    Called(Result<(), CallError>),
    /// It was too late for the call.
    TooLate,
    /// The time has come.
    Slept,
    /// There is no time to wait here; another run goes on.
    NoTime,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Nothing is left to do in this phase.
    Rests(Phase),
    /// There is more to do, not before this.
    Waits(Timestamp),
    /// Another run is at work on the same plan.
    AnotherRun,
    /// There is no such plan.
    NoPlan,
    /// Something could not be read or written; the next run looks again.
    Unsure(String),
    /// The guards do not allow the next step now; the plan stays where it is.
    Refused(String),
}

impl End {
    /// The word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Rests(_) => "rests",
            Self::Waits(_) => "waits",
            Self::AnotherRun => "another-run",
            Self::NoPlan => "no-plan",
            Self::Unsure(_) => "unsure",
            Self::Refused(_) => "refused",
        }
    }

    /// What holds the plan up.
    pub fn problem(&self) -> Option<&str> {
        match self {
            Self::Unsure(problem) | Self::Refused(problem) => Some(problem),
            Self::Rests(_) | Self::Waits(_) | Self::AnotherRun | Self::NoPlan => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// The entry is to be loaded.
    Load,
    /// A step's state is to be looked at.
    Look { step: String, look: Look, way: Way },
    /// The guards are to be asked.
    Permit(Attempt),
    /// The journal is to be written, before a call or after one.
    Write {
        journal: Box<Journal>,
        then: Option<Attempt>,
    },
    /// What was written before a call is to be read back.
    ReadBack(Attempt),
    /// The call is to be made.
    Call(Attempt),
    /// Time has to pass.
    Sleep(Timestamp),
    /// It is over.
    End(End),
}

/// A call on its way to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Attempt {
    pub step: String,
    pub call: Box<Call>,
    pub journal: Box<Journal>,
}

/// One run of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tick {
    pub(super) known: Option<Known>,
    pub(super) state: State,
}

/// What the ledger holds, as far as this run knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Known {
    pub plan: Arc<Plan>,
    pub journal: Journal,
    pub version: u64,
}

impl Default for Tick {
    fn default() -> Self {
        Self::new()
    }
}

impl Tick {
    /// A run that knows nothing yet.
    pub fn new() -> Self {
        Self {
            known: None,
            state: State::Load,
        }
    }

    /// What is wanted next.
    pub fn wants(&self) -> Io<'_> {
        match (&self.state, &self.known) {
            (State::Look { look, .. }, _) => Io::Look(look),
            (State::Permit(attempt), _) => Io::Permit(&attempt.step),
            (State::Write { journal, .. }, Some(known)) => Io::Write {
                plan: &known.plan,
                journal,
                version: known.version,
            },
            (State::Call(attempt), _) => Io::Call {
                call: &attempt.call,
                // A write-ahead has just set the time.
                not_after: attempt.journal.updated + (LEASE - CALL),
            },
            (State::Sleep(until), _) => Io::Sleep(*until),
            (State::End(end), _) => Io::End(end),
            (State::Load | State::ReadBack(_) | State::Write { .. }, _) => Io::Load,
        }
    }

    /// The step that the guards are asked about.
    pub fn step(&self) -> Option<&Step> {
        match &self.state {
            State::Permit(attempt) => self.known.as_ref()?.plan.step(&attempt.step),
            _ => None,
        }
    }

    /// Where the plan stands, as far as this run knows.
    pub fn stored(&self) -> Option<(&Plan, &Journal)> {
        let known = self.known.as_ref()?;
        Some((&known.plan, &known.journal))
    }

    /// Takes what came of what was wanted.
    pub fn hear(&mut self, heard: Heard, now: Timestamp) {
        let state = std::mem::replace(&mut self.state, State::Load);
        self.state = match (state, heard) {
            (State::Load, Heard::Loaded(Ok(Some((version, stored))))) => {
                self.known = Some(Known {
                    plan: Arc::new(stored.plan),
                    journal: stored.journal,
                    version,
                });
                self.decide(now)
            }
            (State::Load, Heard::Loaded(Ok(None))) => State::End(End::NoPlan),
            (_, Heard::Loaded(Err(error)) | Heard::Written(Err(error))) => match error {
                LedgerError::Conflict { .. } => State::End(End::AnotherRun),
                other => unsure(&other),
            },
            (State::Look { step, way, .. }, Heard::Seen(seen)) => self.judge(&step, way, seen, now),
            (State::Permit(attempt), Heard::Permitted(Ok(()))) => State::Write {
                journal: attempt.journal.clone(),
                then: Some(attempt),
            },
            (State::Permit(_), Heard::Permitted(Err(refusal))) => {
                State::End(End::Refused(refusal.to_string()))
            }
            (State::Write { journal, then }, Heard::Written(Ok(version))) => {
                if let Some(known) = &mut self.known {
                    known.journal = *journal;
                    known.version = version;
                }
                match then {
                    Some(attempt) => State::ReadBack(attempt),
                    None => self.decide(now),
                }
            }
            (State::ReadBack(attempt), Heard::Loaded(Ok(found))) => {
                let is_kept =
                    self.known
                        .as_ref()
                        .zip(found)
                        .is_some_and(|(known, (version, stored))| {
                            version == known.version
                                && stored.journal == known.journal
                                && stored.plan == *known.plan
                        });
                if is_kept {
                    State::Call(attempt)
                } else {
                    State::End(End::AnotherRun)
                }
            }
            (State::Call(attempt), Heard::Called(result)) => self.answered(&attempt, &result, now),
            (State::Call(attempt), Heard::TooLate) => {
                State::End(End::Waits(attempt.journal.updated + LEASE))
            }
            (State::Sleep(_), Heard::Slept) => self.decide(now),
            (State::Sleep(until), Heard::NoTime) => State::End(End::Waits(until)),
            (State::Permit(_) | State::Look { .. }, Heard::NoTime) => State::End(End::Waits(now)),
            (State::End(end), _) => State::End(end),
            (_, _) => State::End(End::Unsure("it was told what it had not asked".to_owned())),
        };
    }

    fn decide(&self, now: Timestamp) -> State {
        let Some(Known { plan, journal, .. }) = &self.known else {
            return State::End(End::NoPlan);
        };
        match engine::next(plan, journal, now) {
            Next::Rest => State::End(End::Rests(journal.phase)),
            Next::Wait(until) => State::Sleep(until),
            Next::Look { step, look, way } => State::Look {
                step: step.name.clone(),
                look,
                way,
            },
            Next::Write(journal) => State::Write {
                journal,
                then: None,
            },
        }
    }

    fn judge(&self, step: &str, way: Way, seen: Result<Seen, CallError>, now: Timestamp) -> State {
        let Some((Known { plan, journal, .. }, step)) = self
            .known
            .as_ref()
            .and_then(|known| Some((known, known.plan.step(step)?)))
        else {
            return State::End(End::NoPlan);
        };
        let verdict = match seen {
            Ok(seen) => engine::seen(plan, journal, step, way, &seen, now),
            Err(error) => match engine::unseen(plan, journal, step, way, &error, now) {
                Some(verdict) => verdict,
                None => return unsure(&error),
            },
        };
        match verdict {
            Verdict::Write(journal) => State::Write {
                journal,
                then: None,
            },
            Verdict::Wait(until) => State::Sleep(until),
            Verdict::Attempt {
                journal: next,
                call,
            } => {
                let attempt = Attempt {
                    step: step.name.clone(),
                    call,
                    journal: next,
                };
                if engine::asks_guards(plan, journal, step, way) {
                    State::Permit(attempt)
                } else {
                    State::Write {
                        journal: attempt.journal.clone(),
                        then: Some(attempt),
                    }
                }
            }
        }
    }

    fn answered(&self, attempt: &Attempt, result: &Result<(), CallError>, now: Timestamp) -> State {
        let step = self
            .known
            .as_ref()
            .and_then(|known| Some((known, known.plan.step(&attempt.step)?)));
        match step {
            Some((known, step)) => State::Write {
                journal: engine::answered(&known.journal, step, result, now),
                then: None,
            },
            None => State::End(End::NoPlan),
        }
    }
}

fn unsure(error: &impl ToString) -> State {
    State::End(End::Unsure(printable(&error.to_string(), 600)))
}
