//! Random estates, schedules, losses, repetitions and crashes.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Arn;
use nightshift_runtime::CallClass;
use nightshift_schedule::{Desired, Syntax, explain};
use off_hours::decide::context;
use off_hours::model::{Call, Remembered};
use off_hours::plan::Action;
use proptest::prelude::*;

use crate::estate::Variant;
use crate::faults::Fault;
use crate::stage::{Stage, at};
use crate::world::{Body, Thing};

const SCHEDULES: [&str; 8] = [
    "Mon-Fri 07:00-19:00 @UTC",
    "daily 08:00-18:00 @Europe/Berlin",
    "Mon-Thu 07:00-19:00 + Fri 07:00-16:00 @America/New_York",
    "Mon 08:00 - Fri 20:00 @UTC",
    "daily 22:00-06:00 @UTC",
    "always",
    "no",
    "Mon-Fry 25:00",
];

/// What one resource is made of.
#[derive(Clone, Debug)]
struct Made {
    variant: Variant,
    schedule: Option<&'static str>,
    environment: Option<&'static str>,
    size: u32,
    wave: Option<u8>,
}

fn variant() -> impl Strategy<Value = Variant> {
    prop::sample::select(Variant::ALL.to_vec())
}

fn made() -> impl Strategy<Value = Made> {
    let environment = prop_oneof![
        8 => Just(Some("dev")),
        1 => Just(Some("prod")),
        1 => Just(Some("dev-2")),
        1 => Just(None),
    ];
    let schedule = prop::option::weighted(0.9, prop::sample::select(SCHEDULES.to_vec()));
    let wave = prop::option::weighted(0.2, 1_u8..=9);
    (variant(), schedule, environment, 0_u32..=5, wave).prop_map(
        |(variant, schedule, environment, size, wave)| Made {
            variant,
            schedule,
            environment,
            size,
            wave,
        },
    )
}

fn thing(made: &Made, index: usize) -> Thing {
    let mut thing = made.variant.thing(&format!("r{index}"), &[]);
    let tags = &mut thing.base.tags;
    let mut set = |key: &str, value: String| tags.insert(key.to_owned(), value);
    if let Some(value) = made.schedule {
        set("Schedule", value.to_owned());
    }
    if let Some(value) = made.environment {
        set("Environment", value.to_owned());
    }
    if let Some(wave) = made.wave {
        set("nightshift:wave", wave.to_string());
    }
    match &mut thing.body {
        Body::Group(group) => {
            group.desired = made.size;
            group.min = made.size.min(1);
        }
        Body::NodeGroup {
            desired,
            nodes,
            min,
            has_autoscaler,
            ..
        } => {
            *desired = made.size.min(4);
            *nodes = *desired;
            *min = 0;
            *has_autoscaler = *desired > 0;
        }
        Body::Service {
            desired,
            running,
            target,
            ..
        } => {
            (*desired, *running) = (made.size, made.size);
            if let Some(target) = target {
                target.min = made.size.min(2);
            }
        }
        _ => {}
    }
    thing
}

fn stage_of(estate: &[Made]) -> (Stage, Vec<Arn>) {
    let mut stage = Stage::new();
    let mut arns = Vec::new();
    for (index, made) in estate.iter().enumerate() {
        let (loud, mute) = (format!("a{index}"), format!("b{index}"));
        let arn = stage
            .world
            .add(thing(made, index), &[(&loud, true), (&mute, false)]);
        arns.push(arn);
    }
    stage.world.pass_to(at("2026-11-23T12:10:00Z"));
    stage.tick();
    (stage, arns)
}

/// What a run meets.
#[derive(Clone, Copy, Debug)]
enum Luck {
    Comes,
    IsLost,
    ComesTwice,
    TwoSideBySide(u64),
    Meets(usize, Fault),
}

fn luck() -> impl Strategy<Value = Luck> {
    let fault = prop::sample::select(vec![
        Fault::DiesBefore,
        Fault::DiesAfter,
        Fault::AnswerLost,
        Fault::Fails(CallClass::Throttled),
        Fault::Fails(CallClass::Conflict),
        Fault::Fails(CallClass::Denied),
    ]);
    prop_oneof![
        3 => Just(Luck::Comes),
        1 => Just(Luck::IsLost),
        1 => Just(Luck::ComesTwice),
        1 => any::<u64>().prop_map(Luck::TwoSideBySide),
        3 => (1_usize..12, fault).prop_map(|(step, fault)| Luck::Meets(step, fault)),
    ]
}

fn unlucky_tick(stage: &mut Stage, luck: Luck) {
    match luck {
        Luck::Comes => {
            stage.tick();
        }
        Luck::IsLost => {}
        Luck::ComesTwice => {
            stage.tick();
            stage.tick();
        }
        Luck::TwoSideBySide(seed) => stage.tick_twice(seed),
        Luck::Meets(step, fault) => {
            stage.faults.at(step, fault);
            stage.tick();
            stage.faults.restart();
        }
    }
}

