//! What may be contained, where, and who says so.

use std::collections::BTreeSet;

use nightshift_core::{AccountId, IsoDuration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Playbook;

/// The part `functions.security-triage.playbooks` of the configuration document.
/// Where it is empty, nothing is ever contained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The playbooks that may be used.
    pub enabled: BTreeSet<Playbook>,
    /// The accounts in which something may be contained.
    pub accounts: BTreeSet<AccountId>,
    /// The tag by which a resource opts in. Its value lists playbooks,
    /// separated by spaces or commas, or says `all`.
    pub opt_in_tag: String,
    /// The playbooks that need no such tag in the accounts above.
    pub without_tag: BTreeSet<Playbook>,
    /// Users and roles that are never touched, by name: those that people
    /// break the glass for, above all.
    pub never: BTreeSet<String>,
    /// A finding that was last seen longer ago than this is not acted on.
    pub max_age: IsoDuration,
    /// How many plans may be begun within an hour.
    pub per_hour: usize,
    /// Who says yes, and how.
    pub approval: Approval,
    /// What `isolate-instance` does.
    pub isolate_instance: IsolateInstance,
    /// What `quarantine-principal` does.
    pub quarantine_principal: QuarantinePrincipal,
    /// What `revoke-ingress` does.
    pub revoke_ingress: RevokeIngress,
}

/// Who says yes, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Approval {
    /// The SSM parameter, a `SecureString`, that holds the key which tokens are
    /// signed with: 32 characters or more, made at random. Without it nothing
    /// can be approved.
    pub key_parameter: Option<String>,
    /// How long a plan may be approved.
    pub valid_for: IsoDuration,
    /// Whether the message about a plan carries the token: then whoever reads
    /// the channel and may invoke the function can approve. Otherwise only the
    /// answer to the command `plan` does.
    pub token_in_message: bool,
    /// Whether who approves must be somebody else than who asked; both then
    /// have to say who they are.
    pub second_person: bool,
}

/// What `isolate-instance` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IsolateInstance {
    /// Whether interfaces pass through a group that lets everything through
    /// before they get the empty one, so that connections which stand are cut
    /// at once. The instance is open, as far as routes and network ACLs let it
    /// be, for the moment between two calls.
    pub cut_connections: bool,
    /// Whether its IAM instance profile is taken away. Systems Manager then
    /// reaches it no more, and credentials that it holds live on until they expire.
    pub remove_profile: bool,
}

/// What `quarantine-principal` does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuarantinePrincipal {
    /// What roles are denied. Users are always denied everything: their keys
    /// carry no time of issue.
    pub roles: RoleDenial,
}

/// What a quarantined role is denied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RoleDenial {
    /// Everything.
    #[default]
    Everything,
    /// Everything, in sessions that began before the approval; those that begin
    /// later work.
    EarlierSessions,
}

/// What `revoke-ingress` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RevokeIngress {
    /// TCP ports that may be open to everybody.
    pub public_ports: BTreeSet<u16>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enabled: BTreeSet::new(),
            accounts: BTreeSet::new(),
            opt_in_tag: "nightshift:contain".to_owned(),
            without_tag: BTreeSet::new(),
            never: BTreeSet::new(),
            max_age: IsoDuration::from_hours(24),
            per_hour: 3,
            approval: Approval::default(),
            isolate_instance: IsolateInstance::default(),
            quarantine_principal: QuarantinePrincipal::default(),
            revoke_ingress: RevokeIngress::default(),
        }
    }
}

impl Default for Approval {
    fn default() -> Self {
        Self {
            key_parameter: None,
            valid_for: IsoDuration::from_hours(1),
            token_in_message: true,
            second_person: false,
        }
    }
}

impl Default for IsolateInstance {
    fn default() -> Self {
        Self {
            cut_connections: true,
            remove_profile: false,
        }
    }
}

impl Default for RevokeIngress {
    fn default() -> Self {
        Self {
            public_ports: [80, 443].into(),
        }
    }
}
