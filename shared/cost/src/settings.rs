use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What counts as unusual. Money is in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A day is settled when it was read so many days after it, or later.
    pub lag_days: u8,
    /// How many ordinary days the baseline is made of, at most.
    pub window_days: u16,
    /// How many it is made of at least; before, nothing is judged.
    pub least_days: u16,
    /// How many spreads above what is expected a day must be.
    pub z: f64,
    /// How far above what is expected a day must be, in per cent of that.
    pub percent: f64,
    /// The least spread, in per cent of what is expected.
    pub floor_percent: f64,
    /// How much of a trend is carried forward, in per cent a day: growth up to
    /// this is ordinary.
    pub trend_percent: f64,
    /// How far above what is expected a day must be, in money.
    #[serde(with = "dollars")]
    #[schemars(with = "f64")]
    pub daily: Money,
    /// From how much a day something is told that never cost anything before ...
    #[serde(with = "dollars")]
    #[schemars(with = "f64")]
    pub new_daily: Money,
    /// ... or from how much altogether within its first thirty days.
    #[serde(with = "dollars")]
    #[schemars(with = "f64")]
    pub new_total: Money,
    /// After so many days a new level is taken for the ordinary one.
    pub accept_after: u16,
    /// After so many ordinary days an episode is over.
    pub end_after: u16,
    /// Bursts that came and went so often within the window are a habit.
    pub habit: u16,
    /// Charges in these first days of a month are held against those of other months.
    pub month_start_days: u8,
    /// Whether falls are told as well.
    pub dips: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lag_days: 2,
            window_days: 56,
            least_days: 14,
            z: 4.0,
            percent: 20.0,
            floor_percent: 3.0,
            trend_percent: 0.3,
            daily: Money::from_micro_usd(5_000_000),
            new_daily: Money::from_micro_usd(5_000_000),
            new_total: Money::from_micro_usd(25_000_000),
            accept_after: 14,
            end_after: 3,
            habit: 3,
            month_start_days: 3,
            dips: false,
        }
    }
}

impl Settings {
    /// What contradicts itself or cannot work: the field and what would be right.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut want = |holds: bool, field: &'static str, words: &str| {
            if !holds {
                problems.push((field, words.to_owned()));
            }
        };
        want(self.lag_days <= 14, "lag_days", "expected 0 to 14 days");
        want(
            (28..=112).contains(&self.window_days),
            "window_days",
            "expected 28 to 112 days",
        );
        want(
            self.least_days >= 14 && self.least_days <= self.window_days,
            "least_days",
            "expected two weeks at least, and no more than `window_days`",
        );
        want(
            self.z >= 1.0 && self.z <= 100.0,
            "z",
            "expected 1 to 100 spreads",
        );
        want(
            (0.0..=1000.0).contains(&self.percent),
            "percent",
            "expected 0 to 1000 per cent",
        );
        want(
            self.floor_percent > 0.0 && self.floor_percent <= 100.0,
            "floor_percent",
            "expected more than 0 and at most 100 per cent",
        );
        want(
            (0.0..=5.0).contains(&self.trend_percent),
            "trend_percent",
            "expected 0 to 5 per cent a day",
        );
        for (field, money) in [
            ("daily", self.daily),
            ("new_daily", self.new_daily),
            ("new_total", self.new_total),
        ] {
            want(money > Money::ZERO, field, "expected more than no money");
        }
        want(
            (7..=56).contains(&self.accept_after),
            "accept_after",
            "expected 7 to 56 days",
        );
        want(
            (1..=14).contains(&self.end_after),
            "end_after",
            "expected 1 to 14 days",
        );
        want(self.habit >= 1, "habit", "expected 1 at least");
        want(
            self.month_start_days <= 5,
            "month_start_days",
            "expected 0 to 5 days",
        );
        problems
    }
}

mod dollars {
    use nightshift_core::Money;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::cast_precision_loss,
        reason = "thresholds are far from 2^53 millionths"
    )]
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    pub(super) fn serialize<S: Serializer>(money: &Money, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(money.micro_usd() as f64 / 1e6)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        let number = serde_json::Number::deserialize(from)?;
        crate::amount::parse_amount(&number.to_string())
            .ok_or_else(|| Error::custom("expected US dollars, such as 5 or 2.50"))
    }
}
