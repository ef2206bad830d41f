use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of line of the bill an amount is: Cost Explorer's dimension
/// `RECORD_TYPE`, which its console calls the charge type.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(from = "String", into = "String")]
pub enum RecordType {
    /// What was used, at its price.
    Usage,
    /// What was used under a reservation.
    DiscountedUsage,
    /// What was used under a Savings Plan, at the on-demand price.
    SavingsPlanCoveredUsage,
    /// What takes the on-demand price of covered usage off again.
    SavingsPlanNegation,
    /// The hourly commitment of a Savings Plan.
    SavingsPlanRecurringFee,
    /// What a Savings Plan costs at once.
    SavingsPlanUpfrontFee,
    /// What a reservation costs by the hour or month.
    RiFee,
    /// Charges once: upfront reservations, domains, contracts of the Marketplace.
    Fee,
    /// Money that AWS gave in advance.
    Credit,
    /// Money that came back.
    Refund,
    /// Tax.
    Tax,
    /// Any other word, as it stands: discounts of contracts, and what AWS will add.
    Other(String),
}

/// How an amount is treated.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// What people cause day by day; only this is judged against its past.
    Usage,
    /// Commitments and charges once.
    Fee,
    /// Credits.
    Credit,
    /// Refunds.
    Refund,
    /// Tax.
    Tax,
    /// What is none of these; it counts in totals and is not judged.
    Other,
}

impl RecordType {
    /// Reads Cost Explorer's word.
    pub fn named(word: &str) -> Self {
        match word {
            "Usage" => Self::Usage,
            "DiscountedUsage" => Self::DiscountedUsage,
            "SavingsPlanCoveredUsage" => Self::SavingsPlanCoveredUsage,
            "SavingsPlanNegation" => Self::SavingsPlanNegation,
            "SavingsPlanRecurringFee" => Self::SavingsPlanRecurringFee,
            "SavingsPlanUpfrontFee" => Self::SavingsPlanUpfrontFee,
            "RIFee" => Self::RiFee,
            "Fee" => Self::Fee,
            "Credit" => Self::Credit,
            "Refund" => Self::Refund,
            "Tax" => Self::Tax,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word as Cost Explorer writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Usage => "Usage",
            Self::DiscountedUsage => "DiscountedUsage",
            Self::SavingsPlanCoveredUsage => "SavingsPlanCoveredUsage",
            Self::SavingsPlanNegation => "SavingsPlanNegation",
            Self::SavingsPlanRecurringFee => "SavingsPlanRecurringFee",
            Self::SavingsPlanUpfrontFee => "SavingsPlanUpfrontFee",
            Self::RiFee => "RIFee",
            Self::Fee => "Fee",
            Self::Credit => "Credit",
            Self::Refund => "Refund",
            Self::Tax => "Tax",
            Self::Other(word) => word,
        }
    }

    /// How amounts of it are treated. A negation belongs to the usage that it
    /// takes off: the two together are what covered usage adds to the bill.
    pub const fn class(&self) -> Class {
        match self {
            Self::Usage
            | Self::DiscountedUsage
            | Self::SavingsPlanCoveredUsage
            | Self::SavingsPlanNegation => Class::Usage,
            Self::SavingsPlanRecurringFee
            | Self::SavingsPlanUpfrontFee
            | Self::RiFee
            | Self::Fee => Class::Fee,
            Self::Credit => Class::Credit,
            Self::Refund => Class::Refund,
            Self::Tax => Class::Tax,
            Self::Other(_) => Class::Other,
        }
    }
}

impl From<String> for RecordType {
    fn from(word: String) -> Self {
        Self::named(&word)
    }
}

impl From<RecordType> for String {
    fn from(record_type: RecordType) -> Self {
        record_type.as_str().to_owned()
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
