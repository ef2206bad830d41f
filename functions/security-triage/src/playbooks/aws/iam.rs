//! Users, roles, their keys and their policies.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{StatusType, Tag};
use nightshift_core::Tags;
use nightshift_runtime::{CallClass, CallError};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::clients::{Clients, has_code};
use super::known;
use crate::playbooks::call::{KeyStatus, PrincipalId};
use crate::playbooks::compile::POLICY;
use crate::playbooks::look::{Look, Seen, policy};
use crate::playbooks::observed::{AccessKey, Observed, Principal};

const NO_SUCH: &[&str] = &["NoSuchEntity"];

pub(super) async fn look(clients: &Clients, look: &Look) -> Result<Seen, CallError> {
    match look {
        Look::AccessKey { user, key } => Ok(status(clients, user, key)
            .await?
            .map_or(Seen::Gone, Seen::Key)),
        Look::AccessKeyUse { key } => {
            let (_, facts) = last_use(clients, key).await?;
            Ok(Seen::Facts(facts))
        }
        Look::Policy { principal, name } => match inline(clients, principal, name).await? {
            None => Ok(Seen::Text(None)),
            Some(text) => Ok(serde_json::from_str::<Value>(&text)
                .map_or_else(|_| Seen::Text(Some(text)), |document| policy(&document))),
        },
        Look::Policies { principal } => {
            let mut facts = BTreeMap::new();
            for name in inline_names(clients, principal).await? {
                facts.insert(name, "inline".to_owned());
            }
            for (name, arn) in attached(clients, principal).await? {
                facts.insert(name, arn);
            }
            Ok(Seen::Facts(facts))
        }
        _ => Ok(Seen::Facts(BTreeMap::new())),
    }
}

pub(super) async fn observe_key(
    clients: &Clients,
    key: &str,
) -> Result<Option<Observed>, CallError> {
    let (user, _) = last_use(clients, key).await?;
    let Some(status) = status(clients, &user, key).await? else {
        return Ok(None);
    };
    let (path, tags) = match described(clients, &PrincipalId::User(user.clone())).await {
        Ok(Some((path, tags))) => (path, Ok(tags)),
        Ok(None) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Observed::AccessKey(AccessKey {
        user,
        status,
        path,
        tags,
    })))
}

pub(super) async fn observe(
    clients: &Clients,
    principal: &PrincipalId,
) -> Result<Option<Observed>, CallError> {
    let Some((path, tags)) = described(clients, principal).await? else {
        return Ok(None);
    };
    let policy = known(inline(clients, principal, POLICY).await);
    let inline_size = known(inline_size(clients, principal).await);
    Ok(Some(Observed::Principal(Principal {
        path,
        tags: Ok(tags),
        policy,
        inline_size,
    })))
}

async fn described(
    clients: &Clients,
    principal: &PrincipalId,
) -> Result<Option<(String, Tags)>, CallError> {
    let answer = match principal {
        PrincipalId::User(name) => {
            let answer = clients.iam.get_user().user_name(name).send().await;
            let answer = answer.map_err(|error| clients.error("iam:GetUser", name, &error));
            answer.map(|answer| {
                let user = answer.user();
                user.map(|user| (user.path().to_owned(), tags(user.tags())))
            })
        }
        PrincipalId::Role(name) => {
            let answer = clients.iam.get_role().role_name(name).send().await;
            let answer = answer.map_err(|error| clients.error("iam:GetRole", name, &error));
            answer.map(|answer| {
                let role = answer.role();
                role.map(|role| (role.path().to_owned(), tags(role.tags())))
            })
        }
    };
    absent(answer)
}

fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

/// What IAM does not have is None.
fn absent<T>(answer: Result<Option<T>, CallError>) -> Result<Option<T>, CallError> {
    match answer {
        Err(error) if has_code(&error, NO_SUCH) => Ok(None),
        other => other,
    }
}

/// The user of a key, and when, where and for what it was last used.
async fn last_use(
    clients: &Clients,
    key: &str,
) -> Result<(String, BTreeMap<String, String>), CallError> {
    let operation = "iam:GetAccessKeyLastUsed";
    let answer = clients
        .iam
        .get_access_key_last_used()
        .access_key_id(key)
        .send()
        .await
        .map_err(|error| clients.error(operation, key, &error))?;
    let user = answer.user_name().unwrap_or_default().to_owned();
    if user.is_empty() {
        return Err(CallError {
            operation,
            resource: key.to_owned(),
            region: clients.region.clone(),
            code: None,
            class: CallClass::Invalid,
            message: "IAM names no user of the key".to_owned(),
        });
    }
    let mut facts = BTreeMap::from([("user".to_owned(), user.clone())]);
    if let Some(used) = answer.access_key_last_used() {
        facts.insert("service".to_owned(), used.service_name().to_owned());
        facts.insert("region".to_owned(), used.region().to_owned());
        let at = used.last_used_date();
        let at = at.map_or_else(|| "never".to_owned(), ToString::to_string);
        facts.insert("at".to_owned(), at);
    }
    Ok((user, facts))
}

