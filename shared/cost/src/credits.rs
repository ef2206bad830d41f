use jiff::ToSpan;
use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::charge::Class;
use crate::history::History;
use crate::key::{Breakdown, Key};
use crate::series::Series;
use crate::settings::Settings;

/// Of how many settled days the rate is the middle one.
const RATE_DAYS: usize = 28;
/// After so many settled days without any, credits have run out.
const DRY_DAYS: usize = 3;

/// How credits stand. Cost Explorer does not tell how much is left; who knows
/// it from the console can say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credits {
    /// What they take off on a day.
    pub daily: Money,
    /// The last settled day on which they took anything off.
    #[schemars(with = "String")]
    pub last: Date,
    /// Whether they have stopped: from then on `daily` is to be paid.
    pub ended: bool,
    /// The day on which nothing will be left, where it is known how much there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub empty_on: Option<Date>,
}

/// Looks at the credits of a history, read by a breakdown. `remaining` is what
/// is left after the last settled day. `None` where there were none.
pub fn credits(
    history: &History,
    breakdown: Breakdown,
    settings: &Settings,
    remaining: Option<Money>,
) -> Option<Credits> {
    let parts = history.series(breakdown, Class::Credit, settings.lag_days);
    let total = Series::sum(Key::default(), &parts);
    let settled: Vec<(Date, Money)> = total
        .dated()
        .filter_map(|(day, is)| Some((day, -is.settled()?)))
        .collect();
    let (last, _) = *settled.iter().rfind(|(_, amount)| *amount > Money::ZERO)?;
    let until = settled.iter().position(|(day, _)| *day == last)? + 1;
    let mut rate: Vec<Money> = settled[until.saturating_sub(RATE_DAYS)..until]
        .iter()
        .map(|(_, amount)| *amount)
        .collect();
    rate.sort_unstable();
    let daily = rate[rate.len() / 2];
    let ended = daily > Money::ZERO && settled.len() - until >= DRY_DAYS;
    let empty_on = remaining
        .filter(|_| daily > Money::ZERO && !ended)
        .and_then(|remaining| {
            let days = remaining.micro_usd().max(0) / daily.micro_usd();
            settled.last()?.0.checked_add(days.min(100_000).days()).ok()
        });
    Some(Credits {
        daily,
        last,
        ended,
        empty_on,
    })
}
