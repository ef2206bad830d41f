//! The hands of a run: reads, writes, calls and waits as it wants.

use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::Guard;
use nightshift_runtime::{Deadline, Ledger};

use super::cloud::{Cloud, Place};
use super::guards::Policy;
use super::journal::{Phase, Stored};
use super::refusal::Refusal;
use super::store;
use super::tick::{End, Heard, Io, Tick};

/// What one more call may take, with what is written around it; with less time
/// left the next run goes on.
const NEEDED: Duration = Duration::from_secs(30);
/// The same where the next call must follow.
const NEEDED_TO_PASS: Duration = Duration::from_secs(70);
/// The longest that a run waits for AWS where it could leave off instead.
const PATIENCE: Duration = Duration::from_secs(20);

/// What carries plans out.
#[derive(Clone, Copy)]
pub struct Hands<'a, C, L> {
    /// AWS.
    pub cloud: &'a C,
    /// The memory.
    pub ledger: &'a L,
    /// Asked before every call.
    pub guard: &'a Guard,
    /// What may be contained.
    pub policy: Policy<'a>,
    /// Whether calls are only printed.
    pub dry_run: bool,
    /// Until when the invocation may work.
    pub deadline: &'a Deadline,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Send + Sync),
}

impl<C: Cloud, L: Ledger> Hands<'_, C, L> {
    /// Goes on with a plan as far as it gets in this invocation.
    pub async fn go_on(&self, plan: &str) -> (End, Option<Stored>) {
        let mut tick = Tick::new();
        let end = loop {
            let heard = match tick.wants() {
                Io::End(end) => break end.clone(),
                Io::Load => Heard::Loaded(
                    store::read(self.ledger, plan)
                        .await
                        .map(|found| found.map(|(version, stored)| (version, Box::new(stored)))),
                ),
                Io::Look(look) => match place(&tick) {
                    Some(place) => Heard::Seen(self.cloud.look(&place, look).await),
                    None => Heard::NoTime,
                },
                Io::Permit(_) => self.permit(&tick),
                Io::Write {
                    plan,
                    journal,
                    version,
                } => Heard::Written(store::write(self.ledger, plan, journal, version).await),
                Io::Call { call, not_after } => match place(&tick) {
                    Some(place) if (self.clock)() <= not_after => {
                        tracing::info!(plan, call = call.command_line(&place.region), "calls");
                        Heard::Called(self.cloud.call(&place, call).await)
                    }
                    _ => Heard::TooLate,
                },
                Io::Sleep(until) => self.sleep(until).await,
            };
            tick.hear(heard, (self.clock)());
        };
        let stored = tick.stored().map(|(plan, journal)| Stored {
            plan: plan.clone(),
            journal: journal.clone(),
            told: None,
        });
        (end, stored)
    }

    /// The guards' word before a call.
    fn permit(&self, tick: &Tick) -> Heard {
        let Some((plan, journal)) = tick.stored() else {
            return Heard::NoTime;
        };
        let passes = tick
            .step()
            .and_then(|step| step.change())
            .is_some_and(|change| change.passing);
        let needed = if passes { NEEDED_TO_PASS } else { NEEDED };
        if !self.deadline.allows(needed) {
            return Heard::NoTime;
        }
        Heard::Permitted(self.allow().and_then(|()| {
            // What was contained may be brought back even where nothing may be
            // contained any more.
            let enrolment = match journal.phase {
                Phase::Undoing => Vec::new(),
                _ => self.policy.enrolment(plan.playbook, &plan.account),
            };
            enrolment.into_iter().next().map_or(Ok(()), Err)
        }))
    }

    /// Whether anything may be changed at all.
    ///
    /// # Errors
    /// When this is a dry run, or a person has stopped everything.
    pub fn allow(&self) -> Result<(), Refusal> {
        if self.dry_run {
            return Err(Refusal::DryRun);
        }
        Ok(self.guard.permit_changes()?)
    }

    async fn sleep(&self, until: Timestamp) -> Heard {
        let wait = until.duration_since((self.clock)());
        let wait = Duration::try_from(wait).unwrap_or_default();
        if wait > PATIENCE || !self.deadline.allows(wait + NEEDED) {
            return Heard::NoTime;
        }
        tokio::time::sleep(wait).await;
        Heard::Slept
    }
}

fn place(tick: &Tick) -> Option<Place> {
    tick.stored().map(|(plan, _)| Place::of(plan))
}
