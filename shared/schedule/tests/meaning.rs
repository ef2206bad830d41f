//! The meaning of schedules against the oracle, over all zones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod oracle;

use std::collections::BTreeSet;

use jiff::Timestamp;
use nightshift_schedule::{
    Calendar, Context, Desired, Parsed, Schedule, Syntax, Transition, Zone, explain, zone_names,
};
use oracle::Oracle;
use oracle::text::{self, Day, Window};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const FIRST_DAY: i64 = 18_262; // 2020-01-01
const LAST_DAY: i64 = 24_105; // 2035-12-31
const DAY: i64 = 86_400;

/// How many times more cases to try than by default: `NIGHTSHIFT_CASES=20`.
fn factor() -> u32 {
    std::env::var("NIGHTSHIFT_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

fn config() -> Config {
    Config {
        cases: 150 * factor(),
        failure_persistence: None,
        ..Config::default()
    }
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The days in 2020 to 2035 on which a zone's clocks change.
fn changes(zone: &Zone) -> Vec<i64> {
    let (first, last) = (time(FIRST_DAY * DAY), time(LAST_DAY * DAY));
    zone.rules()
        .following(first)
        .map(|change| change.timestamp())
        .take_while(|at| *at < last)
        .map(|at| at.as_second().div_euclid(DAY))
        .collect()
}

fn parse(value: &str, zone: &Zone) -> Schedule {
    match Schedule::parse(value, &Context::new(zone.clone())) {
        Parsed::Schedule(schedule) => schedule,
        other => panic!("{value}: {other:?}"),
    }
}

/// Compares every minute of three days with the oracle's, and the list of transitions.
fn compare(
    zone: &Zone,
    day: i64,
    windows: &[Window],
    closed: &BTreeSet<i64>,
    frozen: &BTreeSet<i64>,
) {
    let value = text::write(windows);
    let Parsed::Schedule(schedule) = Schedule::parse(&value, &Context::new(zone.clone())) else {
        // Random windows may be the same twice, which is refused.
        assert!(windows.len() > 1, "{value} @{zone} was refused");
        return;
    };
    let calendar = Calendar::from_dates(
        closed.iter().map(|day| text::date(*day)),
        frozen.iter().map(|day| text::date(*day)),
    );
    // Windows over several days reach further back than those of a day.
    let is_weekly = |window: &Window| matches!(window, Window::Weekly(..));
    let start = day - if windows.iter().any(is_weekly) { 10 } else { 4 };
    let watched = Oracle::watch(zone.rules(), start, day + 4);
    let desired = watched.desired(windows, closed, frozen);
    let wanted = |second: i64| {
        let minute = second.div_euclid(60) - start * 1440;
        desired[usize::try_from(minute).unwrap()]
    };
    let (first, end) = (day * DAY, (day + 3) * DAY);
    let mut at = first;
    while at < end {
        let standing = schedule.at(time(at), &calendar);
        let until = standing.until.map_or(end, Timestamp::as_second);
        let what = format!(
            "{value} @{zone} at {} closed {closed:?} frozen {frozen:?}",
            time(at)
        );
        assert!(until > at, "{what}: {standing:?}");
        for second in (at..until.min(end)).step_by(60) {
            assert_eq!(
                standing.desired,
                wanted(second),
                "{what}: {standing:?}, but {}",
                time(second)
            );
        }
        if until < end {
            assert_ne!(
                standing.desired,
                wanted(until),
                "{what}: {standing:?} ends too early"
            );
        }
        if let Some(since) = standing.since.map(Timestamp::as_second)
            && since > first
        {
            assert_eq!(since, at, "{what}: {standing:?} begins elsewhere");
        }
        at = until;
    }
    transitions_agree(&schedule, &calendar, first, wanted);
}

/// The transitions are the changes of what is wanted, frozen stretches left out.
fn transitions_agree(
    schedule: &Schedule,
    calendar: &Calendar,
    first: i64,
    wanted: impl Fn(i64) -> Desired,
) {
    let listed = schedule.transitions(time(first), 3, calendar);
    let start = schedule.at(time(first), calendar);
    // Before the days that the oracle knows, only the schedule itself can tell.
    let mut state = match start.desired {
        Desired::None => listed.first().map(|change| opposite(change.to)),
        known => Some(known),
    };
    let mut expected = Vec::new();
    for second in (first + 60..first + 3 * DAY).step_by(60) {
        let now = wanted(second);
        if now != Desired::None && state.is_some() && Some(now) != state {
            state = Some(now);
            expected.push(Transition {
                at: time(second),
                to: now,
            });
        }
    }
    assert_eq!(listed, expected, "{schedule}");
}

fn opposite(state: Desired) -> Desired {
    match state {
        Desired::On => Desired::Off,
        Desired::Off => Desired::On,
        Desired::None => Desired::None,
    }
}

fn some_days(day: i64) -> impl Strategy<Value = BTreeSet<i64>> {
    prop_oneof![
        2 => Just(BTreeSet::new()),
        1 => proptest::collection::btree_set(day - 2..day + 5, 1..4),
    ]
}

#[test]
fn every_zone_agrees_with_the_oracle_where_its_clocks_change() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let names = zone_names();
    assert!(names.len() > 500, "the database has {} zones", names.len());
    for name in &names {
        let zone = Zone::named(name).unwrap();
        let changes = changes(&zone);
        for _ in 0..factor() {
            let near = any::<proptest::sample::Index>()
                .new_tree(&mut runner)
                .unwrap()
                .current();
            let day = if changes.is_empty() {
                FIRST_DAY + i64::try_from(near.index(5_844)).unwrap()
            } else {
                changes[near.index(changes.len())]
            } - 1;
            let case = (text::windows(day), some_days(day), some_days(day));
            let (windows, closed, frozen) = case.new_tree(&mut runner).unwrap().current();
            compare(&zone, day, &windows, &closed, &frozen);
        }
    }
}

/// The instant of a local time, found from the offsets a day before and a day after it.
fn resolve(zone: &Zone, local: i64) -> i64 {
    let offset = |at: i64| i64::from(zone.rules().to_offset(time(at)).seconds());
    let (before, after) = (offset(local - DAY), offset(local + DAY));
    let mut fits: Vec<i64> = [local - before, local - after]
        .into_iter()
        .filter(|at| at + offset(*at) == local)
        .collect();
    fits.sort_unstable();
    fits.first().copied().unwrap_or(local - before)
}

/// Every daily window opens once and closes once a day: the transitions of a year are exactly the
/// opening and the closing of each date, in turn. The only exception is a window of more than 22
/// hours whose closing is shifted past its next opening, where clocks are set forward: these two
/// join, and there is neither a closing nor an opening.
#[test]
fn every_daily_window_opens_once_and_closes_once_a_day() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let calendar = Calendar::default();
    let mut joined = 0;
    for (index, name) in zone_names().iter().enumerate() {
        let zone = Zone::named(name).unwrap();
        let years: Vec<i64> = if factor() > 1 {
            (0..16).collect()
        } else {
            vec![i64::try_from(index).unwrap() % 16]
        };
        for year in years {
            let (begin, end) = text::hours().new_tree(&mut runner).unwrap().current();
            if (begin, end) == (0, 1440) {
                continue;
            }
            let value = text::write(&[Window::Daily(Day::Every, begin, end)]);
            let schedule = parse(&value, &zone);
            let first = FIRST_DAY + year * 1461 / 4;
            let next = i64::from(end <= begin);
            let mut expected: Vec<(i64, Desired)> = Vec::new();
            for day in first - 2..first + 368 {
                let from = resolve(&zone, day * DAY + begin * 60);
                let mut to = resolve(&zone, (day + next) * DAY + end * 60);
                if to <= from {
                    to = from + (next * 1440 + end - begin) * 60;
                }
                match expected.last() {
                    Some((closing, _)) if *closing >= from => {
                        assert!((end - begin).rem_euclid(1440) >= 22 * 60, "{value} @{zone}");
                        expected.pop();
                        joined += 1;
                    }
                    _ => expected.push((from, Desired::On)),
                }
                expected.push((to, Desired::Off));
            }
            let (from, to) = (first * DAY, (first + 365) * DAY);
            expected.retain(|(at, _)| *at > from && *at < to);
            let listed: Vec<(i64, Desired)> = schedule
                .transitions(time(from), 365, &calendar)
                .iter()
                .map(|change| (change.at.as_second(), change.to))
                .collect();
            assert_eq!(listed, expected, "{value} @{zone} from {}", time(from));
        }
    }
    assert!(joined < 200, "{joined} days without a closing");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn random_schedules_agree_with_the_oracle(
        (name, windows, day, closed, frozen) in (proptest::sample::select(zone_names()), FIRST_DAY..LAST_DAY)
            .prop_flat_map(|(name, day)| {
                (Just(name), text::windows(day), Just(day), some_days(day), some_days(day))
            })
    ) {
        compare(&Zone::named(&name).unwrap(), day, &windows, &closed, &frozen);
    }

    #[test]
    fn explain_and_at_never_disagree_and_transitions_alternate(
        (name, windows, second, closed, frozen, days) in (proptest::sample::select(zone_names()), FIRST_DAY * DAY..LAST_DAY * DAY)
            .prop_flat_map(|(name, second)| {
                let day = second.div_euclid(DAY);
                (Just(name), text::windows(day), Just(second), some_days(day), some_days(day), 0..40_u16)
            })
    ) {
        let mut context = Context::new(Zone::named(&name).unwrap());
        context.calendar = Calendar::from_dates(
            closed.iter().map(|day| text::date(*day)),
            frozen.iter().map(|day| text::date(*day)),
        );
        let value = text::write(&windows);
        let explanation = explain(&value, Syntax::Nightshift, &context, time(second), days);
        match Schedule::parse(&value, &context) {
            Parsed::Schedule(schedule) => {
                let standing = schedule.at(time(second), &context.calendar);
                prop_assert!(explanation.valid && !explanation.excluded);
                prop_assert_eq!(explanation.desired, standing.desired);
                prop_assert_eq!(explanation.since, standing.since);
                prop_assert_eq!(explanation.until, standing.until);
                prop_assert_eq!(&explanation.reason, &standing.reason);
                prop_assert!(standing.since.is_none_or(|since| since <= time(second)));
                prop_assert!(standing.until.is_none_or(|until| until > time(second)));
                for change in &explanation.transitions {
                    prop_assert_eq!(schedule.at(change.at, &context.calendar).desired, change.to);
                    let before = schedule.at(time(change.at.as_second() - 1), &context.calendar);
                    prop_assert_ne!(before.desired, change.to);
                }
                for pair in explanation.transitions.windows(2) {
                    prop_assert_ne!(pair[0].to, pair[1].to);
                    prop_assert!(pair[0].at < pair[1].at);
                }
                if standing.desired != Desired::None && let Some(first) = explanation.transitions.first() {
                    prop_assert_ne!(first.to, standing.desired);
                    prop_assert!(Some(first.at) >= standing.until);
                }
            }
            _ => prop_assert!(!explanation.valid && explanation.desired == Desired::None),
        }
    }
}
