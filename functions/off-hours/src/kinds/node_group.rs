use crate::model::{Call, Remembered, Resource, Scaling, Sizes, TaintChange};

use super::{Sleeper, Unknown, restored};

/// An EKS managed node group at zero. Its maximum stays at least 1, as EKS
/// demands, and a taint tells the Cluster Autoscaler, which may scale from
/// zero for pending pods, that no pod would find room here.
pub(super) struct NodeGroup;

impl Sleeper for NodeGroup {
    fn remember(&self, resource: &Resource) -> Option<Remembered> {
        match resource.sizes {
            Sizes::NodeGroup {
                min,
                desired,
                tainted,
                ..
            } if desired > 0 => Some(Remembered::NodeGroup {
                scaling: Scaling { min, desired },
                tainted: !tainted,
            }),
            _ => None,
        }
    }

    fn sleep(&self, resource: &Resource, memory: &Remembered) -> Vec<Call> {
        let Sizes::NodeGroup {
            min,
            desired,
            tainted,
            ..
        } = resource.sizes
        else {
            return Vec::new();
        };
        let ours = matches!(memory, Remembered::NodeGroup { tainted: true, .. });
        if min == 0 && desired == 0 && (tainted || !ours) {
            return Vec::new();
        }
        let taint = if tainted {
            TaintChange::Keep
        } else {
            TaintChange::Add
        };
        update(resource, Scaling { min: 0, desired: 0 }, taint)
    }

    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown> {
        let Sizes::NodeGroup {
            min,
            max,
            desired,
            tainted,
            ..
        } = resource.sizes
        else {
            return Ok(Vec::new());
        };
        let Some(Remembered::NodeGroup {
            scaling,
            tainted: ours,
        }) = memory
        else {
            return if desired > 0 {
                Ok(Vec::new())
            } else {
                Err(Unknown)
            };
        };
        let wanted_min = restored(scaling.min, min, max);
        let wanted = Scaling {
            min: wanted_min,
            desired: restored(scaling.desired, desired, max).max(wanted_min),
        };
        let untaint = tainted && *ours;
        if (Scaling { min, desired }) == wanted && !untaint {
            return Ok(Vec::new());
        }
        let taint = if untaint {
            TaintChange::Remove
        } else {
            TaintChange::Keep
        };
        Ok(update(resource, wanted, taint))
    }
}

fn update(resource: &Resource, scaling: Scaling, taint: TaintChange) -> Vec<Call> {
    let Sizes::NodeGroup { cluster, .. } = &resource.sizes else {
        return Vec::new();
    };
    // People know a node group as `cluster/group`; EKS takes the last part alone.
    let node_group = resource.arn.resource().split('/').nth(2);
    vec![Call::UpdateNodegroupConfig {
        cluster: cluster.clone(),
        node_group: node_group.unwrap_or(&resource.name).to_owned(),
        scaling,
        taint,
    }]
}
