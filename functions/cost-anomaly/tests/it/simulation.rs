//! Any words in any order, repeated, with faults between any two steps, the queue
//! bringing back what was not settled: matters end the same, nothing is lost, and
//! of every matter the last word is true.

use std::collections::{BTreeMap, VecDeque};

use cost_anomaly::act::Word;
use cost_anomaly::decide::decide;
use cost_anomaly::matter::{Place, Spend, State};
use cost_anomaly::model::{Cause, Class, Course, Root, Sighting, Source};
use jiff::{SignedDuration, Timestamp, ToSpan};
use nightshift_core::{Money, Status};
use nightshift_runtime::CallClass;
use nightshift_testkit::Crash;
use proptest::prelude::*;

use crate::world::{World, at, day, run};

const NOW: &str = "2026-11-24T06:30:00Z";

#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    CrashBefore(usize),
    CrashAfter(usize),
    Conflict(usize),
    Write(usize),
    Read(usize),
    Publish(usize),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        1 => (1..5_usize).prop_map(Fault::CrashBefore),
        1 => (1..5_usize).prop_map(Fault::CrashAfter),
        1 => (1..4_usize).prop_map(Fault::Conflict),
        1 => (1..4_usize).prop_map(Fault::Write),
        1 => (1..4_usize).prop_map(Fault::Read),
        1 => (1..4_usize).prop_map(Fault::Publish),
    ]
}

/// A word about one of three causes, all of the same days: one episode.
fn sighting() -> impl Strategy<Value = Sighting> {
    let source = prop::sample::select(vec![
        Source::AnomalyEvent,
        Source::AnomalyTopic,
        Source::AnomalyAsked,
        Source::Detector,
    ]);
    let course = prop::sample::select(vec![Course::GoesOn, Course::Ended, Course::Accepted]);
    (
        source,
        course,
        0..3_u8,
        0..3_i64,
        0..3_i64,
        1..2_000_i64,
        0..48_i64,
        any::<bool>(),
    )
        .prop_map(
            |(source, course, cause, since, more, dollars, hours, rooted)| {
                let first = day("2026-11-19").checked_add(since.days()).unwrap();
                let impact = Money::from_micro_usd(dollars * 1_000_000);
                Sighting {
                    until: first.checked_add(more.days()).unwrap(),
                    said_at: at("2026-11-22T00:00:00Z") + SignedDuration::from_hours(hours),
                    source,
                    id: if source == Source::Detector {
                        format!("own/{first}")
                    } else {
                        format!("anomaly-{}", dollars % 2)
                    },
                    cause: Cause::new(
                        Some(["A", "B", "C"][usize::from(cause)]),
                        Some("123456789012"),
                    ),
                    class: Class::Rise,
                    course: if source == Source::Detector {
                        course
                    } else {
                        Course::GoesOn
                    },
                    since: first,
                    expected: Some(Money::from_micro_usd(10_000_000)),
                    actual: Some(Money::from_micro_usd(10_000_000) + impact),
                    impact,
                    roots: if rooted {
                        vec![Root {
                            usage_type: Some(format!("U{}", dollars % 3)),
                            contribution: Some(impact),
                            ..Root::default()
                        }]
                    } else {
                        Vec::new()
                    },
                    account_name: None,
                    monitor: None,
                    link: None,
                    reason: None,
                    feedback: None,
                    days: Vec::new(),
                }
                .bounded()
            },
        )
}

fn story() -> impl Strategy<Value = Vec<(Vec<Sighting>, Fault)>> {
    prop::collection::vec((prop::collection::vec(sighting(), 1..6), fault()), 1..7)
}

fn prepare(world: &World, fault: Fault) {
    match fault {
        Fault::None => {}
        Fault::CrashBefore(nth) => world.ledger.crash_at_write(nth, Crash::Before),
        Fault::CrashAfter(nth) => world.ledger.crash_at_write(nth, Crash::After),
        Fault::Conflict(nth) => world.ledger.conflict_at_write(nth),
        Fault::Write(nth) => world.ledger.fail_write(nth, CallClass::Throttled),
        Fault::Read(nth) => world.ledger.fail_read(nth, CallClass::Unavailable),
        Fault::Publish(nth) => world.publisher.fail_attempt(nth),
    }
}

fn worded(sighting: &Sighting) -> (Place, Word) {
    let place = Place::Spend(sighting.cause.clone());
    (place, Word::Sighting(Box::new(sighting.clone())))
}

