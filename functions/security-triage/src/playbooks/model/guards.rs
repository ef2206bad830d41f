//! Everything that refuses, and that each refusal says how to allow it.

use jiff::SignedDuration;
use nightshift_core::{AccountId, Document};

use super::world::{INSTANCE, World};
use super::{at, config, document, incident, incident_of, noon, plan, plan_of, target_of};
use crate::finding::{Route, Standing};
use crate::incident::Incident;
use crate::playbooks::Playbook;
use crate::playbooks::approval::Key;
use crate::playbooks::call::PrincipalId;
use crate::playbooks::compile::{Request, compile, select};
use crate::playbooks::config::Config;
use crate::playbooks::guards::Policy;
use crate::playbooks::observed::{Instance, Observed, Principal};
use crate::playbooks::plan::Target;

fn refused(
    document: &Document,
    config: &Config,
    incident: &Incident,
    playbook: Playbook,
    observed: &Observed,
) -> String {
    let target = match select(incident, playbook, None) {
        Ok(target) => target,
        Err(refusal) => return refusal.to_string(),
    };
    let request = Request {
        incident,
        playbook,
        target,
        requester: None,
        created: noon(),
        expires: noon() + SignedDuration::from_hours(1),
    };
    let policy = Policy { document, config };
    match compile(&request, observed, &policy, noon()) {
        Ok(_) => "planned".to_owned(),
        Err(refusals) => refusals.to_string(),
    }
}

fn of_incident(change: impl FnOnce(&mut Incident)) -> String {
    let mut incident = incident_of(Playbook::IsolateInstance);
    change(&mut incident);
    let observed = World::new().observe(&target_of(Playbook::IsolateInstance));
    refused(
        &document(),
        &config(),
        &incident,
        Playbook::IsolateInstance,
        &observed,
    )
}

fn of_settings(change: impl FnOnce(&mut Document, &mut Config, &mut World)) -> String {
    let (mut document, mut config, mut world) = (document(), config(), World::new());
    change(&mut document, &mut config, &mut world);
    let observed = world.observe(&target_of(Playbook::IsolateInstance));
    refused(
        &document,
        &config,
        &incident_of(Playbook::IsolateInstance),
        Playbook::IsolateInstance,
        &observed,
    )
}

fn of_instance(change: impl FnOnce(&mut Instance)) -> String {
    let mut instance = World::new().instance();
    change(&mut instance);
    let observed = Observed::Instance(Box::new(instance));
    refused(
        &document(),
        &config(),
        &incident_of(Playbook::IsolateInstance),
        Playbook::IsolateInstance,
        &observed,
    )
}

#[test]
fn incidents_that_nothing_is_done_about() {
    assert_eq!(of_incident(|_| {}), "planned");
    let cases: [(&str, String); 6] = [
        ("is a sample", of_incident(|one| one.first.sample = true)),
        (
            "archived or resolved",
            of_incident(|one| one.latest.standing = Standing::Resolved),
        ),
        (
            "suppressed",
            of_incident(|one| {
                let mut told = one.routes[&Route::GuardDuty];
                told.standing = Standing::Suppressed;
                one.routes.insert(Route::SecurityHubCspm, told);
            }),
        ),
        (
            "playbooks.max_age",
            of_incident(|one| {
                for finding in [&mut one.first, &mut one.latest] {
                    finding.last_seen = at("2026-11-26T11:59:59Z");
                }
            }),
        ),
        (
            "for a person to decide",
            of_incident(|one| {
                let two = incident(&[], &[("IAMUser", "alice", None), ("IAMUser", "bob", None)]);
                one.latest.principals = two.first.principals;
            }),
        ),
        (
            "name the resource",
            of_incident(|one| {
                let mut other = one.first.subjects[0].clone();
                other.id = "i-2".to_owned();
                one.latest.subjects.push(other);
            }),
        ),
    ];
    for (expected, words) in cases {
        assert!(words.contains(expected), "{expected}: {words}");
    }
}

