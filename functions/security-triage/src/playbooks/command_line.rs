//! Calls and looks as the AWS CLI command that does the same.

use std::fmt::Write as _;

use nightshift_core::Region;
use serde_json::{Value, json};

use super::call::{Call, PLAN_TAG, PrincipalId, TargetId};
use super::groups::{Block, GroupId, Peer, Rule};
use super::look::Look;

/// A command line that is put together word by word.
struct Line(String);

impl Line {
    fn new(service: &str, command: &str) -> Self {
        Self(format!("aws {service} {command}"))
    }

    fn in_region(self, region: &Region) -> Self {
        self.with("--region", region.as_str())
    }

    fn with(mut self, option: &str, value: impl AsRef<str>) -> Self {
        let _ = write!(self.0, " {option} {}", quoted(value.as_ref()));
        self
    }

    fn flag(mut self, option: &str) -> Self {
        let _ = write!(self.0, " {option}");
        self
    }

    fn word(mut self, word: &str) -> Self {
        let _ = write!(self.0, " {}", quoted(word));
        self
    }

    fn all<'a>(mut self, option: &str, values: impl IntoIterator<Item = &'a GroupId>) -> Self {
        let _ = write!(self.0, " {option}");
        for value in values {
            let _ = write!(self.0, " {}", quoted(&value.to_string()));
        }
        self
    }
}

impl Call {
    /// The AWS CLI command that makes the call.
    pub fn command_line(&self, region: &Region) -> String {
        let ec2 = |command: &str| Line::new("ec2", command).in_region(region);
        let line = match self {
            Self::CreateSnapshots { instance, plan } => ec2("create-snapshots")
                .with(
                    "--instance-specification",
                    format!("InstanceId={instance},ExcludeBootVolume=false"),
                )
                .with("--copy-tags-from-source", "volume")
                .with(
                    "--description",
                    format!("Nightshift: evidence of {instance}"),
                )
                .with("--tag-specifications", tags("snapshot", plan)),
            Self::CreateTags {
                resource,
                key,
                value,
            } => ec2("create-tags")
                .with("--resources", resource)
                .with("--tags", format!("Key={key},Value={value}")),
            Self::DeleteTags {
                resource,
                key,
                value,
            } => ec2("delete-tags")
                .with("--resources", resource)
                .with("--tags", format!("Key={key},Value={value}")),
            Self::ModifyTerminationProtection {
                instance,
                protected,
            } => ec2("modify-instance-attribute")
                .with("--instance-id", instance)
                .flag(if *protected {
                    "--disable-api-termination"
                } else {
                    "--no-disable-api-termination"
                }),
            Self::DetachInstances { group, instance } => {
                Line::new("autoscaling", "detach-instances")
                    .in_region(region)
                    .with("--auto-scaling-group-name", group)
                    .with("--instance-ids", instance)
                    .flag("--no-should-decrement-desired-capacity")
            }
            Self::AttachInstances { group, instance } => {
                Line::new("autoscaling", "attach-instances")
                    .in_region(region)
                    .with("--auto-scaling-group-name", group)
                    .with("--instance-ids", instance)
            }
            Self::DeregisterTargets(target) => of_target(region, "deregister-targets", target),
            Self::RegisterTargets(target) => of_target(region, "register-targets", target),
            Self::DisassociateIamInstanceProfile { association, .. } => {
                ec2("disassociate-iam-instance-profile").with("--association-id", association)
            }
            Self::AssociateIamInstanceProfile { instance, profile } => {
                ec2("associate-iam-instance-profile")
                    .with("--instance-id", instance)
                    .with("--iam-instance-profile", format!("Arn={profile}"))
            }
            Self::CreateSecurityGroup { .. }
            | Self::DeleteSecurityGroup { .. }
            | Self::AuthorizeSecurityGroupIngress { .. }
            | Self::RevokeSecurityGroupIngress { .. }
            | Self::RevokeSecurityGroupEgress { .. }
            | Self::ModifyNetworkInterfaceGroups { .. } => self.of_groups(region),
            Self::UpdateAccessKey { user, key, status } => Line::new("iam", "update-access-key")
                .with("--user-name", user)
                .with("--access-key-id", key)
                .with("--status", status.as_str()),
            Self::PutPolicy {
                principal,
                name,
                denial,
            } => of_principal("put", principal)
                .with("--policy-name", name)
                .with("--policy-document", denial.document().to_string()),
            Self::DeletePolicy { principal, name } => {
                of_principal("delete", principal).with("--policy-name", name)
            }
            Self::PutPublicAccessBlock {
                bucket,
                account,
                block,
            } => of_bucket("put-public-access-block", bucket, account)
                .with("--public-access-block-configuration", settings(*block)),
            Self::DeletePublicAccessBlock { bucket, account } => {
                of_bucket("delete-public-access-block", bucket, account)
            }
        };
        line.0
    }

