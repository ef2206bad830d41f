use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount of US dollars, kept in millionths so that sums are exact.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Money {
    micro_usd: i64,
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self { micro_usd: 0 };

    /// An amount in millionths of a dollar.
    pub const fn from_micro_usd(micro_usd: i64) -> Self {
        Self { micro_usd }
    }

    /// The amount in millionths of a dollar.
    pub const fn micro_usd(self) -> i64 {
        self.micro_usd
    }

    /// Reads a decimal price such as `0.0416`; more than six decimals or any
    /// other character is refused.
    ///
    /// ```
    /// use nightshift_core::Money;
    ///
    /// let hour = Money::parse_usd("0.0416").unwrap();
    /// // Two nodes over a night of twelve hours.
    /// assert_eq!(hour.per_hour_over_seconds(2 * 12 * 3600).to_string(), "$1.00");
    /// assert_eq!(Money::parse_usd("4,16"), None);
    /// ```
    pub fn parse_usd(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
        whole
            .checked_mul(1_000_000)?
            .checked_add(micros)
            .map(Self::from_micro_usd)
    }

    /// What an hourly price comes to over a number of seconds, rounded down.
    #[must_use]
    pub fn per_hour_over_seconds(self, seconds: i64) -> Self {
        let micros = i128::from(self.micro_usd) * i128::from(seconds) / 3600;
        Self::from_micro_usd(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// The amount times a count.
    #[must_use]
    pub const fn times(self, count: u32) -> Self {
        Self::from_micro_usd(self.micro_usd.saturating_mul(count as i64))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::from_micro_usd(self.micro_usd.saturating_add(other.micro_usd))
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::from_micro_usd(self.micro_usd.saturating_sub(other.micro_usd))
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self::from_micro_usd(self.micro_usd.saturating_neg())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    /// Dollars and cents, rounded half up: `$1.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.micro_usd < 0 { "-" } else { "" };
        let cents = (self.micro_usd.unsigned_abs() + 5_000) / 10_000;
        write!(f, "{sign}${}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        let price = Money::parse_usd("0.0416").unwrap();
        assert_eq!(price.micro_usd(), 41_600);
        assert_eq!(
            price.times(2).per_hour_over_seconds(5_400).micro_usd(),
            124_800
        );
        assert_eq!(Money::parse_usd("12").unwrap().to_string(), "$12.00");
        assert_eq!(Money::from_micro_usd(-1_255_000).to_string(), "-$1.26");
    }

    #[test]
    fn a_difference_may_be_negative() {
        let (less, more) = (Money::from_micro_usd(1), Money::from_micro_usd(3));
        assert_eq!(less - more, -Money::from_micro_usd(2));
        assert_eq!(
            Money::from_micro_usd(i64::MIN) - more,
            -Money::from_micro_usd(i64::MAX) - more
        );
    }

    #[test]
    fn other_texts_are_no_prices() {
        for text in [
            "",
            ".5",
            "1.2345678",
            "1,5",
            "-1",
            "1e3",
            "99999999999999999999",
        ] {
            assert_eq!(Money::parse_usd(text), None, "{text}");
        }
    }
}
