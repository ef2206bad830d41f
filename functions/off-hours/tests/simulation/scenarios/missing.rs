//! What is not there any more, and what only was not seen.

use jiff::SignedDuration;
use nightshift_core::Arn;
use nightshift_runtime::Entry;
use off_hours::model::{Kind, Phase};
use off_hours::observe::{PARTITION, resource_key};

use super::stage_of;
use crate::estate::Variant;
use crate::stage::{Stage, at};

fn entry(stage: &Stage, arn: &Arn) -> Entry {
    let entries = stage.ledger.kept.entries(PARTITION);
    let mut entries = entries.into_iter();
    entries
        .find(|one| one.key == resource_key(arn))
        .expect("it is remembered")
}

fn asleep() -> (Stage, Arn) {
    let mut stage = stage_of(&[(Variant::GroupAtZero, "web"), (Variant::Service, "api")]);
    stage.skip_to("2026-11-23T19:00:00Z");
    stage.run_to("2026-11-23T19:30:00Z");
    (stage, Variant::GroupAtZero.arn("web"))
}

fn days_later(stage: &mut Stage, days: i64) {
    let later = stage.now() + SignedDuration::from_hours(24 * days);
    stage.world.state().now = later;
    stage.tick();
}

#[test]
fn what_is_deleted_is_forgotten_after_ninety_days_and_a_week() {
    let (mut stage, arn) = asleep();
    stage.world.state().things.remove(&arn);
    stage.tick();
    let record = stage.record(&arn).unwrap();
    assert_eq!(record.missing_since, Some(stage.now()));
    let saved = record.saved.clone();
    assert_eq!(record.asleep_since, None, "what is deleted saves nothing");
    let writes = stage.ledger.kept.writes();
    stage.tick();
    assert_eq!(stage.ledger.kept.writes(), writes, "it is noted once");
    days_later(&mut stage, 89);
    assert_eq!(entry(&stage, &arn).expires_at, None);
    days_later(&mut stage, 1);
    let expires = entry(&stage, &arn).expires_at;
    assert_eq!(
        expires,
        Some(stage.now() + SignedDuration::from_hours(7 * 24))
    );
    days_later(&mut stage, 1);
    assert_eq!(entry(&stage, &arn).expires_at, expires, "the date stays");
    assert_eq!(stage.record(&arn).unwrap().saved, saved);
    let other = entry(&stage, &Variant::Service.arn("api"));
    assert_eq!(other.expires_at, None);
}

#[test]
fn what_comes_back_before_is_restored_and_not_forgotten() {
    for days in [1, 95] {
        let (mut stage, arn) = asleep();
        let thing = stage.world.state().things.remove(&arn).unwrap();
        stage.tick();
        for _ in 0..days {
            days_later(&mut stage, 1);
        }
        stage.world.state().things.insert(arn.clone(), thing);
        stage.tick();
        let record = stage.record(&arn).unwrap();
        assert_eq!((record.missing_since, record.forget_at), (None, None));
        assert_eq!(entry(&stage, &arn).expires_at, None);
        assert!(record.memory.is_some());
    }
}

#[test]
fn a_tag_taken_away_for_a_while_loses_no_memory() {
    let (mut stage, arn) = asleep();
    stage.world.set_tag(&arn, "Environment", None);
    stage.run_to("2026-11-23T20:00:00Z");
    assert!(stage.record(&arn).unwrap().missing_since.is_some());
    stage.world.set_tag(&arn, "Environment", Some("dev"));
    stage.skip_to("2026-11-24T07:00:00Z");
    stage.run_to("2026-11-24T07:30:00Z");
    assert_eq!(stage.phase(&arn), Some(Phase::Awake));
    let picture = stage.world.picture();
    assert!(picture[arn.as_str()].starts_with("1/3/5"), "{picture:?}");
}

#[test]
fn what_could_not_be_seen_is_not_missing() {
    let (mut stage, arn) = asleep();
    stage.world.state().blind.push(Kind::AutoScalingGroup);
    stage.world.state().things.remove(&arn);
    let before = entry(&stage, &arn);
    for _ in 0..3 {
        days_later(&mut stage, 100);
        assert_eq!(entry(&stage, &arn), before);
    }
    // Nor is what is not looked after any more.
    stage.world.state().blind.clear();
    stage.config.kinds.remove(&Kind::AutoScalingGroup);
    days_later(&mut stage, 100);
    assert_eq!(entry(&stage, &arn), before);
    stage.config.kinds.insert(Kind::AutoScalingGroup);
    stage.tick();
    assert_eq!(stage.record(&arn).unwrap().missing_since, Some(stage.now()));
    assert!(stage.now() > at("2027-11-01T00:00:00Z"));
}
