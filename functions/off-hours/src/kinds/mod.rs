//! How each kind of resource sleeps and wakes, as pure functions. Every kind
//! passes the same conformance suite.

use thiserror::Error;

use crate::model::{Call, Remembered, Resource};

/// How one kind of resource sleeps and wakes.
///
/// Calls are always those *still needed* from the state that is seen, so a run
/// that stopped between any two of them goes on where it was.
pub trait Sleeper: Sync {
    /// What must be remembered before the first change; none where there is
    /// nothing to restore (it is already at zero).
    fn remember(&self, resource: &Resource) -> Option<Remembered>;

    /// The changes still needed until it sleeps; none once it does or is on its way.
    fn sleep(&self, resource: &Resource, memory: &Remembered) -> Vec<Call>;

    /// The changes still needed until it is as it was.
    ///
    /// # Errors
    /// When nothing is remembered that could be restored.
    fn wake(&self, resource: &Resource, memory: Option<&Remembered>) -> Result<Vec<Call>, Unknown>;
}

/// Nothing is remembered that could be restored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "no size is remembered, because it was at zero before off-hours first saw it; set the desired size by hand once, and off-hours will remember it"
)]
pub struct Unknown;
