//! Single rules, one story each.

use jiff::SignedDuration;
use nightshift_core::StopSwitch;
use nightshift_schedule::Desired;
use off_hours::decide::Cause;
use off_hours::model::{Call, Override, Phase, State};
use off_hours::occasions::Occasion;
use off_hours::plan::{Achieved, Action, Progress};

use crate::estate::Variant;
use crate::hands;
use crate::stage::{HOURS, Stage, at, decision, outcome};
use crate::world::{Body, Power};

fn stage_of(variants: &[(Variant, &str)]) -> Stage {
    let mut stage = Stage::new();
    for (variant, name) in variants {
        variant.add(&stage.world, name, HOURS);
    }
    stage.tick();
    stage
}

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
fn one_bad_instance_does_not_spoil_the_batch() {
    let names: Vec<String> = (0..120).map(|index| format!("n{index:03}")).collect();
    let mut stage = Stage::new();
    for name in &names {
        Variant::Instance.add(&stage.world, name, HOURS);
    }
    stage.tick();
    for bad in ["i-n007", "i-n077"] {
        stage.world.state().poisoned.push(bad.to_owned());
    }
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    for name in &names {
        let arn = Variant::Instance.arn(name);
        let result = &outcome(&finished, &arn).unwrap().result;
        if ["n007", "n077"].contains(&name.as_str()) {
            assert!(matches!(result, Achieved::Failed(_)), "{name}: {result:?}");
        } else {
            assert_eq!(*result, Achieved::Done, "{name}");
        }
    }
    let stops = |call: &Call| matches!(call, Call::StopInstances { .. });
    let calls = stage
        .world
        .calls()
        .iter()
        .filter(|call| stops(call))
        .count();
    assert!(calls < 3 + 2 * 14, "{calls} calls for two bad ids");
    stage.run_to("2026-11-23T19:30:00Z");
    assert_eq!(
        stage.phase(&Variant::Instance.arn("n000")),
        Some(Phase::Asleep)
    );
    assert_eq!(stage.told(|one| matches!(one, Occasion::Trouble { .. })), 1);
}

#[test]
fn waves_sleep_from_the_top_and_wake_from_the_bottom() {
    let mut stage = stage_of(&[
        (Variant::Database, "orders-db"),
        (Variant::Instance, "worker"),
        (Variant::Service, "web"),
    ]);
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let db = Variant::Database.arn("orders-db");
    let seen = decision(&finished, &db);
    assert_eq!(seen.progress, Progress::Held);
    assert!(
        seen.reason.starts_with("waits for wave 3: web"),
        "{}",
        seen.reason
    );
    stage.run_to("2026-11-23T19:30:00Z");
    assert_eq!(stage.phase(&db), Some(Phase::Asleep));
    let order = |calls: &[Call]| -> Vec<&'static str> { calls.iter().map(Call::action).collect() };
    let alarms = |action: &&str| !action.starts_with("cloudwatch");
    let evening: Vec<_> = order(&stage.world.calls())
        .into_iter()
        .filter(alarms)
        .collect();
    assert_eq!(
        evening,
        [
            "ecs:UpdateService",
            "ec2:StopInstances",
            "rds:StopDBInstance"
        ]
    );
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    let morning: Vec<_> = order(&stage.world.calls()[evening.len()..])
        .into_iter()
        .filter(alarms)
        .skip_while(|action| !action.contains("Start"))
        .collect();
    assert_eq!(
        morning,
        [
            "rds:StartDBInstance",
            "ec2:StartInstances",
            "ecs:UpdateService"
        ]
    );
    let usable = stage.told.iter().find_map(|(_, one)| match one {
        Occasion::Usable {
            took,
            usable,
            unusable,
            ..
        } => Some((*took, usable.len(), unusable.len())),
        _ => None,
    });
    assert_eq!(usable, Some((SignedDuration::from_mins(15), 3, 0)));
}

