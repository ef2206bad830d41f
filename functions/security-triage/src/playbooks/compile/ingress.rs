use std::collections::BTreeSet;

use super::Draft;
use crate::playbooks::Playbook;
use crate::playbooks::call::Call;
use crate::playbooks::groups::{GroupId, Rule};
use crate::playbooks::guards::{Policy, Tagged};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::SecurityGroup;
use crate::playbooks::plan::{Change, Deed, Undo};
use crate::playbooks::refusal::Refusal;

pub(super) fn steps(
    draft: &mut Draft,
    group: &str,
    only: Option<&str>,
    observed: &SecurityGroup,
    policy: &Policy<'_>,
) {
    draft.tags(
        Playbook::RevokeIngress,
        policy,
        Tagged {
            resource: group,
            tags: &observed.tags,
            by_name: None,
        },
    );
    let Some(rules) = draft.known("the group's rules", &observed.ingress) else {
        return;
    };
    let id = GroupId::Known(group.to_owned());
    draft.evidence(
        "rules",
        "every rule of the group, whole",
        Deed::Keep(Look::Rules { group: id.clone() }),
    );
    if let Some(named) = only.filter(|named| !rules.contains_key(*named)) {
        draft.refusals.push(Refusal::Unfit {
            resource: group.to_owned(),
            problem: format!(
                "it has no ingress rule {named} (any more); ask for a plan of the group as it is"
            ),
        });
        return;
    }
    let public = &policy.config.revoke_ingress.public_ports;
    let mut kept: Vec<Rule> = rules.values().cloned().collect();
    for (rule_id, rule) in rules {
        let is_meant = only.map_or_else(|| rule.peer.is_everybody(), |only| only == rule_id);
        let remainder = remainder(rule, public);
        // A rule for nothing but public ports is as it should be, unless a
        // person means this very one.
        let is_fine = only.is_none() && remainder.iter().any(|rest| rest.is_same_as(rule));
        if !is_meant || is_fine {
            continue;
        }
        let remainder = if only.is_some() {
            Vec::new()
        } else {
            remainder
        };
        for rest in remainder {
            // Never twice, and not what another rule lets in already.
            if !kept.iter().any(|one| one.is_same_as(&rest)) {
                authorize(draft, &id, rule_id, &rest);
                kept.push(rest);
            }
        }
        revoke(draft, &id, rule_id, rule);
    }
    draft.note("Connections that stand are not cut: security groups track them. isolate-instance cuts them.");
    draft.note("Undone, a rule has a new id; whatever names the old one has to be told.");
}

/// The part of a rule that may stay open: public TCP ports within its range,
/// neighbours as one range.
fn remainder(rule: &Rule, public: &BTreeSet<u16>) -> Vec<Rule> {
    let Some((from, to)) = rule
        .ports()
        .filter(|_| !matches!(rule.protocol.as_str(), "udp" | "17"))
    else {
        return Vec::new();
    };
    let mut ranges: Vec<(i32, i32)> = Vec::new();
    for port in public.iter().map(|port| i32::from(*port)) {
        if port < from || port > to {
            continue;
        }
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == port => *last = port,
            _ => ranges.push((port, port)),
        }
    }
    let narrowed = |(from, to)| Rule {
        protocol: "tcp".to_owned(),
        from: Some(from),
        to: Some(to),
        peer: rule.peer.clone(),
        description: rule.description.clone(),
    };
    ranges.into_iter().map(narrowed).collect()
}

/// What may stay is let in before the wide rule goes, so that nobody who is
/// welcome is cut off in between.
fn authorize(draft: &mut Draft, group: &GroupId, rule_id: &str, rest: &Rule) {
    let (from, to) = (rest.from.unwrap_or(-1), rest.to.unwrap_or(-1));
    draft.change(
        format!("keep-{rule_id}-{from}-{to}"),
        "the part of the rule that may stay",
        &[],
        Change {
            look: Look::Ingress {
                group: group.clone(),
                rule: rest.clone(),
            },
            before: Seen::Flag(false),
            call: Call::AuthorizeSecurityGroupIngress {
                group: group.clone(),
                rule: rest.clone(),
            },
            after: Seen::Flag(true),
            undo: Some(Undo {
                call: Call::RevokeSecurityGroupIngress {
                    group: group.clone(),
                    rule: rest.clone(),
                    id: None,
                },
                restored: Seen::Flag(false),
            }),
            passing: false,
            follows: None,
        },
    );
}

fn revoke(draft: &mut Draft, group: &GroupId, rule_id: &str, rule: &Rule) {
    let look = Look::Ingress {
        group: group.clone(),
        rule: rule.clone(),
    };
    draft.change(
        format!("revoke-{rule_id}"),
        "the rule lets in whom it should not",
        &[],
        Change {
            look: look.clone(),
            before: Seen::Flag(true),
            call: Call::RevokeSecurityGroupIngress {
                group: group.clone(),
                rule: rule.clone(),
                id: Some(rule_id.to_owned()),
            },
            after: Seen::Flag(false),
            undo: Some(Undo {
                call: Call::AuthorizeSecurityGroupIngress {
                    group: group.clone(),
                    rule: rule.clone(),
                },
                restored: Seen::Flag(true),
            }),
            passing: false,
            follows: None,
        },
    );
    draft.verify(
        format!("revoked-{rule_id}"),
        "AWS shows it no more",
        look,
        Seen::Flag(false),
    );
}
