//! What a notification is told apart by, and what picks some of them out.

use std::borrow::Cow;
use std::fmt;

use nightshift_core::{Notification, Severity, printable, shortened};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

/// A trait of a notification that groups and rules may name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    /// The function that speaks.
    Source,
    /// The kind of message.
    Kind,
    /// The environment's code.
    Environment,
    /// The account it happened in.
    Account,
    /// The Region it happened in; empty where it is about none.
    Region,
    /// Whom it concerns; empty where nobody is named.
    Owner,
    /// How much it wants attention.
    Severity,
    /// The matter it is one word of; of a word without one, its own id.
    Matter,
}

/// The labels of one notification, each short enough to be kept. A value that
/// had to be cut ends in its digest, so that different ones stay different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Labels {
    /// The function that speaks.
    pub source: String,
    /// The kind of message.
    pub kind: String,
    /// The environment's code.
    pub environment: String,
    /// The account it happened in.
    pub account: String,
    /// The Region, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Whom it concerns, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// How much it wants attention.
    pub severity: Severity,
    /// Its matter, or its own id.
    pub matter: String,
}

impl Labels {
    /// The labels of a notification.
    pub fn of(notification: &Notification) -> Self {
        let region = notification
            .region
            .as_ref()
            .map_or("", |name| name.as_str());
        let matter = notification.dedup_key.as_ref().unwrap_or(&notification.id);
        Self {
            source: kept(&notification.source, 40),
            kind: kept(&notification.kind, 80),
            environment: kept(&notification.environment, 40),
            account: kept(notification.account.as_str(), 40),
            region: kept(region, 40),
            owner: kept(notification.owner.as_deref().unwrap_or_default(), 60),
            severity: notification.severity,
            matter: kept(matter, 120),
        }
    }

    /// One of them, as text.
    pub fn get(&self, label: Label) -> Cow<'_, str> {
        Cow::Borrowed(match label {
            Label::Source => &self.source,
            Label::Kind => &self.kind,
            Label::Environment => &self.environment,
            Label::Account => &self.account,
            Label::Region => &self.region,
            Label::Owner => &self.owner,
            Label::Severity => severity_name(self.severity),
            Label::Matter => &self.matter,
        })
    }

    /// Who it is among all that is spoken of: matters of different functions
    /// never meet, whatever they are called.
    pub(crate) fn member(&self) -> String {
        format!("{}/{}", self.source, self.matter)
    }
}

/// The severity as configuration and messages write it.
pub(crate) const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

/// A text where `*` stands for any run of characters, even none. Case counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// The longest that is taken, in characters.
    pub const LIMIT: usize = 200;

    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is empty or longer than [`Self::LIMIT`].
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern picks nothing: leave the field out to take all".into());
        }
        if text.chars().count() > Self::LIMIT {
            return Err(format!("a pattern has at most {} characters", Self::LIMIT));
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether the whole of the text is as the pattern says.
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else {
            return false;
        };
        let parts: Vec<&str> = parts.collect();
        let Some((tail, between)) = parts.split_last() else {
            return rest.is_empty();
        };
        for part in between {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(tail)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// Picks notifications out: every field that is set has to hold. One without
/// any field takes them all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Matcher {
    /// The function that speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Pattern>,
    /// The kind of message, such as `security-triage.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Pattern>,
    /// The environment's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Pattern>,
    /// The account it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Pattern>,
    /// The Region it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Pattern>,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Pattern>,
    /// The matter, or the id of a word without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<Pattern>,
    /// This severity and what is worse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Severity>,
    /// This severity and what is milder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Severity>,
}

impl Matcher {
    /// Whether the labels are as it says.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.patterns().all(|(label, pattern)| {
            pattern.is_none_or(|pattern| pattern.matches(&labels.get(label)))
        }) && self.at_least.is_none_or(|least| labels.severity >= least)
            && self.at_most.is_none_or(|most| labels.severity <= most)
    }

    /// Whether it takes everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn patterns(&self) -> impl Iterator<Item = (Label, Option<&Pattern>)> {
        [
            (Label::Source, &self.source),
            (Label::Kind, &self.kind),
            (Label::Environment, &self.environment),
            (Label::Account, &self.account),
            (Label::Region, &self.region),
            (Label::Owner, &self.owner),
            (Label::Matter, &self.matter),
        ]
        .into_iter()
        .map(|(label, pattern)| (label, pattern.as_ref()))
    }
}

impl fmt::Display for Matcher {
    /// As people read it: `kind security-triage.*, at least error`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<String> = self
            .patterns()
            .filter_map(|(label, pattern)| Some((label, pattern?)))
            .map(|(label, pattern)| format!("{} {}", label_name(label), pattern.0))
            .collect();
        told.extend(
            self.at_least
                .map(|it| format!("at least {}", severity_name(it))),
        );
        told.extend(
            self.at_most
                .map(|it| format!("at most {}", severity_name(it))),
        );
        if told.is_empty() {
            return out.write_str("everything");
        }
        out.write_str(&told.join(", "))
    }
}

pub(crate) const fn label_name(label: Label) -> &'static str {
    match label {
        Label::Source => "source",
        Label::Kind => "kind",
        Label::Environment => "environment",
        Label::Account => "account",
        Label::Region => "region",
        Label::Owner => "owner",
        Label::Severity => "severity",
        Label::Matter => "matter",
    }
}

/// Sixteen hexadecimal digits that stand for a text: enough to tell ten
/// thousand apart, and the same in every build.
pub(crate) fn print(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The text on one line, cut to `limit` characters and marked with its digest
/// if it is longer.
pub(crate) fn kept(text: &str, limit: usize) -> String {
    let plain = printable(text, usize::MAX);
    if plain.chars().count() <= limit {
        return plain;
    }
    format!("{}~{}", shortened(&plain, limit - 17), print(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, text, expected) in [
            ("prod", "prod", true),
            ("prod", "preprod", false),
            ("prod", "production", false),
            ("security-triage.*", "security-triage.finding", true),
            ("security-triage.*", "security-triage", false),
            ("*", "", true),
            ("*.finding", "security-triage.finding", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
            ("a**b", "ab", true),
            ("*ü*", "für", true),
        ] {
            let read = Pattern::new(pattern).unwrap();
            assert_eq!(read.matches(text), expected, "{pattern} {text}");
        }
        assert!(Pattern::new("").is_err());
    }

    #[test]
    fn long_names_stay_different() {
        let (a, b) = ("x".repeat(300) + "a", "x".repeat(300) + "b");
        assert_ne!(kept(&a, 100), kept(&b, 100));
        assert!(kept(&a, 100).chars().count() <= 100);
        assert_eq!(kept("short", 100), "short");
    }
}
