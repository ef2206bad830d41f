//! How each kind of resource sleeps and wakes, as pure functions. Every kind
//! passes the same conformance suite.

mod auto_scaling_group;
mod ecs_service;
mod node_group;
mod power;
mod suspended_group;

use thiserror::Error;

use crate::model::{AutoScalingMode, Call, Kind, Remembered, Resource, Sizes};

/// How one kind of resource sleeps and wakes.
///
/// Calls are always those *still needed* from the state that is seen, so a run
/// that stopped between any two of them goes on where it was.
pub trait Sleeper: Sync {
    /// What must be remembered before the first change; none where there is
    /// nothing to restore (it is already at zero).
    fn remember(&self, resource: &Resource) -> Option<Remembered>;

    /// What is remembered already, and what has come since and would be changed
    /// as well. Nothing that is remembered is ever taken away.
    fn remember_more(&self, _resource: &Resource, earlier: &Remembered) -> Remembered {
        earlier.clone()
    }

    /// The changes still needed until it sleeps; none once it does or is on its way.
    fn sleep(&self, resource: &Resource, memory: &Remembered) -> Vec<Call>;

    /// The changes still needed until it is as it was.
    ///
    /// # Errors
    /// When nothing is remembered that could be restored.
    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown>;

    /// Whether it may be stopped while AWS is still starting it.
    fn stops_while_starting(&self) -> bool {
        false
    }

    /// Whether it may be started while AWS is still stopping it.
    fn starts_while_stopping(&self) -> bool {
        false
    }
}

/// Nothing is remembered that could be restored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "no size is remembered, because it was at zero before off-hours first saw it; set the desired size by hand once, and off-hours will remember it"
)]
pub struct Unknown;

/// How this resource sleeps and wakes.
///
/// What is remembered decides before what is configured: a group that went to
/// sleep in one mode wakes in the same, whatever the configuration says by then.
pub fn sleeper(resource: &Resource, memory: Option<&Remembered>) -> &'static dyn Sleeper {
    match (resource.kind, memory, &resource.sizes) {
        (_, Some(Remembered::SuspendedAutoScalingGroup { .. }), _) => {
            &suspended_group::SuspendedGroup
        }
        (_, Some(Remembered::AutoScalingGroup { .. }), _) => &auto_scaling_group::GroupAtZero,
        (
            Kind::AutoScalingGroup,
            _,
            Sizes::AutoScalingGroup {
                mode: AutoScalingMode::SuspendAndStop,
                ..
            },
        ) => &suspended_group::SuspendedGroup,
        (Kind::AutoScalingGroup, _, _) => &auto_scaling_group::GroupAtZero,
        (Kind::NodeGroup, _, _) => &node_group::NodeGroup,
        (Kind::EcsService, _, _) => &ecs_service::EcsService,
        (Kind::Ec2Instance | Kind::DbInstance | Kind::DbCluster, _, _) => &power::Power,
    }
}

/// The size to come back to: what is remembered, unless somebody has asked for
/// more meanwhile, and never above the maximum, which is a person's to change.
fn restored(remembered: u32, observed: u32, max: u32) -> u32 {
    remembered.max(observed).min(max)
}

/// The group's name as its ARN ends in it; people may know it by another.
fn group_name(resource: &Resource) -> String {
    let name = resource.arn.resource().split_once("autoScalingGroupName/");
    name.map_or(resource.name.as_str(), |(_, name)| name)
        .to_owned()
}
