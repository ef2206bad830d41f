//! What every kind of resource passes.

use nightshift_core::Arn;
use nightshift_runtime::CallClass;
use off_hours::model::Phase;
use off_hours::occasions::Occasion;
use off_hours::plan::Action;

use crate::estate::Variant;
use crate::faults::Fault;
use crate::stage::{HOURS, Stage, decision};

/// A stage with one resource, seen on at noon.
fn stage(variant: Variant) -> (Stage, Arn) {
    let mut stage = Stage::new();
    let arn = variant.add(&stage.world, "one", HOURS);
    stage.tick();
    (stage, arn)
}

/// From before the end of the hours until late in the evening.
fn evening(stage: &mut Stage) {
    stage.skip_to("2026-11-23T18:55:00Z");
    stage.run_to("2026-11-23T19:35:00Z");
}

fn morning(stage: &mut Stage) {
    stage.skip_to("2026-11-24T06:55:00Z");
    stage.run_to("2026-11-24T07:35:00Z");
}

fn sleeps_and_wakes_exactly(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    let before = stage.world.picture();
    assert_eq!(stage.world.calls(), [], "nothing is done in working hours");
    evening(&mut stage);
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep), "{:?}", stage.told);
    assert_ne!(stage.world.picture(), before);
    let calls = stage.world.calls().len();
    stage.run_to("2026-11-23T20:00:00Z");
    assert_eq!(stage.world.calls().len(), calls, "asleep is left asleep");
    morning(&mut stage);
    assert_eq!(stage.world.picture(), before);
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    let calls = stage.world.calls().len();
    stage.run_to("2026-11-24T12:00:00Z");
    assert_eq!(stage.world.calls().len(), calls, "awake is left awake");
    assert_eq!(
        stage.told(|one| matches!(one, Occasion::FellAsleep { .. })),
        1
    );
    assert_eq!(stage.told(|one| matches!(one, Occasion::Usable { .. })), 1);
    let record = stage.record(&arn).unwrap();
    let saved = record.saved["2026-11"];
    assert!(
        (11 * 3600..=12 * 3600).contains(&saved.seconds),
        "{saved:?}"
    );
    assert_eq!(record.failed, None);
}

/// Dies at every single step of the evening and of the morning, before and
/// after its effect; a new process goes on.
fn survives_a_crash_anywhere(variant: Variant) {
    for crash in [Fault::DiesBefore, Fault::DiesAfter] {
        for part in [evening, morning] {
            for step in 1.. {
                let (mut stage, arn) = stage(variant);
                let before = stage.world.picture();
                let is_morning =
                    part as fn(&mut Stage) as usize == morning as fn(&mut Stage) as usize;
                if is_morning {
                    evening(&mut stage);
                    stage.skip_to("2026-11-24T06:55:00Z");
                } else {
                    stage.skip_to("2026-11-23T18:55:00Z");
                }
                stage.faults.at(step, crash);
                while !stage.faults.is_dead() && stage.now() < end_of(is_morning) {
                    stage.tick();
                    let next = stage.now() + jiff::SignedDuration::from_mins(5);
                    stage.world.pass_to(next);
                }
                let came = stage.faults.is_dead();
                stage.faults.restart();
                if !is_morning {
                    let later = stage.now() + jiff::SignedDuration::from_mins(20);
                    stage.run_to(&later.to_string());
                    let phase = stage.phase(&arn);
                    assert_eq!(phase, Some(Phase::Asleep), "{crash:?} at step {step}");
                }
                morning(&mut stage);
                assert_eq!(stage.world.picture(), before, "{crash:?} at step {step}");
                assert_eq!(stage.phase(&arn), Some(Phase::Awake));
                if !came {
                    assert!(step > 2, "there were steps to die at");
                    break;
                }
            }
        }
    }
}

fn end_of(is_morning: bool) -> jiff::Timestamp {
    crate::stage::at(if is_morning {
        "2026-11-24T07:30:00Z"
    } else {
        "2026-11-23T19:30:00Z"
    })
}

