//! Who has changed what, as CloudTrail tells it: the look-up, at the pace that
//! CloudTrail allows, and what its records say.

mod look_up;
mod record;

pub use look_up::{Subject, Trail};
pub use record::{Change, Recorded, change};
