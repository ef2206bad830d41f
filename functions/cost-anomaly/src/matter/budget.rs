//! A budget in a month: what AWS Budgets says of it, and what we read ourselves.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::budget::{AlertKind, BudgetAlert, percent};

/// Alerts that are kept.
const ALERTS: usize = 20;
/// Per cents at which people want to hear again.
const STEPS: [u32; 11] = [25, 50, 80, 90, 100, 120, 150, 200, 300, 500, 1_000];
/// What a forecast beyond the budget counts as: less than having spent it.
const BEYOND: u32 = 90;
/// A forecast that has once been beyond the budget has to come below this per
/// cent of it before it counts as below.
const BELOW: u32 = 95;

/// A budget in a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetState {
    /// What AWS Budgets has said.
    pub alerts: BTreeSet<BudgetAlert>,
    /// What we have read ourselves, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Standing>,
}

/// Where an environment stands in its month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// When it was judged.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The environment's code.
    pub environment: String,
    /// What may be spent.
    pub limit: Money,
    /// What was spent so far.
    pub month_to_date: Money,
    /// The last day that is in it.
    #[schemars(with = "String")]
    pub through: Date,
    /// What the month will have cost: at least, most likely, at most; None where
    /// too little is known to say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Range>,
    /// The day on which the budget is spent, if the month goes on so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub reached: Option<Date>,
}

/// An amount that is not known for certain.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Range {
    /// It will hardly be less.
    pub low: Money,
    /// Most likely.
    pub likely: Money,
    /// It will hardly be more.
    pub high: Money,
}

/// The step that a per cent has reached; 0 below all of them.
pub fn step(percent: u32) -> u32 {
    let reached = STEPS.iter().rev().find(|step| percent >= **step);
    reached.copied().unwrap_or(0)
}

impl BudgetState {
    /// Takes a word of AWS Budgets in.
    pub fn hear(&mut self, alert: BudgetAlert) {
        self.alerts.insert(alert);
        while self.alerts.len() > ALERTS {
            self.alerts.pop_first();
        }
    }

    /// Takes in what we have read; the later reading counts.
    pub fn read(&mut self, own: Standing) {
        self.own = Some(match self.own.take() {
            Some(known) => known.max(own),
            None => own,
        });
    }

    /// How far it is, in per cent of the budget; a forecast beyond the budget
    /// counts as ninety. None where there is nothing to tell.
    pub fn level(&self) -> Option<u32> {
        let told = self.alerts.iter().map(|alert| {
            let percent = alert.percent().unwrap_or(0);
            match alert.kind {
                AlertKind::Actual => percent.max(1),
                AlertKind::Forecasted if percent >= 100 => BEYOND,
                AlertKind::Forecasted => percent.clamp(1, BEYOND),
                AlertKind::Adjusted | AlertKind::Other => 1,
            }
        });
        told.chain(self.own_level()).max()
    }

    /// How far it is by our own reading, from eighty per cent on.
    fn own_level(&self) -> Option<u32> {
        let own = self.own.as_ref()?;
        let spent = percent(own.month_to_date, own.limit).unwrap_or(0);
        let ends = own
            .forecast
            .and_then(|range| percent(range.likely, own.limit))
            .unwrap_or(0);
        if spent >= 80 {
            Some(if ends >= 100 {
                spent.max(BEYOND)
            } else {
                spent
            })
        } else if ends >= 100 {
            Some(BEYOND)
        } else {
            None
        }
    }

    /// Whether our own reading says that what was beyond is so no more, and AWS
    /// Budgets has said nothing.
    pub fn is_below(&self) -> bool {
        let ends = |own: &Standing| {
            let likely = own.forecast?.likely;
            percent(likely, own.limit)
        };
        self.alerts.is_empty()
            && self.own_level().is_none()
            && self
                .own
                .as_ref()
                .and_then(ends)
                .is_some_and(|percent| percent < BELOW)
    }

    /// When it was last heard of.
    pub fn last(&self) -> Option<Timestamp> {
        let told = self.alerts.iter().map(|alert| alert.said_at);
        told.chain(self.own.as_ref().map(|own| own.at)).max()
    }

    /// The worst of what AWS Budgets has said.
    pub fn worst(&self) -> Option<&BudgetAlert> {
        self.alerts.iter().max_by_key(|alert| {
            let actual = alert.kind == AlertKind::Actual;
            (alert.percent().unwrap_or(0), actual, alert.said_at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(dollars: i64) -> Money {
        Money::from_micro_usd(dollars * 1_000_000)
    }

    fn own(spent: i64, likely: i64) -> BudgetState {
        let range = Range {
            low: usd(likely - 10),
            likely: usd(likely),
            high: usd(likely + 10),
        };
        let mut state = BudgetState::default();
        state.read(Standing {
            at: Timestamp::UNIX_EPOCH,
            environment: "dev".to_owned(),
            limit: usd(500),
            month_to_date: usd(spent),
            through: jiff::civil::date(2026, 11, 20),
            forecast: Some(range),
            reached: None,
        });
        state
    }

    #[test]
    fn a_forecast_is_less_than_money_that_is_spent() {
        for (spent, likely, level, below) in [
            (100, 300, None, true),
            (100, 480, None, false),
            (100, 520, Some(90), false),
            (405, 480, Some(81), false),
            (405, 520, Some(90), false),
            (500, 700, Some(100), false),
        ] {
            let state = own(spent, likely);
            assert_eq!(state.level(), level, "{spent} {likely}");
            assert_eq!(state.is_below(), below, "{spent} {likely}");
        }
    }

    #[test]
    fn steps_are_what_people_want_to_hear() {
        for (percent, expected) in [
            (0, 0),
            (34, 25),
            (80, 80),
            (99, 90),
            (119, 100),
            (9_999, 1_000),
        ] {
            assert_eq!(step(percent), expected);
        }
    }
}
