//! Which resource of an incident a playbook is about.

use std::collections::BTreeSet;

use nightshift_core::printable;

use crate::finding::{Finding, Principal};
use crate::incident::Incident;
use crate::playbooks::Playbook;
use crate::playbooks::call::PrincipalId;
use crate::playbooks::plan::Target;
use crate::playbooks::refusal::Refusal;

/// The one thing that a playbook would contain. A resource that a person names
/// has to be among those that the incident is about.
///
/// # Errors
/// When there is none, or when there are several and none is named.
pub fn select(
    incident: &Incident,
    playbook: Playbook,
    resource: Option<&str>,
) -> Result<Target, Refusal> {
    let mut targets = BTreeSet::new();
    let mut problems = BTreeSet::new();
    for finding in [&incident.first, &incident.latest] {
        gather(finding, playbook, &mut targets, &mut problems);
    }
    if let Some(named) = resource {
        let rule = named.strip_prefix("sgr-").map(|_| named);
        targets.retain(|target| target.name() == named || rule.is_some());
        if let Some(rule) = rule {
            targets = targets
                .into_iter()
                .map(|target| with_rule(target, rule))
                .collect();
        }
    }
    let no_target = |problem| Refusal::NoTarget { playbook, problem };
    let mut found = targets.into_iter();
    match (found.next(), found.next()) {
        (Some(target), None) => Ok(target),
        (Some(first), Some(second)) => Err(no_target(format!(
            "the incident is about several ({}, {} ...)",
            first.name(),
            second.name()
        ))),
        (None, _) => Err(match (problems.into_iter().next(), resource) {
            (Some((resource, problem)), None) => Refusal::Unfit { resource, problem },
            (_, Some(named)) => no_target(format!(
                "{} is nothing of this incident that {playbook} could contain",
                printable(named, 120)
            )),
            (None, None) => no_target(format!(
                "the incident is about nothing that {playbook} could contain"
            )),
        }),
    }
}

fn with_rule(target: Target, rule: &str) -> Target {
    match target {
        Target::SecurityGroup { id, .. } => Target::SecurityGroup {
            id,
            rule: Some(rule.to_owned()),
        },
        other => other,
    }
}

fn gather(
    finding: &Finding,
    playbook: Playbook,
    targets: &mut BTreeSet<Target>,
    problems: &mut BTreeSet<(String, String)>,
) {
    let subjects = |kind: &'static str| {
        finding
            .subjects
            .iter()
            .filter(move |subject| subject.kind == kind)
            .map(|subject| last(&subject.id).to_owned())
    };
    match playbook {
        Playbook::IsolateInstance => {
            targets.extend(subjects("AWS::EC2::Instance").map(|id| Target::Instance { id }));
        }
        Playbook::RevokeIngress => {
            targets.extend(
                subjects("AWS::EC2::SecurityGroup")
                    .map(|id| Target::SecurityGroup { id, rule: None }),
            );
        }
        Playbook::BlockPublicAccess => {
            targets.extend(subjects("AWS::S3::Bucket").map(|name| Target::Bucket { name }));
        }
        Playbook::DisableAccessKey => {
            let of_principals = finding
                .principals
                .iter()
                .filter_map(|principal| principal.access_key.clone());
            for id in of_principals.chain(subjects("AWS::IAM::AccessKey")) {
                if id.starts_with("AKIA") {
                    targets.insert(Target::AccessKey { id });
                } else {
                    problems.insert((id, "it is no long-term key of a user, so it cannot be disabled; quarantine-principal with `earlier-sessions` cuts the sessions of a role".to_owned()));
                }
            }
        }
        Playbook::QuarantinePrincipal => {
            for principal in &finding.principals {
                match of(principal) {
                    Ok(id) => targets.insert(Target::Principal { id }),
                    Err(problem) => {
                        problems.insert((printable(&principal.name, 120), problem.to_owned()))
                    }
                };
            }
            if finding.principals.is_empty() {
                let users = subjects("AWS::IAM::User").map(PrincipalId::User);
                let roles = subjects("AWS::IAM::Role").map(PrincipalId::Role);
                targets.extend(users.chain(roles).map(|id| Target::Principal { id }));
            }
        }
    }
}

fn of(principal: &Principal) -> Result<PrincipalId, &'static str> {
    match principal.kind.as_str() {
        // The last part of an assumed role's ARN names a session, so that a
        // name is taken only as it stands.
        "IAMUser" | "AssumedRole" | "Role" if !is_name(&principal.name) => {
            Err("that is no name IAM knows; name the user or role by hand")
        }
        "IAMUser" => Ok(PrincipalId::User(principal.name.clone())),
        "AssumedRole" | "Role" => Ok(PrincipalId::Role(principal.name.clone())),
        "Root" => Err(
            "the root user takes no policy: change its password, delete its keys and look at its MFA by hand, or deny it by a service control policy",
        ),
        "FederatedUser" => Err(
            "a federated session has the rights of the user that asked for it; quarantine that user",
        ),
        _ => Err("it is neither a user nor a role of the account"),
    }
}

/// The characters of users' and roles' names (IAM User Guide, quotas).
fn is_name(name: &str) -> bool {
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    !name.is_empty() && name.chars().all(is_legal)
}

/// What follows the last slash: sources give ids, names or whole ARNs.
fn last(id: &str) -> &str {
    id.rsplit(['/', ':']).next().unwrap_or(id)
}
