//! What may be done about an incident, as plans: evidence first, every step
//! recorded before and after, and a way back.
//!
//! An incident and what was read of its resource become a plan (`compile`) or
//! the reasons against one (`refusal`). Somebody says yes with a token that
//! fits this plan alone (`approval`). Then it is carried out step by step over
//! a journal in the ledger: `engine` judges, `tick` is one run of it, and only
//! `run` has hands. docs/security-triage-playbooks.md shows each playbook.

pub mod approval;
pub mod aws;
pub mod call;
pub mod cloud;
mod command_line;
pub mod commands;
pub mod compile;
pub mod config;
pub mod containment;
pub mod engine;
pub mod groups;
pub mod guards;
pub mod journal;
pub mod look;
pub mod messages;
pub mod observed;
pub mod operator;
pub mod plan;
pub mod refusal;
pub mod report;
pub mod run;
pub mod store;
pub mod tick;

#[cfg(test)]
mod model;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The ways to contain.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Playbook {
    /// Takes an EC2 instance off the network, its volumes snapshotted first.
    IsolateInstance,
    /// Makes an IAM user's access key inactive.
    DisableAccessKey,
    /// Denies a user or role everything, by an inline policy of ours.
    QuarantinePrincipal,
    /// Turns on all four public access blocks of a bucket.
    BlockPublicAccess,
    /// Takes an open ingress rule out of a security group.
    RevokeIngress,
}

impl Playbook {
    /// Every playbook there is.
    pub const ALL: [Self; 5] = [
        Self::IsolateInstance,
        Self::DisableAccessKey,
        Self::QuarantinePrincipal,
        Self::BlockPublicAccess,
        Self::RevokeIngress,
    ];

    /// Its name, as configuration, tags, commands and roles write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IsolateInstance => "isolate-instance",
            Self::DisableAccessKey => "disable-access-key",
            Self::QuarantinePrincipal => "quarantine-principal",
            Self::BlockPublicAccess => "block-public-access",
            Self::RevokeIngress => "revoke-ingress",
        }
    }
}

impl fmt::Display for Playbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
