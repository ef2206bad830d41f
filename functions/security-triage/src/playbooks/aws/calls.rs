//! One change each.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    AttributeBooleanValue, CopyTagsFromSource, IamInstanceProfileSpecification,
    InstanceSpecification, ResourceType, Tag, TagSpecification,
};
use aws_sdk_iam::types::StatusType;
use nightshift_runtime::{CallClass, CallError};

use super::clients::{Clients, has_code};
use super::{groups, s3, targets};
use crate::playbooks::call::{Call, KeyStatus, PLAN_TAG, PrincipalId};
use crate::playbooks::groups::GroupId;

pub(super) async fn make(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let made = match call {
        Call::CreateSnapshots { .. }
        | Call::CreateTags { .. }
        | Call::DeleteTags { .. }
        | Call::ModifyTerminationProtection { .. }
        | Call::DisassociateIamInstanceProfile { .. }
        | Call::AssociateIamInstanceProfile { .. } => of_instance(clients, call).await,
        Call::DetachInstances { .. }
        | Call::AttachInstances { .. }
        | Call::DeregisterTargets(_)
        | Call::RegisterTargets(_) => of_service(clients, call).await,
        Call::CreateSecurityGroup { .. }
        | Call::DeleteSecurityGroup { .. }
        | Call::AuthorizeSecurityGroupIngress { .. }
        | Call::RevokeSecurityGroupIngress { .. }
        | Call::RevokeSecurityGroupEgress { .. }
        | Call::ModifyNetworkInterfaceGroups { .. } => of_group(clients, call).await,
        Call::UpdateAccessKey { .. } | Call::PutPolicy { .. } | Call::DeletePolicy { .. } => {
            of_principal(clients, call).await
        }
        Call::PutPublicAccessBlock { .. } | Call::DeletePublicAccessBlock { .. } => {
            of_bucket(clients, call).await
        }
    };
    made.map_err(|mut error| {
        // Somebody else is at the same thing, or has not quite left it.
        if has_code(
            &error,
            &[
                "ConcurrentModification",
                "DependencyViolation",
                "OperationAborted",
            ],
        ) {
            error.class = CallClass::Conflict;
        }
        error
    })
}

/// The answer of a change is not read: a look tells what came of it.
fn done<T, E>(answer: Result<T, E>, told: impl FnOnce(E) -> CallError) -> Result<(), CallError> {
    answer.map(drop).map_err(told)
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

/// What is made carries its plan from the first moment.
fn tagged(kind: ResourceType, plan: &str) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .tags(tag(PLAN_TAG, plan))
        .build()
}

async fn of_instance(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    let ec2 = &clients.ec2;
    match call {
        Call::CreateSnapshots { instance, plan } => {
            let of = InstanceSpecification::builder()
                .instance_id(instance)
                .exclude_boot_volume(false)
                .build();
            let create = ec2
                .create_snapshots()
                .instance_specification(of)
                .copy_tags_from_source(CopyTagsFromSource::Volume)
                .description(format!("Nightshift: evidence of {instance}"))
                .tag_specifications(tagged(ResourceType::Snapshot, plan));
            done(create.send().await, |error| {
                clients.error(action, instance, &error)
            })
        }
        Call::CreateTags {
            resource,
            key,
            value,
        } => {
            let create = ec2.create_tags().resources(resource).tags(tag(key, value));
            done(create.send().await, |error| {
                clients.error(action, resource, &error)
            })
        }
        Call::DeleteTags {
            resource,
            key,
            value,
        } => {
            let delete = ec2.delete_tags().resources(resource).tags(tag(key, value));
            done(delete.send().await, |error| {
                clients.error(action, resource, &error)
            })
        }
        Call::ModifyTerminationProtection {
            instance,
            protected,
        } => {
            let value = AttributeBooleanValue::builder().value(*protected).build();
            let modify = ec2
                .modify_instance_attribute()
                .instance_id(instance)
                .disable_api_termination(value);
            done(modify.send().await, |error| {
                clients.error(action, instance, &error)
            })
        }
        Call::DisassociateIamInstanceProfile {
            instance,
            association,
        } => {
            let end = ec2
                .disassociate_iam_instance_profile()
                .association_id(association);
            done(end.send().await, |error| {
                clients.error(action, instance, &error)
            })
        }
        Call::AssociateIamInstanceProfile { instance, profile } => {
            let profile = IamInstanceProfileSpecification::builder()
                .arn(profile)
                .build();
            let begin = ec2
                .associate_iam_instance_profile()
                .instance_id(instance)
                .iam_instance_profile(profile);
            done(begin.send().await, |error| {
                clients.error(action, instance, &error)
            })
        }
        _ => Ok(()),
    }
}

