//! AWS as playbooks need it.

use std::future::Future;

use nightshift_core::{AccountId, Region};
use nightshift_runtime::CallError;

use super::Playbook;
use super::call::Call;
use super::look::{Look, Seen};
use super::observed::Observed;
use super::plan::{Plan, Target};

/// Where a plan works, and by which rights.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// Whose role is taken: every playbook has one of its own.
    pub playbook: Playbook,
}

impl Place {
    /// Where a plan works.
    pub fn of(plan: &Plan) -> Self {
        Self {
            account: plan.account.clone(),
            region: plan.region.clone(),
            playbook: plan.playbook,
        }
    }
}

/// AWS as playbooks need it. Tests put a simulated world in its place.
pub trait Cloud: Send + Sync {
    /// All that a plan for a target depends on. What could not be read is said
    /// in its place.
    fn observe(&self, place: &Place, target: &Target) -> impl Future<Output = Observed> + Send;

    /// One thing as it is now.
    fn look(
        &self,
        place: &Place,
        look: &Look,
    ) -> impl Future<Output = Result<Seen, CallError>> + Send;

    /// Makes one change.
    fn call(
        &self,
        place: &Place,
        call: &Call,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
