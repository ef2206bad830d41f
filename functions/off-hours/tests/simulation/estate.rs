//! Resources of every kind, with the peculiarities that must survive a night.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{AccountId, Arn, Region};
use off_hours::model::{
    AutoScalingMode, Capacity, Health, Kind, Resource, ScalableTarget, Sizes, State, Suspension,
};

use crate::world::{Body, Group, Power, Thing, World};

/// Every kind, and the ways in which one kind differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    GroupAtZero,
    SuspendedGroup,
    Instance,
    NodeGroup,
    Database,
    Aurora,
    DocumentDb,
    Neptune,
    Service,
    ScaledService,
}

pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "us-east-1";

impl Variant {
    pub const ALL: [Self; 10] = [
        Self::GroupAtZero,
        Self::SuspendedGroup,
        Self::Instance,
        Self::NodeGroup,
        Self::Database,
        Self::Aurora,
        Self::DocumentDb,
        Self::Neptune,
        Self::Service,
        Self::ScaledService,
    ];

    pub fn kind(self) -> Kind {
        match self {
            Self::GroupAtZero | Self::SuspendedGroup => Kind::AutoScalingGroup,
            Self::Instance => Kind::Ec2Instance,
            Self::NodeGroup => Kind::NodeGroup,
            Self::Database => Kind::DbInstance,
            Self::Aurora | Self::DocumentDb | Self::Neptune => Kind::DbCluster,
            Self::Service | Self::ScaledService => Kind::EcsService,
        }
    }

    fn engine(self) -> &'static str {
        match self {
            Self::Aurora => "aurora-postgresql",
            Self::Database => "postgres",
            Self::DocumentDb => "docdb",
            Self::Neptune => "neptune",
            _ => "",
        }
    }

    pub fn arn(self, name: &str) -> Arn {
        let (service, resource) = match self.kind() {
            Kind::AutoScalingGroup => (
                "autoscaling",
                format!("autoScalingGroup:0f-1:autoScalingGroupName/{name}"),
            ),
            Kind::Ec2Instance => ("ec2", format!("instance/i-{name}")),
            Kind::NodeGroup => ("eks", format!("nodegroup/main/{name}/0f-1")),
            Kind::DbInstance => ("rds", format!("db:{name}")),
            Kind::DbCluster => ("rds", format!("cluster:{name}")),
            Kind::EcsService => ("ecs", format!("service/main/{name}")),
        };
        format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
            .parse()
            .unwrap()
    }

    /// A running one, with tags.
    pub fn thing(self, name: &str, tags: &[(&str, &str)]) -> Thing {
        let body = self.body(name);
        let base = Resource {
            arn: self.arn(name),
            kind: self.kind(),
            name: match self {
                Self::NodeGroup => format!("main/{name}"),
                _ => name.to_owned(),
            },
            region: Region::new(REGION),
            account: AccountId::new(ACCOUNT),
            tags: tags
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            state: State::Off,
            health: Health::Healthy,
            sizes: Sizes::DbInstance,
            cannot_sleep: None,
            alarms: Vec::new(),
            capacity: vec![Capacity {
                class: "t3.small".to_owned(),
                engine: self.engine().to_owned(),
                count: 1,
            }],
            maintenance_window: None,
        };
        Thing { base, body }
    }

    fn body(self, name: &str) -> Body {
        let power = Power::Running;
        match self {
            Self::GroupAtZero | Self::SuspendedGroup => Body::Group(Group {
                min: 1,
                max: 5,
                desired: 3,
                // Its owner does not want it rebalanced, tonight and tomorrow.
                suspended: BTreeSet::from(["AZRebalance".to_owned()]),
                members: (1..=3)
                    .map(|index| (format!("i-{name}-{index}"), power))
                    .collect::<BTreeMap<_, _>>(),
                mode: if self == Self::GroupAtZero {
                    AutoScalingMode::Zero
                } else {
                    AutoScalingMode::SuspendAndStop
                },
                no_launch: None,
                fall_back: BTreeSet::new(),
            }),
            Self::Instance => Body::Instance {
                id: format!("i-{name}"),
                power,
                falls_back: None,
                lost_host: None,
            },
            Self::NodeGroup => Body::NodeGroup {
                min: 1,
                max: 4,
                desired: 2,
                tainted: false,
                nodes: 2,
                busy_until: None,
                has_autoscaler: true,
            },
            Self::Service | Self::ScaledService => Body::Service {
                desired: 3,
                running: 3,
                moves_at: None,
                target: (self == Self::ScaledService).then_some(ScalableTarget {
                    min: 2,
                    max: 6,
                    // Its owner has switched scheduled scaling off.
                    suspension: Suspension {
                        scale_in: false,
                        scale_out: false,
                        scheduled: true,
                    },
                }),
            },
            _ => Body::Database {
                power,
                stopped_at: None,
                status: None,
                falls_into: None,
            },
        }
    }

    /// Adds a running one of this environment, with an alarm that acts and one
    /// that its owner has switched off.
    pub fn add(self, world: &World, name: &str, schedule: &str) -> Arn {
        let thing = self.thing(name, &[("Environment", "dev"), ("Schedule", schedule)]);
        let (loud, mute) = (format!("{name}-loud"), format!("{name}-mute"));
        world.add(thing, &[(&loud, true), (&mute, false)])
    }
}
