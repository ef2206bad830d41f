//! What is known around a finding. Every look-up is bounded and optional: what
//! could not be had is a gap with its reason, never an error.

pub mod aws;
mod enrich;
mod exposure;
mod look_ups;

pub use enrich::{Enrichment, Home, Surveyor};
pub use look_ups::{BucketAccess, Doors, LookUps, Opening, Thing};

use nightshift_core::Tags;
use nightshift_trail::Change;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known around a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Context {
    /// The account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// Tags of the main resource; None where they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// The owner, from the resource's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The environment's code, from the resource's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether anybody can reach it.
    #[serde(default)]
    pub reach: Reach,
    /// How it can be reached from outside, in words; None where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Who changed it of late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What of it Nightshift itself has done, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<String>,
    /// Look-ups that failed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// Whether anybody can reach a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Nobody looked, or it is nothing that could be reached.
    #[default]
    Unasked,
    /// The look-up failed.
    Unknown,
    /// Anybody can reach it.
    Open,
    /// Not anybody can.
    Closed,
}
