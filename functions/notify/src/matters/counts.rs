//! How many of what: all that is left of messages that were not told one by one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::Severity;
use serde::{Deserialize, Serialize};

/// Notifications by kind and severity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Counts(BTreeMap<String, BTreeMap<Severity, u64>>);

impl Counts {
    /// So many kinds are told apart; what comes beyond them is one more.
    pub const KINDS: usize = 40;
    const OTHERS: &str = "other kinds";

    pub fn add(&mut self, kind: &str, severity: Severity, count: u64) {
        self.add_within(Self::KINDS, kind, severity, count);
    }

    fn add_within(&mut self, kinds: usize, kind: &str, severity: Severity, count: u64) {
        let room = self.0.contains_key(kind) || self.0.len() < kinds;
        let kind = if room { kind } else { Self::OTHERS };
        *self
            .0
            .entry(kind.to_owned())
            .or_default()
            .entry(severity)
            .or_default() += count;
    }

    pub fn merge(&mut self, other: &Self) {
        self.merge_within(Self::KINDS, other);
    }

    fn merge_within(&mut self, kinds: usize, other: &Self) {
        for (kind, severities) in &other.0 {
            for (severity, count) in severities {
                self.add_within(kinds, kind, *severity, *count);
            }
        }
    }

    /// The same with fewer kinds.
    fn narrowed(&self) -> Self {
        let mut narrow = Self::default();
        narrow.merge_within(Line::KINDS, self);
        narrow
    }

    pub fn total(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn worst(&self) -> Option<Severity> {
        self.by_severity().into_keys().next_back()
    }

    pub fn by_severity(&self) -> BTreeMap<Severity, u64> {
        let mut all = BTreeMap::new();
        for (severity, count) in self.0.values().flatten() {
            *all.entry(*severity).or_default() += count;
        }
        all
    }

    /// Each kind with its number and its severities, the most first.
    pub fn by_kind(&self) -> Vec<(&str, u64, &BTreeMap<Severity, u64>)> {
        let mut kinds: Vec<_> = self
            .0
            .iter()
            .map(|(kind, severities)| (kind.as_str(), severities.values().sum(), severities))
            .collect();
        kinds.sort_by_key(|(kind, count, _)| (std::cmp::Reverse(*count), *kind));
        kinds
    }
}

/// What is left of one matter's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Which of the matter's messages this stands for: the same one put here
    /// twice, because a run died in between, is here once.
    pub seq: u64,
    pub severity: Severity,
    pub title: String,
    /// Whether it goes on.
    pub open: bool,
    pub at: Timestamp,
    pub counts: Counts,
    /// What earlier ones left.
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub before: Counts,
}

impl Line {
    /// So many kinds are told apart in one line.
    const KINDS: usize = 2;

    pub fn total(&self) -> u64 {
        self.counts.total() + self.before.total()
    }
}

/// What is told later, in one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Gathered {
    /// When the first of it came.
    pub since: Option<Timestamp>,
    pub lines: BTreeMap<String, Line>,
    /// What has no line of its own.
    pub rest: Counts,
}

impl Gathered {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.rest.is_empty()
    }

    /// Adds a matter's line. At most `lines` have one, the worst of them all;
    /// the others are only counted.
    pub fn put(&mut self, matter: &str, mut line: Line, lines: usize, now: Timestamp) {
        self.since.get_or_insert(now);
        if let Some(there) = self.lines.get(matter) {
            line.before = there.before.clone();
            if there.seq != line.seq {
                line.before.merge_within(Line::KINDS, &there.counts);
                line.severity = line.severity.max(there.severity);
            }
        } else if self.lines.len() >= lines {
            let mildest = self
                .lines
                .iter()
                .min_by_key(|(key, there)| (there.severity, *key))
                .map(|(key, there)| (key.clone(), there.severity));
            match mildest {
                Some((key, severity)) if severity < line.severity => {
                    if let Some(gone) = self.lines.remove(&key) {
                        self.rest.merge(&gone.counts);
                        self.rest.merge(&gone.before);
                    }
                }
                _ => {
                    self.rest.merge(&line.counts);
                    return;
                }
            }
        }
        line.counts = line.counts.narrowed();
        self.lines.insert(matter.to_owned(), line);
    }

    /// Counts what belongs to no matter that is kept.
    pub fn count(&mut self, kind: &str, severity: Severity, now: Timestamp) {
        self.since.get_or_insert(now);
        self.rest.add(kind, severity, 1);
    }

    pub fn counts(&self) -> Counts {
        let mut all = self.rest.clone();
        for line in self.lines.values() {
            all.merge(&line.counts);
            all.merge(&line.before);
        }
        all
    }

    /// The lines, the worst first.
    pub fn worst_first(&self) -> Vec<&Line> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_key(|(key, line)| (std::cmp::Reverse(line.severity), line.at, *key));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}
