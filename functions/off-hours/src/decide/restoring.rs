//! What is wanted on.

use std::collections::BTreeSet;

use super::RECENT;
use super::case::{Case, Judged};
use crate::kinds::sleeper;
use crate::model::{Call, Health, Phase, State};
use crate::plan::{Action, Progress};
use crate::remedies::remedy;

impl Case<'_> {
    pub(super) fn wanted_on(mut self) -> Judged {
        self.next.forced_at = None;
        match &self.resource.state {
            State::Broken(status) => self.broken(status),
            State::Busy(status) => {
                let reason = format!("waiting: AWS says `{status}`; {}", self.wish.reason);
                self.underway(reason)
            }
            State::Starting => {
                let reason = match self.resource.health.why_not() {
                    Some(words) => format!("it is starting ({words}); {}", self.wish.reason),
                    None => format!("it is starting; {}", self.wish.reason),
                };
                self.underway(reason)
            }
            State::Stopping if !self.sleeper().starts_while_stopping() => {
                let reason = format!(
                    "waiting: it is stopping, and AWS can start it only once it is stopped; {}",
                    self.wish.reason
                );
                self.underway(reason)
            }
            State::On => self.running(),
            State::Off | State::Stopping => self.down(),
            State::Stalled(status) => self.stalled(status),
        }
    }

    fn running(mut self) -> Judged {
        let reason = self.wish.reason.clone();
        if self.phase() == Phase::Awake {
            return self.settle(Phase::Awake, reason);
        }
        let mut calls = sleeper(self.resource, self.remembered())
            .wake(self.resource, self.remembered())
            .unwrap_or_default();
        let is_usable = self.resource.health == Health::Healthy;
        if calls.is_empty() && is_usable {
            calls = self.muted_alarms();
            if calls.is_empty() {
                return self.settle(Phase::Awake, reason);
            }
        }
        if calls.is_empty() {
            self.enter(Phase::Waking);
            return self.not_usable_yet();
        }
        let starts = |call: &Call| matches!(call, Call::StartInstances { .. });
        if self.phase() == Phase::Waking && calls.iter().any(starts) {
            if self.was_asked_just_now() {
                let reason = format!("it was asked to start a moment ago; {reason}");
                return self.underway(reason);
            }
            self.note_failed_request("AWS took the start, and a part of it is off again");
        }
        if let Some(due) = self.retries_at() {
            return self.back_off(due, "brought back");
        }
        let why = format!("it runs, and the rest of it is restored; {reason}");
        self.change(Action::Start, Phase::Waking, calls, why)
    }

    /// It runs and is not usable: AWS is at work, or it never becomes usable.
    fn not_usable_yet(mut self) -> Judged {
        let failing_since = self.failing_since();
        let words = self.resource.health.why_not();
        let words = words.unwrap_or("AWS gives no reason").to_owned();
        let timeout = self.policy.config.health_timeout.as_duration();
        if self.now.duration_since(self.next.since) >= timeout {
            let since = self.clock(self.next.since);
            let reason = format!(
                "it was brought back at {since} and is still not usable: {words}; {}",
                self.wish.reason
            );
            self.alarm();
            return self.finish(Action::Failed, Progress::Failing, reason);
        }
        // Seen once, it may be one of several attempts that AWS makes within a minute.
        let lasts = failing_since.is_some_and(|at| self.now.duration_since(at) >= RECENT);
        if lasts {
            let reason = format!(
                "it is on, but AWS does not get it usable: {words}; AWS goes on trying, and off-hours watches; {}",
                self.wish.reason
            );
            self.alarm();
            // A later wave waits for it all the same, as long as for any other.
            return self.finish(Action::Failed, Progress::Underway, reason);
        }
        let reason = format!(
            "it is on, but not usable yet: {words}; {}",
            self.wish.reason
        );
        self.underway(reason)
    }

    /// AWS could not run it. Once the cause is mended a start brings it back, and
    /// nothing else tells that the cause is mended.
    fn stalled(mut self, status: &str) -> Judged {
        if self.was_asked_just_now() {
            let reason = format!("it was asked to start a moment ago; {}", self.wish.reason);
            return self.underway(reason);
        }
        if self.phase() == Phase::Waking {
            self.note_failed_request("AWS took the start, and it does not run");
        }
        self.alarm();
        self.start(&format!(
            "its start is tried: AWS says `{status}`: {}",
            remedy(status)
        ))
    }

    fn down(mut self) -> Judged {
        match self.phase() {
            Phase::Asleep | Phase::FallingAsleep => self.start("asleep"),
            Phase::Waking => {
                if self.was_asked_just_now() {
                    let reason =
                        format!("it was asked to start a moment ago; {}", self.wish.reason);
                    return self.underway(reason);
                }
                self.note_failed_request("AWS took the start, and it is off again");
                self.start("off again")
            }
            Phase::Awake if self.is_asked_since() => self.start("off"),
            // What AWS has stopped no person wanted so.
            Phase::Awake if matches!(self.resource.health, Health::Failing(_)) => {
                let why = self.resource.health.why_not().unwrap_or_default();
                self.start(&format!("AWS itself has stopped it: {why}"))
            }
            Phase::Awake if self.policy.config.strict => {
                self.start("somebody has stopped it, and `strict` puts it back at once")
            }
            Phase::Awake if self.lease_is_over() => {
                self.start("somebody had stopped it, and the time for that is over")
            }
            Phase::Awake if self.is_known() => self.lease("somebody has stopped it"),
            Phase::Awake => self.lease("it was off before off-hours first saw it"),
        }
    }

    fn start(self, seen: &str) -> Judged {
        if let Some(due) = self.retries_at() {
            return self.back_off(due, "brought back");
        }
        // After a day on which somebody stopped it, last night's sizes are the best that is known.
        let memory = self.next.memory.as_ref().map(|memory| &memory.remembered);
        let calls = match sleeper(self.resource, memory).wake(self.resource, memory) {
            Ok(calls) => calls,
            Err(unknown) => {
                let reason = format!("{seen}; {unknown}");
                return self.finish(Action::Refused, Progress::Refused, reason);
            }
        };
        if calls.is_empty() {
            let reason = if self.resource.state == State::Stopping {
                format!("it is stopping; {}", self.wish.reason)
            } else {
                format!(
                    "its maximum is zero, which a person has set, so nothing can be started; {}",
                    self.wish.reason
                )
            };
            return self.finish(Action::None, Progress::Respected, reason);
        }
        let why = format!("{seen}; {}", self.wish.reason);
        self.change(Action::Start, Phase::Waking, calls, why)
    }

    /// The alarms that off-hours muted and that are still mute.
    fn muted_alarms(&self) -> Vec<Call> {
        let Some(memory) = self.memory() else {
            return Vec::new();
        };
        let names: BTreeSet<String> = self
            .resource
            .alarms
            .iter()
            .filter(|alarm| !alarm.actions_enabled && memory.muted_alarms.contains(&alarm.name))
            .map(|alarm| alarm.name.clone())
            .collect();
        if names.is_empty() {
            return Vec::new();
        }
        vec![Call::EnableAlarmActions { names }]
    }
}
