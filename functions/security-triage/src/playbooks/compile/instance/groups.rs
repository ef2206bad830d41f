//! The groups of an isolation: the empty one, and the one passed through.

use std::collections::{BTreeMap, BTreeSet};

use crate::playbooks::call::Call;
use crate::playbooks::compile::Draft;
use crate::playbooks::groups::{GroupId, Peer, Rule};
use crate::playbooks::guards::Policy;
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::{Instance, Vpc};
use crate::playbooks::plan::{Change, Undo};
use crate::playbooks::refusal::Refusal;

/// The name of the empty group of every VPC; `prefix` is `{project}-{environment}`.
pub(in crate::playbooks) fn quarantine_name(prefix: &str) -> String {
    format!("{prefix}-security-triage-quarantine")
}

/// The empty group of every VPC that it has an interface in, made where it is
/// missing, and looked at: whoever could add a rule to it would own the exit.
pub(super) fn quarantines(
    draft: &mut Draft,
    plan: &str,
    observed: &Instance,
    policy: &Policy<'_>,
) -> BTreeMap<String, GroupId> {
    let mut groups = BTreeMap::new();
    let document = policy.document;
    let name = quarantine_name(&format!("{}-{}", document.project, document.environment));
    for (vpc, facts) in &observed.vpcs {
        let Some(facts) = draft.known(&format!("the security groups of {vpc}"), facts) else {
            continue;
        };
        let id = match &facts.quarantine {
            Some((id, rules)) => {
                if let Some(rule) = rules.first() {
                    draft.refusals.push(Refusal::Unfit {
                        resource: id.clone(),
                        problem: format!("the quarantine group of {vpc} is not empty ({rule}); find out who added it, and take it out"),
                    });
                }
                GroupId::Known(id.clone())
            }
            None => make_group(
                draft,
                plan,
                vpc,
                format!("quarantine-{vpc}"),
                &name,
                "Nightshift: no traffic in, none out",
                true,
            ),
        };
        if facts.quarantine.is_none() {
            for peer in egress_peers(facts) {
                close_egress(draft, vpc, &id, peer);
            }
        }
        draft.verify(
            format!("empty-{vpc}"),
            "the quarantine group lets nothing through",
            Look::Rules { group: id.clone() },
            Seen::Rules {
                ingress: BTreeSet::new(),
                egress: BTreeSet::new(),
            },
        );
        groups.insert(vpc.clone(), id);
    }
    groups
}

/// Whom a new group lets everything out to (EC2 API reference, `CreateSecurityGroup`).
fn egress_peers(vpc: &Vpc) -> Vec<Peer> {
    let mut peers = vec![Peer::everybody_v4()];
    if vpc.has_ipv6 {
        peers.push(Peer::everybody_v6());
    }
    peers
}

/// Makes a group. Undone, what served this plan alone is deleted; the empty
/// group of a VPC stays, for other instances may be in it by then.
fn make_group(
    draft: &mut Draft,
    plan: &str,
    vpc: &str,
    step: String,
    name: &str,
    description: &str,
    lasts: bool,
) -> GroupId {
    let id = GroupId::MadeBy(step.clone());
    draft.change(
        step,
        description,
        &[],
        Change {
            look: Look::SecurityGroup {
                vpc: vpc.to_owned(),
                name: name.to_owned(),
            },
            before: Seen::Group(None),
            call: Call::CreateSecurityGroup {
                vpc: vpc.to_owned(),
                name: name.to_owned(),
                description: description.to_owned(),
                plan: plan.to_owned(),
            },
            after: Seen::Group(Some(id.clone())),
            undo: (!lasts).then(|| Undo {
                call: Call::DeleteSecurityGroup { group: id.clone() },
                restored: Seen::Group(None),
            }),
            passing: false,
            follows: None,
        },
    );
    id
}

fn close_egress(draft: &mut Draft, vpc: &str, group: &GroupId, peer: Peer) {
    let family = family(&peer);
    let rule = Rule::all(peer);
    draft.change(
        format!("close-{vpc}-{family}"),
        "a new group lets everything out",
        &[],
        Change {
            look: Look::Egress {
                group: group.clone(),
                rule: rule.clone(),
            },
            before: Seen::Flag(true),
            call: Call::RevokeSecurityGroupEgress {
                group: group.clone(),
                rule,
            },
            after: Seen::Flag(false),
            undo: None,
            passing: false,
            follows: None,
        },
    );
}

fn family(peer: &Peer) -> &'static str {
    match peer {
        Peer::Ipv6(_) => "ipv6",
        _ => "ipv4",
    }
}

fn open_name(plan: &str, vpc: &str) -> String {
    format!("{plan}-{vpc}")
}

/// The group through which interfaces pass: everything in and out, over which
/// no connection is tracked. It exists only while the plan runs.
pub(super) fn open_group(draft: &mut Draft, plan: &str, vpc: &str, observed: &Instance) {
    let Some(Ok(facts)) = observed.vpcs.get(vpc) else {
        return;
    };
    let id = make_group(
        draft,
        plan,
        vpc,
        format!("open-{vpc}"),
        &open_name(plan, vpc),
        "Nightshift: passed through for a moment, so that no connection is tracked",
        false,
    );
    for peer in egress_peers(facts) {
        let family = family(&peer);
        let rule = Rule::all(peer);
        draft.change(
            format!("open-{vpc}-{family}"),
            "only what is open both ways is not tracked; a new group is open outwards",
            &[],
            Change {
                look: Look::Ingress {
                    group: id.clone(),
                    rule: rule.clone(),
                },
                before: Seen::Flag(false),
                call: Call::AuthorizeSecurityGroupIngress {
                    group: id.clone(),
                    rule,
                },
                after: Seen::Flag(true),
                undo: None,
                passing: false,
                follows: None,
            },
        );
    }
}

pub(super) fn remove_open_group(draft: &mut Draft, plan: &str, vpc: &str) {
    let made = GroupId::MadeBy(format!("open-{vpc}"));
    draft.change(
        format!("remove-open-{vpc}"),
        "nothing needs the open group any more",
        &[],
        Change {
            look: Look::SecurityGroup {
                vpc: vpc.to_owned(),
                name: open_name(plan, vpc),
            },
            before: Seen::Group(Some(made.clone())),
            call: Call::DeleteSecurityGroup { group: made },
            after: Seen::Group(None),
            undo: None,
            passing: false,
            follows: None,
        },
    );
}
