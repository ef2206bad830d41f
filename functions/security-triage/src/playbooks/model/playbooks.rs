//! Every playbook against everything that may go wrong with it.

use std::collections::BTreeSet;

use super::checker::{Bounds, Checker};
use super::world::{INSTANCE, World};
use super::{config, plan};
use crate::playbooks::Playbook;
use crate::playbooks::call::{Denial, KeyStatus};
use crate::playbooks::config::RoleDenial;
use crate::playbooks::groups::Block;
use crate::playbooks::plan::{Plan, StepKind};

/// One run after another, and two things that go wrong.
const ONE_BY_ONE: Bounds = Bounds {
    faults: 2,
    runs: 4,
    at_once: 1,
    orders: 0,
};
/// The same with an undo at any moment.
const INTERRUPTED: Bounds = Bounds {
    faults: 1,
    runs: 3,
    at_once: 1,
    orders: 1,
};
/// Two runs that meet, and an undo at any moment.
const MEETING: Bounds = Bounds {
    faults: 0,
    runs: 2,
    at_once: 2,
    orders: 1,
};
/// All of it together.
const TOGETHER: Bounds = Bounds {
    faults: 1,
    runs: 2,
    at_once: 2,
    orders: 1,
};
const APART: [Bounds; 3] = [ONE_BY_ONE, INTERRUPTED, MEETING];

/// Explores within some bounds, each for itself; the endings there are must
/// all have been reached by one or the other.
fn check(plan: &Plan, world: &World, contained: fn(&World) -> bool, bounds: &[Bounds]) {
    let checker = Checker {
        plan,
        initial: world,
        contained,
    };
    let mut endings = BTreeSet::new();
    for bounds in bounds {
        let explored = checker.explore(*bounds);
        eprintln!(
            "{}, {} steps, {bounds:?}: {explored:?}",
            plan.playbook,
            plan.steps.len()
        );
        endings.extend(explored.endings.into_keys());
    }
    assert_eq!(endings, ["done", "failed", "undone"].into());
}

#[test]
fn an_access_key() {
    let world = World::new();
    let plan = plan(Playbook::DisableAccessKey, &world, &config());
    check(
        &plan,
        &world,
        |world| {
            world
                .keys
                .values()
                .all(|status| *status == KeyStatus::Inactive)
        },
        &[ONE_BY_ONE, TOGETHER],
    );
}

#[test]
fn a_user() {
    let world = World::new();
    let plan = plan(Playbook::QuarantinePrincipal, &world, &config());
    check(
        &plan,
        &world,
        |world| {
            world
                .policies
                .values()
                .any(|denial| *denial == Denial::Everything)
        },
        &[ONE_BY_ONE, TOGETHER],
    );
}

#[test]
fn the_earlier_sessions_of_a_role() {
    let mut config = config();
    config.quarantine_principal.roles = RoleDenial::EarlierSessions;
    let world = World::new();
    let incident = super::incident(&[], &[("AssumedRole", "deploy", None)]);
    let target =
        crate::playbooks::compile::select(&incident, Playbook::QuarantinePrincipal, None).unwrap();
    let plan = super::plan_of(
        Playbook::QuarantinePrincipal,
        &incident,
        target,
        &world,
        &config,
    )
    .unwrap();
    check(
        &plan,
        &world,
        |world| {
            let mut denials = world.policies.values();
            denials.any(|denial| *denial == Denial::SessionsBefore(super::noon()))
        },
        &[ONE_BY_ONE, TOGETHER],
    );
}

#[test]
fn a_bucket() {
    for block in [
        None,
        Some(Block {
            acls: false,
            ..Block::ALL
        }),
    ] {
        let mut world = World::new();
        world.block = block;
        let plan = plan(Playbook::BlockPublicAccess, &world, &config());
        check(
            &plan,
            &world,
            |world| world.block == Some(Block::ALL),
            &[ONE_BY_ONE, TOGETHER],
        );
    }
}

#[test]
fn open_rules() {
    let world = World::new();
    let plan = plan(Playbook::RevokeIngress, &world, &config());
    let fine = |world: &World| {
        let mut rules = world
            .groups
            .values()
            .flat_map(|group| group.ingress.values());
        rules.all(|rule| {
            !rule.peer.is_everybody()
                || matches!((rule.from, rule.to), (Some(80 | 443), Some(80 | 443)))
        })
    };
    check(&plan, &world, fine, &APART);
}

/// As small as an instance gets: no group, no target, no role.
fn lone() -> World {
    let mut world = World::new();
    world.auto_scaling = None;
    world.targets.clear();
    world.profile = None;
    world
}

#[test]
fn an_instance_whose_connections_are_left() {
    let world = lone();
    let mut config = config();
    config.isolate_instance.cut_connections = false;
    let plan = plan(Playbook::IsolateInstance, &world, &config);
    check(&plan, &world, World::is_isolated, &APART);
}

#[test]
fn an_instance_whose_connections_are_cut() {
    let world = lone();
    let plan = plan(Playbook::IsolateInstance, &world, &config());
    check(&plan, &world, World::is_isolated, &APART);
}

/// Two interfaces, IPv6, an Auto Scaling group, a target group and a role.
fn everything() -> (World, Plan) {
    let mut world = World::new();
    world.has_ipv6 = true;
    world
        .interfaces
        .insert("eni-2".to_owned(), [super::world::GROUP.to_owned()].into());
    let mut config = config();
    config.isolate_instance.remove_profile = true;
    let plan = plan(Playbook::IsolateInstance, &world, &config);
    (world, plan)
}

#[test]
fn an_instance_with_everything() {
    let (world, plan) = everything();
    let faulty = Bounds {
        faults: 1,
        ..ONE_BY_ONE
    };
    let undone = Bounds {
        faults: 0,
        ..INTERRUPTED
    };
    check(&plan, &world, World::is_isolated, &[faulty, undone]);
    let name = format!("leave-web-{INSTANCE}-80");
    assert!(plan.step(&name).is_some(), "{plan:#?}");
}

#[test]
#[ignore = "takes minutes: all bounds at once, for the longest plans"]
fn everything_at_once() {
    let world = lone();
    let plan = plan(Playbook::IsolateInstance, &world, &config());
    check(&plan, &world, World::is_isolated, &[TOGETHER]);
    let (world, plan) = everything();
    check(&plan, &world, World::is_isolated, &APART);
    let world = World::new();
    let plan = super::plan(Playbook::RevokeIngress, &world, &config());
    check(&plan, &world, |_| true, &[TOGETHER]);
}

/// The order of the steps says so as well; this is what the engine holds to.
#[test]
fn every_change_needs_all_evidence() {
    for playbook in Playbook::ALL {
        let plan = plan(playbook, &World::new(), &config());
        let kinds = |kind| plan.steps.iter().filter(move |step| step.kind == kind);
        assert!(kinds(StepKind::Verify).count() > 0, "{playbook}");
        for change in kinds(StepKind::Change) {
            for evidence in kinds(StepKind::Evidence) {
                assert!(change.needs.contains(&evidence.name), "{change:#?}");
            }
            assert!(!change.needs.is_empty(), "{change:#?}");
        }
    }
}