    fn of_groups(&self, region: &Region) -> Line {
        let ec2 = |command: &str| Line::new("ec2", command).in_region(region);
        let permissions = |rule: &Rule| json!([permission(rule)]).to_string();
        match self {
            Self::CreateSecurityGroup {
                vpc,
                name,
                description,
                plan,
            } => ec2("create-security-group")
                .with("--vpc-id", vpc)
                .with("--group-name", name)
                .with("--description", description)
                .with("--tag-specifications", tags("security-group", plan)),
            Self::DeleteSecurityGroup { group } => {
                ec2("delete-security-group").all("--group-id", [group])
            }
            Self::AuthorizeSecurityGroupIngress { group, rule } => {
                ec2("authorize-security-group-ingress")
                    .all("--group-id", [group])
                    .with("--ip-permissions", permissions(rule))
            }
            Self::RevokeSecurityGroupIngress { group, rule, id } => {
                let line = ec2("revoke-security-group-ingress").all("--group-id", [group]);
                match id {
                    Some(id) => line.with("--security-group-rule-ids", id),
                    None => line.with("--ip-permissions", permissions(rule)),
                }
            }
            Self::RevokeSecurityGroupEgress { group, rule } => ec2("revoke-security-group-egress")
                .all("--group-id", [group])
                .with("--ip-permissions", permissions(rule)),
            Self::ModifyNetworkInterfaceGroups { interface, groups } => {
                ec2("modify-network-interface-attribute")
                    .with("--network-interface-id", interface)
                    .all("--groups", groups)
            }
            // The rest is no matter of groups; the caller has told them apart.
            _ => Line(String::new()),
        }
    }
}

