//! One matter for each cause: told once, kept up to date, closed when it ends.

use cost_anomaly::act::Word;
use cost_anomaly::event::Feedback;
use cost_anomaly::matter::{Given, Place, Telling};
use cost_anomaly::model::{Cause, Course, Sighting, Source};
use nightshift_core::{Money, Severity, Status};
use serde_json::json;

use crate::world::{World, at, day, run};

fn nat() -> Cause {
    Cause::new(Some("EC2 - Other"), Some("123456789012"))
}

/// A word of our own detector about the same cause.
fn ours(since: &str, until: &str, dollars: i64, course: Course, said_at: &str) -> (Place, Word) {
    let sighting = Sighting {
        until: day(until),
        said_at: at(said_at),
        source: Source::Detector,
        id: format!("own/{since}"),
        cause: nat(),
        class: cost_anomaly::model::Class::Rise,
        course,
        since: day(since),
        expected: Some(Money::from_micro_usd(40_000_000)),
        actual: Some(Money::from_micro_usd((40 + dollars) * 1_000_000)),
        impact: Money::from_micro_usd(dollars * 1_000_000),
        roots: Vec::new(),
        account_name: None,
        monitor: None,
        link: None,
        reason: Some("A step".to_owned()),
        feedback: None,
        days: Vec::new(),
    };
    (Place::Spend(nat()), Word::Sighting(Box::new(sighting)))
}

#[test]
fn the_service_by_two_ways_and_our_own_detector_are_one_message() {
    let world = World::default();
    let now = at("2026-11-22T10:00:00Z");
    run(async {
        world.hear("anomaly-topic", now).await;
        world.hear("anomaly-event", now).await;
        world.hear("anomaly-event", now).await;
        let own = ours(
            "2026-11-20",
            "2026-11-21",
            80,
            Course::GoesOn,
            "2026-11-22T10:30:00Z",
        );
        world.settle(vec![own], at("2026-11-22T10:30:00Z")).await;
    });
    let matters = world.matters();
    assert_eq!(matters.len(), 1);
    let told = world.told(&matters[0]);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].title, "EC2 - Other costs $82.50 more than usual");
    assert_eq!(told[0].severity, Severity::Info);
}

#[test]
fn it_is_told_again_by_a_factor_and_not_by_each_cent() {
    let world = World::default();
    let grow = |dollars, hour: &str| {
        let said = format!("2026-11-22T{hour}:00:00Z");
        (
            ours("2026-11-20", "2026-11-21", dollars, Course::GoesOn, &said),
            at(&said),
        )
    };
    let mut told = Vec::new();
    for (dollars, hour) in [
        (50, "10"),
        (60, "11"),
        (74, "12"),
        (75, "13"),
        (90, "14"),
        (113, "15"),
    ] {
        let (word, now) = grow(dollars, hour);
        let finished = run(world.settle(vec![word], now));
        told.push(finished.lines[0].told);
    }
    assert_eq!(
        told,
        [
            Telling::Open,
            Telling::None,
            Telling::None,
            Telling::Update,
            Telling::None,
            Telling::Update
        ]
    );
    let matter = &world.matters()[0];
    let messages = world.told(matter);
    assert_eq!(
        messages[1].title,
        "Grown: EC2 - Other costs $75.00 more than usual"
    );
    assert_eq!(
        messages[2].title, "Worse: EC2 - Other costs $113.00 more than usual",
        "it is a warning now"
    );
}

#[test]
fn the_end_closes_it_and_the_next_rise_is_another_matter() {
    let world = World::default();
    let say = |word, now: &str| run(world.settle(vec![word], at(now)));
    say(
        ours(
            "2026-11-02",
            "2026-11-03",
            80,
            Course::GoesOn,
            "2026-11-05T06:30:00Z",
        ),
        "2026-11-05T06:30:00Z",
    );
    say(
        ours(
            "2026-11-02",
            "2026-11-03",
            80,
            Course::Ended,
            "2026-11-08T06:30:00Z",
        ),
        "2026-11-08T06:30:00Z",
    );
    // Late news of the service about the same days changes nothing ...
    let first = world.matters().remove(0);
    assert_eq!(first.episode, 1);
    assert_eq!(world.told(&first).last().unwrap().status, Status::Resolved);
    // ... and a rise three weeks later is another one.
    say(
        ours(
            "2026-11-24",
            "2026-11-25",
            95,
            Course::GoesOn,
            "2026-11-27T06:30:00Z",
        ),
        "2026-11-27T06:30:00Z",
    );
    let second = world.matters().remove(0);
    assert_eq!(second.episode, 2);
    assert_ne!(second.dedup_key(), first.dedup_key());
    assert_eq!(world.told(&second).len(), 1);
    // What is said of the first again brings nothing.
    let finished = say(
        ours(
            "2026-11-02",
            "2026-11-03",
            81,
            Course::Ended,
            "2026-11-04T06:30:00Z",
        ),
        "2026-11-27T07:00:00Z",
    );
    assert_eq!(finished.lines[0].told, Telling::None);
    assert_eq!(world.matters()[0].episode, 2);
}

