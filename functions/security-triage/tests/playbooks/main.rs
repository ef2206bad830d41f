//! The adapters of the playbooks against a stub that answers as AWS does.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod calls;
mod looks;
mod stub;
