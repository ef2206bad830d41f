//! What must hold of each parser for any input: one function per fuzz target,
//! which panics if it does not. Where the ordinary tests have such a property,
//! the function is theirs.

pub mod core;
pub mod costs;
pub mod findings;
pub mod notifications;
pub mod off_hours;
pub mod schedules;
pub mod slack;

#[path = "../../../shared/schedule/tests/oracle/holds.rs"]
mod holds;
#[allow(dead_code, reason = "no target renders for the other channels")]
#[path = "../../../functions/notify/tests/it/rules.rs"]
mod rules;
#[path = "../../../functions/security-triage/tests/it/bounds.rs"]
mod triage;

use nightshift_core::printable;

/// Fails if words for people have a character that ends or reorders a line, or
/// if they are longer than anybody reads.
fn told_well(words: &str) {
    assert_eq!(
        printable(words, usize::MAX),
        words,
        "{words:?} has control characters"
    );
    let length = words.chars().count();
    assert!(
        (1..=1_000).contains(&length),
        "{length} characters: {words}"
    );
}
