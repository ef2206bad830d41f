//! Waves, batches and rounds.

use jiff::SignedDuration;
use off_hours::model::{Call, Phase, State};
use off_hours::occasions::Occasion;
use off_hours::plan::{Achieved, Action, Progress};

use super::stage_of;
use crate::estate::Variant;
use crate::stage::{HOURS, Stage, decision, outcome};
use crate::world::Body;

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
