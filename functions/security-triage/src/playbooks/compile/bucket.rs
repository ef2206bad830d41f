use super::Draft;
use crate::playbooks::Playbook;
use crate::playbooks::call::Call;
use crate::playbooks::groups::Block;
use crate::playbooks::guards::{Policy, Tagged};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::Bucket;
use crate::playbooks::plan::{Change, Deed, Undo};

pub(super) fn steps(
    draft: &mut Draft,
    bucket: &str,
    account: &str,
    observed: &Bucket,
    policy: &Policy<'_>,
) {
    let is_website = draft
        .known("whether the bucket is a website", &observed.is_website)
        .copied();
    let is_public = draft
        .known("whether the bucket's policy is public", &observed.is_public)
        .copied();
    let by_name = match (is_website, is_public) {
        (Some(true), _) => Some("the bucket serves a website, which this takes off the net"),
        (_, Some(true)) => {
            Some("the bucket's policy lets the public in on purpose, as for a distribution")
        }
        _ => None,
    };
    draft.tags(
        Playbook::BlockPublicAccess,
        policy,
        Tagged {
            resource: bucket,
            tags: &observed.tags,
            by_name,
        },
    );
    let Some(before) = draft
        .known("the bucket's public access block", &observed.block)
        .copied()
    else {
        return;
    };
    let (bucket, account) = (bucket.to_owned(), account.to_owned());
    draft.evidence(
        "exposure",
        "how the public could reach it",
        Deed::Keep(Look::BucketExposure {
            bucket: bucket.clone(),
            account: account.clone(),
        }),
    );
    if before == Some(Block::ALL) {
        return;
    }
    let look = Look::PublicAccessBlock {
        bucket: bucket.clone(),
        account: account.clone(),
    };
    let put = |block| Call::PutPublicAccessBlock {
        bucket: bucket.clone(),
        account: account.clone(),
        block,
    };
    let back = before.map_or_else(
        || Call::DeletePublicAccessBlock {
            bucket: bucket.clone(),
            account: account.clone(),
        },
        put,
    );
    draft.change(
        "block".to_owned(),
        "no ACL and no policy lets the public in any more",
        &[],
        Change {
            look: look.clone(),
            before: Seen::Block(before),
            call: put(Block::ALL),
            after: Seen::Block(Some(Block::ALL)),
            undo: Some(Undo {
                call: back,
                restored: Seen::Block(before),
            }),
            passing: false,
            follows: None,
        },
    );
    draft.verify(
        "blocked".to_owned(),
        "AWS shows all four settings on",
        look,
        Seen::Block(Some(Block::ALL)),
    );
    draft.note("Objects stay as they are, and so do the ACLs and the policy: undone, they hold again. A distribution that reaches the bucket through an origin access control still does.");
}
