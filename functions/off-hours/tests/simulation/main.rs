//! Off-hours against a simulated AWS: the conformance suite that every kind
//! passes, scenarios of single rules, and properties of random estates.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod conformance;
mod estate;
mod faults;
mod hands;
mod properties;
mod reasons;
mod scenarios;
mod stage;
mod states;
mod world;
