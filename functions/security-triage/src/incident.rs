//! What is known of a matter, from all events about it.
//!
//! **Architecture invariant:** observing is a join: idempotent, commutative and
//! associative. Whatever the order and however often events come, the incident
//! ends the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Band, Finding, FindingKey, Handle, Route, Standing};

/// One matter, merged from every event about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// What it is merged by.
    pub key: FindingKey,
    /// The earliest version of the finding that was seen; a repeat overwrites
    /// details at the service (the remote address, for one), never here.
    pub first: Finding,
    /// The latest version that was seen.
    pub latest: Finding,
    /// The highest band that any event told.
    pub band: Band,
    /// How often the service has seen it, at most.
    pub count: u64,
    /// Every way it came by, with the last time.
    pub routes: BTreeMap<Route, Told>,
    /// Where updates go.
    pub handles: BTreeSet<Handle>,
}

/// The last word by one route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// The source's time of that version.
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// When the event was sent.
    #[schemars(with = "String")]
    pub emitted: Timestamp,
    /// What it said.
    pub standing: Standing,
}
