//! What each kind of resource is made of, and how it shows itself.

use jiff::Timestamp;
use off_hours::model::{Health, Kind, Resource, ScalableTarget, Sizes, State as Seen};

use super::groups::Group;

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
        /// Why AWS itself has stopped it.
        lost_host: Option<String>,
    },
    Database {
        power: Power,
        stopped_at: Option<Timestamp>,
        /// A status of its own, such as `backing-up`.
        status: Option<Seen>,
        /// The status that a start ends in, as with a disabled KMS key.
        falls_into: Option<Seen>,
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
                lost_host,
            } => {
                resource.state = power.seen();
                let words = falls_back.as_deref().unwrap_or("status checks");
                resource.health = match lost_host {
                    Some(why) if *power == Power::Stopped => Health::Failing(why.clone()),
                    _ => ready(*power == Power::Running, words),
                };
                resource.sizes = Sizes::Ec2Instance { id: id.clone() };
            }
            Self::Database { power, status, .. } => {
                resource.state = match (status, power) {
                    (Some(Seen::Stalled(_)), Power::Starting(_)) | (None, _) => power.seen(),
                    (Some(status), _) => status.clone(),
                };
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

impl Body {
    pub fn instance_ids(&self) -> Vec<&str> {
        self.powers().into_iter().map(|(id, _)| id).collect()
    }

    pub fn powers(&self) -> Vec<(&str, Power)> {
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
}