#[test]
fn a_wave_that_hangs_holds_the_others_only_for_a_while() {
    let mut stage = stage_of(&[(Variant::Database, "orders-db"), (Variant::Service, "web")]);
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:30:00Z");
    let db = Variant::Database.arn("orders-db");
    stage.world.by_hand(&db, |body, _| {
        if let Body::Database { status, .. } = body {
            *status = Some(State::Busy("configuring-log-exports".to_owned()));
        }
    });
    let web = Variant::Service.arn("web");
    let finished = stage.skip_to("2026-11-24T07:00:00Z");
    assert_eq!(decision(&finished, &web).progress, Progress::Held);
    stage.run_to("2026-11-24T07:40:00Z");
    assert_eq!(stage.phase(&web), Some(Phase::Awake));
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
fn after_seven_days_aws_starts_a_database_and_it_sleeps_again() {
    for variant in [Variant::Database, Variant::Aurora] {
        let mut stage = Stage::new();
        let arn = variant.add(
            &stage.world,
            "one",
            "2027-01-01T08:00 - 2027-01-01T18:00 @UTC",
        );
        stage.tick();
        stage.run_to("2026-11-23T12:30:00Z");
        assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
        stage.world.pass_to(at("2026-11-30T12:03:00Z"));
        assert_eq!(stage.world.state().forced, std::slice::from_ref(&arn));
        let cause = Cause {
            forced_start: Some(arn.clone()),
        };
        let finished = stage.tick_for(&cause).unwrap();
        let seen = decision(&finished, &arn);
        assert_eq!(seen.progress, Progress::Underway);
        assert!(seen.reason.contains("after seven days"), "{}", seen.reason);
        stage.run_to("2026-11-30T12:30:00Z");
        assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
        assert_eq!(
            stage.told(|one| matches!(one, Occasion::ForcedStart { .. })),
            1
        );
        assert_eq!(stage.record(&arn).unwrap().lease, None);
    }
}

#[test]
fn a_forced_start_in_working_hours_is_quiet() {
    let mut stage = stage_of(&[(Variant::Database, "one")]);
    let arn = Variant::Database.arn("one");
    let calls = stage.world.calls().len();
    stage.tick_for(&Cause {
        forced_start: Some(arn),
    });
    assert_eq!(stage.world.calls().len(), calls);
    assert_eq!(stage.told, []);
}

#[test]
fn a_maintenance_window_is_respected() {
    let mut stage = Stage::new();
    let mut thing = Variant::Database.thing("one", &[("Environment", "dev"), ("Schedule", HOURS)]);
    thing.base.maintenance_window = Some("mon:19:15-mon:19:45".to_owned());
    let arn = stage.world.add(thing, &[]);
    stage.tick();
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let seen = decision(&finished, &arn);
    assert_eq!(seen.action, Action::None);
    assert!(seen.reason.contains("maintenance window") && seen.reason.contains("19:45 (UTC)"));
    stage.run_to("2026-11-23T20:00:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
}

#[test]
fn an_autoscaler_stays_away_from_what_sleeps() {
    let mut stage = stage_of(&[(Variant::NodeGroup, "workers")]);
    let arn = Variant::NodeGroup.arn("workers");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:30:00Z");
    stage.world.pass_to(at("2026-11-23T23:00:00Z"));
    assert_eq!(stage.world.seen(&arn).state, State::Off);
    // One that ignores the taint is no person: it gets no lease.
    stage.world.by_hand(&arn, |body, _| {
        if let Body::NodeGroup { desired, nodes, .. } = body {
            (*desired, *nodes) = (1, 1);
        }
    });
    stage.run_to("2026-11-23T23:10:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
}

#[test]
fn a_start_that_falls_back_is_noticed_retried_and_told_with_its_cause() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    let fall = |cause: Option<String>| {
        move |body: &mut Body, _: jiff::Timestamp| {
            if let Body::Instance { falls_back, .. } = body {
                *falls_back = cause;
            }
        }
    };
    let cause = "Client.InvalidKMSKey.InvalidState: the KMS key is disabled";
    stage.world.by_hand(&arn, fall(Some(cause.to_owned())));
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T09:00:00Z");
    let failed = stage.record(&arn).unwrap().failed.unwrap();
    assert!(failed.cause.contains("InvalidKMSKey"), "{}", failed.cause);
    // 07:00, then 5, 10, 20 and 40 minutes after the one before.
    let starts = |call: &Call| matches!(call, Call::StartInstances { .. });
    assert_eq!(
        stage
            .world
            .calls()
            .iter()
            .filter(|call| starts(call))
            .count(),
        5
    );
    assert_eq!(stage.told(|one| matches!(one, Occasion::Trouble { .. })), 1);
    stage.world.by_hand(&arn, fall(None));
    stage.run_to("2026-11-24T10:00:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    assert_eq!(stage.record(&arn).unwrap().failed, None);
}

#[test]
fn a_maximum_that_was_changed_at_night_wins() {
    for (variant, max, wanted) in [
        (Variant::GroupAtZero, 2, "1/2/2"),
        (Variant::NodeGroup, 1, "1/1/1"),
    ] {
        let mut stage = stage_of(&[(variant, "one")]);
        let arn = variant.arn("one");
        stage.skip_to("2026-11-23T19:00:00Z");
        stage.run_to("2026-11-23T19:30:00Z");
        stage.world.by_hand(&arn, |body, _| match body {
            Body::Group(group) => group.max = max,
            Body::NodeGroup { max: known, .. } => *known = max,
            _ => {}
        });
        stage.skip_to("2026-11-24T07:00:00Z");
        stage.run_to("2026-11-24T07:30:00Z");
        let picture = stage.world.picture();
        assert!(picture[arn.as_str()].starts_with(wanted), "{picture:?}");
    }
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
fn a_tag_keeps_it_awake_until_it_ends() {
    let mut stage = stage_of(&[(Variant::Service, "one")]);
    let arn = Variant::Service.arn("one");
    let tag = "nightshift:keep-awake";
    let value = "until 2026-11-23T21:00 @UTC by anna for load test";
    stage.world.set_tag(&arn, tag, Some(value));
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let seen = decision(&finished, &arn);
    assert_eq!(seen.desired, Desired::On);
    assert_eq!(
        seen.reason,
        "kept awake by anna for load test, until 21:00 (UTC)"
    );
    stage.run_to("2026-11-23T21:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    let announced = stage.told.iter().find_map(|(when, one)| match one {
        Occasion::AboutToSleep { at, .. } => Some((when.to_string(), at.to_string())),
        _ => None,
    });
    let expected = (
        "2026-11-23T20:45:00Z".to_owned(),
        "2026-11-23T21:00:00Z".to_owned(),
    );
    assert_eq!(announced, Some(expected));
    // Without an owner it is ignored, and people are told once.
    stage
        .world
        .set_tag(&arn, tag, Some("until 2026-11-24T06:00"));
    stage.run_to("2026-11-23T21:45:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    assert_eq!(
        stage.told(|one| matches!(one, Occasion::InvalidValues { .. })),
        1
    );
}

#[test]
fn commands_override_in_both_directions() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    let wish = |state, since: &str, until: &str| Override {
        state,
        since: at(since),
        until: at(until),
        owner: "anna".to_owned(),
        reason: "demo".to_owned(),
    };
    let sleep = wish(Desired::Off, "2026-11-23T13:00:00Z", "2026-11-23T15:00:00Z");
    stage.edit(&arn, |record| record.override_ = Some(sleep));
    stage.skip_to("2026-11-23T13:00:00Z");
    stage.run_to("2026-11-23T13:10:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    stage.skip_to("2026-11-23T15:00:00Z");
    stage.run_to("2026-11-23T15:15:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    assert_eq!(stage.record(&arn).unwrap().override_, None);
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    let keep = wish(Desired::On, "2026-11-23T20:00:00Z", "2026-11-25T20:00:00Z");
    stage.edit(&arn, |record| record.override_ = Some(keep));
    stage.skip_to("2026-11-23T20:00:00Z");
    stage.run_to("2026-11-23T20:15:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    stage.skip_to("2026-11-24T21:00:00Z");
    let reminders = |one: &Occasion| matches!(one, Occasion::OverrideReminder { .. });
    assert_eq!(stage.told(reminders), 1);
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
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
fn an_instant_world_is_done_in_one_run() {
    let mut stage = Stage::new();
    stage.world.state().delay = SignedDuration::ZERO;
    for variant in Variant::ALL {
        variant.add(&stage.world, &format!("{variant:?}").to_lowercase(), HOURS);
    }
    stage.tick();
    let before = stage.world.picture();
    let finished = stage.skip_to("2026-11-23T19:00:00Z");
    let ours = finished.plan.decisions.iter();
    assert!(
        ours.clone()
            .all(|one| one.progress == Progress::Settled && one.action == Action::Stop)
    );
    assert!(finished.rounds <= 6, "{} rounds", finished.rounds);
    let finished = stage.skip_to("2026-11-24T07:00:00Z");
    for one in &finished.plan.decisions {
        assert_eq!(
            one.progress,
            Progress::Settled,
            "{}: {}",
            one.name,
            one.reason
        );
    }
    assert_eq!(stage.world.picture(), before);
    let (evenings, mornings) = (
        stage.told(|one| matches!(one, Occasion::FellAsleep { .. })),
        stage.told(|one| matches!(one, Occasion::Usable { .. })),
    );
    assert_eq!((evenings, mornings), (1, 1));
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
fn one_member_that_was_started_by_hand_is_respected() {
    let mut stage = stage_of(&[(Variant::SuspendedGroup, "web")]);
    let arn = Variant::SuspendedGroup.arn("web");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    // Somebody starts one of three members at night.
    stage.world.by_hand(&arn, |body, _| {
        if let Body::Group(group) = body {
            group.members.insert("i-web-2".to_owned(), Power::Running);
        }
    });
    let finished = stage.skip_to("2026-11-23T21:00:00Z");
    assert!(
        decision(&finished, &arn)
            .reason
            .contains("somebody has woken it")
    );
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
}

#[test]
fn what_aws_shows_late_is_not_asked_for_twice() {
    for variant in Variant::ALL {
        let mut stage = stage_of(&[(variant, "one")]);
        stage.world.state().is_stale = true;
        let arn = variant.arn("one");
        for instant in ["2026-11-23T19:00:00Z", "2026-11-24T07:00:00Z"] {
            stage.skip_to(instant);
            let later = stage.now() + SignedDuration::from_mins(15);
            stage.run_to(&later.to_string());
        }
        assert_eq!(stage.phase(&arn), Some(Phase::Awake), "{variant:?}");
        assert_eq!(stage.record(&arn).unwrap().failed, None);
        let calls = stage.world.calls();
        for (index, call) in calls.iter().enumerate() {
            assert!(
                !calls[..index].contains(call),
                "{variant:?}: {call:?} again"
            );
        }
    }
}

#[test]
fn a_group_wakes_in_the_mode_in_which_it_fell_asleep() {
    use off_hours::model::AutoScalingMode::{SuspendAndStop, Zero};
    for (variant, other) in [
        (Variant::GroupAtZero, SuspendAndStop),
        (Variant::SuspendedGroup, Zero),
    ] {
        let mut stage = stage_of(&[(variant, "one")]);
        let arn = variant.arn("one");
        stage.skip_to("2026-11-23T19:00:00Z");
        stage.run_to("2026-11-23T19:15:00Z");
        let asleep = stage.world.seen(&arn);
        let mut sizes = asleep.sizes.clone();
        if let off_hours::model::Sizes::AutoScalingGroup { mode, .. } = &mut sizes {
            *mode = other;
        }
        let changed = off_hours::model::Resource {
            sizes,
            ..asleep.clone()
        };
        let memory = stage.record(&arn).unwrap().memory.unwrap();
        let wake = |resource| {
            let remembered = Some(&memory.remembered);
            off_hours::kinds::sleeper(resource, remembered).wake(resource, remembered)
        };
        assert_eq!(wake(&changed), wake(&asleep));
        assert_eq!(wake(&asleep).unwrap().len(), 1);
    }
}

#[test]
fn members_that_were_terminated_at_night_are_replaced_in_the_morning() {
    let mut stage = stage_of(&[(Variant::SuspendedGroup, "web")]);
    let arn = Variant::SuspendedGroup.arn("web");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    stage.world.by_hand(&arn, |body, _| {
        if let Body::Group(group) = body {
            group.members.clear();
        }
    });
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    let picture = stage.world.picture();
    let expected = "1/3/5 suspended {\"AZRebalance\"} with 3 of 3";
    assert!(picture[arn.as_str()].starts_with(expected), "{picture:?}");
}
