use super::Draft;
use super::principal::untouchable;
use crate::playbooks::Playbook;
use crate::playbooks::call::{Call, KeyStatus, PrincipalId};
use crate::playbooks::guards::{Policy, Tagged};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::AccessKey;
use crate::playbooks::plan::{Change, Deed, Undo};

pub(super) fn steps(draft: &mut Draft, key: &str, observed: &AccessKey, policy: &Policy<'_>) {
    let principal = PrincipalId::User(observed.user.clone());
    draft
        .refusals
        .extend(untouchable(&principal, &observed.path, policy));
    draft.tags(
        Playbook::DisableAccessKey,
        policy,
        Tagged {
            resource: &format!("user {}", observed.user),
            tags: &observed.tags,
            by_name: None,
        },
    );
    draft.evidence(
        "last-use",
        "when and for what the key was last used",
        Deed::Keep(Look::AccessKeyUse {
            key: key.to_owned(),
        }),
    );
    if observed.status == KeyStatus::Inactive {
        return;
    }
    let look = Look::AccessKey {
        user: observed.user.clone(),
        key: key.to_owned(),
    };
    let call = |status| Call::UpdateAccessKey {
        user: observed.user.clone(),
        key: key.to_owned(),
        status,
    };
    draft.change(
        "disable".to_owned(),
        "the key works no more; it is not deleted",
        &[],
        Change {
            look: look.clone(),
            before: Seen::Key(observed.status),
            call: call(KeyStatus::Inactive),
            after: Seen::Key(KeyStatus::Inactive),
            undo: Some(Undo {
                call: call(observed.status),
                restored: Seen::Key(observed.status),
            }),
            passing: false,
            follows: None,
        },
    );
    draft.verify(
        "disabled".to_owned(),
        "AWS shows it inactive",
        look,
        Seen::Key(KeyStatus::Inactive),
    );
    draft.note("Sessions that the key has already begun (sts:GetSessionToken, sts:AssumeRole) live on until they expire; quarantine-principal cuts those.");
    draft.note("Whatever still uses the key stops working.");
}
