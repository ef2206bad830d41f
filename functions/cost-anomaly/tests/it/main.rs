//! cost-anomaly from what wakes it to what people are told.
#![allow(
    clippy::expect_used,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "what stands around a test fails the test as well"
)]

mod adapters;
mod bill;
mod binary;
mod documents;
mod matters;
mod messages;
mod month;
mod robustness;
mod rounds;
mod schemas;
mod simulation;
mod sources;
mod world;
