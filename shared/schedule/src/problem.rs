//! What is wrong with a schedule's text, said so that its author can mend it.

use std::fmt;

use nightshift_core::printable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One error in a schedule's text.
///
/// A value with any error is invalid as a whole: the resource is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Where it is: the offset, from 0, in Unicode characters (not bytes) from the beginning of
    /// the value as it was given, leading blanks included. An end that came too early is one
    /// past the last character.
    pub position: usize,
    /// What was found and what was expected there.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Problem {
    /// A problem at a character offset. Words may quote the value: what in them would end or
    /// reorder a line is made visible.
    pub fn new(position: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            position,
            message: printable(&message.into(), usize::MAX),
            hint: printable(&hint.into(), usize::MAX),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "at {}: {} ({})",
            self.position, self.message, self.hint
        )
    }
}
