//! `security-triage` turns findings of AWS's security services into incidents:
//! one message each, whatever routes it came by, and contained only where that
//! is safe, with evidence first and a way back.
//!
//! event (any source) -> observe (what is known of it) -> decide (rules) ->
//! act (tell, write back, contain) -> report.

pub mod act;
pub mod aws;
pub mod back;
mod bounds;
pub mod config;
pub mod decide;
pub mod event;
pub mod explain;
pub mod finding;
pub mod handler;
pub mod incident;
pub mod matter;
pub mod messages;
pub mod observe;
pub mod playbooks;
pub mod replay;
pub mod report;
pub mod rules;
pub mod sources;

pub use bounds::FINDING as LONGEST_FINDING;
pub use handler::SecurityTriage;
