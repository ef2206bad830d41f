use nightshift_core::Money;

use crate::series::{Day, Series};

/// A series as numbers: millionths of a dollar, not a number where it is not settled.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub values: Vec<f64>,
    /// Days since Monday of the first day.
    first_weekday: usize,
    /// Day of the month, by place.
    month_days: Vec<i8>,
}

impl Line {
    pub fn settled(series: &Series) -> Self {
        Self::of(series, Day::settled)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "amounts are far from 2^53 millionths"
    )]
    pub fn of(series: &Series, amount: impl Fn(Day) -> Option<Money>) -> Self {
        let days = series.days().iter().copied();
        let value = |day: Day| amount(day).map_or(f64::NAN, |money| money.micro_usd() as f64);
        let start = series.start();
        let first_weekday = start.weekday().to_monday_zero_offset();
        let mut month_days = Vec::with_capacity(series.days().len());
        let mut date = Some(start);
        for _ in series.days() {
            month_days.push(date.map_or(0, jiff::civil::Date::day));
            date = date.and_then(|date| date.tomorrow().ok());
        }
        Self {
            values: days.map(value).collect(),
            first_weekday: usize::try_from(first_weekday).unwrap_or(0),
            month_days,
        }
    }

    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Days since Monday.
    pub const fn weekday(&self, at: usize) -> usize {
        (self.first_weekday + at) % 7
    }

    pub fn month_day(&self, at: usize) -> i8 {
        self.month_days.get(at).copied().unwrap_or(0)
    }
}
