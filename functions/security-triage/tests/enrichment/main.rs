//! What is looked up around a finding: the adapters against a stub that answers as
//! AWS does, and what is made of answers, refusals and silence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod adapters;
mod around;
mod stub;
