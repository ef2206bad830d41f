//! What a playbook has to know before it can be planned, as it was read.
//!
//! Every look-up that safety depends on is a [`Known`]: what could not be read
//! is said and refuses the plan; it is never taken for "no".

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::Tags;

use super::call::{KeyStatus, TargetId};
use super::groups::{Block, Rule};

/// Something that was read, or why not.
pub type Known<T> = Result<T, String>;

/// What was read of a plan's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Of an instance.
    Instance(Box<Instance>),
    /// Of an access key.
    AccessKey(AccessKey),
    /// Of a user or role.
    Principal(Principal),
    /// Of a bucket.
    Bucket(Bucket),
    /// Of a security group.
    SecurityGroup(SecurityGroup),
    /// It is not there.
    Gone,
    /// It could not be read at all.
    Unreadable(String),
}

/// An instance with all that an isolation touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// `running` and so on.
    pub state: String,
    /// Its tags.
    pub tags: Known<Tags>,
    /// The service that manages it, where one does.
    pub operator: Option<String>,
    /// Whether it is a Spot instance, which takes no termination protection.
    pub is_spot: bool,
    /// Its EBS volumes.
    pub volumes: BTreeSet<String>,
    /// Its network interfaces.
    pub interfaces: BTreeMap<String, Interface>,
    /// Whether the API may not terminate it.
    pub protected: Known<bool>,
    /// Its Auto Scaling group and the lifecycle state in it.
    pub auto_scaling: Known<Option<(String, String)>>,
    /// Where it is registered.
    pub targets: Known<BTreeSet<TargetId>>,
    /// Its instance profile: the association and the profile's ARN.
    pub profile: Known<Option<(String, String)>>,
    /// What its VPCs have for a quarantine, by VPC.
    pub vpcs: BTreeMap<String, Known<Vpc>>,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its VPC.
    pub vpc: String,
    /// The ids of its security groups.
    pub groups: BTreeSet<String>,
    /// The service that manages it, where one does.
    pub manager: Option<String>,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    /// Whether it has an IPv6 range: its new groups then let IPv6 out as well.
    pub has_ipv6: bool,
    /// The quarantine group and its rules, in and out, where there is one.
    pub quarantine: Option<(String, BTreeSet<Rule>)>,
}

/// An access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The user it belongs to.
    pub user: String,
    /// Whether it works.
    pub status: KeyStatus,
    /// The user's path.
    pub path: String,
    /// The user's tags.
    pub tags: Known<Tags>,
}

/// A user or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Its path.
    pub path: String,
    /// Its tags.
    pub tags: Known<Tags>,
    /// Our inline policy, as text, where there is one.
    pub policy: Known<Option<String>>,
    /// How many characters its inline policies have together, white space aside.
    pub inline_size: Known<usize>,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its tags.
    pub tags: Known<Tags>,
    /// Its public access block.
    pub block: Known<Option<Block>>,
    /// Whether it serves a website.
    pub is_website: Known<bool>,
    /// Whether its policy lets the public in.
    pub is_public: Known<bool>,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its tags.
    pub tags: Known<Tags>,
    /// What it lets in, by the rules' ids.
    pub ingress: Known<BTreeMap<String, Rule>>,
}
