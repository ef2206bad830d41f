//! What AWS Budgets says of a budget.

use jiff::Timestamp;
use nightshift_core::{Money, shortened};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an alert of a budget is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// What was spent.
    Actual,
    /// What will have been spent at the end of the period.
    Forecasted,
    /// The amount was adjusted by AWS itself.
    Adjusted,
    /// Something else; the text says what.
    Other,
}

/// One message of AWS Budgets.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct BudgetAlert {
    /// When it was sent.
    #[schemars(with = "String")]
    pub said_at: Timestamp,
    /// What it is about.
    pub kind: AlertKind,
    /// The budget's name.
    pub budget: String,
    /// The account whose budget it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The budget's type, such as `Cost`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The amount of the budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// What it was before AWS adjusted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_before: Option<Money>,
    /// From how much it alerts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Money>,
    /// How much it is: spent, or expected at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whether it counts the days for themselves.
    #[serde(default)]
    pub daily: bool,
    /// What else it says, where there is anything to tell that has no field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

impl BudgetAlert {
    /// The amount in per cent of the budget; None where either is unknown.
    pub fn percent(&self) -> Option<u32> {
        percent(self.amount?, self.limit?)
    }

    /// The alert within bounds.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.budget = shortened(self.budget.trim(), 200);
        self.account = self.account.map(|account| shortened(account.trim(), 50));
        self.of = self.of.map(|of| shortened(of.trim(), 50));
        self.details.truncate(12);
        for (label, value) in &mut self.details {
            *label = shortened(label, 100);
            *value = shortened(value, 300);
        }
        self
    }
}

/// An amount in whole per cent of another, rounded down; None without one.
pub fn percent(part: Money, whole: Money) -> Option<u32> {
    if whole <= Money::ZERO {
        return None;
    }
    let percent = i128::from(part.micro_usd()) * 100 / i128::from(whole.micro_usd());
    u32::try_from(percent.max(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cents_are_whole() {
        let usd = |micros| Money::from_micro_usd(micros);
        assert_eq!(percent(usd(1_700_000), usd(5_000_000)), Some(34));
        assert_eq!(percent(usd(-1), usd(5)), Some(0));
        assert_eq!(percent(usd(1), usd(0)), None);
        assert_eq!(percent(usd(i64::MAX), usd(1)), None);
    }
}