impl Look {
    /// The AWS CLI command that shows the same.
    pub fn command_line(&self, region: &Region) -> String {
        let ec2 = |command: &str| Line::new("ec2", command).in_region(region);
        let line = match self {
            Self::Snapshots { plan } => ec2("describe-snapshots")
                .with("--owner-ids", "self")
                .with("--filters", format!("Name=tag:{PLAN_TAG},Values={plan}")),
            Self::Tag { resource, key } => ec2("describe-tags")
                .with("--filters", format!("Name=resource-id,Values={resource}"))
                .word(&format!("Name=key,Values={key}")),
            Self::TerminationProtection { instance } => ec2("describe-instance-attribute")
                .with("--instance-id", instance)
                .with("--attribute", "disableApiTermination"),
            Self::AutoScalingGroup { instance } => {
                Line::new("autoscaling", "describe-auto-scaling-instances")
                    .in_region(region)
                    .with("--instance-ids", instance)
            }
            Self::Target(target) => of_target(region, "describe-target-health", target),
            Self::SecurityGroup { vpc, name } => ec2("describe-security-groups")
                .with("--filters", format!("Name=vpc-id,Values={vpc}"))
                .word(&format!("Name=group-name,Values={name}")),
            Self::Rules { group } | Self::Ingress { group, .. } | Self::Egress { group, .. } => {
                ec2("describe-security-group-rules")
                    .with("--filters", format!("Name=group-id,Values={group}"))
            }
            Self::InterfaceGroups { interface } => ec2("describe-network-interfaces").with(
                "--filters",
                format!("Name=network-interface-id,Values={interface}"),
            ),
            Self::Interfaces { instance } => ec2("describe-network-interfaces").with(
                "--filters",
                format!("Name=attachment.instance-id,Values={instance}"),
            ),
            Self::InstanceProfile { instance } => ec2("describe-iam-instance-profile-associations")
                .with("--filters", format!("Name=instance-id,Values={instance}")),
            Self::AccessKey { user, .. } => {
                Line::new("iam", "list-access-keys").with("--user-name", user)
            }
            Self::AccessKeyUse { key } => {
                Line::new("iam", "get-access-key-last-used").with("--access-key-id", key)
            }
            Self::Policy { principal, name } => {
                of_principal("get", principal).with("--policy-name", name)
            }
            Self::Policies {
                principal: PrincipalId::User(name),
            } => Line::new("iam", "list-user-policies").with("--user-name", name),
            Self::Policies {
                principal: PrincipalId::Role(name),
            } => Line::new("iam", "list-role-policies").with("--role-name", name),
            Self::PublicAccessBlock { bucket, account } => {
                of_bucket("get-public-access-block", bucket, account)
            }
            Self::BucketExposure { bucket, account } => {
                of_bucket("get-bucket-policy-status", bucket, account)
            }
        };
        line.0
    }
}

fn of_target(region: &Region, command: &str, target: &TargetId) -> Line {
    let port = target
        .port
        .map_or_else(String::new, |port| format!(",Port={port}"));
    Line::new("elbv2", command)
        .in_region(region)
        .with("--target-group-arn", &target.target_group)
        .with("--targets", format!("Id={}{port}", target.id))
}

fn of_principal(verb: &str, principal: &PrincipalId) -> Line {
    match principal {
        PrincipalId::User(name) => {
            Line::new("iam", &format!("{verb}-user-policy")).with("--user-name", name)
        }
        PrincipalId::Role(name) => {
            Line::new("iam", &format!("{verb}-role-policy")).with("--role-name", name)
        }
    }
}

fn of_bucket(command: &str, bucket: &str, account: &str) -> Line {
    Line::new("s3api", command)
        .with("--bucket", bucket)
        .with("--expected-bucket-owner", account)
}

fn settings(block: Block) -> String {
    format!(
        "BlockPublicAcls={},IgnorePublicAcls={},BlockPublicPolicy={},RestrictPublicBuckets={}",
        block.acls, block.ignore_acls, block.policy, block.restrict
    )
}

/// A rule as EC2's `IpPermission`.
fn permission(rule: &Rule) -> Value {
    let mut permission = json!({"IpProtocol": rule.protocol});
    if let Some(from) = rule.from {
        permission["FromPort"] = json!(from);
    }
    if let Some(to) = rule.to {
        permission["ToPort"] = json!(to);
    }
    let (list, mut peer) = match &rule.peer {
        Peer::Ipv4(cidr) => ("IpRanges", json!({"CidrIp": cidr})),
        Peer::Ipv6(cidr) => ("Ipv6Ranges", json!({"CidrIpv6": cidr})),
        Peer::PrefixList(id) => ("PrefixListIds", json!({"PrefixListId": id})),
        Peer::Group { id, account } => {
            let mut pair = json!({"GroupId": id});
            if let Some(account) = account {
                pair["UserId"] = json!(account);
            }
            ("UserIdGroupPairs", pair)
        }
    };
    if let Some(description) = &rule.description {
        peer["Description"] = json!(description);
    }
    permission[list] = json!([peer]);
    permission
}

/// The tag that tells the plan, for what is made.
fn tags(kind: &str, plan: &str) -> String {
    format!("ResourceType={kind},Tags=[{{Key={PLAN_TAG},Value={plan}}}]")
}

/// A word that no shell takes apart.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
