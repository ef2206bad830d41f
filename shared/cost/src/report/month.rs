use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A month of the calendar in UTC, written `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(Date);

/// A text that is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month; expected a year and a month such as 2026-10")]
pub struct MonthError(String);

impl Month {
    /// The month that a day lies in.
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub const fn first(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.0.last_of_month()
    }

    /// The month before.
    #[must_use]
    pub fn former(self) -> Self {
        Self::of(self.0.yesterday().unwrap_or(self.0))
    }

    /// Its first days, at most that many.
    pub fn days(self, at_most: usize) -> Vec<Date> {
        let last = self.last();
        let days = std::iter::successors(Some(self.0), |day| day.tomorrow().ok());
        days.take_while(|day| *day <= last).take(at_most).collect()
    }

    /// `October 2026`.
    pub fn name(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let first = (text.len() == 7).then(|| format!("{text}-01").parse().ok());
        first
            .flatten()
            .map(Self)
            .ok_or_else(|| MonthError(nightshift_core::printable(text, 40)))
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl JsonSchema for Month {
    fn schema_name() -> Cow<'static, str> {
        "Month".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A month of the calendar in UTC, such as `2026-10`.",
            "type": "string",
            "pattern": "^\\d{4}-\\d{2}$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_as_they_are_read() {
        for (text, former, days) in [
            ("2026-10", "2026-09", 31),
            ("2028-02", "2028-01", 29),
            ("2027-01", "2026-12", 31),
        ] {
            let month: Month = text.parse().unwrap();
            assert_eq!(month.to_string(), text);
            assert_eq!(month.former().to_string(), former);
            assert_eq!(month.days(usize::MAX).len(), days);
            assert_eq!(month.days(3).len(), 3);
        }
        for text in ["", "2026", "2026-13", "2026-1", "2026-10-01", "October"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
