//! A plan: what would be done about an incident, call by call, before anybody
//! has said yes.

use jiff::Timestamp;
use nightshift_core::{AccountId, Region};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Playbook;
use super::call::{Call, PrincipalId};
use super::look::{Look, Seen};
use crate::finding::FindingKey;

/// What a plan contains.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Target {
    /// An EC2 instance.
    Instance {
        /// Its id.
        id: String,
    },
    /// An IAM user's long-term access key.
    AccessKey {
        /// Its id, `AKIA...`.
        id: String,
    },
    /// An IAM user or role.
    Principal {
        /// Which.
        id: PrincipalId,
    },
    /// An S3 bucket.
    Bucket {
        /// Its name.
        name: String,
    },
    /// The open rules of a security group.
    SecurityGroup {
        /// Its id.
        id: String,
        /// Only this rule, whoever it lets in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
    },
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Keeps what a change may destroy.
    Evidence,
    /// Contains.
    Change,
    /// Looks whether it is contained.
    Verify,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its name, the only one in the plan.
    pub name: String,
    /// What it is for.
    pub kind: StepKind,
    /// Why, in a few words.
    pub why: String,
    /// The steps that must have succeeded before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// What it does.
    pub deed: Deed,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// Reads something and keeps it.
    Keep(Look),
    /// Reads something that must be as expected.
    Check {
        /// What is read.
        look: Look,
        /// What must be seen.
        expected: Seen,
    },
    /// Changes something.
    Change(Box<Change>),
}

/// A change, with the way there and back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What tells whether it was made.
    pub look: Look,
    /// What was seen when the plan was made; with anything else nothing is done.
    pub before: Seen,
    /// The call.
    pub call: Call,
    /// What is seen when it was made.
    pub after: Seen,
    /// The way back; none where there is nothing to bring back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// Whether this must not be left standing: the next step ends it, and where
    /// that cannot be, it is undone at once.
    #[serde(default)]
    pub passing: bool,
    /// An earlier step that may bring it about by itself: then it has to be
    /// brought back even if it was never tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
}

/// The way back from a change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Undo {
    /// The call.
    pub call: Call,
    /// What is seen when it was made.
    pub restored: Seen,
}

/// What would be done about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The version of this shape; 1.
    pub version: u32,
    /// Its name, for people, tags and commands.
    pub id: String,
    /// The incident it is about.
    pub incident: FindingKey,
    /// Which playbook it follows.
    pub playbook: Playbook,
    /// The account it changes.
    pub account: AccountId,
    /// The Region it changes; IAM and the names of buckets know none.
    pub region: Region,
    /// What it contains.
    pub target: Target,
    /// Who asked for it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// When it was made.
    #[schemars(with = "String")]
    pub created: Timestamp,
    /// Until when it may be approved.
    #[schemars(with = "String")]
    pub expires: Timestamp,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What a person should know before saying yes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// SHA-256 over all of the above, in hexadecimal.
    pub hash: String,
}

impl Plan {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// A plan's name: the playbook, and ten digits that depend on what it is
    /// about and when it was made.
    pub fn id(
        playbook: Playbook,
        incident: &FindingKey,
        target: &Target,
        created: Timestamp,
    ) -> String {
        let digest = digest(&(incident, playbook, target, created));
        format!("{playbook}-{}", digest.get(..10).unwrap_or(&digest))
    }

    /// The same plan under its own hash. Fields are written in the order in
    /// which they are declared and sets and maps in the order of their keys, so
    /// equal plans have equal hashes.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.hash = String::new();
        self.hash = digest(&self);
        self
    }

    /// Whether the hash is the plan's own.
    pub fn is_sealed(&self) -> bool {
        self.clone().sealed().hash == self.hash
    }

    /// A step by its name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// How many steps change something.
    pub fn changes(&self) -> usize {
        self.steps
            .iter()
            .filter(|step| step.change().is_some())
            .count()
    }
}

impl Step {
    /// The change, where it is one.
    pub fn change(&self) -> Option<&Change> {
        match &self.deed {
            Deed::Change(change) => Some(change),
            Deed::Keep(_) | Deed::Check { .. } => None,
        }
    }

    /// What it reads.
    pub fn look(&self) -> &Look {
        match &self.deed {
            Deed::Keep(look) | Deed::Check { look, .. } => look,
            Deed::Change(change) => &change.look,
        }
    }
}

fn digest(value: &impl Serialize) -> String {
    // Nothing in a plan is a map with keys that are no texts, which is all that
    // can fail here; an empty text has a digest of its own, which fits no plan.
    let text = serde_json::to_vec(value).unwrap_or_default();
    hex::encode(Sha256::digest(&text))
}
