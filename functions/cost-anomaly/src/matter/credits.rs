//! Credits: AWS takes them off the bill without a word, and has no API that says
//! how many are left.

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of the account's credits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CreditState {
    /// When it was judged.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What they took off the bill on an ordinary day of late.
    pub per_day: Money,
    /// What is left, where the configuration says how many there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Money>,
    /// The day on which they are used up, if it goes on so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub used_up: Option<Date>,
    /// The last day on which they count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires: Option<Date>,
    /// Since when there are none, where there were some on every day before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub stopped: Option<Date>,
}

impl CreditState {
    /// The day from which on the bill has to be paid in money.
    pub fn ends(&self) -> Option<Date> {
        [self.stopped, self.used_up, self.expires]
            .into_iter()
            .flatten()
            .min()
    }
}
