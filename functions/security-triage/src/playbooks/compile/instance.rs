mod groups;

use std::collections::{BTreeMap, BTreeSet};

use self::groups::{open_group, quarantines, remove_open_group};
use super::Draft;
use crate::playbooks::Playbook;
use crate::playbooks::call::{Call, PLAN_TAG};
use crate::playbooks::groups::GroupId;
use crate::playbooks::guards::{Policy, Tagged};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::{Instance, Interface};
use crate::playbooks::plan::{Change, Deed, Undo};
use crate::playbooks::refusal::Refusal;

pub(in crate::playbooks) use self::groups::quarantine_name;

/// The step by which an instance leaves its Auto Scaling group.
const LEAVE_GROUP: &str = "leave-group";

pub(super) fn steps(
    draft: &mut Draft,
    plan: &str,
    id: &str,
    observed: &Instance,
    policy: &Policy<'_>,
) {
    draft.tags(
        Playbook::IsolateInstance,
        policy,
        Tagged {
            resource: id,
            tags: &observed.tags,
            by_name: None,
        },
    );
    draft.refusals.extend(unfit(id, observed));
    evidence(draft, plan, id, &observed.volumes);
    mark(draft, plan, id, observed);
    leave_services(draft, id, observed);
    let quarantines = quarantines(draft, plan, observed, policy);
    let pending: BTreeMap<&String, &Interface> = observed
        .interfaces
        .iter()
        .filter(|(_, interface)| !is_isolated(interface, &quarantines))
        .collect();
    if policy.config.isolate_instance.cut_connections {
        let vpcs: BTreeSet<&String> = pending.values().map(|interface| &interface.vpc).collect();
        for vpc in vpcs {
            open_group(draft, plan, vpc, observed);
        }
    }
    for (interface, facts) in &pending {
        if let Some(quarantine) = quarantines.get(&facts.vpc) {
            let cut = policy.config.isolate_instance.cut_connections;
            isolate(draft, interface, facts, quarantine, cut);
        }
    }
    if policy.config.isolate_instance.cut_connections {
        let vpcs: BTreeSet<&String> = pending.values().map(|interface| &interface.vpc).collect();
        for vpc in vpcs {
            remove_open_group(draft, plan, vpc);
        }
    }
    profile(draft, id, observed, policy);
    let isolated = observed.interfaces.iter().filter_map(|(interface, facts)| {
        let quarantine = quarantines.get(&facts.vpc)?;
        Some((interface.clone(), [quarantine.clone()].into()))
    });
    draft.verify(
        "isolated".to_owned(),
        "every interface, and none that has come since, has the empty group alone",
        Look::Interfaces {
            instance: id.to_owned(),
        },
        Seen::Interfaces(isolated.collect()),
    );
    notes(draft, observed, policy);
}

fn unfit(id: &str, observed: &Instance) -> Vec<Refusal> {
    let mut problems = Vec::new();
    if !matches!(
        observed.state.as_str(),
        "running" | "stopped" | "stopping" | "pending"
    ) {
        problems.push(format!(
            "it is {}; there is nothing left to isolate",
            observed.state
        ));
    }
    if let Some(operator) = &observed.operator {
        problems.push(format!(
            "it is managed by {operator}, which alone may change it; contain what runs on it there"
        ));
    }
    if observed.volumes.is_empty() {
        problems.push("it has no EBS volume, so nothing of it can be kept as evidence; take its memory and disks by hand first".to_owned());
    }
    for (interface, facts) in &observed.interfaces {
        if let Some(manager) = &facts.manager {
            problems.push(format!("its interface {interface} is managed by {manager}, which alone may change it; contain what uses it there"));
        }
    }
    problems
        .into_iter()
        .map(|problem| Refusal::Unfit {
            resource: id.to_owned(),
            problem,
        })
        .collect()
}

fn evidence(draft: &mut Draft, plan: &str, id: &str, volumes: &BTreeSet<String>) {
    draft.evidence(
        "snapshots",
        "its disks as they are, all at one instant; accepted is enough, for later writes are not in them",
        Deed::Change(Box::new(Change {
            look: Look::Snapshots {
                plan: plan.to_owned(),
            },
            before: Seen::Names(BTreeSet::new()),
            call: Call::CreateSnapshots {
                instance: id.to_owned(),
                plan: plan.to_owned(),
            },
            after: Seen::Names(volumes.clone()),
            undo: None,
            passing: false,
            follows: None,
        })),
    );
    draft.evidence(
        "interfaces",
        "its interfaces and their groups, as they are",
        Deed::Keep(Look::Interfaces {
            instance: id.to_owned(),
        }),
    );
    draft.evidence(
        "profile",
        "its IAM role",
        Deed::Keep(Look::InstanceProfile {
            instance: id.to_owned(),
        }),
    );
}

