//! What the benchmarks stand on: a stub of Lambda's Runtime API that takes the
//! time, a fast stub of the AWS APIs with an estate of any size, a processor
//! share as small as Lambda's, and the tables.
//!
//! **Architecture invariant:** the stubs answer from memory and do nothing
//! else, so that what is measured is the function and not its surroundings.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a benchmark that cannot go on has nothing to report but the reason"
)]

mod aws;
mod calls;
mod checkout;
mod cold_start;
mod estate;
mod findings;
mod http;
mod machine;
mod platform;
mod reconcile;
mod share;
mod subject;
mod table;
mod tls;
mod triage;

pub use aws::AwsStub;
pub use cold_start::cold_start;
pub use estate::{ACCOUNT, ENVIRONMENT, Estate, REGION, TABLE, TOPIC, configuration};
pub use findings::first_finding;
pub use machine::Machine;
pub use reconcile::reconcile;
pub use table::Table;
pub use tls::Authority;
pub use triage::triage;

use std::path::PathBuf;

/// What a run measures, and with what.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Fewer repetitions and smaller estates.
    pub quick: bool,
    /// Where each function's release binary is, as `<function>/bootstrap`.
    pub functions: PathBuf,
    /// Where the release binaries of the examples `floor`, `hello` and `one_call` are.
    pub subjects: PathBuf,
    /// A Python interpreter that has boto3.
    pub python: PathBuf,
    /// Where the zips of the functions are, as `<function>/bootstrap.zip`.
    pub zips: PathBuf,
}