#[test]
fn a_late_word_of_the_service_about_what_is_over_opens_nothing() {
    let world = World::default();
    run(async {
        for (course, now) in [
            (Course::GoesOn, "2026-11-22T06:30:00Z"),
            (Course::Ended, "2026-11-25T06:30:00Z"),
        ] {
            let word = ours("2026-11-20", "2026-11-21", 80, course, now);
            world.settle(vec![word], at(now)).await;
        }
        world
            .hear("anomaly-event", at("2026-11-25T08:00:00Z"))
            .await;
    });
    let matter = &world.matters()[0];
    let told = world.told(matter);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!(told[1].status, Status::Resolved);
}

#[test]
fn what_the_service_never_closes_ends_when_nobody_speaks_of_it() {
    let world = World::default();
    run(world.hear("anomaly-event", at("2026-11-22T10:00:00Z")));
    let time = || vec![(Place::Spend(nat()), Word::Time)];
    let before = run(world.settle(time(), at("2026-11-26T06:30:00Z")));
    assert_eq!(before.lines[0].told, Telling::None);
    let after = run(world.settle(time(), at("2026-11-26T10:30:00Z")));
    assert_eq!(after.lines[0].told, Telling::Resolved);
    // It comes back when the service speaks again.
    let again = run(world.hear("anomaly-event-grown", at("2026-11-26T12:00:00Z")));
    assert_eq!(again.lines[0].told, Telling::Reopened);
}

#[test]
fn what_a_person_dismisses_is_over_and_stays_so() {
    let world = World::default();
    run(world.hear("anomaly-event", at("2026-11-22T10:00:00Z")));
    let given = Given {
        feedback: Feedback::PlannedActivity,
        at: at("2026-11-22T11:00:00Z"),
    };
    let word = vec![(Place::Spend(nat()), Word::Given(given))];
    let finished = run(world.settle(word, at("2026-11-22T11:00:00Z")));
    assert_eq!(finished.lines[0].told, Telling::Resolved);
    let grown = run(world.hear("anomaly-event-grown", at("2026-11-24T10:00:00Z")));
    assert_eq!(grown.lines[0].told, Telling::None);
    assert!(grown.lines[0].why.contains("planned"), "{:?}", grown.lines);
}

#[test]
fn a_per_cent_alone_is_not_loud() {
    let world = World::with(json!({}));
    let mut words = world.words("anomaly-event");
    let Word::Sighting(sighting) = &mut words[0].1 else {
        panic!("a sighting");
    };
    sighting.expected = Some(Money::from_micro_usd(270_000));
    sighting.actual = Some(Money::from_micro_usd(12_090_000));
    sighting.impact = Money::from_micro_usd(11_820_000);
    run(world.settle(words, at("2026-11-22T10:00:00Z")));
    let told = world.publisher.published();
    assert_eq!(told[0].severity, Severity::Info);
    let impact = told[0].facts.iter().find(|fact| fact.label == "Impact");
    assert_eq!(impact.unwrap().value, "$11.82, 44 times as much");
}

#[test]
fn a_budget_is_one_matter_a_month_and_grows_by_steps() {
    let world = World::default();
    run(async {
        world
            .hear("budget-actual", at("2026-11-24T18:04:00Z"))
            .await;
        world
            .hear("budget-actual", at("2026-11-24T18:05:00Z"))
            .await;
    });
    let matters = world.matters();
    assert_eq!(matters.len(), 1);
    let Place::Budget { name, month } = &matters[0].place else {
        panic!("{:?}", matters[0].place);
    };
    assert_eq!((name.as_str(), month.as_str()), ("prod", "2026-11"));
    let told = world.told(&matters[0]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].severity, Severity::Warning);
    assert_eq!(
        told[0].title,
        "Budget prod: $4212.35 spent, more than $4000.00"
    );
    // The next month it is over.
    let time = vec![(matters[0].place.clone(), Word::Time)];
    let finished = run(world.settle(time, at("2026-12-01T06:30:00Z")));
    assert_eq!(finished.lines[0].told, Telling::Resolved);
}

#[test]
fn a_small_budget_that_is_a_third_spent_is_no_alarm() {
    let world = World::default();
    run(world.hear("budget-daily", at("2026-11-23T02:01:00Z")));
    run(world.hear("budget-usage", at("2026-11-23T02:01:00Z")));
    run(world.hear("budget-adjusted", at("2026-11-23T02:01:00Z")));
    let severities: Vec<Severity> = world
        .publisher
        .published()
        .iter()
        .map(|message| message.severity)
        .collect();
    assert_eq!(
        severities,
        [Severity::Warning, Severity::Info, Severity::Info]
    );
}

#[test]
fn an_unknown_message_is_told_once() {
    let world = World::default();
    run(async {
        world.hear("unknown-text", at("2026-11-23T03:00:00Z")).await;
        world.hear("unknown-text", at("2026-11-23T04:00:00Z")).await;
        world.hear("unknown-json", at("2026-11-23T04:00:00Z")).await;
    });
    let told = world.publisher.published();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|message| message.dedup_key.is_none()));
}
