//! What each kind of resource is made of, how it shows itself, and which calls
//! it takes.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError};
use off_hours::model::{
    AutoScalingMode, Call, Health, Kind, Resource, ScalableTarget, Sizes, State as Seen,
    TaintChange,
};

use super::groups::Group;
use super::{State, Thing};
use crate::faults::error;

/// Whether something runs; on its way, until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Power {
    Running,
    Stopped,
    Starting(Timestamp),
    Stopping(Timestamp),
}

#[derive(Clone, Debug)]
pub enum Body {
    Instance {
        id: String,
        power: Power,
        /// Why it falls back to stopped after a start, as with a disabled KMS key.
        falls_back: Option<String>,
    },
    Database {
        power: Power,
        stopped_at: Option<Timestamp>,
        /// A status of its own, such as `backing-up`.
        status: Option<Seen>,
    },
    Group(Group),
    NodeGroup {
        min: u32,
        max: u32,
        desired: u32,
        tainted: bool,
        nodes: u32,
        busy_until: Option<Timestamp>,
        /// Whether a Cluster Autoscaler has pods waiting.
        has_autoscaler: bool,
    },
    Service {
        desired: u32,
        running: u32,
        moves_at: Option<Timestamp>,
        target: Option<ScalableTarget>,
    },
}

impl Power {
    pub fn settle(&mut self, now: Timestamp) {
        match *self {
            Self::Starting(at) if at <= now => *self = Self::Running,
            Self::Stopping(at) if at <= now => *self = Self::Stopped,
            _ => {}
        }
    }

    pub fn seen(self) -> Seen {
        match self {
            Self::Running => Seen::On,
            Self::Stopped => Seen::Off,
            Self::Starting(_) => Seen::Starting,
            Self::Stopping(_) => Seen::Stopping,
        }
    }

    pub fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Starting(_))
    }
}

fn ready(is_ready: bool, words: &str) -> Health {
    if is_ready {
        Health::Healthy
    } else {
        Health::NotYet(words.to_owned())
    }
}

impl Body {
    /// Everything that off-hours may not leave changed.
    pub fn picture(&self) -> String {
        match self {
            Self::Instance { power, .. } | Self::Database { power, .. } => format!("{power:?}"),
            Self::Group(group) => group.picture(),
            Self::NodeGroup {
                min,
                max,
                desired,
                tainted,
                nodes,
                ..
            } => format!("{min}/{desired}/{max} tainted {tainted} with {nodes}"),
            Self::Service {
                desired,
                running,
                target,
                ..
            } => format!(
                "{running} of {desired}, {:?}",
                target.map(|target| target.suspension)
            ),
        }
    }

    pub fn show(&self, resource: &mut Resource) {
        match self {
            Self::Instance {
                id,
                power,
                falls_back,
            } => {
                resource.state = power.seen();
                let words = falls_back.as_deref().unwrap_or("status checks");
                resource.health = ready(*power == Power::Running, words);
                resource.sizes = Sizes::Ec2Instance { id: id.clone() };
            }
            Self::Database { power, status, .. } => {
                resource.state = status.clone().unwrap_or_else(|| power.seen());
                resource.health = ready(*power == Power::Running, "not available");
                resource.sizes = if resource.kind == Kind::DbCluster {
                    Sizes::DbCluster
                } else {
                    Sizes::DbInstance
                };
            }
            Self::Group(group) => group.show(resource),
            Self::NodeGroup {
                min,
                max,
                desired,
                tainted,
                nodes,
                busy_until,
                ..
            } => {
                resource.state = match (busy_until, desired, nodes) {
                    (Some(_), _, _) => Seen::Busy("UPDATING".to_owned()),
                    (None, 0, 0) => Seen::Off,
                    (None, 0, _) => Seen::Stopping,
                    _ => Seen::On,
                };
                resource.health = ready(nodes >= desired, "nodes are joining");
                resource.sizes = Sizes::NodeGroup {
                    cluster: "main".to_owned(),
                    min: *min,
                    max: *max,
                    desired: *desired,
                    tainted: *tainted,
                };
            }
            Self::Service {
                desired,
                running,
                target,
                ..
            } => {
                resource.state = match (desired, running) {
                    (0, 0) => Seen::Off,
                    (0, _) => Seen::Stopping,
                    _ => Seen::On,
                };
                resource.health = ready(running == desired, "tasks are starting");
                resource.sizes = Sizes::EcsService {
                    cluster: "main".to_owned(),
                    desired: *desired,
                    running: *running,
                    target: *target,
                };
            }
        }
    }
}

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
                for name in names {
                    if let Some((_, is_enabled)) = self.alarms.get_mut(name) {
                        *is_enabled = matches!(call, Call::EnableAlarmActions { .. });
                    }
                }
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
        let kind = match call {
            Call::StopDbInstance { .. } | Call::StartDbInstance { .. } => Kind::DbInstance,
            _ => Kind::DbCluster,
        };
        match self.named(kind, id) {
            Some(Body::Database {
                status: Some(_), ..
            }) => Err(error(
                call.action(),
                CallClass::Conflict,
                "its status forbids it",
            )),
            Some(Body::Database {
                power, stopped_at, ..
            }) => Ok((power, stopped_at)),
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

impl Body {
    fn instance_ids(&self) -> Vec<&str> {
        self.powers().into_iter().map(|(id, _)| id).collect()
    }

    fn powers(&self) -> Vec<(&str, Power)> {
        match self {
            Self::Instance { id, power, .. } => vec![(id, *power)],
            Self::Group(group) => group
                .members
                .iter()
                .map(|(id, power)| (id.as_str(), *power))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn powers_mut(&mut self) -> Vec<(String, &mut Power)> {
        match self {
            Self::Instance { id, power, .. } => vec![(id.clone(), power)],
            Self::Group(group) => group
                .members
                .iter_mut()
                .map(|(id, power)| (id.clone(), power))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn is_suspending(&self) -> bool {
        matches!(self, Self::Group(group) if group.mode == AutoScalingMode::SuspendAndStop)
    }
}
