//! What must never happen.

use nightshift_core::StopSwitch;
use nightshift_schedule::Desired;
use off_hours::model::Phase;
use off_hours::occasions::Occasion;
use off_hours::plan::{Achieved, Action};

use super::stage_of;
use crate::estate::Variant;
use crate::hands;
use crate::stage::{HOURS, Stage, at, decision, outcome};

#[test]
fn production_and_strangers_never_receive_a_call() {
    let mut stage = Stage::new();
    let tags: [&[(&str, &str)]; 6] = [
        &[("Schedule", HOURS)],
        &[("Environment", "prod"), ("Schedule", HOURS)],
        &[("Environment", "production"), ("Schedule", HOURS)],
        &[("Environment", "Dev"), ("Schedule", HOURS)],
        &[("Environment", "dev-2"), ("Schedule", HOURS)],
        &[("environment", "dev"), ("Schedule", HOURS)],
    ];
    for (index, tags) in tags.iter().enumerate() {
        for variant in Variant::ALL {
            let thing = variant.thing(&format!("{variant:?}{index}").to_lowercase(), tags);
            stage.world.add(thing, &[]);
        }
    }
    let finished = stage.skip_to("2026-11-23T20:00:00Z");
    assert!(
        finished
            .plan
            .decisions
            .iter()
            .all(|one| !one.ours && one.action == Action::None)
    );
    assert_eq!(stage.world.calls(), []);
    assert_eq!(stage.ledger.kept.writes(), 0);
}

#[test]
fn another_account_or_region_is_refused_at_the_change() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    stage.document.accounts = vec!["999999999999".into()];
    let finished = stage.skip_to("2026-11-23T20:00:00Z");
    let seen = decision(&finished, &Variant::Instance.arn("one"));
    assert_eq!(seen.action, Action::Refused);
    assert!(
        seen.reason.contains("account 123456789012 is not allowed"),
        "{}",
        seen.reason
    );
    assert_eq!(stage.world.calls(), []);
}

#[test]
fn a_circle_is_refused_with_its_way_and_still_wakes() {
    let mut stage = stage_of(&[(Variant::Instance, "a"), (Variant::Instance, "b")]);
    let (a, b) = (Variant::Instance.arn("a"), Variant::Instance.arn("b"));
    stage.world.set_tag(&a, "nightshift:after", Some("b"));
    stage
        .world
        .set_tag(&b, "nightshift:after", Some("a + nobody"));
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let seen = decision(&finished, &a);
    assert_eq!(seen.action, Action::Refused);
    assert!(seen.reason.contains("a after b after a"), "{}", seen.reason);
    stage.world.set_tag(&b, "nightshift:after", None);
    let finished = stage.skip_to("2026-11-23T19:05:00Z");
    assert_eq!(
        decision(&finished, &a).action,
        Action::Stop,
        "{:?}",
        decision(&finished, &a)
    );
    assert_eq!(
        (decision(&finished, &a).wave, decision(&finished, &b).wave),
        (3, 2)
    );
    stage.run_to("2026-11-23T19:30:00Z");
    stage.world.set_tag(&b, "nightshift:after", Some("a"));
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&a), Some(Phase::Awake));
    assert_eq!(stage.phase(&b), Some(Phase::Awake));
}

#[test]
fn the_blast_radius_stops_the_run_and_says_so_once() {
    let mut stage = stage_of(&[
        (Variant::Instance, "a"),
        (Variant::Instance, "b"),
        (Variant::Service, "c"),
    ]);
    stage.document.guards.blast_radius.count = 2;
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let words = finished.plan.halted.as_ref().unwrap().to_string();
    assert!(words.contains("would stop 3 of 3 resources"), "{words}");
    assert_eq!(stage.world.calls(), []);
    stage.run_to("2026-11-23T19:30:00Z");
    assert_eq!(stage.told(|one| matches!(one, Occasion::Halted { .. })), 1);
    stage.document.guards.blast_radius.count = 3;
    stage.run_to("2026-11-23T20:00:00Z");
    assert_eq!(
        stage.phase(&Variant::Instance.arn("a")),
        Some(Phase::Asleep)
    );
    // Bringing back is never limited.
    stage.document.guards.blast_radius.count = 0;
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&Variant::Service.arn("c")), Some(Phase::Awake));
}

