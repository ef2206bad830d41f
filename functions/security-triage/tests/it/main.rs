//! security-triage from what wakes it to what people are told.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what stands around a test fails the test as well"
)]

mod adapter;
mod binary;
mod bounds;
mod documents;
mod findings;
mod incidents;
mod messages;
mod robustness;
mod schemas;
mod simulation;
mod sources;
mod telling;
mod world;
