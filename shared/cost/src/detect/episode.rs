use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an episode looks like.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Cost where there never was any.
    New,
    /// A day or two.
    Spike,
    /// A new level.
    Step,
    /// A level that goes on rising.
    Growth,
    /// A charge at the beginning of a month that other months did not have.
    MonthStart,
    /// Less than expected.
    Dip,
}

/// How far an episode is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It goes on.
    Open,
    /// Cost is ordinary again.
    Ended,
    /// It lasted so long that it is what is ordinary now.
    Accepted,
}

/// Days on which a series cost something else than expected, as one matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Episode {
    /// What it looks like so far.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// Its first day.
    #[schemars(with = "String")]
    pub since: Date,
    /// The day by which it was known to be unusual: the same, unless it crept up.
    #[schemars(with = "String")]
    pub opened: Date,
    /// Its last unusual day so far.
    #[schemars(with = "String")]
    pub last: Date,
    /// The day by which it was over, or accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub closed: Option<Date>,
    /// How many of its days were unusual.
    pub days: u32,
    /// What those days should have cost.
    pub expected: Money,
    /// What they cost.
    pub actual: Money,
    /// The greatest distance from what was expected, in spreads.
    pub z: f64,
}

impl Episode {
    /// What it has cost more than expected; negative for a dip.
    pub fn impact(&self) -> Money {
        self.actual - self.expected
    }

    /// The impact in per cent of what was expected; `None` where nothing was.
    #[expect(clippy::cast_precision_loss, reason = "shown to people")]
    pub fn percent(&self) -> Option<f64> {
        let expected = self.expected.micro_usd();
        (expected > 0).then(|| self.impact().micro_usd() as f64 * 100.0 / expected as f64)
    }

    /// Whether it has a day in common with a span of days.
    pub fn overlaps(&self, first: Date, last: Date) -> bool {
        self.since <= last && first <= self.last
    }
}
