//! Every change that a playbook can make; there is no other. Nothing here
//! terminates an instance or deletes a key, a volume, a user or a bucket.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::groups::{Block, GroupId, Rule};

/// The tag that says which plan has contained or made a resource.
pub const PLAN_TAG: &str = "nightshift:contained-by";

/// The Sid of the statement by which a policy of ours is known.
pub const SID: &str = "NightshiftQuarantine";

/// A user or a role.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalId {
    /// An IAM user, by name.
    User(String),
    /// An IAM role, by name.
    Role(String),
}

impl PrincipalId {
    /// The name as IAM knows it.
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Role(name) => name,
        }
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => write!(f, "user {name}"),
            Self::Role(name) => write!(f, "role {name}"),
        }
    }
}

/// Whether an access key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum KeyStatus {
    /// It works.
    Active,
    /// It does not.
    Inactive,
}

impl KeyStatus {
    /// AWS's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}

/// What the policy of a quarantine denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    /// Everything, to whoever it is.
    Everything,
    /// Everything, to sessions that began before the plan was approved; the
    /// instant is filled in when it is.
    SessionsBeforeApproval,
    /// Everything, to sessions that began before an instant.
    SessionsBefore(#[schemars(with = "String")] Timestamp),
}

impl Denial {
    /// The policy document.
    pub fn document(self) -> Value {
        let mut statement = json!({"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*"});
        let before = match self {
            Self::Everything => None,
            Self::SessionsBeforeApproval => Some("<the time of the approval>".to_owned()),
            Self::SessionsBefore(at) => Some(at.to_string()),
        };
        if let Some(before) = before {
            statement["Condition"] = json!({"DateLessThan": {"aws:TokenIssueTime": before}});
        }
        json!({"Version": "2012-10-17", "Statement": [statement]})
    }
}

/// One call that changes something, exactly as it is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation")]
pub enum Call {
    /// ec2:CreateSnapshots
    CreateSnapshots {
        /// The instance whose volumes are all taken, at one instant.
        instance: String,
        /// The plan that the snapshots are tagged with.
        plan: String,
    },
    /// ec2:CreateTags
    CreateTags {
        /// The resource's id.
        resource: String,
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: String,
    },
    /// ec2:DeleteTags
    DeleteTags {
        /// The resource's id.
        resource: String,
        /// The tag's key.
        key: String,
        /// The value it must have; another one stays.
        value: String,
    },
    /// ec2:ModifyInstanceAttribute
    ModifyTerminationProtection {
        /// The instance.
        instance: String,
        /// Whether the API may terminate it no longer.
        protected: bool,
    },
    /// autoscaling:DetachInstances, the desired capacity kept: the group puts
    /// another instance in its place.
    DetachInstances {
        /// The Auto Scaling group.
        group: String,
        /// The instance.
        instance: String,
    },
    /// autoscaling:AttachInstances, which raises the desired capacity by one.
    AttachInstances {
        /// The Auto Scaling group.
        group: String,
        /// The instance.
        instance: String,
    },
    /// elasticloadbalancing:DeregisterTargets
    DeregisterTargets(TargetId),
    /// elasticloadbalancing:RegisterTargets
    RegisterTargets(TargetId),
    /// ec2:CreateSecurityGroup
    CreateSecurityGroup {
        /// The VPC.
        vpc: String,
        /// The group's name.
        name: String,
        /// What it is for.
        description: String,
        /// The plan that the group is tagged with; the role may change no group
        /// without that tag.
        plan: String,
    },
    /// ec2:DeleteSecurityGroup
    DeleteSecurityGroup {
        /// The group.
        group: GroupId,
    },
    /// ec2:AuthorizeSecurityGroupIngress
    AuthorizeSecurityGroupIngress {
        /// The group.
        group: GroupId,
        /// The rule.
        rule: Rule,
    },
    /// ec2:RevokeSecurityGroupIngress
    RevokeSecurityGroupIngress {
        /// The group.
        group: GroupId,
        /// The rule.
        rule: Rule,
        /// The rule's id, where it is known: then no other rule is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// ec2:RevokeSecurityGroupEgress
    RevokeSecurityGroupEgress {
        /// The group.
        group: GroupId,
        /// The rule.
        rule: Rule,
    },
    /// ec2:ModifyNetworkInterfaceAttribute
    ModifyNetworkInterfaceGroups {
        /// The network interface.
        interface: String,
        /// All the groups it has from now on.
        groups: BTreeSet<GroupId>,
    },
    /// ec2:DisassociateIamInstanceProfile
    DisassociateIamInstanceProfile {
        /// The instance.
        instance: String,
        /// The association.
        association: String,
    },
    /// ec2:AssociateIamInstanceProfile
    AssociateIamInstanceProfile {
        /// The instance.
        instance: String,
        /// The profile's ARN.
        profile: String,
    },
    /// iam:UpdateAccessKey
    UpdateAccessKey {
        /// The user.
        user: String,
        /// The key's id.
        key: String,
        /// What it becomes.
        status: KeyStatus,
    },
    /// iam:PutUserPolicy or iam:PutRolePolicy
    PutPolicy {
        /// The user or role.
        principal: PrincipalId,
        /// The inline policy's name.
        name: String,
        /// What it denies.
        denial: Denial,
    },
    /// iam:DeleteUserPolicy or iam:DeleteRolePolicy
    DeletePolicy {
        /// The user or role.
        principal: PrincipalId,
        /// The inline policy's name.
        name: String,
    },
    /// s3:PutPublicAccessBlock
    PutPublicAccessBlock {
        /// The bucket.
        bucket: String,
        /// The account that must own it.
        account: String,
        /// The four settings.
        block: Block,
    },
    /// s3:DeletePublicAccessBlock
    DeletePublicAccessBlock {
        /// The bucket.
        bucket: String,
        /// The account that must own it.
        account: String,
    },
}

/// A registration of an instance or an address with a target group.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct TargetId {
    /// The target group's ARN.
    pub target_group: String,
    /// The instance's id, or an address of it.
    pub id: String,
    /// The port it is registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}

impl Call {
    /// The IAM action that the call needs.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::CreateSnapshots { .. } => "ec2:CreateSnapshots",
            Self::CreateTags { .. } => "ec2:CreateTags",
            Self::DeleteTags { .. } => "ec2:DeleteTags",
            Self::ModifyTerminationProtection { .. } => "ec2:ModifyInstanceAttribute",
            Self::DetachInstances { .. } => "autoscaling:DetachInstances",
            Self::AttachInstances { .. } => "autoscaling:AttachInstances",
            Self::DeregisterTargets(_) => "elasticloadbalancing:DeregisterTargets",
            Self::RegisterTargets(_) => "elasticloadbalancing:RegisterTargets",
            Self::CreateSecurityGroup { .. } => "ec2:CreateSecurityGroup",
            Self::DeleteSecurityGroup { .. } => "ec2:DeleteSecurityGroup",
            Self::AuthorizeSecurityGroupIngress { .. } => "ec2:AuthorizeSecurityGroupIngress",
            Self::RevokeSecurityGroupIngress { .. } => "ec2:RevokeSecurityGroupIngress",
            Self::RevokeSecurityGroupEgress { .. } => "ec2:RevokeSecurityGroupEgress",
            Self::ModifyNetworkInterfaceGroups { .. } => "ec2:ModifyNetworkInterfaceAttribute",
            Self::DisassociateIamInstanceProfile { .. } => "ec2:DisassociateIamInstanceProfile",
            Self::AssociateIamInstanceProfile { .. } => "ec2:AssociateIamInstanceProfile",
            Self::UpdateAccessKey { .. } => "iam:UpdateAccessKey",
            Self::PutPolicy {
                principal: PrincipalId::User(_),
                ..
            } => "iam:PutUserPolicy",
            Self::PutPolicy {
                principal: PrincipalId::Role(_),
                ..
            } => "iam:PutRolePolicy",
            Self::DeletePolicy {
                principal: PrincipalId::User(_),
                ..
            } => "iam:DeleteUserPolicy",
            Self::DeletePolicy {
                principal: PrincipalId::Role(_),
                ..
            } => "iam:DeleteRolePolicy",
            // S3 has one permission for setting and taking away (S3 User Guide,
            // required permissions for API operations).
            Self::PutPublicAccessBlock { .. } | Self::DeletePublicAccessBlock { .. } => {
                "s3:PutBucketPublicAccessBlock"
            }
        }
    }

