//! Which calls the simulated AWS takes, and which it refuses.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError};
use off_hours::model::{Call, Kind, State as Seen, TaintChange};

use super::bodies::{Body, Power};
use super::{State, Thing};
use crate::faults::error;

impl State {
    /// Takes a call as AWS would, or refuses it.
    pub(super) fn apply(&mut self, region: &Region, call: &Call) -> Result<(), CallError> {
        let until = self.now + self.delay;
        let refuse = |class, why: &str| Err(error(call.action(), class, why));
        match call {
            Call::StopInstances { ids } | Call::StartInstances { ids } => {
                let is_start = matches!(call, Call::StartInstances { .. });
                self.switch_instances(region, ids, is_start, call)?;
            }
            Call::StopDbInstance { id } | Call::StopDbCluster { id } => {
                let (power, stopped_at) = self.database(call, id)?;
                if *power != Power::Running {
                    return refuse(CallClass::Conflict, "it is not available");
                }
                *power = Power::Stopping(until);
                *stopped_at = Some(until);
            }
            Call::StartDbInstance { id } | Call::StartDbCluster { id } => {
                let (power, stopped_at) = self.database(call, id)?;
                if *power != Power::Stopped {
                    return refuse(CallClass::Conflict, "it is not stopped");
                }
                *power = Power::Starting(until);
                *stopped_at = None;
            }
            Call::UpdateNodegroupConfig {
                node_group,
                scaling,
                taint,
                ..
            } => {
                let name = format!("main/{node_group}");
                let Some(Body::NodeGroup {
                    min,
                    max,
                    desired,
                    tainted,
                    busy_until,
                    ..
                }) = self.named(Kind::NodeGroup, &name)
                else {
                    return refuse(CallClass::NotFound, "no such node group");
                };
                if busy_until.is_some() || scaling.desired > *max || scaling.min > scaling.desired {
                    return refuse(
                        CallClass::Conflict,
                        "it is being updated, or sizes are wrong",
                    );
                }
                (*min, *desired) = (scaling.min, scaling.desired);
                *tainted = match taint {
                    TaintChange::Add => true,
                    TaintChange::Remove => false,
                    TaintChange::Keep => *tainted,
                };
                *busy_until = Some(until);
            }
            Call::UpdateService {
                service,
                desired: wanted,
                ..
            } => {
                let Some(Body::Service {
                    desired, moves_at, ..
                }) = self.named(Kind::EcsService, service)
                else {
                    return refuse(CallClass::NotFound, "no such service");
                };
                *desired = *wanted;
                *moves_at = Some(until);
            }
            Call::RegisterScalableTarget {
                service,
                suspension,
                ..
            } => match self.named(Kind::EcsService, service) {
                Some(Body::Service {
                    target: Some(target),
                    ..
                }) => {
                    target.suspension = *suspension;
                }
                _ => return refuse(CallClass::NotFound, "no such target"),
            },
            Call::DisableAlarmActions { names } | Call::EnableAlarmActions { names } => {
                self.switch_alarms(call, names)?;
            }
            Call::UpdateAutoScalingGroup { group, .. }
            | Call::SuspendProcesses { group, .. }
            | Call::ResumeProcesses { group, .. } => {
                match self.named(Kind::AutoScalingGroup, group) {
                    Some(Body::Group(group)) => group.take(call)?,
                    _ => return refuse(CallClass::NotFound, "no such group"),
                }
            }
        }
        self.will();
        Ok(())
    }

    /// IAM refuses the whole call for one alarm without the tag.
    fn switch_alarms(&mut self, call: &Call, names: &BTreeSet<String>) -> Result<(), CallError> {
        if !self.strange_alarms.is_disjoint(names) {
            let words = "no permission for one of them";
            return Err(error(call.action(), CallClass::Denied, words));
        }
        for name in names {
            if let Some((_, is_enabled)) = self.alarms.get_mut(name) {
                *is_enabled = matches!(call, Call::EnableAlarmActions { .. });
            }
        }
        Ok(())
    }

    pub(super) fn named(&mut self, kind: Kind, name: &str) -> Option<&mut Body> {
        self.things
            .values_mut()
            .find(|thing| thing.base.kind == kind && thing.base.name == name)
            .map(|thing| &mut thing.body)
    }

    fn database(
        &mut self,
        call: &Call,
        id: &str,
    ) -> Result<(&mut Power, &mut Option<Timestamp>), CallError> {
        let is_start = matches!(
            call,
            Call::StartDbInstance { .. } | Call::StartDbCluster { .. }
        );
        let kind = match call {
            Call::StopDbInstance { .. } | Call::StartDbInstance { .. } => Kind::DbInstance,
            _ => Kind::DbCluster,
        };
        match self.named(kind, id) {
            Some(Body::Database {
                power,
                stopped_at,
                status,
                ..
            }) => {
                match status {
                    None => {}
                    // Its cause is known only by starting it.
                    Some(Seen::Stalled(_)) if is_start => *power = Power::Stopped,
                    Some(_) => {
                        let words = "its status forbids it";
                        return Err(error(call.action(), CallClass::Conflict, words));
                    }
                }
                Ok((power, stopped_at))
            }
            _ => Err(error(
                call.action(),
                CallClass::NotFound,
                "no such database",
            )),
        }
    }

    /// One wrong id spoils the whole call, and nothing is done.
    fn switch_instances(
        &mut self,
        region: &Region,
        ids: &[String],
        is_start: bool,
        call: &Call,
    ) -> Result<(), CallError> {
        let until = self.now + self.delay;
        let known: BTreeSet<&str> = self
            .things
            .values()
            .filter(|thing| thing.base.region == *region)
            .flat_map(|thing| thing.body.instance_ids())
            .collect();
        let is_bad = |id: &&String| self.poisoned.contains(id) || !known.contains(id.as_str());
        if let Some(id) = ids.iter().find(is_bad) {
            return Err(error(call.action(), CallClass::NotFound, id));
        }
        let powers = self.things.values().flat_map(|thing| thing.body.powers());
        for (id, power) in powers {
            let is_between = if is_start {
                matches!(power, Power::Stopping(_))
            } else {
                matches!(power, Power::Starting(_))
            };
            if is_between && ids.iter().any(|one| one == id) {
                return Err(error(
                    call.action(),
                    CallClass::Conflict,
                    "IncorrectInstanceState",
                ));
            }
        }
        for Thing { body, .. } in self.things.values_mut() {
            for (id, power) in body.powers_mut() {
                if !ids.contains(&id) {
                    continue;
                }
                *power = match (is_start, *power) {
                    (true, Power::Stopped) => Power::Starting(until),
                    (false, Power::Running) => Power::Stopping(until),
                    (_, other) => other,
                };
            }
        }
        Ok(())
    }
}
