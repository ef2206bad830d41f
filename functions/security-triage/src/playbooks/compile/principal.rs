use super::Draft;
use crate::playbooks::Playbook;
use crate::playbooks::call::{Call, Denial, PrincipalId};
use crate::playbooks::config::RoleDenial;
use crate::playbooks::guards::{Policy, Tagged};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::Principal;
use crate::playbooks::plan::{Change, Deed, Undo};
use crate::playbooks::refusal::Refusal;

/// How many characters the inline policies of a user may have together, and
/// those of a role, white space aside (IAM User Guide, IAM and STS quotas).
const USER_LIMIT: usize = 2048;
const ROLE_LIMIT: usize = 10_240;

/// The functions whose roles are our own.
const FUNCTIONS: [&str; 7] = [
    "off-hours",
    "backup-verify",
    "replication-check",
    "cost-anomaly",
    "security-triage",
    "failover",
    "notify",
];

/// The inline policy's name.
pub(in crate::playbooks) const POLICY: &str = "nightshift-quarantine";

pub(super) fn steps(
    draft: &mut Draft,
    principal: &PrincipalId,
    observed: &Principal,
    policy: &Policy<'_>,
) {
    draft
        .refusals
        .extend(untouchable(principal, &observed.path, policy));
    draft.tags(
        Playbook::QuarantinePrincipal,
        policy,
        Tagged {
            resource: &principal.to_string(),
            tags: &observed.tags,
            by_name: None,
        },
    );
    let denial = match (principal, policy.config.quarantine_principal.roles) {
        (PrincipalId::User(_), _) | (PrincipalId::Role(_), RoleDenial::Everything) => {
            Denial::Everything
        }
        (PrincipalId::Role(_), RoleDenial::EarlierSessions) => Denial::SessionsBeforeApproval,
    };
    let existing = draft.known("our policy", &observed.policy).cloned();
    let size = draft
        .known("the size of its inline policies", &observed.inline_size)
        .copied();
    let (Some(existing), Some(size)) = (existing, size) else {
        return;
    };
    if existing.is_some() {
        draft.refusals.push(Refusal::Unfit {
            resource: principal.to_string(),
            problem: format!("it has a policy {POLICY} already; undo the plan that put it there, or remove it by hand"),
        });
        return;
    }
    let limit = match principal {
        PrincipalId::User(_) => USER_LIMIT,
        PrincipalId::Role(_) => ROLE_LIMIT,
    };
    let needed = denial.document().to_string().len();
    if size + needed > limit {
        draft.refusals.push(Refusal::Unfit {
            resource: principal.to_string(),
            problem: format!("its inline policies have {size} characters of {limit}, and {needed} more are needed; make one of them a managed policy"),
        });
    }
    draft.evidence(
        "policies",
        "what it was allowed",
        Deed::Keep(Look::Policies {
            principal: principal.clone(),
        }),
    );
    let look = Look::Policy {
        principal: principal.clone(),
        name: POLICY.to_owned(),
    };
    draft.change(
        "deny".to_owned(),
        "an explicit denial goes before whatever allows",
        &[],
        Change {
            look: look.clone(),
            before: Seen::Text(None),
            call: Call::PutPolicy {
                principal: principal.clone(),
                name: POLICY.to_owned(),
                denial,
            },
            after: Seen::Denial(denial),
            undo: Some(Undo {
                call: Call::DeletePolicy {
                    principal: principal.clone(),
                    name: POLICY.to_owned(),
                },
                restored: Seen::Text(None),
            }),
            passing: false,
            follows: None,
        },
    );
    draft.verify(
        "denied".to_owned(),
        "AWS shows the policy as it was written",
        look,
        Seen::Denial(denial),
    );
    match denial {
        Denial::Everything => {
            draft.note(format!("Everything that works as {principal} stops."));
        }
        Denial::SessionsBeforeApproval | Denial::SessionsBefore(_) => {
            draft.note("Sessions that began before the approval are cut; workloads that hold long sessions have to begin new ones, and whoever still can assume the role comes back.");
        }
    }
    draft.note("IAM takes some seconds until a policy holds everywhere. Resource policies that name the principal are overruled as well, except for what AWS services do on their own.");
}

/// Why a user or role must not be touched.
pub(super) fn untouchable(
    principal: &PrincipalId,
    path: &str,
    policy: &Policy<'_>,
) -> Option<Refusal> {
    let name = principal.name();
    let document = policy.document;
    let is_ours = FUNCTIONS.iter().any(|function| {
        let prefix = format!("{}-{}-{function}", document.project, document.environment);
        name.strip_prefix(&prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    let never = &policy.config.never;
    let why = if path.starts_with("/aws-service-role/") || name.starts_with("AWSServiceRoleFor") {
        "AWS takes no policies on service-linked roles; contain what uses the service"
    } else if path.starts_with("/aws-reserved/") || name.starts_with("AWSReservedSSO_") {
        "IAM Identity Center would put it back; take the person's assignment away there, and end the sessions"
    } else if name == "root" {
        "the root user takes no policy; secure it by hand"
    } else if is_ours {
        "it is one of Nightshift's own roles, which could then not undo it; contain it by hand"
    } else if never.iter().any(|one| one.eq_ignore_ascii_case(name)) {
        "it is in playbooks.never; take it out there to allow containment"
    } else {
        return None;
    };
    Some(Refusal::Untouchable {
        principal: principal.to_string(),
        why: why.to_owned(),
    })
}
