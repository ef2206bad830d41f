//! Matters: what is told of what is heard, when, and how often.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what stands around a test fails the test as well"
)]

mod documents;
mod examples;
mod flood;
mod golden;
mod properties;
mod quiet;
mod shelf;
mod silences;
mod world;
