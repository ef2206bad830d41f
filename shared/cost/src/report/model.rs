use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::{AccountId, Money};
use schemars::JsonSchema;
use serde::Serialize;

use super::facts::{AnomalyLine, Baseline, Commitment, Forecast, OwnCost, Slept};
use super::figure::{Figure, Known, Percent};
use super::month::Month;
use crate::charge::Class;
use crate::recommendations::Judged;

/// What a month cost. Amounts are millionths of a US dollar, shares hundredths
/// of a per cent. What is spent is usage and fees, before credits, refunds and tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape; 1.
    pub version: u32,
    /// The project's name.
    pub project: String,
    /// The account that was asked.
    pub account: AccountId,
    /// The month.
    pub month: Month,
    /// How many of its days are in it; the month before is counted as far.
    pub days: u16,
    /// Whether the month is over.
    pub over: bool,
    /// When the report was made.
    #[schemars(with = "String")]
    pub generated_at: Timestamp,
    /// The month in a sentence.
    pub headline: String,
    /// What was spent.
    pub spent: Compared,
    /// What the bill is made of, each class once.
    pub bill: Vec<ClassLine>,
    /// What was spent day by day, by the largest services.
    pub daily: Daily,
    /// What was spent by environment.
    pub environments: Vec<EnvironmentLine>,
    /// What was spent by service, the most first.
    pub services: Vec<ServiceLine>,
    /// How much of the usage carries no environment tag.
    pub untagged: Known<Percent>,
    /// What sleep saved.
    pub slept: Vec<SleptLine>,
    /// How much of what is committed has to be used.
    pub utilisation_goal: Percent,
    /// Reservations.
    pub reservations: Known<Commitment>,
    /// Savings Plans.
    pub savings_plans: Known<Commitment>,
    /// How much less is spent than the baseline.
    pub reduction: Known<Reduction>,
    /// What was unusual.
    pub anomalies: Known<Vec<AnomalyLine>>,
    /// What could be saved.
    pub recommendations: Known<Judged>,
    /// What reading all this cost.
    pub own: Known<OwnCost>,
    /// Everything that is not known, and why.
    pub not_known: Vec<NotKnown>,
}

/// An amount of this month and of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Compared {
    /// This month.
    pub now: Figure,
    /// As many days of the month before.
    pub before: Figure,
    /// The difference; none where either is not whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Money>,
    /// The difference as a share of before; none of nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_percent: Option<Percent>,
}

/// What one class of charges came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClassLine {
    /// The class.
    pub class: Class,
    /// What it came to.
    pub figure: Figure,
}

/// Days, by the largest services.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Daily {
    /// The services; the last may be all others together.
    pub services: Vec<String>,
    /// What each came to in the month.
    pub totals: Vec<Figure>,
    /// The days.
    pub days: Vec<DayLine>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DayLine {
    /// Which.
    #[schemars(with = "String")]
    pub date: Date,
    /// What each of the services came to; null where it is not known.
    pub parts: Vec<Option<Money>>,
    /// Whether something of it is missing.
    pub missing: bool,
    /// Whether it will still change.
    pub estimated: bool,
}

/// What an environment cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EnvironmentLine {
    /// Its code; none for what carries no tag.
    pub environment: Option<String>,
    /// What was spent.
    pub spent: Compared,
    /// Its budget; none for what is no environment of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Known<Money>>,
    /// How much of the budget is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Percent>,
    /// Where the month will end; none once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Known<Forecast>>,
}

/// What a service cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ServiceLine {
    /// Its name, as Cost Explorer has it.
    pub service: String,
    /// What was spent.
    pub spent: Compared,
    /// The same by environment, in the order of the environments; null where it
    /// has no cost there.
    pub environments: Vec<Option<Figure>>,
}

/// What an environment's sleep saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SleptLine {
    /// Its code.
    pub environment: String,
    /// What it saved.
    pub slept: Known<Slept>,
}

/// How much less is spent than the baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reduction {
    /// What it is compared with.
    pub baseline: Baseline,
    /// What was spent.
    pub spent: Money,
    /// How much less; negative for more.
    pub reduction: Percent,
    /// How much less it should be.
    pub goal: Percent,
}

/// Something that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotKnown {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Report {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// What sleep saved in all environments of which it is known.
    pub fn slept_total(&self) -> Option<(i64, Money)> {
        let known = self.slept.iter().filter_map(|line| line.slept.get());
        known
            .map(|slept| (slept.seconds, slept.money))
            .reduce(|one, other| (one.0.saturating_add(other.0), one.1 + other.1))
    }
}
