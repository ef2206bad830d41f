//! notify from its input to Slack's.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what stands around a test fails the test as well"
)]

mod anatomy;
mod binary;
mod canary;
mod channels;
mod delivery;
mod documents;
mod files;
mod flood;
mod gathering;
mod leases;
mod robustness;
mod routing;
mod rules;
mod schemas;
mod wire;
mod world;
