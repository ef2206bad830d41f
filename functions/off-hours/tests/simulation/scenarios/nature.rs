//! What AWS does by itself.

use jiff::SignedDuration;
use off_hours::decide::Cause;
use off_hours::model::{Call, Phase, State};
use off_hours::occasions::Occasion;
use off_hours::plan::{Action, Progress};

use super::stage_of;
use crate::estate::Variant;
use crate::stage::{HOURS, Stage, at, decision};
use crate::world::{Body, Power};

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
        // Longer than from one tick to the next: it is also seen stopping.
        stage.world.state().delay = SignedDuration::from_mins(8);
        stage.world.pass_to(at("2026-11-30T12:03:00Z"));
        assert_eq!(stage.world.state().forced, std::slice::from_ref(&arn));
        let cause = Cause {
            forced_start: Some(arn.clone()),
        };
        let finished = stage.tick_for(&cause).unwrap();
        let seen = decision(&finished, &arn);
        assert_eq!(seen.progress, Progress::Underway);
        assert!(seen.reason.contains("after seven days"), "{}", seen.reason);
        stage.run_to("2026-11-30T13:00:00Z");
        assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
        assert_eq!(
            stage.told(|one| matches!(one, Occasion::ForcedStart { .. })),
            1
        );
        // The evening of a week ago; that it sleeps again is no second one.
        assert_eq!(
            stage.told(|one| matches!(one, Occasion::FellAsleep { .. })),
            1
        );
        assert_eq!(stage.record(&arn).unwrap().lease, None);
        assert_eq!(stage.record(&arn).unwrap().forced_at, None);
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
fn a_group_without_capacity_is_told_at_the_second_look_and_holds_the_next_wave() {
    let mut stage = stage_of(&[(Variant::GroupAtZero, "workers"), (Variant::Service, "web")]);
    let (workers, web) = (
        Variant::GroupAtZero.arn("workers"),
        Variant::Service.arn("web"),
    );
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:30:00Z");
    let lacks = |why: Option<&str>| {
        let why = why.map(str::to_owned);
        move |body: &mut Body, _: jiff::Timestamp| {
            if let Body::Group(group) = body {
                group.no_launch = why;
            }
        }
    };
    let words = "We currently do not have sufficient capacity";
    stage.world.by_hand(&workers, lacks(Some(words)));
    let trouble = |one: &Occasion| matches!(one, Occasion::Trouble { .. });
    stage.skip_to("2026-11-24T07:00:00Z");
    let finished = stage.tick().unwrap();
    assert_eq!(
        stage.told(trouble),
        0,
        "AWS may try several times in a minute"
    );
    let seen = decision(&finished, &workers);
    assert_eq!(
        (seen.action, seen.progress),
        (Action::None, Progress::Underway)
    );
    let finished = stage.skip_to("2026-11-24T07:05:00Z");
    assert_eq!(stage.told(trouble), 1);
    let seen = decision(&finished, &workers);
    assert_eq!(
        (seen.action, seen.progress),
        (Action::Failed, Progress::Underway)
    );
    assert!(seen.reason.contains(words), "{}", seen.reason);
    assert_eq!(decision(&finished, &web).progress, Progress::Held);
    stage.run_to("2026-11-24T07:20:00Z");
    assert_eq!(stage.told(trouble), 1, "told once");
    stage.world.by_hand(&workers, lacks(None));
    stage.run_to("2026-11-24T07:40:00Z");
    for arn in [&workers, &web] {
        assert_eq!(stage.phase(arn), Some(Phase::Awake));
    }
    assert_eq!(stage.record(&workers).unwrap().failing_since, None);
    let whole = |one: &Occasion| {
        matches!(one, Occasion::Usable { usable, unusable, .. }
            if usable.len() == 2 && unusable.is_empty())
    };
    assert_eq!(
        stage.told(whole),
        1,
        "the morning is over once all is usable"
    );
}

#[test]
fn a_launch_that_fails_once_is_not_told() {
    let mut stage = stage_of(&[(Variant::GroupAtZero, "workers")]);
    let arn = Variant::GroupAtZero.arn("workers");
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:30:00Z");
    stage.world.by_hand(&arn, |body, _| {
        if let Body::Group(group) = body {
            group.no_launch = Some("no capacity in us-east-1a".to_owned());
        }
    });
    stage.skip_to("2026-11-24T07:00:00Z");
    // Events of two launches that failed at once hasten two runs.
    stage.skip_to("2026-11-24T07:01:00Z");
    stage.tick();
    stage.world.by_hand(&arn, |body, _| {
        if let Body::Group(group) = body {
            group.no_launch = None;
        }
    });
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    assert_eq!(stage.told(|one| matches!(one, Occasion::Trouble { .. })), 0);
}

const KEY_LOST: &str = "inaccessible-encryption-credentials-recoverable";

