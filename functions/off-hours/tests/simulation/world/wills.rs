//! What AWS, autoscalers and time do by themselves.

use jiff::SignedDuration;
use off_hours::model::State as Seen;

use super::State;
use super::bodies::{Body, Power};

/// How long a database stays stopped before AWS starts it.
const SEVEN_DAYS: SignedDuration = SignedDuration::from_hours(7 * 24);

impl State {
    pub(super) fn will(&mut self) {
        let (now, delay) = (self.now, self.delay);
        for (arn, thing) in &mut self.things {
            match &mut thing.body {
                Body::Instance {
                    power, falls_back, ..
                } => {
                    if falls_back.is_some()
                        && let Power::Starting(at) = *power
                        && at <= now
                    {
                        *power = Power::Stopped;
                    }
                    power.settle(now);
                }
                Body::Database {
                    power,
                    stopped_at,
                    status,
                    falls_into,
                } => {
                    if let Power::Starting(at) = *power
                        && at <= now
                    {
                        status.clone_from(falls_into);
                        if falls_into.is_some() {
                            *power = Power::Stopped;
                        }
                    }
                    power.settle(now);
                    let is_forced = *power == Power::Stopped
                        && stopped_at.is_some_and(|at| now.duration_since(at) >= SEVEN_DAYS);
                    if is_forced {
                        *power = Power::Starting(now + delay);
                        *stopped_at = None;
                        self.forced.push(arn.clone());
                    }
                    if *status == Some(Seen::Off) {
                        *status = None;
                    }
                }
                Body::Group(group) => group.will(now, delay, &mut self.next_id),
                Body::NodeGroup {
                    min,
                    max,
                    desired,
                    tainted,
                    nodes,
                    busy_until,
                    has_autoscaler,
                } => {
                    if *has_autoscaler && !*tainted && *desired == 0 && *max >= 1 {
                        // Pods are waiting, and nothing tells that none would find room here.
                        *desired = (*min).max(1);
                        *busy_until = Some(now + delay);
                    }
                    if busy_until.is_some_and(|at| at <= now) {
                        *busy_until = None;
                        *nodes = *desired;
                    }
                }
                Body::Service {
                    desired,
                    running,
                    moves_at,
                    target,
                } => {
                    if let Some(target) = target
                        && !target.suspension.scale_out
                        && *desired < target.min
                    {
                        *desired = target.min;
                        *moves_at = Some(now + delay);
                    }
                    if moves_at.is_some_and(|at| at <= now) {
                        *moves_at = None;
                        *running = *desired;
                    }
                }
            }
        }
    }
}
