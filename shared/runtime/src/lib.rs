//! The edge that every function shares: bootstrap, configuration, AWS clients,
//! ledger, publishing and metrics.
//!
//! **Architecture invariant:** nothing here judges. What a function decides is
//! decided in its own pure `decide.rs`.

mod batch;
mod bootstrap;
mod call_error;
mod clients;
mod deadline;
mod failure;
mod https;
mod ledger;
mod metrics;
mod publisher;
mod settings;

pub use batch::batch_item_failures;
pub use bootstrap::{Function, Invocation, Response, run};
pub use call_error::{CallClass, CallError};
pub use clients::{regional, sdk_config};
pub use deadline::Deadline;
pub use failure::Failure;
pub use https::Https;
pub use ledger::{Body, DynamoLedger, Entry, Ledger, LedgerError};
pub use metrics::{Metric, Unit, emit};
pub use publisher::{Publisher, SnsPublisher};
pub use settings::{Settings, SettingsError, Source};
