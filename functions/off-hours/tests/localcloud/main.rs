//! The adapters against the local cloud, with the real SDKs: every kind is
//! swept, put to sleep, watched until it sleeps, woken, and watched until it
//! serves. `scripts/test.sh unit` starts the cloud; by hand:
//!
//! ```text
//! scripts/local-cloud start && eval "$(scripts/local-cloud env)" && cargo nextest run -p off-hours -E 'binary(localcloud)'
//! ```

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kinds;
mod seeds;
mod special;
mod stage;
