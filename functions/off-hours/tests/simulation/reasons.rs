//! What people read at three in the morning, word for word.

use std::time::Instant;

use nightshift_core::{Guard, StopSwitch};
use nightshift_schedule::Desired;
use off_hours::decide::{Cause, Policy, context, decide};
use off_hours::model::{Override, State};
use off_hours::plan::{Action, Progress, Snapshot};

use crate::estate::Variant;
use crate::hands;
use crate::stage::{Stage, at, decision};
use crate::world::Body;

const BERLIN: &str = "Mon-Fri 07:00-19:00 @Europe/Berlin";

fn reason(stage: &mut Stage, now: &str, variant: Variant) -> String {
    let finished = stage.skip_to(now);
    decision(&finished, &variant.arn("one")).reason.clone()
}

fn stage_of(variant: Variant) -> Stage {
    let mut stage = Stage::new();
    variant.add(&stage.world, "one", BERLIN);
    stage.tick();
    stage
}

#[test]
fn of_an_ordinary_night() {
    let mut stage = stage_of(Variant::Instance);
    let mut said = |now| reason(&mut stage, now, Variant::Instance);
    assert_eq!(
        said("2026-11-23T12:30:00Z"),
        "inside Mon-Fri 07:00-19:00 (Europe/Berlin) until 19:00"
    );
    let outside = "outside Mon-Fri 07:00-19:00 (Europe/Berlin), until Tue 2026-11-24 07:00";
    assert_eq!(
        said("2026-11-23T18:00:00Z"),
        format!(
            "running; {outside}; to keep it awake, use the command keep-awake or the tag nightshift:keep-awake"
        )
    );
    assert_eq!(
        said("2026-11-23T18:01:00Z"),
        format!("it is stopping; {outside}")
    );
    assert_eq!(said("2026-11-23T18:05:00Z"), format!("asleep; {outside}"));
    assert_eq!(
        said("2026-11-24T06:00:00Z"),
        "asleep; inside Mon-Fri 07:00-19:00 (Europe/Berlin) until 19:00"
    );
}

#[test]
fn of_a_person_at_night() {
    let mut stage = stage_of(Variant::Instance);
    stage.skip_to("2026-11-23T18:00:00Z");
    stage.skip_to("2026-11-23T18:05:00Z");
    stage
        .world
        .by_hand(&Variant::Instance.arn("one"), hands::wake);
    assert_eq!(
        reason(&mut stage, "2026-11-23T20:00:00Z", Variant::Instance),
        "somebody has woken it, noticed at 21:00 (Europe/Berlin); respected until \
         Tue 2026-11-24 05:00 (Europe/Berlin), then it is put to sleep (the command sleep-now \
         does it sooner); outside Mon-Fri 07:00-19:00 (Europe/Berlin), until Tue 2026-11-24 07:00"
    );
}

#[test]
fn of_what_aws_says() {
    let mut stage = stage_of(Variant::Database);
    let arn = Variant::Database.arn("one");
    let shows = |stage: &mut Stage, status: State, now| {
        stage.world.by_hand(&arn, |body, _| {
            if let Body::Database { status: known, .. } = body {
                *known = Some(status);
            }
        });
        reason(stage, now, Variant::Database)
    };
    let outside = "outside Mon-Fri 07:00-19:00 (Europe/Berlin), until Tue 2026-11-24 07:00";
    assert_eq!(
        shows(
            &mut stage,
            State::Busy("backing-up".to_owned()),
            "2026-11-23T18:00:00Z"
        ),
        format!("waiting: AWS says `backing-up`; {outside}")
    );
    assert_eq!(
        shows(
            &mut stage,
            State::Broken("storage-full".to_owned()),
            "2026-11-23T18:05:00Z"
        ),
        format!(
            "AWS says `storage-full`: its storage is full: give it more; off-hours does nothing until then; {outside}"
        )
    );
}

#[test]
fn of_what_is_refused() {
    let mut stage = stage_of(Variant::Instance);
    stage.world.set_tag(
        &Variant::Instance.arn("one"),
        "nightshift:protected",
        Some("true"),
    );
    assert_eq!(
        reason(&mut stage, "2026-11-23T18:00:00Z", Variant::Instance),
        "one: the tag nightshift:protected=true protects it; remove the tag to allow changes"
    );
    let mut stage = Stage::new();
    let thing = Variant::Instance.thing("one", &[("Environment", "prod"), ("Schedule", BERLIN)]);
    stage.world.add(thing, &[]);
    assert_eq!(
        reason(&mut stage, "2026-11-23T18:00:00Z", Variant::Instance),
        "not ours: its tag Environment is `prod`, and only Environment = `dev` is looked after"
    );
}

#[test]
fn of_an_override() {
    let mut stage = stage_of(Variant::Instance);
    let arn = Variant::Instance.arn("one");
    stage.edit(&arn, |record| {
        record.override_ = Some(Override {
            state: Desired::On,
            since: at("2026-11-23T17:00:00Z"),
            until: at("2026-11-24T21:00:00Z"),
            owner: "anna".to_owned(),
            reason: "load test".to_owned(),
        });
    });
    assert_eq!(
        reason(&mut stage, "2026-11-23T18:00:00Z", Variant::Instance),
        "kept awake by anna for load test, until Tue 2026-11-24 22:00 (Europe/Berlin)"
    );
}

/// Each distinct schedule is read once, so that ten thousand resources are
/// judged at once: well under a second in a release build.
#[test]
fn ten_thousand_resources_are_judged_at_once() {
    let stage = Stage::new();
    let resources = (0..10_000)
        .map(|index| {
            let schedule = format!(
                "Mon-Fri 07:00-{}:{:02} @Europe/Berlin",
                16 + index % 4,
                index % 10
            );
            let tags = [("Environment", "dev"), ("Schedule", schedule.as_str())];
            let mut thing = Variant::Instance.thing(&format!("n{index}"), &tags);
            thing.base.state = State::On;
            thing.body.show(&mut thing.base);
            thing.base
        })
        .collect();
    let snapshot = Snapshot {
        resources,
        ..Snapshot::default()
    };
    let context = context(&stage.config).unwrap();
    let mut document = stage.document.clone();
    document.guards.blast_radius.count = 10_000;
    let guard = Guard::new(&document, StopSwitch::Run);
    let policy = Policy {
        document: &document,
        config: &stage.config,
        context: &context,
        guard: &guard,
        hourly: &|_| None,
        dry_run: false,
    };
    let began = Instant::now();
    let plan = decide(
        &snapshot,
        &policy,
        &Cause::default(),
        at("2026-11-23T20:00:00Z"),
    );
    let took = began.elapsed();
    assert_eq!(plan.decisions.len(), 10_000);
    assert!(plan.decisions.iter().all(|one| one.action == Action::Stop));
    assert!(
        plan.decisions
            .iter()
            .all(|one| one.progress == Progress::Wanted)
    );
    println!("{took:?}");
    assert!(took.as_secs() < 20, "{took:?}, without optimisation");
}
