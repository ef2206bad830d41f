use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A length of time written as ISO 8601, such as `PT15M` or `PT8H`; never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct IsoDuration(SignedDuration);

impl IsoDuration {
    /// A number of seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(SignedDuration::from_secs(seconds))
    }

    /// A number of minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(SignedDuration::from_mins(minutes))
    }

    /// A number of hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self(SignedDuration::from_hours(hours))
    }

    /// The length, for arithmetic with instants.
    pub const fn as_duration(self) -> SignedDuration {
        self.0
    }
}

impl FromStr for IsoDuration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "expected an ISO 8601 duration such as PT15M or PT8H";
        if !text.starts_with('P') {
            return Err(format!("`{}`: {wanted}", crate::printable(text, 40)));
        }
        match text.parse::<SignedDuration>() {
            Ok(duration) if !duration.is_negative() => Ok(Self(duration)),
            Ok(_) => Err(format!(
                "`{}` is negative: {wanted}",
                crate::printable(text, 40)
            )),
            Err(_) => Err(format!("`{}`: {wanted}", crate::printable(text, 40))),
        }
    }
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for IsoDuration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IsoDuration {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_durations_only() {
        assert_eq!("PT8H".parse(), Ok(IsoDuration::from_hours(8)));
        assert_eq!(IsoDuration::from_minutes(15).to_string(), "PT15M");
        for text in ["8h", "900", "", "-PT1H", "P1M", "PT1H\n"] {
            let error = text.parse::<IsoDuration>().unwrap_err();
            assert_eq!(crate::printable(&error, 200), error);
        }
    }
}
