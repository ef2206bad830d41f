//! What AWS recommends against cost, and what is true of it in an estate that
//! sleeps.

mod digest;
mod hub;
mod judge;
mod model;
mod optimizer;
mod schedule;

pub use digest::{Context, digest};
pub use hub::{HubItem, Instant, read_hub};
pub use judge::{Advice, Judged, Verdict, judge};
pub use model::{Action, Effort, Recommendation, Source};
pub use optimizer::{Enquiry, read_optimizer};
pub use schedule::{Schedules, Sleeper, SleeperKind};
