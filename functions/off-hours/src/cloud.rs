//! The AWS APIs as off-hours needs them.

use std::future::Future;

use nightshift_core::{Arn, Region};
use nightshift_runtime::CallError;

use crate::model::{Call, Kind, Resource};

/// The AWS APIs as off-hours needs them. The real one is [`crate::aws`]; tests
/// put a simulated world in its place.
pub trait Cloud: Send + Sync {
    /// Every resource of a kind in a Region, all pages.
    fn sweep(
        &self,
        kind: Kind,
        region: &Region,
    ) -> impl Future<Output = Result<Vec<Resource>, CallError>> + Send;

    /// Some resources as they are now, in as few calls as the API allows. What
    /// is gone is left out.
    fn look(
        &self,
        resources: &[Resource],
    ) -> impl Future<Output = Result<Vec<Resource>, CallError>> + Send;

    /// Whether alarms carry the environment's tag themselves, exactly; one call for
    /// each. What is gone is none of ours.
    fn are_ours(
        &self,
        region: &Region,
        alarms: &[Arn],
    ) -> impl Future<Output = Vec<Result<bool, CallError>>> + Send;

    /// Makes one change.
    fn call(
        &self,
        region: &Region,
        call: &Call,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