#[test]
fn what_was_at_zero_is_never_remembered() {
    for variant in [Variant::GroupAtZero, Variant::NodeGroup, Variant::Service] {
        let mut stage = Stage::new();
        let arn = variant.add(&stage.world, "one", HOURS);
        stage.world.by_hand(&arn, hands::stop);
        stage.world.pass_to(at("2026-11-23T12:30:00Z"));
        stage.tick();
        stage.skip_to("2026-11-23T21:00:00Z");
        stage.skip_to("2026-11-24T07:00:00Z");
        let finished = stage.skip_to("2026-11-24T16:00:00Z");
        let seen = decision(&finished, &arn);
        assert_eq!(seen.action, Action::Refused, "{}", seen.reason);
        assert!(seen.reason.contains("set the desired size by hand once"));
        assert_eq!(stage.record(&arn).unwrap().memory, None);
        assert_eq!(stage.world.calls(), []);
    }
}

#[test]
fn opted_out_invalid_untagged_and_frozen_are_left_alone() {
    let mut stage = Stage::new();
    stage.config.frozen.insert("2026-11-24".to_owned());
    let word = Variant::Instance.add(&stage.world, "word", " No ");
    let invalid = Variant::Instance.add(&stage.world, "invalid", "Mon-Fry 07:00-19:00");
    let bare = Variant::Instance.thing("bare", &[("Environment", "dev")]);
    let bare = stage.world.add(bare, &[]);
    let frozen = Variant::Instance.add(&stage.world, "frozen", "Mon 07:00-24:00 @UTC");
    for (instant, arn, words) in [
        ("2026-11-23T20:00:00Z", &word, "opted out by `no`"),
        ("2026-11-23T20:05:00Z", &invalid, "is not understood"),
        ("2026-11-23T20:10:00Z", &bare, "no tag Schedule"),
        ("2026-11-24T01:00:00Z", &frozen, "frozen date 2026-11-24"),
    ] {
        let finished = stage.skip_to(instant);
        let seen = decision(&finished, arn);
        assert_eq!(seen.action, Action::None);
        assert_eq!(seen.desired, Desired::None);
        assert!(seen.reason.contains(words), "{}", seen.reason);
    }
    assert_eq!(stage.world.calls(), []);
    assert_eq!(
        stage.told(|one| matches!(one, Occasion::InvalidValues { .. })),
        1
    );
    let finished = stage.skip_to("2026-11-25T01:00:00Z");
    assert_eq!(decision(&finished, &frozen).action, Action::Stop);
}

#[test]
fn without_time_left_the_next_run_goes_on() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    stage.deadline = std::time::Duration::from_secs(1);
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    assert_eq!(
        outcome(&finished, &arn).unwrap().result,
        Achieved::Postponed
    );
    assert_eq!(stage.world.calls(), []);
    stage.deadline = std::time::Duration::from_mins(1);
    stage.run_to("2026-11-23T19:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
}

#[test]
fn a_blind_sweep_stops_nothing_else() {
    let mut stage = stage_of(&[(Variant::Instance, "one"), (Variant::Service, "two")]);
    stage
        .world
        .state()
        .blind
        .push(off_hours::model::Kind::EcsService);
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    assert_eq!(finished.snapshot.blind.len(), 1);
    stage.run_to("2026-11-23T19:15:00Z");
    assert_eq!(
        stage.phase(&Variant::Instance.arn("one")),
        Some(Phase::Asleep)
    );
    assert_eq!(
        stage.phase(&Variant::Service.arn("two")),
        Some(Phase::Awake)
    );
}

#[test]
fn the_stop_switch_also_holds_what_is_asleep() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    stage.switch = StopSwitch::Unreadable("AccessDenied".to_owned());
    let finished = stage.skip_to("2026-11-24T07:00:00Z");
    assert_eq!(decision(&finished, &arn).action, Action::Refused);
    assert_eq!(stage.told(|one| matches!(one, Occasion::Halted { .. })), 1);
    stage.switch = StopSwitch::Run;
    stage.run_to("2026-11-24T07:15:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
}

