use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::chart::dollars;
use crate::series::{Day, Series};

/// What is known, or why it is not. What is not known is never nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    /// It is known.
    Known(T),
    /// It is not, and why, in words.
    Missing(String),
}

impl<T> Known<T> {
    /// What is known.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// Why it is not known.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Known(_) => None,
            Self::Missing(why) => Some(why),
        }
    }

    /// What is known, or why it is not.
    pub fn known_or(value: Option<T>, why: impl Into<String>) -> Self {
        value.map_or_else(|| Self::Missing(why.into()), Self::Known)
    }
}

/// A share, in hundredths of a per cent.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Percent(i64);

impl Percent {
    /// Whole per cents.
    pub const fn whole(percent: i32) -> Self {
        Self(percent as i64 * 100)
    }

    /// In hundredths of a per cent.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// In hundredths of a per cent.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// What share an amount is of another; none of nothing or less.
    pub fn of(part: Money, whole: Money) -> Option<Self> {
        if whole <= Money::ZERO {
            return None;
        }
        let (part, whole) = (i128::from(part.micro_usd()), i128::from(whole.micro_usd()));
        // Half up, also below zero.
        let share = (part * 20_000 + whole).div_euclid(whole * 2);
        i64::try_from(share).ok().map(Self)
    }

    /// Reads a share as Cost Explorer writes it: `71.42857`.
    ///
    /// ```
    /// use nightshift_cost::report::Percent;
    ///
    /// assert_eq!(Percent::read("71.42857").unwrap().to_string(), "71.4%");
    /// assert_eq!(Percent::read("NaN"), None);
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let micros = crate::amount::parse_amount(text)?.micro_usd();
        Some(Self((micros + 5_000).div_euclid(10_000)))
    }
}

impl fmt::Display for Percent {
    /// With one decimal: `4.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0.unsigned_abs() + 5) / 10;
        let sign = if self.0 < 0 && tenths > 0 { "-" } else { "" };
        write!(f, "{sign}{}.{}%", tenths / 10, tenths % 10)
    }
}

/// What some days came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figure {
    /// The sum of what is known; none where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How many days are missing in it, in part or whole.
    pub missing_days: u16,
    /// How many days will still change.
    pub estimated_days: u16,
}

impl Figure {
    /// Whether it is all there.
    pub const fn is_whole(&self) -> bool {
        self.amount.is_some() && self.missing_days == 0
    }

    /// The amount, where it is all there.
    pub const fn whole(&self) -> Option<Money> {
        if self.missing_days == 0 {
            self.amount
        } else {
            None
        }
    }
}

impl fmt::Display for Figure {
    /// `$12.30`, `$12.30*` where days are missing in it, `not known`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            Some(amount) if self.missing_days == 0 => f.write_str(&dollars(amount)),
            Some(amount) => write!(f, "{}*", dollars(amount)),
            None => f.write_str("not known"),
        }
    }
}

/// Some series' days, added up.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(BTreeMap<Date, Cell>);

/// What is known of one day of several series.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    pub amount: Option<Money>,
    pub missing: bool,
    pub estimated: bool,
}

impl Tally {
    /// The days of these series; without any series, all of them are missing.
    pub fn of<'a>(series: impl IntoIterator<Item = &'a Series>, days: &[Date]) -> Self {
        let mut cells: BTreeMap<Date, Option<Cell>> = days.iter().map(|day| (*day, None)).collect();
        for one in series {
            for (date, cell) in &mut cells {
                cell.get_or_insert_default().take(one.on(*date));
            }
        }
        let nothing = Cell {
            missing: true,
            ..Cell::default()
        };
        Self(
            cells
                .into_iter()
                .map(|(date, cell)| (date, cell.unwrap_or(nothing)))
                .collect(),
        )
    }

    /// A day of it.
    pub fn on(&self, date: Date) -> Cell {
        self.0.get(&date).copied().unwrap_or_default()
    }

    /// All of it.
    pub fn figure(&self) -> Figure {
        let count = |what: fn(&Cell) -> bool| {
            let days = self.0.values().filter(|cell| what(cell)).count();
            u16::try_from(days).unwrap_or(u16::MAX)
        };
        Figure {
            amount: self
                .0
                .values()
                .filter_map(|cell| cell.amount)
                .reduce(|one, other| one + other),
            missing_days: count(|cell| cell.missing),
            estimated_days: count(|cell| cell.estimated),
        }
    }
}

impl Cell {
    fn take(&mut self, day: Day) {
        match day.amount() {
            Some(amount) => self.amount = Some(self.amount.unwrap_or_default() + amount),
            None => self.missing = true,
        }
        self.estimated |= matches!(day, Day::Estimated(_));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_and_of_nothing_there_is_none() {
        let usd = |cents: i64| Money::from_micro_usd(cents * 10_000);
        for (part, whole, expected) in [
            (1, 3, Some("33.3%")),
            (2, 3, Some("66.7%")),
            (-1, 3, Some("-33.3%")),
            (0, 3, Some("0.0%")),
            (300, 100, Some("300.0%")),
            (1, 0, None),
            (1, -5, None),
        ] {
            let share = Percent::of(usd(part), usd(whole)).map(|share| share.to_string());
            assert_eq!(share.as_deref(), expected, "{part} of {whole}");
        }
    }
}
