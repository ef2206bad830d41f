//! The rules: what can be said of them before any finding, and what they say of one.

#![allow(
    clippy::expect_used,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test that panics has failed; what a test writes in place it hands over"
)]

mod checking;
mod covering;
mod deciding;
mod documentation;
mod replaying;
mod world;