/// Every step fails once, in every way; the night is long enough to catch up.
fn survives_a_failure_anywhere(variant: Variant) {
    let faults = [
        Fault::Fails(CallClass::Throttled),
        Fault::Fails(CallClass::Conflict),
        Fault::Fails(CallClass::Denied),
        Fault::AnswerLost,
    ];
    let (mut calm, _) = stage(variant);
    let first = calm.faults.steps();
    evening(&mut calm);
    morning(&mut calm);
    for fault in faults {
        for step in 1..=calm.faults.steps() - first {
            let (mut stage, arn) = stage(variant);
            let before = stage.world.picture();
            stage.faults.at(step, fault);
            evening(&mut stage);
            assert_eq!(
                stage.phase(&arn),
                Some(Phase::Asleep),
                "{fault:?} at {step}"
            );
            morning(&mut stage);
            assert_eq!(stage.world.picture(), before, "{fault:?} at {step}");
        }
    }
}

/// One run in the evening and one in the morning, hours late.
fn catches_up_after_missed_runs(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    let before = stage.world.picture();
    stage.skip_to("2026-11-23T23:00:00Z");
    stage.skip_to("2026-11-24T03:00:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    stage.skip_to("2026-11-24T11:00:00Z");
    stage.skip_to("2026-11-24T13:00:00Z");
    stage.skip_to("2026-11-24T13:05:00Z");
    assert_eq!(stage.world.picture(), before);
}

/// A run that comes again at the same instant changes nothing twice.
fn repeated_runs_change_nothing_twice(variant: Variant) {
    let (mut stage, _) = stage(variant);
    let before = stage.world.picture();
    let mut once = Vec::new();
    for instant in ["2026-11-23T19:00:00Z", "2026-11-24T07:00:00Z"] {
        stage.skip_to(instant);
        let calls = stage.world.calls().len();
        stage.tick();
        stage.tick();
        assert_eq!(stage.world.calls().len(), calls, "at {instant}");
        once.push(calls);
        let later = stage.now() + jiff::SignedDuration::from_mins(30);
        stage.run_to(&later.to_string());
    }
    assert_eq!(stage.world.picture(), before);
}

/// Two runs at the same time, in many orders.
fn runs_side_by_side(variant: Variant) {
    for seed in 0..8 {
        let (mut stage, arn) = stage(variant);
        let before = stage.world.picture();
        for instant in ["2026-11-23T19:00:00Z", "2026-11-24T07:00:00Z"] {
            stage.world.pass_to(crate::stage::at(instant));
            for minutes in [0, 5, 10, 15, 20] {
                let later = crate::stage::at(instant) + jiff::SignedDuration::from_mins(minutes);
                stage.world.pass_to(later);
                stage.tick_twice(seed);
            }
            let later = stage.now() + jiff::SignedDuration::from_mins(10);
            stage.run_to(&later.to_string());
            let failed = stage.record(&arn).unwrap().failed;
            assert_eq!(failed, None, "seed {seed}");
        }
        assert_eq!(stage.world.picture(), before, "seed {seed}");
        assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    }
}

/// Woken by a person at night: respected for a while, then asleep again, and
/// exactly restored in the morning.
fn respects_a_person_at_night(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    let before = stage.world.picture();
    evening(&mut stage);
    stage.skip_to("2026-11-23T21:00:00Z");
    stage.world.by_hand(&arn, crate::hands::wake);
    stage
        .world
        .pass_to(crate::stage::at("2026-11-23T21:04:00Z"));
    let calls = stage.world.calls().len();
    let finished = stage.skip_to("2026-11-23T21:05:00Z");
    let seen = decision(&finished, &arn);
    assert_eq!(seen.action, Action::None, "{}", seen.reason);
    assert!(seen.reason.contains("respected until"), "{}", seen.reason);
    for hour in 22..24 {
        stage.skip_to(&format!("2026-11-23T{hour}:00:00Z"));
    }
    stage.skip_to("2026-11-24T04:55:00Z");
    assert_eq!(stage.world.calls().len(), calls, "never fought");
    // The lease is eight hours long.
    stage.run_to("2026-11-24T05:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    morning(&mut stage);
    assert_eq!(stage.world.picture(), before);
    assert_eq!(stage.record(&arn).unwrap().lease, None);
}

/// Woken by a person shortly before the hours begin: it stays on and is whole.
fn a_person_wakes_it_early(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    let before = stage.world.picture();
    evening(&mut stage);
    stage.skip_to("2026-11-24T06:00:00Z");
    stage.world.by_hand(&arn, crate::hands::wake);
    stage.skip_to("2026-11-24T06:05:00Z");
    morning(&mut stage);
    assert_eq!(stage.world.picture(), before);
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
}

/// Stopped by a person during the day: respected, and back the next morning.
fn respects_a_person_by_day(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    evening(&mut stage);
    morning(&mut stage);
    let before = stage.world.picture();
    stage.skip_to("2026-11-24T15:00:00Z");
    stage.world.by_hand(&arn, crate::hands::stop);
    let calls = stage.world.calls().len();
    let finished = stage.skip_to("2026-11-24T15:05:00Z");
    let seen = decision(&finished, &arn);
    assert!(seen.reason.contains("respected until"), "{}", seen.reason);
    stage.skip_to("2026-11-24T18:00:00Z");
    stage.skip_to("2026-11-24T20:00:00Z");
    assert_eq!(stage.world.calls().len(), calls);
    stage.skip_to("2026-11-25T06:55:00Z");
    stage.run_to("2026-11-25T07:35:00Z");
    assert_eq!(stage.world.picture(), before);
}

/// `strict` puts both back in line at once.
fn strict_mode_puts_it_back(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    stage.config.strict = true;
    let before = stage.world.picture();
    evening(&mut stage);
    stage.world.by_hand(&arn, crate::hands::wake);
    let later = stage.now() + jiff::SignedDuration::from_mins(40);
    stage.run_to(&later.to_string());
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    morning(&mut stage);
    assert_eq!(stage.world.picture(), before);
}

/// The stop switch and a protecting tag stand before every change.
fn refused_is_untouched(variant: Variant) {
    for is_switch in [true, false] {
        let (mut stage, arn) = stage(variant);
        if is_switch {
            stage.switch = nightshift_core::StopSwitch::from_value("stop: release");
        } else {
            stage
                .world
                .set_tag(&arn, "nightshift:protected", Some("true"));
        }
        evening(&mut stage);
        assert_eq!(stage.world.calls(), []);
        let finished = stage.tick().unwrap();
        assert_eq!(decision(&finished, &arn).action, Action::Refused);
    }
}

/// A dry run writes and calls nothing, and lists what a real run calls.
fn a_dry_run_lists_the_calls(variant: Variant) {
    let (mut stage, arn) = stage(variant);
    stage
        .world
        .pass_to(crate::stage::at("2026-11-23T19:00:00Z"));
    let steps = stage.faults.steps();
    stage.dry_run = true;
    let listed = stage.tick().unwrap();
    assert_eq!(stage.faults.steps(), steps);
    stage.dry_run = false;
    let done = stage.tick().unwrap();
    let listed = &crate::stage::outcome(&listed, &arn).unwrap().calls;
    assert_eq!(listed, &crate::stage::outcome(&done, &arn).unwrap().calls);
    assert_eq!(listed, &stage.world.calls());
    assert_eq!(decision(&done, &arn).action, Action::Stop);
}

macro_rules! conformance {
    ($($check:ident),* $(,)?) => {$(
        mod $check {
            use super::Variant;

            conformance!(@variants $check
                group_at_zero GroupAtZero, suspended_group SuspendedGroup, instance Instance,
                node_group NodeGroup, database Database, aurora Aurora,
                document_db DocumentDb, neptune Neptune,
                service Service, scaled_service ScaledService);
        }
    )*};
    (@variants $check:ident $($name:ident $variant:ident),*) => {$(
        #[test]
        fn $name() {
            super::$check(Variant::$variant);
        }
    )*};
}

conformance!(
    sleeps_and_wakes_exactly,
    survives_a_crash_anywhere,
    survives_a_failure_anywhere,
    catches_up_after_missed_runs,
    repeated_runs_change_nothing_twice,
    runs_side_by_side,
    respects_a_person_at_night,
    a_person_wakes_it_early,
    respects_a_person_by_day,
    strict_mode_puts_it_back,
    refused_is_untouched,
    a_dry_run_lists_the_calls,
);
