//! What off-hours knows of the world: resources as they are seen, the calls
//! that may change them, and what is remembered of them.

mod call;
mod record;
mod resource;

pub use call::{Call, Scaling, TaintChange};
pub use record::{
    EnvironmentRecord, FailedAttempts, Lease, Memory, Override, Phase, Record, Remembered, Run,
    Saved,
};
pub use resource::{
    Alarm, AutoScalingMode, Capacity, Health, Kind, Member, Resource, ScalableTarget, Sizes, State,
    Suspension,
};