#[test]
fn settings_and_tags_that_refuse() {
    let tag = |key: &str, value: &str| {
        let (key, value) = (key.to_owned(), value.to_owned());
        of_settings(|_, _, world| {
            world.tags.insert(key, value);
        })
    };
    let cases: [(&str, String); 8] = [
        (
            "add it to playbooks.enabled",
            of_settings(|_, config, _| config.enabled.clear()),
        ),
        (
            "add it to playbooks.accounts",
            of_settings(|_, config, _| config.accounts.clear()),
        ),
        (
            "guards.denied_accounts",
            of_settings(|document, _, _| {
                document.guards.denied_accounts = vec![AccountId::new("123456789012")];
            }),
        ),
        (
            "not in `regions`",
            of_settings(|document, _, _| document.regions.clear()),
        ),
        (
            "playbooks.without_tag",
            of_settings(|_, _, world| drop(world.tags.remove("nightshift:contain"))),
        ),
        (
            "has not opted in",
            tag("nightshift:contain", "disable-access-key"),
        ),
        ("guards.denied_environments", tag("Environment", "prod")),
        ("remove the tag", tag("nightshift:protected", "true")),
    ];
    for (expected, words) in cases {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let without_tag = of_settings(|_, config, world| {
        world.tags.clear();
        config.without_tag.insert(Playbook::IsolateInstance);
    });
    assert_eq!(without_tag, "planned");
}

#[test]
fn what_could_not_be_read_is_never_taken_for_no() {
    let lost = || "Throttling".to_owned();
    let cases = [
        of_instance(|one| one.tags = Err(lost())),
        of_instance(|one| one.protected = Err(lost())),
        of_instance(|one| one.auto_scaling = Err(lost())),
        of_instance(|one| one.targets = Err(lost())),
        of_instance(|one| one.profile = Err(lost())),
        of_instance(|one| {
            one.vpcs.insert("vpc-1".to_owned(), Err(lost()));
        }),
    ];
    for words in cases {
        assert!(
            words.contains("not acted") && words.contains("Throttling"),
            "{words}"
        );
    }
}

#[test]
fn instances_that_cannot_be_isolated() {
    let cases = [
        (
            "terminated",
            of_instance(|one| one.state = "terminated".to_owned()),
        ),
        ("no EBS volume", of_instance(|one| one.volumes.clear())),
        (
            "managed by eks",
            of_instance(|one| one.operator = Some("eks.amazonaws.com".to_owned())),
        ),
        (
            "its interface eni-1 is managed",
            of_instance(|one| {
                one.interfaces.get_mut("eni-1").unwrap().manager = Some("amazon-ecs".to_owned());
            }),
        ),
        (
            "lets go only of what is InService",
            of_instance(|one| {
                one.auto_scaling = Ok(Some(("web".to_owned(), "Terminating:Wait".to_owned())));
            }),
        ),
    ];
    for (expected, words) in cases {
        assert!(words.contains(expected), "{expected}: {words}");
    }
}

#[test]
fn a_quarantine_group_that_is_not_empty_is_no_quarantine() {
    let mut world = World::new();
    let mut group = world.groups[super::world::GROUP].clone();
    super::world::QUARANTINE.clone_into(&mut group.name);
    world.groups.insert("sg-q".to_owned(), group);
    let target = target_of(Playbook::IsolateInstance);
    let incident = incident_of(Playbook::IsolateInstance);
    let refusals = plan_of(
        Playbook::IsolateInstance,
        &incident,
        target,
        &world,
        &config(),
    )
    .unwrap_err();
    assert!(refusals.to_string().contains("is not empty"), "{refusals}");
}

#[test]
fn principals_that_are_never_touched() {
    let observed = |path: &str| {
        Observed::Principal(Principal {
            path: path.to_owned(),
            tags: Ok(World::new().tags),
            policy: Ok(None),
            inline_size: Ok(0),
        })
    };
    let of = |kind: &str, name: &str, path: &str| {
        refused(
            &document(),
            &config(),
            &incident(&[], &[(kind, name, None)]),
            Playbook::QuarantinePrincipal,
            &observed(path),
        )
    };
    let cases = [
        ("planned", of("AssumedRole", "deploy", "/")),
        (
            "planned",
            of("AssumedRole", "personal-timeline-dev-api", "/"),
        ),
        (
            "service-linked",
            of(
                "AssumedRole",
                "AWSServiceRoleForSupport",
                "/aws-service-role/support.amazonaws.com/",
            ),
        ),
        (
            "Identity Center",
            of(
                "AssumedRole",
                "AWSReservedSSO_Admin_1",
                "/aws-reserved/sso.amazonaws.com/",
            ),
        ),
        ("playbooks.never", of("IAMUser", "BreakGlass", "/")),
        (
            "own roles",
            of(
                "AssumedRole",
                "personal-timeline-dev-security-triage-isolate-instance",
                "/",
            ),
        ),
        (
            "own roles",
            of("AssumedRole", "personal-timeline-dev-notify-role", "/"),
        ),
        ("root user", of("Root", "root", "/")),
        ("federated", of("FederatedUser", "carol", "/")),
        ("no name IAM knows", of("AssumedRole", "deploy/i-0abc", "/")),
    ];
    for (expected, words) in cases {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let full = Observed::Principal(Principal {
        path: "/".to_owned(),
        tags: Ok(World::new().tags),
        policy: Ok(None),
        inline_size: Ok(2000),
    });
    let words = refused(
        &document(),
        &config(),
        &incident(&[], &[("IAMUser", "alice", None)]),
        Playbook::QuarantinePrincipal,
        &full,
    );
    assert!(words.contains("managed policy"), "{words}");
}

#[test]
fn session_keys_cannot_be_disabled() {
    let incident = incident(&[], &[("AssumedRole", "deploy", Some("ASIAEXAMPLE"))]);
    let refusal = select(&incident, Playbook::DisableAccessKey, None).unwrap_err();
    assert!(
        refusal.to_string().contains("earlier-sessions"),
        "{refusal}"
    );
    let role = select(&incident, Playbook::QuarantinePrincipal, None).unwrap();
    let id = PrincipalId::Role("deploy".to_owned());
    assert_eq!(role, Target::Principal { id });
}

#[test]
fn a_website_has_to_be_named() {
    let target = target_of(Playbook::BlockPublicAccess);
    let of = |tag: &str| {
        let mut world = World::new();
        world
            .tags
            .insert("nightshift:contain".to_owned(), tag.to_owned());
        let Observed::Bucket(mut bucket) = world.observe(&target) else {
            panic!("a bucket");
        };
        bucket.is_website = Ok(true);
        let playbook = Playbook::BlockPublicAccess;
        refused(
            &document(),
            &config(),
            &incident_of(playbook),
            playbook,
            &Observed::Bucket(bucket),
        )
    };
    assert!(of("all").contains("serves a website"), "{}", of("all"));
    assert_eq!(of("block-public-access"), "planned");
}

#[test]
fn a_token_fits_one_plan_until_it_expires() {
    let key = Key::new("0123456789abcdef0123456789abcdef").unwrap();
    let world = World::new();
    let plan = plan(Playbook::DisableAccessKey, &world, &config());
    let token = key.token(&plan).unwrap();
    assert!(key.check(&plan, &token, noon()).is_ok());
    let late = key.check(&plan, &token, plan.expires).unwrap_err();
    assert!(late.to_string().contains("ask for a new plan"), "{late}");

    let mut other = plan.clone();
    other.expires = at("2027-11-27T13:00:00Z");
    assert!(key.check(&other, &token, noon()).is_err(), "not sealed");
    assert!(
        key.check(&other.sealed(), &token, noon()).is_err(),
        "another hash"
    );
    let stranger = Key::new("another key, which is just as long").unwrap();
    assert!(stranger.check(&plan, &token, noon()).is_err());
    for wrong in ["", "zz", &token[2..], &format!("{token}00")] {
        assert!(key.check(&plan, wrong, noon()).is_err(), "{wrong}");
    }
    assert!(
        Key::new("short")
            .unwrap_err()
            .to_string()
            .contains("32 random")
    );
}

#[test]
fn equal_plans_have_equal_hashes_and_others_not() {
    for playbook in Playbook::ALL {
        let world = World::new();
        let one = plan(playbook, &world, &config());
        assert!(one.is_sealed());
        assert_eq!(one, plan(playbook, &world, &config()));
        let text = serde_json::to_string(&one).unwrap();
        let read: crate::playbooks::plan::Plan = serde_json::from_str(&text).unwrap();
        assert!(read.is_sealed(), "it survives the ledger");
    }
    let mut changed = World::new();
    changed
        .interfaces
        .insert("eni-9".to_owned(), ["sg-1".to_owned()].into());
    let playbook = Playbook::IsolateInstance;
    assert_ne!(
        plan(playbook, &World::new(), &config()).hash,
        plan(playbook, &changed, &config()).hash
    );
    assert_eq!(target_of(playbook).name(), INSTANCE);
}
