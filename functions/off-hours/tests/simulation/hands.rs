//! What a person does in the console.

use jiff::Timestamp;

use crate::world::{Body, Power};

/// Wakes it, to a smaller size where it has one.
pub fn wake(body: &mut Body, now: Timestamp) {
    match body {
        Body::Instance { power, .. } => *power = Power::Running,
        Body::Database {
            power, stopped_at, ..
        } => {
            *power = Power::Running;
            *stopped_at = None;
        }
        Body::Group(group) => {
            if group.mode == off_hours::model::AutoScalingMode::Zero {
                group.desired = 1;
            } else {
                for power in group.members.values_mut() {
                    *power = Power::Running;
                }
            }
        }
        Body::NodeGroup {
            desired,
            busy_until,
            tainted,
            ..
        } => {
            *desired = 1;
            *busy_until = Some(now);
            *tainted = false;
        }
        Body::Service {
            desired, moves_at, ..
        } => {
            *desired = 1;
            *moves_at = Some(now);
        }
    }
}

/// Stops it.
pub fn stop(body: &mut Body, now: Timestamp) {
    match body {
        Body::Instance { power, .. } => *power = Power::Stopped,
        Body::Database {
            power, stopped_at, ..
        } => {
            *power = Power::Stopped;
            *stopped_at = Some(now);
        }
        Body::Group(group) => {
            if group.mode == off_hours::model::AutoScalingMode::Zero {
                group.min = 0;
                group.desired = 0;
            } else {
                group
                    .suspended
                    .extend(["HealthCheck".to_owned(), "Launch".to_owned()]);
                for power in group.members.values_mut() {
                    *power = Power::Stopped;
                }
            }
        }
        Body::NodeGroup {
            min,
            desired,
            busy_until,
            has_autoscaler,
            ..
        } => {
            *has_autoscaler = false;
            *min = 0;
            *desired = 0;
            *busy_until = Some(now);
        }
        Body::Service {
            desired,
            moves_at,
            target,
            ..
        } => {
            if let Some(target) = target {
                target.min = 0;
            }
            *desired = 0;
            *moves_at = Some(now);
        }
    }
}
