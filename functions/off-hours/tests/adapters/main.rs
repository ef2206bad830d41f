//! The adapters against a stub that answers as AWS does, page by page, and as
//! AWS does when something is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod errors;
mod instances;
mod manifest;
mod observing;
mod pages;
mod scale;
mod stub;
mod tags;
mod waking;
