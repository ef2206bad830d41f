//! What is wanted off.

use std::collections::BTreeSet;

use super::case::{Case, Judged};
use super::maintenance;
use crate::model::{Alarm, Call, Memory, Phase, Remembered, State};
use crate::plan::{Action, Progress};
use crate::remedies::remedy;

impl Case<'_> {
    pub(super) fn wanted_off(self) -> Judged {
        match &self.resource.state {
            State::Broken(status) => self.broken(status),
            State::Stalled(status) => self.stalled_at_night(status),
            State::Busy(status) => {
                let reason = format!("waiting: AWS says `{status}`; {}", self.wish.reason);
                self.underway(reason)
            }
            State::Starting if !self.sleeper().stops_while_starting() => self.starting(),
            State::Stopping => self.stopping(),
            State::Off => self.off(),
            State::On | State::Starting => self.on(),
        }
    }

    /// It does not run, and AWS stops only what does. Whether its cause is mended
    /// shows when it is started.
    fn stalled_at_night(mut self, status: &str) -> Judged {
        self.alarm();
        let reason = format!(
            "AWS says `{status}`: {}; off-hours starts it when its hours begin; {}",
            remedy(status),
            self.wish.reason
        );
        self.finish(Action::Failed, Progress::Failing, reason)
    }

    fn starting(mut self) -> Judged {
        if self.phase() == Phase::Asleep && self.is_started_by_aws() {
            self.mark_forced();
            let reason = format!(
                "AWS is starting it after seven days; it is put back to sleep as soon as it is available; {}",
                self.wish.reason
            );
            return self.underway(reason);
        }
        let reason = format!(
            "waiting: it is starting, and AWS can stop it only once it runs; {}",
            self.wish.reason
        );
        self.underway(reason)
    }

    fn stopping(self) -> Judged {
        let calls = self.missing_for_sleep();
        if self.phase() == Phase::FallingAsleep
            && !calls.is_empty()
            && self.sleeper().stops_while_starting()
            && !self.was_asked_just_now()
        {
            return self.stop("the rest of it is put to sleep");
        }
        let reason = format!("it is stopping; {}", self.wish.reason);
        self.underway(reason)
    }

    fn off(mut self) -> Judged {
        let reason = match self.wish.until {
            Some(_) => format!("asleep; {}", self.wish.reason),
            None => self.wish.reason.clone(),
        };
        match self.phase() {
            Phase::Asleep => self.settle(Phase::Asleep, reason),
            Phase::FallingAsleep | Phase::Waking => {
                if self.missing_for_sleep().is_empty() {
                    self.settle(Phase::Asleep, reason)
                } else if self.was_asked_just_now() {
                    self.underway(reason)
                } else {
                    self.stop("it is off, and the rest of it follows")
                }
            }
            Phase::Awake if self.is_known() => {
                // Somebody stopped it during the day. From now on the schedule wants it so,
                // and in the morning it comes back with the others.
                if let Some(memory) = self.fresh_memory()
                    && memory.remembered == Remembered::Power
                {
                    // Its alarms were not muted, so there is none to unmute.
                    self.next.memory = Some(Memory {
                        muted_alarms: BTreeSet::new(),
                        loud_alarms: BTreeSet::new(),
                        ..memory
                    });
                }
                self.settle(Phase::Asleep, reason)
            }
            Phase::Awake => {
                let reason = format!("it was off before off-hours first saw it; {reason}");
                self.settle(Phase::Awake, reason)
            }
        }
    }

    fn on(mut self) -> Judged {
        match self.phase() {
            Phase::Awake => self.stop("running"),
            Phase::FallingAsleep | Phase::Waking => {
                if self.phase() == Phase::FallingAsleep {
                    if self.was_asked_just_now() {
                        let reason =
                            format!("it was asked to stop a moment ago; {}", self.wish.reason);
                        return self.underway(reason);
                    }
                    self.note_failed_request("it was asked to stop and still runs");
                }
                self.stop("still running")
            }
            Phase::Asleep => self.woken(),
        }
    }

    /// It slept, and somebody or something has woken it.
    fn woken(mut self) -> Judged {
        if self.is_started_by_aws() {
            self.mark_forced();
            return self.stop("AWS has started it after seven days");
        }
        if self.is_scaled_by_an_autoscaler() {
            return self.stop("an autoscaler has woken it, not a person");
        }
        if self.policy.config.strict {
            return self.stop("somebody has woken it, and `strict` puts it back at once");
        }
        if self.is_asked_since() {
            return self.stop("running");
        }
        if self.lease_is_over() {
            return self.stop("somebody had woken it, and the time for that is over");
        }
        self.lease("somebody has woken it")
    }

    /// Puts it to sleep, or what of it is still awake.
    fn stop(mut self, seen: &str) -> Judged {
        let window = self.resource.maintenance_window.as_deref();
        let maintenance = window.and_then(|window| maintenance::ends_at(window, self.now));
        if let (Some(end), true) = (maintenance, self.phase() != Phase::FallingAsleep) {
            let reason = format!(
                "its maintenance window is now or near, so it runs until {}; {}",
                self.clock(end),
                self.wish.reason
            );
            return self.respect(reason);
        }
        if let Some(due) = self.retries_at() {
            return self.back_off(due, "put to sleep");
        }
        let Some(memory) = self.memory_for_sleep() else {
            let reason = format!("nothing of it runs; {}", self.wish.reason);
            return self.settle(Phase::Awake, reason);
        };
        let calls = self.calls_for_sleep(&memory);
        if calls.is_empty() {
            let reason = format!("waiting: it is on its way; {}", self.wish.reason);
            return self.underway(reason);
        }
        self.next.memory = Some(memory);
        let why = format!(
            "{seen}; {}; to keep it awake, use the command keep-awake or the tag {}",
            self.wish.reason,
            super::KEEP_AWAKE_TAG
        );
        self.change(Action::Stop, Phase::FallingAsleep, calls, why)
    }

    /// The memory of this night if there is one; it is never overwritten, only
    /// added to.
    fn memory_for_sleep(&self) -> Option<Memory> {
        let Some(memory) = self.memory() else {
            return self.fresh_memory();
        };
        let mut memory = memory.clone();
        memory.remembered = self
            .sleeper()
            .remember_more(self.resource, &memory.remembered);
        Some(memory)
    }

    fn fresh_memory(&self) -> Option<Memory> {
        let remembered = crate::kinds::sleeper(self.resource, None).remember(self.resource)?;
        let enabled = self.resource.alarms.iter();
        let enabled = enabled.filter(|alarm| alarm.actions_enabled);
        let (loud, muted): (Vec<&Alarm>, Vec<&Alarm>) =
            enabled.partition(|alarm| alarm.is_ours == Some(false));
        let names = |alarms: Vec<&Alarm>| alarms.into_iter().map(|one| one.name.clone()).collect();
        Some(Memory {
            taken_at: self.now,
            muted_alarms: names(muted),
            loud_alarms: names(loud),
            hourly: (self.policy.hourly)(self.resource),
            remembered,
        })
    }

    fn missing_for_sleep(&self) -> Vec<Call> {
        self.memory()
            .map_or_else(Vec::new, |memory| self.calls_for_sleep(memory))
    }

    fn calls_for_sleep(&self, memory: &Memory) -> Vec<Call> {
        let muted: BTreeSet<String> = self
            .resource
            .alarms
            .iter()
            .filter(|alarm| alarm.actions_enabled && alarm.is_ours != Some(false))
            .filter(|alarm| memory.muted_alarms.contains(&alarm.name))
            .map(|alarm| alarm.name.clone())
            .collect();
        let mut calls = Vec::new();
        if !muted.is_empty() {
            calls.push(Call::DisableAlarmActions { names: muted });
        }
        let sleeper = crate::kinds::sleeper(self.resource, Some(&memory.remembered));
        calls.extend(sleeper.sleep(self.resource, &memory.remembered));
        calls
    }
}
