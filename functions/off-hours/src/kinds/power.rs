use crate::model::{Call, Kind, Remembered, Resource, Sizes, State};

use super::{Sleeper, Unknown};

/// What is only stopped and started: EC2 instances, RDS instances, DB clusters.
/// AWS keeps everything about them itself, so there is nothing to restore.
pub(super) struct Power;

impl Sleeper for Power {
    fn remember(&self, _resource: &Resource) -> Option<Remembered> {
        Some(Remembered::Power)
    }

    fn sleep(&self, resource: &Resource, _memory: &Remembered) -> Vec<Call> {
        if resource.state != State::On {
            return Vec::new();
        }
        vec![match (&resource.sizes, resource.kind) {
            (Sizes::Ec2Instance { id }, _) => Call::StopInstances {
                ids: vec![id.clone()],
            },
            (_, Kind::DbCluster) => Call::StopDbCluster {
                id: identifier(resource),
            },
            _ => Call::StopDbInstance {
                id: identifier(resource),
            },
        }]
    }

    fn wake(
        &self,
        resource: &Resource,
        _memory: Option<&Remembered>,
    ) -> Result<Vec<Call>, Unknown> {
        if !matches!(resource.state, State::Off | State::Stalled(_)) {
            return Ok(Vec::new());
        }
        Ok(vec![match (&resource.sizes, resource.kind) {
            (Sizes::Ec2Instance { id }, _) => Call::StartInstances {
                ids: vec![id.clone()],
            },
            (_, Kind::DbCluster) => Call::StartDbCluster {
                id: identifier(resource),
            },
            _ => Call::StartDbInstance {
                id: identifier(resource),
            },
        }])
    }
}

/// The last part of `db:orders` or `cluster:orders`.
fn identifier(resource: &Resource) -> String {
    let id = resource.arn.resource().rsplit(':').next();
    id.unwrap_or(&resource.name).to_owned()
}
