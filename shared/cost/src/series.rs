use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SpanRelativeTo, ToSpan, Unit};
use nightshift_core::Money;

use crate::key::Key;

/// What is known of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Day {
    /// Nothing: it was not read, or the reading failed. Never the same as no cost.
    #[default]
    Missing,
    /// An amount that was read so soon after the day that it will still change.
    Estimated(Money),
    /// An amount that was read long enough after the day.
    Settled(Money),
}

impl Day {
    /// The amount of a settled day.
    pub const fn settled(self) -> Option<Money> {
        match self {
            Self::Settled(amount) => Some(amount),
            Self::Missing | Self::Estimated(_) => None,
        }
    }

    /// The amount, settled or not.
    pub const fn amount(self) -> Option<Money> {
        match self {
            Self::Settled(amount) | Self::Estimated(amount) => Some(amount),
            Self::Missing => None,
        }
    }

    /// The sum; as little settled as the least settled of the two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Settled(one), Self::Settled(two)) => Self::Settled(one + two),
            _ => match (self.amount(), other.amount()) {
                (Some(one), Some(two)) => Self::Estimated(one + two),
                _ => Self::Missing,
            },
        }
    }
}

/// One key's cost, day by day without a gap between the first and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Whose cost it is.
    pub key: Key,
    start: Date,
    days: Vec<Day>,
}

impl Series {
    /// The series of these days; what lies between them is missing.
    pub fn new(key: Key, days: &BTreeMap<Date, Day>) -> Self {
        let start = days.keys().next().copied().unwrap_or(Date::ZERO);
        let mut series = Self {
            key,
            start,
            days: Vec::new(),
        };
        for (&date, &day) in days {
            if let Some(at) = series.place(date) {
                series.days.resize(at, Day::Missing);
                series.days.push(day);
            }
        }
        series
    }

    /// A series of consecutive days.
    pub const fn from_days(key: Key, start: Date, days: Vec<Day>) -> Self {
        Self { key, start, days }
    }

    /// Its first day.
    pub const fn start(&self) -> Date {
        self.start
    }

    /// The date of the day at a place.
    pub fn date(&self, at: usize) -> Date {
        let days = i64::try_from(at).unwrap_or(i64::MAX);
        self.start.saturating_add(days.min(7_000_000).days())
    }

    /// The place of a date, where it is not before the first day.
    pub fn place(&self, date: Date) -> Option<usize> {
        let span = self.start.until((Unit::Day, date)).ok()?;
        let days = span
            .total((Unit::Day, SpanRelativeTo::days_are_24_hours()))
            .ok()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole days of the calendar"
        )]
        usize::try_from(days as i64).ok()
    }

    /// What is known of a date.
    pub fn on(&self, date: Date) -> Day {
        self.place(date)
            .and_then(|at| self.days.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// The days in order.
    pub fn days(&self) -> &[Day] {
        &self.days
    }

    /// The days with their dates.
    pub fn dated(&self) -> impl DoubleEndedIterator<Item = (Date, Day)> + '_ {
        self.days
            .iter()
            .enumerate()
            .map(|(at, &day)| (self.date(at), day))
    }

    /// The sum of series under another key. It is missing wherever one of
    /// them is, for a sum of less than all would look like a fall.
    pub fn sum<'a>(key: Key, parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let parts: Vec<&Self> = parts.into_iter().collect();
        let start = parts
            .iter()
            .map(|one| one.start)
            .min()
            .unwrap_or(Date::ZERO);
        let mut sum = Self {
            key,
            start,
            days: Vec::new(),
        };
        let length = |one: &&Self| sum.place(one.start).map(|at| at + one.days.len());
        let length = parts.iter().filter_map(length).max().unwrap_or(0);
        sum.days = vec![Day::Settled(Money::ZERO); length];
        for part in parts {
            let from = sum.place(part.start).unwrap_or(0);
            for (at, day) in sum.days.iter_mut().enumerate() {
                let other = at.checked_sub(from).and_then(|at| part.days.get(at));
                *day = day.plus(other.copied().unwrap_or_default());
            }
        }
        sum
    }
}
