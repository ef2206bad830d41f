//! What can be looked up around a finding, as plain values. The real look-ups are
//! in [`super::aws`]; tests put others in their place.

use std::future::Future;

use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Region, Tags};
use nightshift_runtime::CallError;

use crate::finding::Subject;

/// A resource, as far as look-ups tell kinds apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An EC2 instance, by its id.
    Instance(String),
    /// A security group, by its id.
    SecurityGroup(String),
    /// An S3 bucket, by its name.
    Bucket(String),
    /// An IAM user, by its name.
    User(String),
    /// An IAM role, by its name.
    Role(String),
    /// Anything else that has an ARN.
    Other(Arn),
}

/// What stands between an instance or a security group and the world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    /// Its public addresses; of a security group, none.
    pub addresses: Vec<String>,
    /// What lets anybody in.
    pub open: Vec<Opening>,
}

/// A rule of a security group that lets anybody in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// The security group.
    pub group: String,
    /// `tcp`, `udp`, `icmp`, or `-1` for all.
    pub protocol: String,
    /// The first and the last port; None where ports mean nothing.
    pub ports: Option<(i32, i32)>,
    /// `0.0.0.0/0` or `::/0`.
    pub range: &'static str,
}

/// What stands between a bucket and the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketAccess {
    /// Whether its policy is public, as S3 judges it.
    pub policy_is_public: bool,
    /// Whether the bucket restricts a public policy to the account and AWS services.
    pub restricts_policies: bool,
    /// Whether the bucket ignores public ACLs.
    pub ignores_acls: bool,
}

/// The look-ups, one AWS call or a few each.
pub trait LookUps: Send + Sync {
    /// An account's name in the organization.
    fn account_name(
        &self,
        account: &AccountId,
    ) -> impl Future<Output = Result<String, CallError>> + Send;

    /// A resource's tags; none where it has none, or is not there.
    fn tags(
        &self,
        region: &Region,
        arn: &Arn,
    ) -> impl Future<Output = Result<Tags, CallError>> + Send;

    /// An IAM user's tags.
    fn user_tags(
        &self,
        region: &Region,
        name: &str,
    ) -> impl Future<Output = Result<Tags, CallError>> + Send;

    /// An IAM role's tags.
    fn role_tags(
        &self,
        region: &Region,
        name: &str,
    ) -> impl Future<Output = Result<Tags, CallError>> + Send;

    /// What stands between a bucket and the world.
    fn bucket_access(
        &self,
        region: &Region,
        name: &str,
    ) -> impl Future<Output = Result<BucketAccess, CallError>> + Send;

    /// What stands between an instance and the world.
    fn instance_doors(
        &self,
        region: &Region,
        id: &str,
    ) -> impl Future<Output = Result<Doors, CallError>> + Send;

    /// What a security group lets in from anywhere.
    fn group_doors(
        &self,
        region: &Region,
        id: &str,
    ) -> impl Future<Output = Result<Doors, CallError>> + Send;

    /// CloudTrail's own records of the newest calls that named a resource, as JSON
    /// texts, newest first; at most one page.
    fn records(
        &self,
        region: &Region,
        name: &str,
        since: Timestamp,
    ) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
}

impl Thing {
    /// What a finding's resource is; None where it has neither a kind that is known
    /// nor an ARN.
    pub fn of(subject: &Subject) -> Option<Self> {
        // Names of users and roles may come with their path.
        let name = || {
            let name = subject.id.rsplit('/').next().unwrap_or_default();
            name.to_owned()
        };
        match subject.kind.as_str() {
            "AWS::EC2::Instance" => Some(Self::Instance(name())),
            "AWS::EC2::SecurityGroup" => Some(Self::SecurityGroup(name())),
            "AWS::S3::Bucket" => {
                let name = subject.id.rsplit(':').next().unwrap_or_default();
                Some(Self::Bucket(name.to_owned()))
            }
            // Config names users by their internal id, which no call takes.
            "AWS::IAM::User" if !subject.id.starts_with("AIDA") => Some(Self::User(name())),
            "AWS::IAM::Role" if !subject.id.starts_with("AROA") => Some(Self::Role(name())),
            _ => subject.arn.clone().map(Self::Other),
        }
    }

    /// The name by which CloudTrail knows it.
    pub fn name(&self) -> &str {
        match self {
            Self::Instance(name)
            | Self::SecurityGroup(name)
            | Self::Bucket(name)
            | Self::User(name)
            | Self::Role(name) => name,
            Self::Other(arn) => arn.resource().rsplit(['/', ':']).next().unwrap_or_default(),
        }
    }

    /// Its ARN.
    pub fn arn(&self, partition: &str, region: &Region, account: &AccountId) -> Arn {
        let none = (Region::new(""), AccountId::new(""));
        let arn = |service: &str, region: &Region, account: &AccountId, resource: String| {
            Arn::from_parts(partition, service, region, account, &resource)
        };
        match self {
            Self::Instance(id) => arn("ec2", region, account, format!("instance/{id}")),
            Self::SecurityGroup(id) => arn("ec2", region, account, format!("security-group/{id}")),
            Self::Bucket(name) => arn("s3", &none.0, &none.1, name.clone()),
            Self::User(name) => arn("iam", &none.0, account, format!("user/{name}")),
            Self::Role(name) => arn("iam", &none.0, account, format!("role/{name}")),
            Self::Other(arn) => arn.clone(),
        }
    }
}