/// The tag and the protection: whoever comes next sees what happened, and
/// nobody terminates the evidence by mistake.
fn mark(draft: &mut Draft, plan: &str, id: &str, observed: &Instance) {
    let tags = observed.tags.as_ref().ok();
    let before = tags.and_then(|tags| tags.get(PLAN_TAG)).cloned();
    let back = match &before {
        Some(value) => Call::CreateTags {
            resource: id.to_owned(),
            key: PLAN_TAG.to_owned(),
            value: value.clone(),
        },
        None => Call::DeleteTags {
            resource: id.to_owned(),
            key: PLAN_TAG.to_owned(),
            value: plan.to_owned(),
        },
    };
    draft.change(
        "tag".to_owned(),
        "it says by which plan it is contained",
        &[],
        Change {
            look: Look::Tag {
                resource: id.to_owned(),
                key: PLAN_TAG.to_owned(),
            },
            before: Seen::Text(before.clone()),
            call: Call::CreateTags {
                resource: id.to_owned(),
                key: PLAN_TAG.to_owned(),
                value: plan.to_owned(),
            },
            after: Seen::Text(Some(plan.to_owned())),
            undo: Some(Undo {
                call: back,
                restored: Seen::Text(before),
            }),
            passing: false,
            follows: None,
        },
    );
    let protected = draft
        .known("its termination protection", &observed.protected)
        .copied();
    if protected == Some(false) && !observed.is_spot {
        let call = |protected| Call::ModifyTerminationProtection {
            instance: id.to_owned(),
            protected,
        };
        draft.change(
            "protect".to_owned(),
            "nobody terminates it by mistake",
            &[],
            Change {
                look: Look::TerminationProtection {
                    instance: id.to_owned(),
                },
                before: Seen::Flag(false),
                call: call(true),
                after: Seen::Flag(true),
                undo: Some(Undo {
                    call: call(false),
                    restored: Seen::Flag(false),
                }),
                passing: false,
                follows: None,
            },
        );
    }
}

/// Out of its Auto Scaling group and its target groups.
fn leave_services(draft: &mut Draft, id: &str, observed: &Instance) {
    let membership = draft
        .known("its Auto Scaling group", &observed.auto_scaling)
        .cloned()
        .flatten();
    let leaves_group = membership.is_some();
    if let Some((group, lifecycle)) = membership {
        if !matches!(lifecycle.as_str(), "InService" | "Standby") {
            draft.refusals.push(Refusal::Unfit {
                resource: id.to_owned(),
                problem: format!("it is {lifecycle} in its Auto Scaling group {group}, which lets go only of what is InService or Standby; wait, and ask again"),
            });
        }
        let both = || (group.clone(), id.to_owned());
        let ((from, one), (to, same)) = (both(), both());
        draft.change(
            LEAVE_GROUP.to_owned(),
            "its group puts a healthy one in its place, instead of terminating it",
            &[],
            Change {
                look: Look::AutoScalingGroup {
                    instance: id.to_owned(),
                },
                before: Seen::Text(Some(group.clone())),
                call: Call::DetachInstances {
                    group: from,
                    instance: one,
                },
                after: Seen::Text(None),
                undo: Some(Undo {
                    call: Call::AttachInstances {
                        group: to,
                        instance: same,
                    },
                    restored: Seen::Text(Some(group.clone())),
                }),
                passing: false,
                follows: None,
            },
        );
        draft.note(format!("Undone, the instance joins {group} again, whose desired capacity grows by one (and must not be at its maximum); protection from scale-in has to be given again by hand."));
    }
    let targets = draft.known("its target groups", &observed.targets).cloned();
    for target in targets.unwrap_or_default() {
        let port = target
            .port
            .map_or_else(String::new, |port| format!("-{port}"));
        let group = target.target_group.rsplit("targetgroup/").next();
        let group = group
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default();
        draft.change(
            format!("leave-{group}-{}{port}", target.id),
            "no load balancer sends it anything",
            &[],
            Change {
                look: Look::Target(target.clone()),
                before: Seen::Flag(true),
                call: Call::DeregisterTargets(target.clone()),
                after: Seen::Flag(false),
                undo: Some(Undo {
                    call: Call::RegisterTargets(target.clone()),
                    restored: Seen::Flag(true),
                }),
                passing: false,
                // The Auto Scaling group takes its instance out of its own target groups.
                follows: leaves_group.then(|| LEAVE_GROUP.to_owned()),
            },
        );
    }
}

