//! What may be done about an incident, as plans: evidence first, every step
//! recorded before and after, and a way back.

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
    /// The word by which commands, rules and reports name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::IsolateInstance => "isolate-instance",
            Self::DisableAccessKey => "disable-access-key",
            Self::QuarantinePrincipal => "quarantine-principal",
            Self::BlockPublicAccess => "block-public-access",
            Self::RevokeIngress => "revoke-ingress",
        }
    }
}
