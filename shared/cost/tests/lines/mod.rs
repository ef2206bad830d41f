//! Series for tests.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::ops::Range;

use jiff::civil::date;
use nightshift_core::Money;
use nightshift_cost::{Day, Dimension, Key, Series};

pub fn dollars(amount: f64) -> Money {
    #[expect(clippy::cast_possible_truncation, reason = "some dollars")]
    Money::from_micro_usd((amount * 1e6).round() as i64)
}

/// From Monday, 6 January 2025.
pub fn series(days: &[Day]) -> Series {
    named("Amazon RDS", days)
}

pub fn named(service: &str, days: &[Day]) -> Series {
    let key = Key::default().with(Dimension::Service, service);
    Series::from_days(key, date(2025, 1, 6), days.to_vec())
}

/// $100 a day and $55 at weekends.
pub fn weekly(days: usize) -> Vec<Day> {
    let cost = |at: usize| if at % 7 < 5 { 100.0 } else { 55.0 };
    (0..days)
        .map(|at| Day::Settled(dollars(cost(at))))
        .collect()
}

/// The days with some of them multiplied.
pub fn change(days: &[Day], places: Range<usize>, factor: f64) -> Vec<Day> {
    let mut days = days.to_vec();
    for day in &mut days[places] {
        if let Day::Settled(amount) = day {
            #[expect(clippy::cast_precision_loss, reason = "some dollars")]
            let micros = amount.micro_usd() as f64;
            *day = Day::Settled(dollars(micros * factor / 1e6));
        }
    }
    days
}
