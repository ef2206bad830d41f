//! The sources of security-triage that read what comes from outside and know no SDK.
#![allow(dead_code, reason = "what only the other rooms use is here too")]

#[path = "../../../../functions/security-triage/src/bounds.rs"]
mod bounds;
#[path = "../../../../functions/security-triage/src/finding.rs"]
pub mod finding;
#[path = "../../../../functions/security-triage/src/incident.rs"]
pub mod incident;
#[path = "../../../../functions/security-triage/src/sources/mod.rs"]
pub mod sources;

pub use bounds::FINDING as LONGEST_FINDING;