async fn of_service(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    match call {
        Call::DetachInstances { group, instance } => {
            let detach = clients
                .auto_scaling
                .detach_instances()
                .auto_scaling_group_name(group)
                .instance_ids(instance)
                .should_decrement_desired_capacity(false);
            done(detach.send().await, |error| {
                clients.error(action, group, &error)
            })
        }
        Call::AttachInstances { group, instance } => {
            let attach = clients
                .auto_scaling
                .attach_instances()
                .auto_scaling_group_name(group)
                .instance_ids(instance);
            done(attach.send().await, |error| {
                clients.error(action, group, &error)
            })
        }
        Call::DeregisterTargets(target) => {
            let deregister = clients
                .load_balancing
                .deregister_targets()
                .target_group_arn(&target.target_group)
                .targets(targets::description(target));
            done(deregister.send().await, |error| {
                clients.error(action, &target.target_group, &error)
            })
        }
        Call::RegisterTargets(target) => {
            let register = clients
                .load_balancing
                .register_targets()
                .target_group_arn(&target.target_group)
                .targets(targets::description(target));
            done(register.send().await, |error| {
                clients.error(action, &target.target_group, &error)
            })
        }
        _ => Ok(()),
    }
}

async fn of_group(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    let ec2 = &clients.ec2;
    match call {
        Call::CreateSecurityGroup {
            vpc,
            name,
            description,
            plan,
        } => {
            let create = ec2
                .create_security_group()
                .vpc_id(vpc)
                .group_name(name)
                .description(description)
                .tag_specifications(tagged(ResourceType::SecurityGroup, plan));
            done(create.send().await, |error| {
                clients.error(action, name, &error)
            })
        }
        Call::DeleteSecurityGroup { group } => {
            let id = group.to_string();
            let delete = ec2.delete_security_group().group_id(&id);
            done(delete.send().await, |error| {
                clients.error(action, &id, &error)
            })
        }
        Call::AuthorizeSecurityGroupIngress { group, rule } => {
            let id = group.to_string();
            let authorize = ec2
                .authorize_security_group_ingress()
                .group_id(&id)
                .ip_permissions(groups::permission(rule));
            done(authorize.send().await, |error| {
                clients.error(action, &id, &error)
            })
        }
        Call::RevokeSecurityGroupIngress {
            group,
            rule,
            id: rule_id,
        } => {
            let id = group.to_string();
            let revoke = ec2.revoke_security_group_ingress().group_id(&id);
            let revoke = match rule_id {
                Some(rule_id) => revoke.security_group_rule_ids(rule_id),
                None => revoke.ip_permissions(groups::permission(rule)),
            };
            done(revoke.send().await, |error| {
                clients.error(action, &id, &error)
            })
        }
        Call::RevokeSecurityGroupEgress { group, rule } => {
            let id = group.to_string();
            let revoke = ec2
                .revoke_security_group_egress()
                .group_id(&id)
                .ip_permissions(groups::permission(rule));
            done(revoke.send().await, |error| {
                clients.error(action, &id, &error)
            })
        }
        Call::ModifyNetworkInterfaceGroups { interface, groups } => {
            let modify = ec2
                .modify_network_interface_attribute()
                .network_interface_id(interface)
                .set_groups(Some(ids(groups)));
            done(modify.send().await, |error| {
                clients.error(action, interface, &error)
            })
        }
        _ => Ok(()),
    }
}

fn ids(groups: &BTreeSet<GroupId>) -> Vec<String> {
    groups.iter().map(ToString::to_string).collect()
}

async fn of_principal(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    let iam = &clients.iam;
    match call {
        Call::UpdateAccessKey { user, key, status } => {
            let update = iam.update_access_key().user_name(user).access_key_id(key);
            let update = update.status(match status {
                KeyStatus::Active => StatusType::Active,
                KeyStatus::Inactive => StatusType::Inactive,
            });
            done(update.send().await, |error| {
                clients.error(action, key, &error)
            })
        }
        Call::PutPolicy {
            principal,
            name,
            denial,
        } => {
            let document = denial.document().to_string();
            match principal {
                PrincipalId::User(user) => {
                    let put = iam.put_user_policy().user_name(user).policy_name(name);
                    let answer = put.policy_document(document).send().await;
                    done(answer, |error| clients.error(action, user, &error))
                }
                PrincipalId::Role(role) => {
                    let put = iam.put_role_policy().role_name(role).policy_name(name);
                    let answer = put.policy_document(document).send().await;
                    done(answer, |error| clients.error(action, role, &error))
                }
            }
        }
        Call::DeletePolicy { principal, name } => match principal {
            PrincipalId::User(user) => {
                let delete = iam.delete_user_policy().user_name(user).policy_name(name);
                done(delete.send().await, |error| {
                    clients.error(action, user, &error)
                })
            }
            PrincipalId::Role(role) => {
                let delete = iam.delete_role_policy().role_name(role).policy_name(name);
                done(delete.send().await, |error| {
                    clients.error(action, role, &error)
                })
            }
        },
        _ => Ok(()),
    }
}

async fn of_bucket(clients: &Clients, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    match call {
        Call::PutPublicAccessBlock {
            bucket,
            account,
            block,
        } => {
            let put = clients
                .s3
                .put_public_access_block()
                .bucket(bucket)
                .expected_bucket_owner(account)
                .public_access_block_configuration(s3::configuration(*block));
            done(put.send().await, |error| {
                clients.error(action, bucket, &error)
            })
        }
        Call::DeletePublicAccessBlock { bucket, account } => {
            let delete = clients
                .s3
                .delete_public_access_block()
                .bucket(bucket)
                .expected_bucket_owner(account);
            done(delete.send().await, |error| {
                clients.error(action, bucket, &error)
            })
        }
        _ => Ok(()),
    }
}