    /// Whether the call made twice does what it does once. A set of snapshots is
    /// taken again by every call, and EC2 takes no token that would tell.
    pub const fn is_repeatable(&self) -> bool {
        !matches!(self, Self::CreateSnapshots { .. })
    }

    /// The same call with what only a run knows filled in; None where the
    /// group that it names has not been made yet.
    pub fn bound(&self, bindings: &Bindings<'_>) -> Option<Self> {
        let mut call = self.clone();
        match &mut call {
            Self::DeleteSecurityGroup { group }
            | Self::AuthorizeSecurityGroupIngress { group, .. }
            | Self::RevokeSecurityGroupIngress { group, .. }
            | Self::RevokeSecurityGroupEgress { group, .. } => *group = bindings.group(group)?,
            Self::ModifyNetworkInterfaceGroups { groups, .. } => {
                *groups = bindings.groups(groups)?;
            }
            Self::PutPolicy { denial, .. } => *denial = bindings.denial(*denial)?,
            _ => {}
        }
        Some(call)
    }
}

/// What only a run knows of a plan.
pub struct Bindings<'a> {
    /// The id of the group that a step has made.
    pub made: &'a dyn Fn(&str) -> Option<String>,
    /// When the plan was approved.
    pub approved_at: Option<Timestamp>,
}

impl Bindings<'_> {
    pub(super) fn group(&self, group: &GroupId) -> Option<GroupId> {
        match group {
            GroupId::Known(_) => Some(group.clone()),
            GroupId::MadeBy(step) => (self.made)(step).map(GroupId::Known),
        }
    }

    pub(super) fn groups(&self, groups: &BTreeSet<GroupId>) -> Option<BTreeSet<GroupId>> {
        groups.iter().map(|group| self.group(group)).collect()
    }

    pub(super) fn denial(&self, denial: Denial) -> Option<Denial> {
        match denial {
            Denial::SessionsBeforeApproval => self.approved_at.map(Denial::SessionsBefore),
            other => Some(other),
        }
    }
}
