//! Evenings and mornings: when they begin, and when they are over.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use nightshift_core::Arn;
use nightshift_schedule::Desired;

use super::{Due, Occasion, View};
use crate::model::{Phase, Record, Run};
use crate::plan::{Decision, Progress};

impl View<'_> {
    pub(super) fn evening(&self, due: &mut Due) {
        let is_open = self.is_at_work(Desired::Off);
        if due.environment.falling_asleep.is_none() && is_open {
            due.environment.falling_asleep = Some(Run {
                started_at: self.now,
            });
        }
        let Some(run) = due.environment.falling_asleep.clone() else {
            return;
        };
        if is_open && !self.is_out_of_time(&run, Desired::Off) {
            return;
        }
        due.environment.falling_asleep = None;
        let asleep = self.reached(Phase::Asleep, &run);
        let running = self.not_reached(Desired::Off);
        if !asleep.is_empty() || !running.is_empty() {
            due.occasions.push(Occasion::FellAsleep {
                took: self.now.duration_since(run.started_at),
                run,
                asleep,
                running,
            });
        }
    }

    pub(super) fn morning(&self, due: &mut Due) {
        let is_open = self.is_at_work(Desired::On);
        if due.environment.waking.is_none() && is_open {
            due.environment.waking = Some(Run {
                started_at: self.now,
            });
        }
        let Some(run) = due.environment.waking.clone() else {
            return;
        };
        if is_open && !self.is_out_of_time(&run, Desired::On) {
            return;
        }
        due.environment.waking = None;
        let usable = self.reached(Phase::Awake, &run);
        let unusable = self.not_reached(Desired::On);
        if !usable.is_empty() || !unusable.is_empty() {
            due.occasions.push(Occasion::Usable {
                took: self.now.duration_since(run.started_at),
                run,
                usable,
                unusable,
            });
        }
    }

    /// Whether anything is still on its way.
    fn is_at_work(&self, desired: Desired) -> bool {
        let phase = match desired {
            Desired::Off => Phase::FallingAsleep,
            _ => Phase::Waking,
        };
        !self.policy.dry_run
            && self.ours.iter().any(|one| {
                // A forced start that is put back is told by itself and is no evening.
                if desired == Desired::Off && self.is_forced(one) {
                    return false;
                }
                let is_begun = self.phase(&one.arn) == phase;
                one.desired == desired
                    && match one.progress {
                        Progress::Wanted | Progress::Held => true,
                        Progress::Underway => is_begun,
                        _ => false,
                    }
            })
    }

    /// Each wave has as long as a later one waits for it.
    fn is_out_of_time(&self, run: &Run, desired: Desired) -> bool {
        let waves: BTreeSet<u8> = self
            .ours
            .iter()
            .filter(|one| one.desired == desired)
            .map(|one| one.wave)
            .collect();
        let waves = i32::try_from(waves.len().max(1)).unwrap_or(i32::MAX);
        let timeout = self.policy.config.health_timeout.as_duration();
        let most = timeout.checked_mul(waves).unwrap_or(SignedDuration::MAX);
        self.now.duration_since(run.started_at) >= most
    }

    /// What has arrived since the run began.
    fn reached(&self, phase: Phase, run: &Run) -> Vec<Arn> {
        let has = |record: &Record| record.phase == phase && record.since >= run.started_at;
        self.ours
            .iter()
            .filter(|one| one.progress == Progress::Settled)
            .filter(|one| self.records.get(&one.arn).is_some_and(|record| has(record)))
            // Seen on for the first time is not brought back.
            .filter(|one| phase != Phase::Awake || self.before.records.contains_key(&one.arn))
            .map(|one| one.arn.clone())
            .collect()
    }

    fn not_reached(&self, desired: Desired) -> Vec<Arn> {
        self.ours
            .iter()
            .filter(|one| one.desired == desired && one.progress != Progress::Settled)
            .filter(|one| match desired {
                Desired::On => {
                    one.progress != Progress::Underway || self.phase(&one.arn) != Phase::Awake
                }
                // What is protected, or kept awake by a person, runs on by somebody's will.
                _ => !matches!(one.progress, Progress::Refused | Progress::Respected),
            })
            .map(|one| one.arn.clone())
            .collect()
    }

    fn is_forced(&self, one: &Decision) -> bool {
        let record = self.records.get(&one.arn);
        one.forced_start || record.is_some_and(|record| record.forced_at.is_some())
    }
}
