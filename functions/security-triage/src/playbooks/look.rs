//! What a plan reads before and after it changes something.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::{Bindings, Denial, KeyStatus, PrincipalId, TargetId};
use super::groups::{Block, GroupId, Rule};

/// One thing to read, no larger than one call changes.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "read", rename_all = "kebab-case")]
pub enum Look {
    /// The volumes of which a plan has snapshots; failed ones do not count.
    Snapshots {
        /// The plan.
        plan: String,
    },
    /// One tag of an EC2 resource.
    Tag {
        /// The resource's id.
        resource: String,
        /// The tag's key.
        key: String,
    },
    /// Whether the API may not terminate an instance.
    TerminationProtection {
        /// The instance.
        instance: String,
    },
    /// The Auto Scaling group of an instance.
    AutoScalingGroup {
        /// The instance.
        instance: String,
    },
    /// Whether something is registered with a target group. What drains is not.
    Target(TargetId),
    /// A security group by its name.
    SecurityGroup {
        /// The VPC.
        vpc: String,
        /// The group's name.
        name: String,
    },
    /// All rules of a security group, in and out.
    Rules {
        /// The group.
        group: GroupId,
    },
    /// Whether a security group lets something in.
    Ingress {
        /// The group.
        group: GroupId,
        /// The rule; its description does not count.
        rule: Rule,
    },
    /// Whether a security group lets something out.
    Egress {
        /// The group.
        group: GroupId,
        /// The rule; its description does not count.
        rule: Rule,
    },
    /// The security groups of a network interface.
    InterfaceGroups {
        /// The network interface.
        interface: String,
    },
    /// Every network interface of an instance, with its security groups.
    Interfaces {
        /// The instance.
        instance: String,
    },
    /// The IAM instance profile of an instance.
    InstanceProfile {
        /// The instance.
        instance: String,
    },
    /// An access key's status.
    AccessKey {
        /// The user.
        user: String,
        /// The key's id.
        key: String,
    },
    /// When, where and with which service a key was last used.
    AccessKeyUse {
        /// The key's id.
        key: String,
    },
    /// An inline policy.
    Policy {
        /// The user or role.
        principal: PrincipalId,
        /// The policy's name.
        name: String,
    },
    /// The names of all policies of a user or role.
    Policies {
        /// The user or role.
        principal: PrincipalId,
    },
    /// A bucket's public access block.
    PublicAccessBlock {
        /// The bucket.
        bucket: String,
        /// The account that must own it.
        account: String,
    },
    /// Whether a bucket's policy is public, and whether it is a website.
    BucketExposure {
        /// The bucket.
        bucket: String,
        /// The account that must own it.
        account: String,
    },
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// The resource itself is not there any more.
    Gone,
    /// AWS is at work on it, in words.
    Moving(String),
    /// Yes or no.
    Flag(bool),
    /// A text, or that there is none.
    Text(Option<String>),
    /// Some ids.
    Names(BTreeSet<String>),
    /// A security group, or that there is none.
    Group(Option<GroupId>),
    /// Some security groups.
    Groups(BTreeSet<GroupId>),
    /// Network interfaces with their security groups.
    Interfaces(BTreeMap<String, BTreeSet<GroupId>>),
    /// Rules in and out.
    Rules {
        /// What is let in.
        ingress: BTreeSet<Rule>,
        /// What is let out.
        egress: BTreeSet<Rule>,
    },
    /// An access key's status.
    Key(KeyStatus),
    /// A policy of ours.
    Denial(Denial),
    /// A public access block, or that there is none.
    Block(Option<Block>),
    /// Values that are kept and not judged.
    Facts(BTreeMap<String, String>),
}

impl Look {
    /// The IAM action that the read needs.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Snapshots { .. } => "ec2:DescribeSnapshots",
            Self::Tag { .. } => "ec2:DescribeTags",
            Self::TerminationProtection { .. } => "ec2:DescribeInstanceAttribute",
            Self::AutoScalingGroup { .. } => "autoscaling:DescribeAutoScalingInstances",
            Self::Target(_) => "elasticloadbalancing:DescribeTargetHealth",
            Self::SecurityGroup { .. } => "ec2:DescribeSecurityGroups",
            Self::Rules { .. } | Self::Ingress { .. } | Self::Egress { .. } => {
                "ec2:DescribeSecurityGroupRules"
            }
            Self::InterfaceGroups { .. } | Self::Interfaces { .. } => {
                "ec2:DescribeNetworkInterfaces"
            }
            Self::InstanceProfile { .. } => "ec2:DescribeIamInstanceProfileAssociations",
            Self::AccessKey { .. } => "iam:ListAccessKeys",
            Self::AccessKeyUse { .. } => "iam:GetAccessKeyLastUsed",
            Self::Policy {
                principal: PrincipalId::User(_),
                ..
            } => "iam:GetUserPolicy",
            Self::Policy {
                principal: PrincipalId::Role(_),
                ..
            } => "iam:GetRolePolicy",
            Self::Policies {
                principal: PrincipalId::User(_),
            } => "iam:ListUserPolicies",
            Self::Policies {
                principal: PrincipalId::Role(_),
            } => "iam:ListRolePolicies",
            Self::PublicAccessBlock { .. } => "s3:GetBucketPublicAccessBlock",
            Self::BucketExposure { .. } => "s3:GetBucketPolicyStatus",
        }
    }

    /// The same look with what only a run knows filled in.
    pub fn bound(&self, bindings: &Bindings<'_>) -> Option<Self> {
        let mut look = self.clone();
        match &mut look {
            Self::Rules { group } | Self::Ingress { group, .. } | Self::Egress { group, .. } => {
                *group = bindings.group(group)?;
            }
            _ => {}
        }
        Some(look)
    }
}

impl Seen {
    /// An expectation with what only a run knows filled in. A group that is
    /// still to be made stays as it is: any group then fits.
    pub fn bound(&self, bindings: &Bindings<'_>) -> Option<Self> {
        Some(match self {
            Self::Groups(groups) => Self::Groups(bindings.groups(groups)?),
            Self::Interfaces(interfaces) => Self::Interfaces(
                interfaces
                    .iter()
                    .map(|(id, groups)| Some((id.clone(), bindings.groups(groups)?)))
                    .collect::<Option<_>>()?,
            ),
            Self::Denial(denial) => Self::Denial(bindings.denial(*denial)?),
            other => other.clone(),
        })
    }

    /// Whether what was seen is what was expected.
    pub fn meets(&self, expected: &Self) -> bool {
        match (self, expected) {
            (Self::Group(Some(_)), Self::Group(Some(GroupId::MadeBy(_)))) => true,
            _ => self == expected,
        }
    }
}

/// Reads a policy document: one of ours, exactly, or the text as it stands.
pub fn policy(document: &Value) -> Seen {
    let condition = document.pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime");
    let denial = match condition.and_then(Value::as_str).map(str::parse) {
        None => Some(Denial::Everything),
        Some(Ok(at)) => Some(Denial::SessionsBefore(at)),
        Some(Err(_)) => None,
    };
    match denial {
        Some(denial) if denial.document() == *document => Seen::Denial(denial),
        _ => Seen::Text(Some(document.to_string())),
    }
}
