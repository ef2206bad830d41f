//! The function's own section of the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observe::Enrichment;
use crate::rules::RuleFile;

/// The section `functions.security-triage` of the configuration document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// What the sources are told of what people were told.
    pub write_back: WriteBack,
    /// What is told, to whom and how loud, and what may be contained.
    pub rules: RuleFile,
    /// What is looked up around a finding.
    pub enrichment: Enrichment,
}

/// What the sources are told. Off until a configuration turns it on, and only
/// printed while `guards.dry_run` is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WriteBack {
    /// Whether findings in Security Hub get their workflow status and a note.
    pub security_hub: bool,
    /// Whether findings in GuardDuty are archived where a rule says so.
    pub guardduty: bool,
}