fn isolate(draft: &mut Draft, interface: &str, facts: &Interface, quarantine: &GroupId, cut: bool) {
    let set = |groups: BTreeSet<GroupId>| Call::ModifyNetworkInterfaceGroups {
        interface: interface.to_owned(),
        groups,
    };
    let look = Look::InterfaceGroups {
        interface: interface.to_owned(),
    };
    let original: BTreeSet<GroupId> = facts.groups.iter().cloned().map(GroupId::Known).collect();
    let undo = || Undo {
        call: set(original.clone()),
        restored: Seen::Groups(original.clone()),
    };
    let empty = format!("empty-{}", facts.vpc);
    let mut before = original.clone();
    let pass = format!("pass-{interface}");
    let mut needs = vec![empty.as_str()];
    if cut {
        let open: BTreeSet<GroupId> = [GroupId::MadeBy(format!("open-{}", facts.vpc))].into();
        draft.change(
            pass.clone(),
            "its connections stop being tracked; the next call ends them",
            &needs,
            Change {
                look: look.clone(),
                before: Seen::Groups(before),
                call: set(open.clone()),
                after: Seen::Groups(open.clone()),
                undo: Some(undo()),
                passing: true,
                follows: None,
            },
        );
        before = open;
        needs.push(&pass);
    }
    let closed: BTreeSet<GroupId> = [quarantine.clone()].into();
    draft.change(
        format!("isolate-{interface}"),
        "nothing comes in, nothing goes out",
        &needs,
        Change {
            look,
            before: Seen::Groups(before),
            call: set(closed.clone()),
            after: Seen::Groups(closed),
            undo: Some(undo()),
            passing: false,
            follows: None,
        },
    );
}

fn is_isolated(interface: &Interface, quarantines: &BTreeMap<String, GroupId>) -> bool {
    let quarantine = quarantines.get(&interface.vpc).and_then(GroupId::known);
    quarantine.is_some_and(|id| interface.groups.len() == 1 && interface.groups.contains(id))
}

fn profile(draft: &mut Draft, id: &str, observed: &Instance, policy: &Policy<'_>) {
    let profile = draft
        .known("its instance profile", &observed.profile)
        .cloned();
    let Some((association, profile)) = profile.flatten() else {
        return;
    };
    if !policy.config.isolate_instance.remove_profile {
        draft.note(format!("Its instance profile {profile} stays, so that Systems Manager and the evidence it collects still work where an endpoint is reachable; credentials that have left it are cut by quarantine-principal."));
        return;
    }
    draft.change(
        "remove-profile".to_owned(),
        "it gets no new credentials",
        &[],
        Change {
            look: Look::InstanceProfile {
                instance: id.to_owned(),
            },
            before: Seen::Text(Some(profile.clone())),
            call: Call::DisassociateIamInstanceProfile {
                instance: id.to_owned(),
                association,
            },
            after: Seen::Text(None),
            undo: Some(Undo {
                call: Call::AssociateIamInstanceProfile {
                    instance: id.to_owned(),
                    profile: profile.clone(),
                },
                restored: Seen::Text(Some(profile)),
            }),
            passing: false,
            follows: None,
        },
    );
    draft.note("Credentials that it holds already work until they expire, at most six hours; quarantine-principal cuts them.");
}

fn notes(draft: &mut Draft, observed: &Instance, policy: &Policy<'_>) {
    if policy.config.isolate_instance.cut_connections {
        draft.note("Between two calls each interface lets everything through that routes and network ACLs let through. Connections that AWS tracks in any case (over NAT gateways, Network Load Balancers, interface endpoints and the like) end only at their idle timeout.");
    }
    if observed.is_spot {
        draft.note(
            "It is a Spot instance, which takes no termination protection: EC2 may take it back.",
        );
    }
    draft.note(
        "Registrations with Classic Load Balancers are not looked at. Elastic IP addresses stay.",
    );
}
