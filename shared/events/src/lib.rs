//! Reads what AWS sends without believing in its shape: the envelopes of SNS and
//! SQS, fields that may be missing, instants however they are written.
//!
//! **Architecture invariant:** pure, and nothing is ever dropped: what has no
//! known shape is handed over as it came.

mod detail;
mod envelopes;
mod instant;

pub use detail::Detail;
pub use envelopes::{Content, Record, Said, batch, contents, is_from_queue, is_notice};
pub use instant::read as read_instant;
