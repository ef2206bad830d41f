use crate::model::{Call, Remembered, Resource, Scaling, Sizes};

use super::{Sleeper, Unknown, group_name, restored};

/// An Auto Scaling group that sleeps at zero. The maximum is never changed, so
/// whatever a person makes of it at night holds in the morning.
pub(super) struct GroupAtZero;

impl Sleeper for GroupAtZero {
    fn remember(&self, resource: &Resource) -> Option<Remembered> {
        match resource.sizes {
            Sizes::AutoScalingGroup { min, desired, .. } if desired > 0 => {
                Some(Remembered::AutoScalingGroup {
                    scaling: Scaling { min, desired },
                })
            }
            _ => None,
        }
    }

    fn sleep(&self, resource: &Resource, _memory: &Remembered) -> Vec<Call> {
        match resource.sizes {
            Sizes::AutoScalingGroup { min, desired, .. } if min > 0 || desired > 0 => {
                vec![update(resource, 0, 0)]
            }
            _ => Vec::new(),
        }
    }

    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown> {
        let Sizes::AutoScalingGroup {
            min, max, desired, ..
        } = resource.sizes
        else {
            return Ok(Vec::new());
        };
        let Some(Remembered::AutoScalingGroup { scaling }) = memory else {
            return if desired > 0 {
                Ok(Vec::new())
            } else {
                Err(Unknown)
            };
        };
        let wanted_min = restored(scaling.min, min, max);
        let wanted = restored(scaling.desired, desired, max).max(wanted_min);
        if (min, desired) == (wanted_min, wanted) {
            return Ok(Vec::new());
        }
        Ok(vec![update(resource, wanted_min, wanted)])
    }

    fn stops_while_starting(&self) -> bool {
        true
    }

    fn starts_while_stopping(&self) -> bool {
        true
    }
}

fn update(resource: &Resource, min: u32, desired: u32) -> Call {
    Call::UpdateAutoScalingGroup {
        group: group_name(resource),
        scaling: Scaling { min, desired },
    }
}
