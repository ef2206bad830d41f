//! `security-triage` turns findings of AWS's security services into incidents:
//! one message each, whatever routes it came by, and contained only where that
//! is safe, with evidence first and a way back.
//!
//! event (any source) -> observe (what is known of it) -> decide (rules) ->
//! act (tell, write back, contain) -> report.

pub mod finding;
pub mod incident;
pub mod observe;
pub mod playbooks;
