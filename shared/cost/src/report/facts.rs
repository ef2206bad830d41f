use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::{AccountId, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figure::{Known, Percent};
use super::month::Month;
use crate::charge::Class;
use crate::recommendations::Judged;
use crate::series::Series;

/// What was read for a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The project's name.
    pub project: String,
    /// The account that was asked.
    pub account: AccountId,
    /// The month it is about.
    pub month: Month,
    /// When it is made.
    pub generated_at: Timestamp,
    /// Daily cost of this month and the one before, by class, service and environment.
    pub spending: Known<Vec<Spending>>,
    /// The environments that are expected.
    pub environments: Vec<EnvironmentFacts>,
    /// Reservations, all together.
    pub reservations: Known<Commitment>,
    /// Savings Plans, all together.
    pub savings_plans: Known<Commitment>,
    /// What the month is compared with for the goal of spending a fifth less.
    pub baseline: Known<Baseline>,
    /// What was unusual.
    pub anomalies: Known<Vec<AnomalyLine>>,
    /// What reading all this cost.
    pub own: Known<OwnCost>,
    /// What could be saved.
    pub recommendations: Known<Judged>,
}

/// One series of daily cost with its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// Its class.
    pub class: Class,
    /// Its days; the key has service and environment.
    pub series: Series,
}

/// What is known of an environment besides its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentFacts {
    /// Its code, the value of its tag.
    pub environment: String,
    /// Its budget for a month.
    pub budget: Known<Money>,
    /// Where its month will end; none once it is over.
    pub forecast: Option<Known<Forecast>>,
    /// What its sleep saved in this month, as off-hours' digest says.
    pub slept: Known<Slept>,
}

/// Where a month will end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Where it is expected to.
    pub expected: Money,
    /// The lower end of the range.
    pub low: Money,
    /// The upper end of the range.
    pub high: Money,
    /// The day on which the budget is expected to be reached, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub reached_on: Option<Date>,
}

/// What a month of sleep saved, at list price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Slept {
    /// Hours asleep, in seconds, added up over resources.
    pub seconds: i64,
    /// What they would have cost.
    pub money: Money,
    /// By kind, the most saving first.
    pub kinds: Vec<SleptKind>,
    /// What slept and has no known price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_priced: Vec<String>,
}

/// What one kind of resource saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SleptKind {
    /// The kind's name.
    pub name: String,
    /// Hours asleep, in seconds.
    pub seconds: i64,
    /// What they would have cost.
    pub money: Money,
}

/// Reservations or Savings Plans, all together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Commitment {
    /// There are none: nothing is used, and nothing is wasted.
    NoneHeld,
    /// There are some.
    Held(Held),
}

/// How commitments are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// How much of what is committed was used.
    pub utilisation: Percent,
    /// How much of what could be committed is.
    pub coverage: Known<Percent>,
    /// What was paid and not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<Money>,
    /// What they saved against on-demand prices, after what they cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_savings: Option<Money>,
}

/// What a month is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// What it is, such as `plan of 2026-10, on demand and never asleep`.
    pub name: String,
    /// What a month of it costs.
    pub monthly: Money,
}

/// Something unusual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnomalyLine {
    /// Whose cost it was.
    pub what: String,
    /// Its first day.
    #[schemars(with = "String")]
    pub since: Date,
    /// Its last day; none while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// What it came to beyond what was expected.
    pub impact: Money,
    /// What caused it, if that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// What reading cost costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnCost {
    /// Requests to Cost Explorer in this month.
    pub requests: u32,
    /// How many there may be.
    pub cap: u32,
    /// What they cost.
    pub cost: Money,
}
