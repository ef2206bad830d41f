//! notify from its input to Slack's.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what stands around a test fails the test as well"
)]

mod anatomy;
mod binary;
mod delivery;
mod documents;
mod robustness;
mod rules;
mod schemas;
mod wire;
mod world;