/// A day from noon to noon with luck at the edges, then calm until all is settled.
fn day(stage: &mut Stage, lucks: &[Luck]) {
    let edges = [
        "2026-11-23T19:00:00Z",
        "2026-11-24T07:00:00Z",
        "2026-11-24T13:00:00Z",
    ];
    for edge in edges {
        stage.world.pass_to(at(edge));
        for luck in lucks {
            unlucky_tick(stage, *luck);
            let next = stage.now() + SignedDuration::from_mins(5);
            stage.world.pass_to(next);
        }
        // Retries of what failed more than once wait up to an hour.
        for _ in 0..8 {
            stage.tick();
            let next = stage.now() + SignedDuration::from_mins(20);
            stage.world.pass_to(next);
        }
    }
}

/// The instances and resources that a call touches.
fn touches(call: &Call, made: &[Made]) -> Vec<usize> {
    let text = serde_json::to_string(call).unwrap();
    let names: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    (0..made.len())
        .filter(|index| {
            let own = [
                format!("r{index}"),
                format!("a{index}"),
                format!("b{index}"),
            ];
            own.iter().any(|name| names.contains(&name.as_str()))
        })
        .collect()
}

/// Few by default, for the sake of speed; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// Whatever happens to the runs, the world ends as it would have without.
    #[test]
    fn bad_luck_changes_nothing_in_the_end(
        estate in prop::collection::vec(made(), 1..6),
        lucks in prop::collection::vec(luck(), 1..5),
    ) {
        let (mut calm, _) = stage_of(&estate);
        let (mut unlucky, arns) = stage_of(&estate);
        day(&mut calm, &vec![Luck::Comes; lucks.len()]);
        day(&mut unlucky, &lucks);
        prop_assert_eq!(calm.world.picture(), unlucky.world.picture());
        for arn in &arns {
            prop_assert_eq!(calm.phase(arn), unlucky.phase(arn), "{}", arn);
        }
    }

    /// Production, strangers, the opted out and the misunderstood are never called.
    #[test]
    fn only_what_asks_for_it_is_ever_called(
        estate in prop::collection::vec(made(), 1..8),
        lucks in prop::collection::vec(luck(), 1..4),
    ) {
        let (mut stage, arns) = stage_of(&estate);
        day(&mut stage, &lucks);
        for call in stage.world.calls() {
            for index in touches(&call, &estate) {
                let made = &estate[index];
                prop_assert_eq!(made.environment, Some("dev"), "{:?}", call);
                prop_assert!(
                    !matches!(made.schedule, None | Some("no" | "Mon-Fry 25:00" | "always")),
                    "{:?} of {:?}", call, made
                );
            }
        }
        for arn in arns {
            let memory = stage.record(&arn).and_then(|record| record.memory);
            let is_zero = memory.is_some_and(|memory| match memory.remembered {
                Remembered::AutoScalingGroup { scaling }
                | Remembered::NodeGroup { scaling, .. } => scaling.desired == 0,
                Remembered::EcsService { desired, .. } => desired == 0,
                Remembered::SuspendedAutoScalingGroup { stopped, .. } => stopped.is_empty(),
                Remembered::Power => false,
            });
            prop_assert!(!is_zero, "a zero is remembered of {}", arn);
        }
    }

    /// No run puts more to sleep than the limit allows, whatever its rounds.
    #[test]
    fn the_blast_radius_holds(
        estate in prop::collection::vec(made(), 1..8),
        count in 0_usize..6,
        percent in 0_usize..=100,
        is_instant in any::<bool>(),
    ) {
        let (mut stage, arns) = stage_of(&estate);
        if is_instant {
            stage.world.state().delay = SignedDuration::ZERO;
        }
        stage.document.guards.blast_radius.count = count;
        stage.document.guards.blast_radius.percent = percent;
        let calls = stage.world.calls().len();
        let finished = stage.skip_to("2026-11-23T20:00:00Z");
        let total = finished.plan.decisions.iter().filter(|one| one.ours).count();
        let stopped = finished
            .plan
            .decisions
            .iter()
            .filter(|one| one.action == Action::Stop)
            .count();
        prop_assert!(stopped <= count.min(total * percent / 100));
        if stopped == 0 && finished.plan.halted.is_some() {
            let starts = finished.plan.decisions.iter().any(|one| one.action == Action::Start);
            prop_assert!(starts || stage.world.calls().len() == calls);
        }
        prop_assert_eq!(finished.plan.decisions.len(), arns.len());
    }

    /// What is reconciled is what is explained.
    #[test]
    fn explain_and_reconcile_never_disagree(
        schedule in prop::sample::select(SCHEDULES.to_vec()),
        variant in variant(),
        second in 1_700_000_000_i64..1_900_000_000,
        closed in prop::option::of(0_i64..3),
    ) {
        let mut stage = Stage::new();
        let arn = variant.add(&stage.world, "one", schedule);
        let now = Timestamp::from_second(second).unwrap();
        stage.world.state().now = now;
        if let Some(days) = closed {
            let date = (now + SignedDuration::from_hours(24 * days)).to_string();
            stage.config.closed.insert(date[..10].to_owned());
        }
        let finished = stage.tick().unwrap();
        let context = context(&stage.config).unwrap();
        let said = explain(schedule, Syntax::Nightshift, &context, now, 1);
        let seen = finished.plan.decisions.iter().find(|one| one.arn == arn).unwrap();
        prop_assert_eq!(seen.desired, said.desired);
        if said.desired != Desired::None {
            prop_assert_eq!(seen.until, said.until);
        }
        prop_assert!(seen.reason.contains(&said.reason) || !said.valid, "{}", seen.reason);
    }
}
