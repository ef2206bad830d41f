//! Where a month ends, and when a budget is used up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lines;

use jiff::civil::{Date, date};
use lines::{change, dollars, series, weekly};
use nightshift_cost::backtest::{Pattern, generate};
use nightshift_cost::{Day, Reach, Series, Settings, forecast};

/// April 2025: 22 working days and 8 days at weekends.
const APRIL: f64 = 22.0 * 100.0 + 8.0 * 55.0;

/// The days up to but not including a date.
fn until(whole: &Series, end: Date) -> Series {
    let end = whole.place(end).unwrap();
    series(&whole.days()[..end])
}

#[test]
fn a_month_like_the_others_ends_like_them() {
    let whole = series(&weekly(120));
    let one = forecast(
        &until(&whole, date(2025, 4, 11)),
        &Settings::default(),
        date(2025, 4, 12),
    )
    .unwrap();

    assert_eq!(one.settled, dollars(8.0 * 100.0 + 2.0 * 55.0));
    assert_eq!(one.settled_until, Some(date(2025, 4, 10)));
    assert_eq!(one.expected, dollars(APRIL));
    assert!(one.low < one.expected && one.expected < one.high);
    assert!(one.high - one.low < dollars(APRIL * 0.05), "{one:?}");
    assert_eq!(one.reach(dollars(500.0)), Reach::Reached(date(2025, 4, 6)));
    assert_eq!(
        one.reach(dollars(1_500.0)),
        Reach::Expected(date(2025, 4, 17))
    );
    assert_eq!(one.reach(dollars(5_000.0)), Reach::NotThisMonth);
}

#[test]
fn what_is_not_known_is_expected_and_not_nothing() {
    let mut days = weekly(95);
    let whole = series(&days);
    for day in [date(2025, 4, 2), date(2025, 4, 3)] {
        days[whole.place(day).unwrap()] = Day::Missing;
    }
    days.push(Day::Estimated(dollars(12.0)));
    let one = forecast(&series(&days), &Settings::default(), date(2025, 4, 12)).unwrap();

    assert_eq!(one.missing_days, 2);
    assert_eq!(one.estimated, dollars(12.0));
    assert_eq!(one.expected, dollars(APRIL));
    assert_eq!(
        forecast(
            &series(&weekly(10)),
            &Settings::default(),
            date(2025, 1, 16)
        ),
        None
    );
}

#[test]
fn an_episode_goes_on_or_ends_tomorrow() {
    let whole = series(&change(&weekly(120), 91..120, 2.0));
    let one = forecast(
        &until(&whole, date(2025, 4, 11)),
        &Settings::default(),
        date(2025, 4, 12),
    )
    .unwrap();

    assert!(one.expected > dollars(APRIL * 1.5), "{one:?}");
    assert!(one.low < dollars(APRIL * 1.3), "{one:?}");
}

/// How often the true month is within the range, forecast on its tenth day.
#[test]
fn most_months_end_within_the_range() {
    for (pattern, at_least) in [
        (Pattern::Weekly, 0.75),
        (Pattern::Drift, 0.7),
        (Pattern::Noisy, 0.7),
    ] {
        let (mut within, mut all) = (0.0, 0.0);
        for one in generate(pattern, 40, 280, 5) {
            for month in 4..=9 {
                let today = date(2025, month, 10);
                let first = one.series.place(today.first_of_month()).unwrap();
                let last = one.series.place(today.last_of_month()).unwrap();
                let truth: nightshift_core::Money = one.series.days()[first..=last]
                    .iter()
                    .filter_map(|day| day.settled())
                    .sum();
                let known = until(&one.series, date(2025, month, 9));
                let forecast = forecast(&known, &Settings::default(), today).unwrap();
                all += 1.0;
                within += if (forecast.low..=forecast.high).contains(&truth) {
                    1.0
                } else {
                    0.0
                };
            }
        }
        println!(
            "{}: {:.0} % of {all} months",
            pattern.name(),
            within / all * 100.0
        );
        assert!(
            within / all >= at_least,
            "{}: {}",
            pattern.name(),
            within / all
        );
    }
}
