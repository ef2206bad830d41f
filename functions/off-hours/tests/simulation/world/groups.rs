//! Auto Scaling groups: they launch, terminate and replace by themselves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use nightshift_runtime::{CallClass, CallError};
use off_hours::model::{AutoScalingMode, Call, Health, Member, Resource, Sizes, State as Seen};

use super::bodies::Power;
use crate::faults::error;

#[derive(Clone, Debug)]
pub struct Group {
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    pub suspended: BTreeSet<String>,
    pub members: BTreeMap<String, Power>,
    pub mode: AutoScalingMode,
    /// Why launches fail, in AWS's words.
    pub no_launch: Option<String>,
    /// The members that fall back to stopped after a start.
    pub fall_back: BTreeSet<String>,
}

impl Group {
    pub fn picture(&self) -> String {
        let up = self
            .members
            .values()
            .filter(|power| **power == Power::Running)
            .count();
        let ids: Vec<&String> = match self.mode {
            // A group that goes to zero launches new instances.
            AutoScalingMode::Zero => Vec::new(),
            AutoScalingMode::SuspendAndStop => self.members.keys().collect(),
        };
        format!(
            "{}/{}/{} suspended {:?} with {up} of {} {ids:?}",
            self.min,
            self.desired,
            self.max,
            self.suspended,
            self.members.len()
        )
    }

    pub fn show(&self, resource: &mut Resource) {
        let count = |of: Seen| {
            self.members
                .values()
                .filter(|power| power.seen() == of)
                .count()
        };
        let (on, starting, stopping) = (
            count(Seen::On),
            count(Seen::Starting),
            count(Seen::Stopping),
        );
        resource.state = match self.mode {
            AutoScalingMode::Zero => match (self.desired, self.members.len()) {
                (0, 0) => Seen::Off,
                (0, _) => Seen::Stopping,
                _ => Seen::On,
            },
            AutoScalingMode::SuspendAndStop => {
                if on > 0 {
                    Seen::On
                } else if starting > 0 {
                    Seen::Starting
                } else if stopping > 0 {
                    Seen::Stopping
                } else {
                    Seen::Off
                }
            }
        };
        resource.health = if u32::try_from(on).is_ok_and(|on| on >= self.desired) {
            Health::Healthy
        } else {
            let words = format!("{on} of {} in service", self.desired);
            match &self.no_launch {
                Some(why) => Health::Failing(format!("{words}; the last launch failed: {why}")),
                None => Health::NotYet(words),
            }
        };
        resource.sizes = Sizes::AutoScalingGroup {
            min: self.min,
            max: self.max,
            desired: self.desired,
            suspended: self.suspended.clone(),
            members: self
                .members
                .iter()
                .map(|(id, power)| Member {
                    id: id.clone(),
                    running: power.is_up(),
                })
                .collect(),
            mode: self.mode,
        };
    }

    pub fn take(&mut self, call: &Call) -> Result<(), CallError> {
        match call {
            Call::UpdateAutoScalingGroup { scaling, .. } => {
                if scaling.min > scaling.desired || scaling.desired > self.max {
                    return Err(error(call.action(), CallClass::Invalid, "sizes are wrong"));
                }
                (self.min, self.desired) = (scaling.min, scaling.desired);
            }
            Call::SuspendProcesses { processes, .. } => {
                self.suspended.extend(processes.iter().cloned());
            }
            Call::ResumeProcesses { processes, .. } => {
                self.suspended.retain(|one| !processes.contains(one));
            }
            _ => {}
        }
        Ok(())
    }

    /// Launches, terminates and replaces, as far as it may.
    pub fn will(&mut self, now: Timestamp, delay: SignedDuration, next_id: &mut u32) {
        for (id, power) in &mut self.members {
            if self.fall_back.contains(id) && matches!(power, Power::Starting(at) if *at <= now) {
                *power = Power::Stopped;
            }
            power.settle(now);
        }
        let may = |process: &str| !self.suspended.contains(process);
        let is_zero = self.mode == AutoScalingMode::Zero;
        if is_zero {
            self.members.retain(|_, power| *power != Power::Stopped);
        } else if may("HealthCheck") && may("ReplaceUnhealthy") && may("Terminate") {
            // What is stopped is unhealthy, and is terminated for ever.
            self.members
                .retain(|_, power| !matches!(power, Power::Stopped | Power::Stopping(_)));
        }
        let counts = |power: &Power| !is_zero || power.is_up();
        let desired = usize::try_from(self.desired).unwrap_or(usize::MAX);
        let mut count = self.members.values().filter(|power| counts(power)).count();
        let may_launch = may("Launch") && self.no_launch.is_none();
        let may_terminate = may("Terminate");
        while count > desired && may_terminate {
            count -= 1;
            if let Some(power) = self.members.values_mut().rev().find(|power| counts(power)) {
                *power = Power::Stopping(now + delay);
            }
        }
        while count < desired && may_launch {
            count += 1;
            *next_id += 1;
            let id = format!("i-{:08}", *next_id);
            let power = Power::Starting(now + delay);
            self.members.insert(id, power);
        }
        for power in self.members.values_mut() {
            power.settle(now);
        }
        if is_zero {
            self.members.retain(|_, power| *power != Power::Stopped);
        }
    }
}
