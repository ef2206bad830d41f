use std::collections::BTreeSet;

use crate::model::{Call, Health, Remembered, Resource, Sizes};

use super::{Sleeper, Unknown, group_name};

/// What would replace or terminate the instances that are stopped.
///
/// `ScheduledActions` is not among them: a recurring action that falls due
/// while it is suspended is lost. `AddToLoadBalancer` only matters at launch.
const SUSPENDED: [&str; 7] = [
    "AZRebalance",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "Terminate",
];

/// An Auto Scaling group whose instances are stopped and started again. Its
/// processes are suspended before the first instance stops, or it would
/// replace what it takes for unhealthy.
pub(super) struct SuspendedGroup;

impl Sleeper for SuspendedGroup {
    fn remember(&self, resource: &Resource) -> Option<Remembered> {
        let stopped = members(resource, true);
        if stopped.is_empty() {
            return None;
        }
        let already = suspended(resource);
        Some(Remembered::SuspendedAutoScalingGroup {
            suspended: SUSPENDED
                .iter()
                .map(|process| (*process).to_owned())
                .filter(|process| !already.contains(process))
                .collect(),
            stopped,
        })
    }

    fn remember_more(&self, resource: &Resource, earlier: &Remembered) -> Remembered {
        let mut more = earlier.clone();
        if let Remembered::SuspendedAutoScalingGroup { stopped, .. } = &mut more {
            stopped.extend(members(resource, true));
        }
        more
    }

    fn sleep(&self, resource: &Resource, memory: &Remembered) -> Vec<Call> {
        let Remembered::SuspendedAutoScalingGroup {
            suspended: ours, ..
        } = memory
        else {
            return Vec::new();
        };
        let mut calls = Vec::new();
        let already = suspended(resource);
        let missing: BTreeSet<String> = ours.difference(&already).cloned().collect();
        if !missing.is_empty() {
            calls.push(Call::SuspendProcesses {
                group: group_name(resource),
                processes: missing,
            });
        }
        let running = members(resource, true);
        if !running.is_empty() {
            calls.push(Call::StopInstances {
                ids: running.into_iter().collect(),
            });
        }
        calls
    }

    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown> {
        let still = members(resource, false);
        let Some(Remembered::SuspendedAutoScalingGroup {
            suspended: ours,
            stopped,
        }) = memory
        else {
            return if still.is_empty() {
                Ok(Vec::new())
            } else {
                Err(Unknown)
            };
        };
        let start: Vec<String> = still.intersection(stopped).cloned().collect();
        if !start.is_empty() {
            return Ok(vec![Call::StartInstances { ids: start }]);
        }
        // Members that were terminated by hand while it slept: only the group itself can
        // replace them, once it may again.
        let are_gone = members(resource, true).is_empty();
        let is_usable = resource.health == Health::Healthy;
        let resume: BTreeSet<String> = ours.intersection(&suspended(resource)).cloned().collect();
        if resume.is_empty() || !(is_usable || are_gone) {
            return Ok(Vec::new());
        }
        Ok(vec![Call::ResumeProcesses {
            group: group_name(resource),
            processes: resume,
        }])
    }

    fn stops_while_starting(&self) -> bool {
        true
    }
}

fn members(resource: &Resource, are_running: bool) -> BTreeSet<String> {
    match &resource.sizes {
        Sizes::AutoScalingGroup { members, .. } => members
            .iter()
            .filter(|member| member.running == are_running)
            .map(|member| member.id.clone())
            .collect(),
        _ => BTreeSet::new(),
    }
}

fn suspended(resource: &Resource) -> BTreeSet<String> {
    match &resource.sizes {
        Sizes::AutoScalingGroup { suspended, .. } => suspended.clone(),
        _ => BTreeSet::new(),
    }
}