#[test]
fn a_database_without_its_key_is_told_at_once_and_started_until_it_runs() {
    for variant in [Variant::Database, Variant::Aurora] {
        let mut stage = stage_of(&[(variant, "one")]);
        let arn = variant.arn("one");
        stage.skip_to("2026-11-23T19:00:00Z");
        stage.run_to("2026-11-23T19:30:00Z");
        let falls = |status: Option<State>| {
            move |body: &mut Body, _: jiff::Timestamp| {
                if let Body::Database { falls_into, .. } = body {
                    *falls_into = status;
                }
            }
        };
        let lost = State::Stalled(KEY_LOST.to_owned());
        stage.world.by_hand(&arn, falls(Some(lost)));
        let trouble = |one: &Occasion| matches!(one, Occasion::Trouble { .. });
        stage.skip_to("2026-11-24T07:00:00Z");
        let finished = stage.skip_to("2026-11-24T07:05:00Z");
        assert_eq!(stage.told(trouble), 1);
        let seen = decision(&finished, &arn);
        assert!(seen.reason.contains("enable the key"), "{}", seen.reason);
        stage.run_to("2026-11-24T09:00:00Z");
        assert_eq!(
            stage.told(trouble),
            1,
            "told once, however often it is tried"
        );
        let starts = |call: &&Call| call.action().contains(":Start");
        // 07:00, then 5, 10, 20 and 40 minutes after the one before.
        assert_eq!(stage.world.calls().iter().filter(starts).count(), 5);
        stage.world.by_hand(&arn, falls(None));
        stage.run_to("2026-11-24T10:00:00Z");
        assert_eq!(stage.phase(&arn), Some(Phase::Awake));
        assert_eq!(stage.record(&arn).unwrap().failed, None);
    }
}

#[test]
fn a_database_that_loses_its_key_by_day_is_started_and_at_night_it_waits() {
    let mut stage = stage_of(&[(Variant::Database, "one")]);
    let arn = Variant::Database.arn("one");
    let loses = |body: &mut Body, _: jiff::Timestamp| {
        if let Body::Database { power, status, .. } = body {
            *power = Power::Stopped;
            *status = Some(State::Stalled(KEY_LOST.to_owned()));
        }
    };
    stage.world.by_hand(&arn, loses);
    let finished = stage.skip_to("2026-11-23T14:00:00Z");
    assert_eq!(decision(&finished, &arn).action, Action::Start);
    stage.run_to("2026-11-23T14:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    stage.world.by_hand(&arn, loses);
    let calls = stage.world.calls().len();
    stage.skip_to("2026-11-23T19:00:00Z");
    let finished = stage.skip_to("2026-11-23T23:00:00Z");
    let seen = decision(&finished, &arn);
    assert_eq!(seen.action, Action::Failed, "{}", seen.reason);
    assert!(seen.reason.contains("enable the key"), "{}", seen.reason);
    assert_eq!(stage.world.calls().len(), calls);
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
}

#[test]
fn one_member_that_falls_back_is_tried_less_and_less_often_and_told() {
    let mut stage = stage_of(&[(Variant::SuspendedGroup, "web")]);
    let arn = Variant::SuspendedGroup.arn("web");
    let before = stage.world.picture();
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:15:00Z");
    let falls = |ids: &'static [&'static str]| {
        move |body: &mut Body, _: jiff::Timestamp| {
            if let Body::Group(group) = body {
                group.fall_back = ids.iter().map(|id| (*id).to_owned()).collect();
            }
        }
    };
    stage.world.by_hand(&arn, falls(&["i-web-2"]));
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T09:00:00Z");
    let starts = |call: &&Call| matches!(call, Call::StartInstances { .. });
    // 07:00, then 5, 10, 20 and 40 minutes after the one before.
    assert_eq!(stage.world.calls().iter().filter(starts).count(), 5);
    assert_eq!(stage.told(|one| matches!(one, Occasion::Trouble { .. })), 1);
    assert_ne!(
        stage.phase(&arn),
        Some(Phase::Awake),
        "its processes stay suspended"
    );
    stage.world.by_hand(&arn, falls(&[]));
    stage.run_to("2026-11-24T10:00:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    assert_eq!(stage.world.picture(), before);
}

#[test]
fn what_aws_stops_by_day_is_no_wish_of_a_person() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    let cause = "Server.ScheduledStop: its host is retired";
    stage.world.by_hand(&arn, |body, _| {
        if let Body::Instance {
            power, lost_host, ..
        } = body
        {
            *power = Power::Stopped;
            *lost_host = Some(cause.to_owned());
        }
    });
    let finished = stage.skip_to("2026-11-23T14:00:00Z");
    let seen = decision(&finished, &arn);
    assert_eq!(seen.action, Action::Start);
    assert!(seen.reason.contains(cause), "{}", seen.reason);
    stage.run_to("2026-11-23T14:15:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    assert_eq!(stage.record(&arn).unwrap().lease, None);
}
