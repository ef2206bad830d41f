//! What holds for any series.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lines;

use lines::{dollars, series};
use nightshift_core::Money;
use nightshift_cost::{Day, Judged, Kind, Settings, Verdict, judge};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn scaled(money: Money, by: i64) -> Money {
    Money::from_micro_usd(money.micro_usd() * by)
}

/// A week of its own, with noise, gaps and jumps.
fn lively() -> impl Strategy<Value = Vec<Day>> {
    let week = prop::array::uniform7(0.0..300.0_f64);
    let noise = prop::collection::vec((0.9..1.1_f64, 0..40_u8), 60..160);
    (week, noise).prop_map(|(week, noise)| {
        let day = |(at, (noise, luck)): (usize, (f64, u8))| match luck {
            0 => Day::Missing,
            1 => Day::Settled(dollars(week[at % 7] * noise * 3.0)),
            2 => Day::Settled(dollars(0.0)),
            3 => Day::Estimated(dollars(week[at % 7] * 5.0)),
            _ => Day::Settled(dollars(week[at % 7] * noise)),
        };
        noise.into_iter().enumerate().map(day).collect()
    })
}

fn verdicts(days: &[Judged]) -> Vec<Verdict> {
    days.iter().map(|day| day.verdict).collect()
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    /// In another currency, with the thresholds in that currency, everything is the same.
    #[test]
    fn scale_means_nothing(days in lively(), power in 1..6_u32) {
        let by = 1_i64 << power;
        let settings = Settings { dips: true, ..Settings::default() };
        let larger = Settings {
            daily: scaled(settings.daily, by),
            new_daily: scaled(settings.new_daily, by),
            new_total: scaled(settings.new_total, by),
            ..settings.clone()
        };
        let more: Vec<Day> = days.iter().map(|day| match *day {
            Day::Settled(amount) => Day::Settled(scaled(amount, by)),
            Day::Estimated(amount) => Day::Estimated(scaled(amount, by)),
            Day::Missing => Day::Missing,
        }).collect();
        let (one, other) = (judge(&series(&days), &settings), judge(&series(&more), &larger));
        prop_assert_eq!(verdicts(&one.days), verdicts(&other.days));
        let shape = |track: &nightshift_cost::Track| -> Vec<_> {
            track.episodes.iter().map(|one| (one.kind, one.state, one.since, one.last)).collect()
        };
        prop_assert_eq!(shape(&one), shape(&other));
        for (one, other) in one.episodes.iter().zip(&other.episodes) {
            prop_assert_eq!(scaled(one.actual, by), other.actual);
        }
    }

    /// However much of it is missing, and wherever it begins.
    #[test]
    fn the_same_every_week_is_never_an_anomaly(
        week in prop::array::uniform7(0.0..5_000.0_f64),
        known in prop::collection::vec(0..4_u8, 1..200),
        constant in any::<bool>(),
    ) {
        let cost = |at: usize| if constant { week[0] } else { week[at % 7] };
        let day = |(at, luck): (usize, &u8)| match luck {
            0 => Day::Missing,
            _ => Day::Settled(dollars(cost(at))),
        };
        let days: Vec<Day> = known.iter().enumerate().map(day).collect();
        prop_assert_eq!(judge(&series(&days), &Settings::default()).episodes, []);
    }

    /// A missing or unsettled day is never judged, has no part in an episode's
    /// cost, and what it would have said has no influence.
    #[test]
    fn what_is_not_known_says_nothing(days in lively(), other in 0.0..9_000.0_f64) {
        let track = judge(&series(&days), &Settings::default());
        for (day, judged) in days.iter().zip(&track.days) {
            prop_assert_eq!(day.settled().is_none(), judged.verdict == Verdict::Unknown);
        }
        let changed: Vec<Day> = days.iter().map(|day| match day {
            Day::Estimated(_) | Day::Missing => Day::Estimated(dollars(other)),
            Day::Settled(amount) => Day::Settled(*amount),
        }).collect();
        prop_assert_eq!(&judge(&series(&changed), &Settings::default()), &track);
    }

    /// Days to come change no verdict: a run today and a run tomorrow agree.
    #[test]
    fn the_future_changes_nothing(days in lively(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(days.len());
        let whole = judge(&series(&days), &Settings::default());
        let then = judge(&series(&days[..cut]), &Settings::default());
        prop_assert_eq!(&whole.days[..cut], &then.days[..]);
    }

    /// Episodes are in order, do not overlap, and add up.
    #[test]
    fn episodes_are_sound(days in lively()) {
        let series = series(&days);
        let settings = Settings::default();
        let track = judge(&series, &settings);
        for pair in track.episodes.windows(2) {
            prop_assert!(pair[0].last < pair[1].since, "{pair:?}");
        }
        for one in &track.episodes {
            prop_assert!(one.since <= one.opened && one.opened <= one.last);
            prop_assert!(one.closed.is_none_or(|closed| closed >= one.last));
            prop_assert_eq!(one.kind == Kind::Dip, one.impact() < Money::ZERO);
            prop_assert!(one.z.is_finite());
            if one.kind != Kind::Dip && one.kind != Kind::New {
                prop_assert!(one.impact() >= settings.daily);
            }
        }
    }
}
