use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::series::{Day, Series};

/// What is put into a series.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Injection {
    /// A day at +60 %.
    Spike,
    /// +35 % for good.
    Step,
    /// 1 % more every day until +60 %.
    Growth,
    /// What is there began on that day, and there was nothing before.
    New,
    /// Five days at half, and back again. An alarm when it comes back is wrong.
    ShortDip,
    /// Three weeks at half, and back again.
    LongDip,
}

impl Injection {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Spike,
        Self::Step,
        Self::Growth,
        Self::New,
        Self::ShortDip,
        Self::LongDip,
    ];

    /// How tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spike => "spike",
            Self::Step => "step",
            Self::Growth => "growth",
            Self::New => "new service",
            Self::ShortDip => "short dip",
            Self::LongDip => "long dip",
        }
    }

    /// Whether it is to be told, or to be passed over in silence.
    pub const fn is_alarming(self) -> bool {
        !matches!(self, Self::ShortDip | Self::LongDip)
    }

    /// Within how many days an alarm counts as finding it; with a dip, during
    /// how many days from its begin an alarm is wrong.
    pub const fn within(self) -> usize {
        match self {
            Self::Spike => 1,
            Self::Step | Self::New => 7,
            Self::Growth => 60,
            Self::ShortDip => 12,
            Self::LongDip => 28,
        }
    }

    /// The series with it, from a place on.
    #[must_use]
    pub fn into_series(self, series: &Series, from: usize) -> Series {
        let changed = series
            .days()
            .iter()
            .enumerate()
            .map(|(at, &day)| match day {
                Day::Settled(amount) => Day::Settled(self.changed(amount, at, from)),
                Day::Estimated(amount) => Day::Estimated(self.changed(amount, at, from)),
                Day::Missing => Day::Missing,
            });
        Series::from_days(series.key.clone(), series.start(), changed.collect())
    }

    fn changed(self, amount: Money, at: usize, from: usize) -> Money {
        let Some(since) = at.checked_sub(from) else {
            return if self == Self::New {
                Money::ZERO
            } else {
                amount
            };
        };
        match self {
            Self::Spike if since == 0 => per_mille(amount, 1600),
            Self::Step => per_mille(amount, 1350),
            Self::Growth => {
                let grown = 1.01_f64.powi(i32::try_from(since.min(60)).unwrap_or(60)) * 1000.0;
                #[expect(clippy::cast_possible_truncation, reason = "at most 1600")]
                per_mille(amount, (grown as i64).min(1600))
            }
            Self::ShortDip if since < 5 => per_mille(amount, 500),
            Self::LongDip if since < 21 => per_mille(amount, 500),
            Self::Spike | Self::New | Self::ShortDip | Self::LongDip => amount,
        }
    }
}

fn per_mille(amount: Money, share: i64) -> Money {
    let micros = i128::from(amount.micro_usd()) * i128::from(share) / 1000;
    Money::from_micro_usd(i64::try_from(micros).unwrap_or(i64::MAX))
}