/// Delivers every batch until all of it is settled; what is not goes to the end
/// of the queue, so that later words overtake it.
async fn deliver(world: &World, story: Vec<(Vec<Sighting>, Fault)>, now: Timestamp) {
    let mut queue: VecDeque<(Vec<Sighting>, Fault)> = story.into();
    for _ in 0..200 {
        let Some((mut batch, fault)) = queue.pop_front() else {
            return;
        };
        prepare(world, fault);
        let finished = world.settle(batch.iter().map(worded).collect(), now).await;
        if world.ledger.crashed() {
            // Nothing that the process would have answered has arrived.
            world.ledger.restart();
        } else {
            batch.retain(|one| finished.again.contains(&Place::Spend(one.cause.clone())));
        }
        if !batch.is_empty() {
            queue.push_back((batch, Fault::None));
        }
    }
    panic!("not settled after two hundred deliveries");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_end_is_the_same(story in story()) {
        let world = World::default();
        let now = at(NOW);
        run(deliver(&world, story.clone(), now));
        let mut expected: BTreeMap<Cause, Spend> = BTreeMap::new();
        for sighting in story.iter().flat_map(|(batch, _)| batch) {
            expected.entry(sighting.cause.clone()).or_default().hear(sighting.clone());
        }
        let matters = world.matters();
        prop_assert_eq!(matters.len(), expected.len());
        for matter in &matters {
            let Place::Spend(cause) = &matter.place else {
                panic!("{:?}", matter.place);
            };
            let State::Spend(spend) = &matter.state else {
                panic!("{:?}", matter.state);
            };
            prop_assert_eq!(spend, &expected[cause]);
            prop_assert_eq!(matter.saying, None);
            prop_assert_eq!(matter.episode, 1);
            let told = world.told(matter);
            let verdict = decide(matter, &world.config, now);
            let open = spend.standing(now, 4) == cost_anomaly::matter::SpendStanding::Open;
            match told.last() {
                Some(last) => prop_assert_eq!(last.status, if open { Status::Open } else { Status::Resolved }, "{:?}", verdict),
                None => prop_assert!(!open, "{} is open, and nobody was told", cause),
            }
            prop_assert_eq!(matter.said.is_some(), !told.is_empty());
            // A word is repeated only under its own id.
            let mut ids: Vec<&str> = told.iter().map(|message| message.id.as_str()).collect();
            ids.dedup();
            let mut distinct = ids.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(ids.len(), distinct.len());
        }
    }

    /// Hearing is a join: the order and repetition of words mean nothing.
    #[test]
    fn order_and_repetition_mean_nothing(words in prop::collection::vec(sighting(), 1..20), seed in any::<u64>()) {
        let hear = |order: &[Sighting]| {
            let mut spend = Spend::default();
            for one in order {
                spend.hear(one.clone());
            }
            spend
        };
        let mut shuffled = words.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(state >> 33).unwrap() % (at + 1);
            shuffled.swap(at, other);
        }
        let twice: Vec<Sighting> = shuffled.iter().chain(&words).cloned().collect();
        prop_assert_eq!(hear(&words), hear(&shuffled));
        prop_assert_eq!(hear(&words), hear(&twice));
    }

    /// Without faults, what only grows is told as often as it grows by the factor
    /// or becomes louder, and each word once.
    #[test]
    fn what_only_grows_is_told_by_a_factor(mut dollars in prop::collection::vec(1..100_000_i64, 1..20), first in sighting()) {
        let world = World::default();
        dollars.sort_unstable();
        let mut told = 0.0_f64;
        let mut most = 0_usize;
        for (hour, dollars) in (0..).zip(&dollars) {
            let mut word = first.clone();
            word.source = Source::AnomalyEvent;
            word.course = Course::GoesOn;
            word.impact = Money::from_micro_usd(dollars * 1_000_000);
            word.said_at = at(NOW) - SignedDuration::from_hours(30) + SignedDuration::from_hours(hour);
            run(deliver(&world, vec![(vec![word], Fault::None)], at(NOW)));
            #[expect(clippy::cast_precision_loss, reason = "some dollars")]
            let now = *dollars as f64;
            if told == 0.0 || now >= told * 1.5 {
                told = now;
                most += 1;
            }
        }
        let published = world.publisher.published().len();
        // Three more for becoming louder between two factors.
        prop_assert!(published >= 1 && published <= most + 3, "{published} of {most}");
    }
}
