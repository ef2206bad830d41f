//! The watch itself: what keeps spending from being seen. Without it, silence
//! would look like an ordinary month.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What keeps spending from being seen, by a daily round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatchState {
    /// When it was judged.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What is in the way, a sentence each; nothing where all is seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blind: Vec<String>,
    /// Since when rounds have tried to read a bill of which no day is known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tried_since: Option<Date>,
    /// Why, in the words of the round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}
