//! What histories are read from: CSV and Cost Explorer's answers.

mod cost_explorer;
mod csv;

pub use cost_explorer::{Query, read_cost_explorer};
pub use csv::read_csv;

use nightshift_core::printable;

/// Why a history could not be read. Nothing of it is taken in then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// Where it is: a line, a day, a page.
    pub place: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

impl ReadError {
    fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

/// Text from outside, as an error may quote it.
fn quoted(text: &str) -> String {
    format!("`{}`", printable(text, 60))
}
