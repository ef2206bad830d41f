//! Patterns over names, and what can be said of them without any name.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::str::FromStr;

use nightshift_core::printable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most characters of a pattern: an ARN of the longest kind fits.
const LONGEST: usize = 512;
/// How many states an inclusion may visit. Patterns that people write need a few
/// hundred; the bound is for those made to need more.
const PATIENCE: usize = 4_000;
/// Stands for every character that no pattern names.
const OTHER: char = '\u{10ffff}';

/// A pattern over a whole name: `*` stands for any number of characters, none
/// among them, `?` for exactly one, everything else for itself. Case counts, as it
/// does in AWS's names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct Glob(String);

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no pattern: {problem}")]
pub struct GlobError {
    text: String,
    problem: &'static str,
}

impl Glob {
    /// The pattern of every name.
    pub fn any() -> Self {
        Self("*".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern stands for this very name.
    pub fn matches(&self, name: &str) -> bool {
        let mut pattern = self.0.chars();
        let mut rest = name.chars();
        // Where the last star was, and what was left of the name then.
        let mut retry = None;
        loop {
            let seen = rest.clone();
            match (pattern.next(), rest.next()) {
                (Some('*'), _) => {
                    rest = seen;
                    retry = Some((pattern.clone(), rest.clone()));
                }
                (None, None) => return true,
                (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {}
                _ => {
                    let Some((after, before)) = retry.as_mut() else {
                        return false;
                    };
                    if before.next().is_none() {
                        return false;
                    }
                    (pattern, rest) = (after.clone(), before.clone());
                }
            }
        }
    }

    /// Whether some name matches both.
    pub fn meets(&self, other: &Self) -> bool {
        if !self.is_like(other) {
            return false;
        }
        let (ours, theirs) = (letters(&self.0), letters(&other.0));
        // meets[i][j]: whether a name matches what is left of both from i and j on.
        let mut meets = vec![vec![false; theirs.len() + 1]; ours.len() + 1];
        for i in (0..=ours.len()).rev() {
            for j in (0..=theirs.len()).rev() {
                meets[i][j] = match (ours.get(i), theirs.get(j)) {
                    (None, None) => true,
                    (Some('*'), their) => meets[i + 1][j] || (their.is_some() && meets[i][j + 1]),
                    (_, Some('*')) => meets[i][j + 1] || (i < ours.len() && meets[i + 1][j]),
                    (Some(our), Some(their)) => {
                        (our == their || *our == '?' || *their == '?') && meets[i + 1][j + 1]
                    }
                    _ => false,
                };
            }
        }
        meets[0][0]
    }

    /// Whether what both begin and end with can be the same; most pairs of patterns
    /// are told apart by that.
    fn is_like(&self, other: &Self) -> bool {
        let is_wild = |c: char| matches!(c, '*' | '?');
        let head = |text: &str| text.len() - text.trim_start_matches(|c| !is_wild(c)).len();
        let tail = |text: &str| text.len() - text.trim_end_matches(|c| !is_wild(c)).len();
        let (one, two) = (self.0.as_str(), other.0.as_str());
        let (from, to) = (&one[..head(one)], &two[..head(two)]);
        let (end, edge) = (&one[one.len() - tail(one)..], &two[two.len() - tail(two)..]);
        (from.starts_with(to) || to.starts_with(from))
            && (end.ends_with(edge) || edge.ends_with(end))
    }

    /// Whether every name that `self` matches is matched by one of `wider`.
    ///
    /// The languages of patterns are regular, so this is decided: all runs of
    /// `self` are followed beside the set of places where `wider` may be. Only
    /// patterns that would take more than the patience end in a "no" that may be
    /// wrong; a "yes" never is.
    pub fn is_within<'a>(&self, wider: impl IntoIterator<Item = &'a Self>) -> bool {
        let wider: Vec<&Self> = wider.into_iter().filter(|one| self.is_like(one)).collect();
        if wider.iter().any(|one| *one == self || one.0 == "*") {
            return true;
        }
        // Two names of its own tell most pairs apart at once, and decide alone where
        // the pattern is a name.
        let filled = |with: &str| self.0.replace('*', with).replace('?', "\u{10ffff}");
        for name in [filled(""), filled("\u{10ffff}")] {
            if !wider.iter().any(|one| one.matches(&name)) {
                return false;
            }
        }
        if !self.0.contains(['*', '?']) {
            return true;
        }
        included(&letters(&self.0), &wider)
    }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Walks all runs of `narrow` beside the set of places where `wider` may be.
fn included(narrow: &[char], wider: &[&Glob]) -> bool {
    let wider: Vec<Vec<char>> = wider.iter().map(|one| letters(&one.0)).collect();
    let alphabet: BTreeSet<char> = wider
        .iter()
        .flatten()
        .chain(narrow)
        .copied()
        .filter(|c| !matches!(c, '*' | '?'))
        .chain([OTHER])
        .collect();
    let start: BTreeSet<(usize, usize)> = (0..wider.len())
        .flat_map(|which| rest_at(&wider[which], 0).map(move |at| (which, at)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::new();
    for at in rest_at(narrow, 0) {
        open.push_back((at, start.clone()));
    }
    while let Some(state) = open.pop_front() {
        if !seen.insert(state.clone()) {
            continue;
        }
        if seen.len() > PATIENCE {
            return false;
        }
        let (at, places) = state;
        let is_end = |(which, at): &(usize, usize)| *at == wider[*which].len();
        if at == narrow.len() {
            if !places.iter().any(is_end) {
                return false;
            }
            continue;
        }
        for letter in &alphabet {
            let Some(next) = step(narrow, at, *letter) else {
                continue;
            };
            let reached: BTreeSet<(usize, usize)> = places
                .iter()
                .filter_map(|(which, at)| Some((*which, step(&wider[*which], *at, *letter)?)))
                .flat_map(|(which, at)| rest_at(&wider[which], at).map(move |at| (which, at)))
                .collect();
            for at in rest_at(narrow, next) {
                open.push_back((at, reached.clone()));
            }
        }
    }
    true
}

/// The places that a run at `at` is in: stars may stand for nothing.
fn rest_at(pattern: &[char], at: usize) -> impl Iterator<Item = usize> {
    let stars = pattern[at..].iter().take_while(|c| **c == '*').count();
    at..=at + stars
}

/// Where one letter leads from one place, if anywhere.
fn step(pattern: &[char], at: usize, letter: char) -> Option<usize> {
    match pattern.get(at)? {
        '*' => Some(at),
        '?' => Some(at + 1),
        own => (*own == letter).then_some(at + 1),
    }
}

impl FromStr for Glob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, GlobError> {
        let refuse = |problem| {
            Err(GlobError {
                text: printable(text, 80),
                problem,
            })
        };
        if text.is_empty() {
            return refuse("it is empty; leave the field out to match anything");
        }
        if text.chars().count() > LONGEST {
            return refuse("it is longer than 512 characters");
        }
        if text.chars().any(|c| c.is_control() || c == OTHER) {
            return refuse("it has control characters");
        }
        if text.trim() != text {
            return refuse("it has white space around it");
        }
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            if !(c == '*' && plain.ends_with('*')) {
                plain.push(c);
            }
        }
        Ok(Self(plain))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Glob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().unwrap()
    }

    #[test]
    fn a_pattern_stands_for_whole_names() {
        for (pattern, name, expected) in [
            ("Backdoor:EC2/*", "Backdoor:EC2/C&CActivity.B!DNS", true),
            ("Backdoor:EC2/*", "Backdoor:EC2/", true),
            ("Backdoor:EC2/*", "backdoor:EC2/x", false),
            ("*/MaliciousFile", "Execution:EC2/MaliciousFile", true),
            ("*/MaliciousFile", "Execution:EC2/MaliciousFile2", false),
            ("EC2.1?", "EC2.19", true),
            ("EC2.1?", "EC2.1", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(glob(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn inclusion_is_decided_where_no_pattern_contains_the_other_by_its_look() {
        let within = |narrow: &str, wider: &[&str]| {
            let wider: Vec<Glob> = wider.iter().map(|text| glob(text)).collect();
            glob(narrow).is_within(&wider)
        };
        assert!(within("a*b*c", &["a*c"]));
        assert!(within("*ab*", &["*a*b*"]));
        assert!(within("a?*", &["a*?"]));
        assert!(within("a*?", &["a?*"]));
        assert!(within("ab*", &["aa*", "ab*c", "ab*"]));
        assert!(within("?*", &["*"]));
        assert!(!within("*", &["?*"]));
        assert!(!within("a*", &["a*b", "a*c"]));
        assert!(!within("*a*b*", &["*ab*"]));
        assert!(!within("a?", &["ab", "ac"]));
        assert!(!within("*a", &[]));
    }

    #[test]
    fn a_pattern_made_to_take_for_ever_is_given_up_as_not_included() {
        let hard = format!("*a{}", "?".repeat(40));
        assert!(!glob(&format!("*a{}*", "?".repeat(40))).is_within(&[glob(&hard)]));
        assert!(glob(&hard).is_within(&[glob("*a*")]));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, why) in [("", "empty"), (" a", "white space"), ("a\nb", "control")] {
            let error = text.parse::<Glob>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        assert_eq!(glob("a***b").as_str(), "a*b");
    }
}
