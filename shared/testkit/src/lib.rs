//! What tests and benchmarks of every function share: fixtures, manifests,
//! schemas, fakes that fail on purpose, a mutator of fixtures and stubs of AWS
//! and of Lambda's Runtime API.
//!
//! **Architecture invariant:** a development dependency only. Nothing here may
//! be needed to run a function.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test kit reports by panicking: the test that asked fails with the words given here"
)]

pub mod aws_stub;
mod fixtures;
mod hostile;
mod http;
mod ledger;
mod manifest;
mod mutations;
mod publisher;
mod runtime_api;
mod schemas;

pub use fixtures::{Fixture, fixture, fixtures, package_root, workspace_root};
pub use ledger::{Crash, FakeLedger};
pub use manifest::{AssumedRole, EventRule, Manifest, Queue, Schedule, Statement};
pub use mutations::{Mutation, Panicked, assert_survives, mutations, panics};
pub use publisher::FakePublisher;
pub use runtime_api::{Answer, FunctionProcess, RuntimeApi, Times};
pub use schemas::{assert_valid, hold_schema, violations};
