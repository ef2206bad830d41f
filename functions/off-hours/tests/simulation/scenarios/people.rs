//! What people ask for, and what they change.

use nightshift_schedule::Desired;
use off_hours::model::{Override, Phase};
use off_hours::occasions::Occasion;

use super::stage_of;
use crate::estate::Variant;
use crate::stage::{at, decision};
use crate::world::{Body, Power};

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

#[test]
fn a_tag_puts_it_to_sleep_and_is_listed_and_reminded_like_a_command() {
    let mut stage = stage_of(&[(Variant::Instance, "one")]);
    let arn = Variant::Instance.arn("one");
    let value = "until 2026-11-26T12:00 @UTC by anna for a quiet week";
    stage
        .world
        .set_tag(&arn, "nightshift:sleep-now", Some(value));
    let finished = stage.skip_to("2026-11-23T13:00:00Z");
    let seen = decision(&finished, &arn);
    assert!(
        seen.reason
            .contains("put to sleep by anna for a quiet week"),
        "{}",
        seen.reason
    );
    stage.run_to("2026-11-23T13:10:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep));
    let listed = stage.record(&arn).unwrap().tagged.unwrap();
    assert_eq!(
        (listed.owner.as_str(), listed.since),
        ("anna", at("2026-11-23T13:00:00Z"))
    );
    stage.skip_to("2026-11-24T12:00:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Asleep), "in its hours too");
    stage.skip_to("2026-11-24T13:05:00Z");
    let reminded: Vec<_> = stage
        .told
        .iter()
        .filter_map(|(_, one)| match one {
            Occasion::OverrideReminder { override_, .. } => Some(override_.since),
            _ => None,
        })
        .collect();
    assert_eq!(
        reminded,
        [at("2026-11-23T13:00:00Z")],
        "with when it was first seen"
    );
    // Who keeps it awake goes before who keeps it asleep.
    let awake = "until 2026-11-24T15:00 @UTC by bob";
    stage
        .world
        .set_tag(&arn, "nightshift:keep-awake", Some(awake));
    let finished = stage.skip_to("2026-11-24T13:10:00Z");
    let seen = decision(&finished, &arn);
    assert!(
        seen.reason.contains("kept awake by bob")
            && seen
                .reason
                .contains("nightshift:sleep-now is ignored while"),
        "{}",
        seen.reason
    );
    stage.run_to("2026-11-24T13:20:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    for tag in ["nightshift:keep-awake", "nightshift:sleep-now"] {
        stage.world.set_tag(&arn, tag, None);
    }
    stage.run_to("2026-11-24T13:30:00Z");
    assert_eq!(stage.record(&arn).unwrap().tagged, None);
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
}
