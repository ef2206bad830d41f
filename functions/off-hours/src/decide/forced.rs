//! What wakes a resource although no person did.

use jiff::SignedDuration;

use super::case::Case;
use crate::model::{Kind, Remembered, Sizes};

/// RDS starts what has been stopped for seven consecutive days; an hour is left
/// for what AWS and off-hours count differently.
const FORCED_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24 - 1);

impl Case<'_> {
    /// Whether AWS itself has started a database: it said so (RDS-EVENT-0154,
    /// RDS-EVENT-0153), or it is time.
    pub(super) fn is_started_by_aws(&self) -> bool {
        if !matches!(self.resource.kind, Kind::DbInstance | Kind::DbCluster) {
            return false;
        }
        self.is_forced_now
            || self.next.forced_at.is_some()
            || self.now.duration_since(self.next.since) >= FORCED_AFTER
    }

    /// Whether a node group has grown although it still carries our taint and
    /// minimum: only an autoscaler leaves both as they are.
    pub(super) fn is_scaled_by_an_autoscaler(&self) -> bool {
        let ours = matches!(
            self.remembered(),
            Some(Remembered::NodeGroup { tainted: true, .. })
        );
        ours && matches!(
            self.resource.sizes,
            Sizes::NodeGroup {
                min: 0,
                tainted: true,
                ..
            }
        )
    }
}