async fn status(clients: &Clients, user: &str, key: &str) -> Result<Option<KeyStatus>, CallError> {
    let mut pages = clients
        .iam
        .list_access_keys()
        .user_name(user)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = match page.map_err(|error| clients.error("iam:ListAccessKeys", user, &error)) {
            Ok(page) => page,
            Err(error) if has_code(&error, NO_SUCH) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut keys = page.access_key_metadata().iter();
        if let Some(found) = keys.find(|one| one.access_key_id() == Some(key)) {
            return Ok(Some(match found.status() {
                Some(StatusType::Active) => KeyStatus::Active,
                _ => KeyStatus::Inactive,
            }));
        }
    }
    Ok(None)
}

/// The text of an inline policy. IAM percent-encodes it (IAM API reference,
/// `GetRolePolicy`).
async fn inline(
    clients: &Clients,
    principal: &PrincipalId,
    name: &str,
) -> Result<Option<String>, CallError> {
    let encoded = match principal {
        PrincipalId::User(user) => {
            let get = clients.iam.get_user_policy().user_name(user);
            let answer = get.policy_name(name).send().await;
            let answer = answer.map_err(|error| clients.error("iam:GetUserPolicy", user, &error));
            answer.map(|answer| Some(answer.policy_document().to_owned()))
        }
        PrincipalId::Role(role) => {
            let get = clients.iam.get_role_policy().role_name(role);
            let answer = get.policy_name(name).send().await;
            let answer = answer.map_err(|error| clients.error("iam:GetRolePolicy", role, &error));
            answer.map(|answer| Some(answer.policy_document().to_owned()))
        }
    };
    let decoded = |text: String| percent_decode_str(&text).decode_utf8_lossy().into_owned();
    Ok(absent(encoded)?.map(decoded))
}

async fn inline_names(
    clients: &Clients,
    principal: &PrincipalId,
) -> Result<Vec<String>, CallError> {
    let mut names = Vec::new();
    match principal {
        PrincipalId::User(user) => {
            let list = clients.iam.list_user_policies().user_name(user);
            let mut pages = list.into_paginator().items().send();
            while let Some(name) = pages.next().await {
                names.push(
                    name.map_err(|error| clients.error("iam:ListUserPolicies", user, &error))?,
                );
            }
        }
        PrincipalId::Role(role) => {
            let list = clients.iam.list_role_policies().role_name(role);
            let mut pages = list.into_paginator().items().send();
            while let Some(name) = pages.next().await {
                names.push(
                    name.map_err(|error| clients.error("iam:ListRolePolicies", role, &error))?,
                );
            }
        }
    }
    Ok(names)
}

async fn attached(
    clients: &Clients,
    principal: &PrincipalId,
) -> Result<Vec<(String, String)>, CallError> {
    let mut found = Vec::new();
    match principal {
        PrincipalId::User(user) => {
            let list = clients.iam.list_attached_user_policies().user_name(user);
            let mut pages = list.into_paginator().items().send();
            while let Some(one) = pages.next().await {
                found.push(one.map_err(|error| {
                    clients.error("iam:ListAttachedUserPolicies", user, &error)
                })?);
            }
        }
        PrincipalId::Role(role) => {
            let list = clients.iam.list_attached_role_policies().role_name(role);
            let mut pages = list.into_paginator().items().send();
            while let Some(one) = pages.next().await {
                found.push(one.map_err(|error| {
                    clients.error("iam:ListAttachedRolePolicies", role, &error)
                })?);
            }
        }
    }
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(found
        .iter()
        .map(|one| (text(one.policy_name()), text(one.policy_arn())))
        .collect())
}

/// IAM counts the characters of all inline policies together, without white space.
async fn inline_size(clients: &Clients, principal: &PrincipalId) -> Result<usize, CallError> {
    let mut size = 0;
    for name in inline_names(clients, principal).await? {
        let text = inline(clients, principal, &name).await?.unwrap_or_default();
        size += text.chars().filter(|c| !c.is_whitespace()).count();
    }
    Ok(size)
}
