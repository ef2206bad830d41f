use crate::model::{Call, Remembered, Resource, Sizes, Suspension};

use super::{Sleeper, Unknown};

/// An ECS service at no tasks. Its scalable target is suspended first, or
/// Application Auto Scaling would bring it back to its minimum.
pub(super) struct EcsService;

impl Sleeper for EcsService {
    fn remember(&self, resource: &Resource) -> Option<Remembered> {
        match resource.sizes {
            Sizes::EcsService {
                desired, target, ..
            } if desired > 0 => Some(Remembered::EcsService {
                desired,
                suspension: target.map(|target| target.suspension),
            }),
            _ => None,
        }
    }

    fn remember_more(&self, resource: &Resource, earlier: &Remembered) -> Remembered {
        let mut more = earlier.clone();
        if let (
            Remembered::EcsService {
                suspension: suspension @ None,
                ..
            },
            Sizes::EcsService {
                target: Some(target),
                ..
            },
        ) = (&mut more, &resource.sizes)
        {
            *suspension = Some(target.suspension);
        }
        more
    }

    fn sleep(&self, resource: &Resource, _memory: &Remembered) -> Vec<Call> {
        let Sizes::EcsService {
            desired, target, ..
        } = resource.sizes
        else {
            return Vec::new();
        };
        let mut calls = Vec::new();
        if target.is_some_and(|target| target.suspension != Suspension::ALL) {
            calls.extend(suspend(resource, Suspension::ALL));
        }
        if desired > 0 {
            calls.extend(update(resource, 0));
        }
        calls
    }

    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown> {
        let Sizes::EcsService {
            desired, target, ..
        } = resource.sizes
        else {
            return Ok(Vec::new());
        };
        let Some(Remembered::EcsService {
            desired: remembered,
            suspension,
        }) = memory
        else {
            return if desired > 0 {
                Ok(Vec::new())
            } else {
                Err(Unknown)
            };
        };
        let mut calls = Vec::new();
        let held = target.is_none_or(|target| target.suspension == Suspension::ALL);
        // A target that scales again owns the count: its own wish is not a loss.
        if desired == 0 || (held && desired < *remembered) {
            calls.extend(update(resource, (*remembered).max(desired)));
        }
        if let (Some(target), Some(before)) = (target, suspension) {
            // Only a target that is still as off-hours left it is put back; flags that a
            // person has set meanwhile stay.
            if target.suspension == Suspension::ALL && *before != Suspension::ALL {
                calls.extend(suspend(resource, *before));
            }
        }
        Ok(calls)
    }

    fn stops_while_starting(&self) -> bool {
        true
    }

    fn starts_while_stopping(&self) -> bool {
        true
    }
}

fn update(resource: &Resource, desired: u32) -> Option<Call> {
    let (cluster, service) = names(resource)?;
    Some(Call::UpdateService {
        cluster,
        service,
        desired,
    })
}

fn suspend(resource: &Resource, suspension: Suspension) -> Option<Call> {
    let (cluster, service) = names(resource)?;
    Some(Call::RegisterScalableTarget {
        cluster,
        service,
        suspension,
    })
}

/// The cluster's and the service's name. ARNs in the long format,
/// `service/cluster/name`, and the short one, `service/name`, end in the name.
fn names(resource: &Resource) -> Option<(String, String)> {
    let Sizes::EcsService { cluster, .. } = &resource.sizes else {
        return None;
    };
    let service = resource.arn.resource().rsplit('/').next();
    Some((
        cluster.clone(),
        service.unwrap_or(&resource.name).to_owned(),
    ))
}