#[test]
fn the_limit_counts_what_the_run_has_already_begun() {
    let mut stage = stage_of(&[(Variant::Instance, "a"), (Variant::Instance, "b")]);
    stage.document.guards.blast_radius.count = 1;
    let b = Variant::Instance.arn("b");
    let awake = "until 2026-11-23T21:00 @UTC by anna";
    stage
        .world
        .set_tag(&b, "nightshift:keep-awake", Some(awake));
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let a = decision(&finished, &Variant::Instance.arn("a"));
    assert_eq!(a.action, Action::Stop);
    // A later round of the same run finds one more.
    stage.world.set_tag(&b, "nightshift:keep-awake", None);
    let finished = stage.tick().unwrap();
    assert_eq!(decision(&finished, &b).action, Action::Refused);
    assert!(finished.plan.halted.is_some());
}

#[test]
fn the_guard_stands_at_the_change_whatever_was_decided() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    stage.dry_run = true;
    let mut finished = stage.skip_to("2026-11-23T19:00:00Z");
    assert_eq!(decision(&finished, &arn).action, Action::Stop);
    let tags = &mut finished.snapshot.resources[0].tags;
    tags.insert("Environment".to_owned(), "prod".to_owned());
    stage.dry_run = false;
    let acted = stage.act(&finished);
    let [outcome] = acted.outcomes.as_slice() else {
        panic!("{acted:?}");
    };
    assert!(
        matches!(outcome.result, Achieved::Refused(_)),
        "{outcome:?}"
    );
    assert_eq!(stage.world.calls(), []);
    assert_eq!(acted.records, []);
}

#[test]
fn an_alarm_without_the_tag_is_left_alone_and_named() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    stage
        .world
        .state()
        .strange_alarms
        .insert("one-loud".to_owned());
    let before = stage.world.picture();
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let words =
        "not muted, for lack of a tag Environment = `dev` of their own: the alarms one-loud";
    let seen = decision(&finished, &arn);
    assert_eq!(seen.action, Action::Stop);
    assert!(seen.reason.contains(words), "{}", seen.reason);
    stage.run_to("2026-11-23T19:20:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    let finished = stage.tick().unwrap();
    let seen = decision(&finished, &arn);
    assert!(seen.reason.contains(words), "{}", seen.reason);
    assert_eq!(stage.record(&arn).unwrap().failed, None);
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.world.picture(), before);
    let finished = stage.tick().unwrap();
    let seen = decision(&finished, &arn);
    assert!(!seen.reason.contains("not muted"), "{}", seen.reason);
}

#[test]
fn tags_of_alarms_are_read_once_and_only_of_what_is_put_to_sleep() {
    let mut stage = stage_of(&[(Variant::Instance, "a"), (Variant::Database, "b")]);
    stage.run_to("2026-11-23T18:55:00Z");
    assert_eq!(stage.world.state().tags_read, 0);
    stage.skip_to("2026-11-23T19:00:00Z");
    assert_eq!(
        stage.world.state().tags_read,
        1,
        "the database's wave is later"
    );
    stage.run_to("2026-11-23T19:30:00Z");
    assert_eq!(stage.world.state().tags_read, 2);
    stage.run_to("2026-11-23T23:00:00Z");
    assert_eq!(stage.world.state().tags_read, 2);
}

#[test]
fn unreadable_tags_of_alarms_wait_for_the_next_run_and_forbidden_ones_do_not() {
    for (class, sleeps_at_once) in [
        (nightshift_runtime::CallClass::Throttled, false),
        (nightshift_runtime::CallClass::Denied, true),
    ] {
        let mut stage = stage_of(&[(Variant::Instance, "one")]);
        let arn = Variant::Instance.arn("one");
        stage.world.state().no_tags = Some(class);
        let finished = stage.skip_to("2026-11-23T19:00:00Z");
        assert!(finished.unseen.is_some(), "the report says so");
        assert_eq!(outcome(&finished, &arn).is_some(), sleeps_at_once);
        stage.world.state().no_tags = None;
        stage.run_to("2026-11-23T19:20:00Z");
        assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
        let is_loud = stage.world.state().alarms["one-loud"].1;
        assert_eq!(is_loud, sleeps_at_once, "{class:?}");
    }
}
