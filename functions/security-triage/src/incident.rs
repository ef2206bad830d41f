//! What is known of a matter, from all events about it.
//!
//! **Architecture invariant:** observing is a join: idempotent, commutative and
//! associative. Whatever the order and however often events come, the incident
//! ends the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Band, Finding, FindingKey, Handle, Route, Standing};

/// A matter that is shown in more places is shown in these: the smallest in
/// order, so that it does not matter which came first.
const HANDLES: usize = 16;

/// One matter, merged from every event about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// What it is merged by.
    pub key: FindingKey,
    /// The earliest version of the finding that was seen by the most telling
    /// route; a repeat overwrites details at the service (the remote address,
    /// for one), never here.
    pub first: Finding,
    /// The latest version that was seen by the most telling route.
    pub latest: Finding,
    /// The highest band that any event told.
    pub band: Band,
    /// How often the service has seen it, at most.
    pub count: u64,
    /// When it was first seen, by any event.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was last seen, by any event.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// Whether any event says that it was made up.
    pub sample: bool,
    /// Every way it came by, with the last word.
    pub routes: BTreeMap<Route, Told>,
    /// The last time that a person has sent it by a custom action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Where updates go.
    pub handles: BTreeSet<Handle>,
}

/// A word by one route. Ordered by the source's time, then by the event's, for
/// an update in Security Hub moves only the latter; of two words of the same
/// instant the closing one counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Told {
    /// The source's time of that version.
    #[schemars(with = "String")]
    pub updated: Timestamp,
    /// When the event was sent.
    #[schemars(with = "String")]
    pub emitted: Timestamp,
    /// What it said.
    pub standing: Standing,
}

/// A person has sent it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Asked {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// By which custom action.
    pub action: String,
}

impl Route {
    /// How much an event by this route tells: the service's own event tells more
    /// than the copy in a common format.
    const fn weight(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::SecurityHubCspm | Self::SecurityHub => 1,
            Self::GuardDuty
            | Self::MalwareProtection
            | Self::Config
            | Self::AccessAnalyzer
            | Self::Inspector
            | Self::Health
            | Self::CloudTrail => 2,
        }
    }
}

impl Incident {
    /// What an event says that is the first about its matter.
    pub fn new(finding: &Finding) -> Self {
        let told = Told {
            updated: finding.updated,
            emitted: finding.emitted,
            standing: finding.standing,
        };
        Self {
            key: finding.key.clone(),
            first: finding.clone(),
            latest: finding.clone(),
            band: finding.band,
            count: finding.count,
            first_seen: finding.first_seen,
            last_seen: finding.last_seen,
            sample: finding.sample,
            routes: BTreeMap::from([(finding.route, told)]),
            asked: finding.asked.as_ref().map(|action| Asked {
                at: finding.emitted,
                action: action.clone(),
            }),
            handles: finding.handles.iter().cloned().collect(),
        }
    }

    /// The incident with what another event says. The echo of our own update, and
    /// an event about another matter, change nothing.
    #[must_use]
    pub fn observe(self, finding: &Finding) -> Self {
        if finding.echo || finding.key != self.key {
            return self;
        }
        self.join(Self::new(finding))
    }

    /// What is known after some events; None where none of them says anything,
    /// for an echo alone is no matter.
    #[must_use]
    pub fn after<'a>(
        known: Option<Self>,
        findings: impl IntoIterator<Item = &'a Finding>,
    ) -> Option<Self> {
        findings
            .into_iter()
            .fold(known, |known, finding| match known {
                Some(incident) => Some(incident.observe(finding)),
                None if finding.echo => None,
                None => Some(Self::new(finding)),
            })
    }

    /// All that two know of the same matter.
    #[must_use]
    fn join(mut self, other: Self) -> Self {
        for (route, told) in other.routes {
            let last = self.routes.entry(route).or_insert(told);
            *last = told.max(*last);
        }
        self.handles.extend(other.handles);
        while self.handles.len() > HANDLES {
            self.handles.pop_last();
        }
        if Self::earliness(&other.first) < Self::earliness(&self.first) {
            self.first = other.first;
        }
        if Self::lateness(&other.latest) > Self::lateness(&self.latest) {
            self.latest = other.latest;
        }
        self.band = self.band.max(other.band);
        self.count = self.count.max(other.count);
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        self.sample |= other.sample;
        self.asked = self.asked.max(other.asked);
        self
    }

    /// What the incident wants. Where any route says that it was put aside, it
    /// is put aside: an archived finding of GuardDuty stays active in Security
    /// Hub, and a suppressed one there goes on at GuardDuty. Otherwise the newest
    /// word of all counts, and of two of the same instant the closing one.
    pub fn standing(&self) -> Standing {
        let words = || self.routes.values();
        if words().any(|told| told.standing == Standing::Suppressed) {
            return Standing::Suppressed;
        }
        words().max().map_or(Standing::Open, |told| told.standing)
    }

    /// Smaller for a version that is the better first one. The whole version
    /// comes last, so that no two differ and are of the same rank.
    fn earliness(version: &Finding) -> (Reverse<u8>, Timestamp, Timestamp, &Finding) {
        let weight = Reverse(version.route.weight());
        (weight, version.updated, version.emitted, version)
    }

    /// Larger for a version that is the better latest one.
    fn lateness(version: &Finding) -> (u8, Timestamp, Timestamp, &Finding) {
        let weight = version.route.weight();
        (weight, version.updated, version.emitted, version)
    }
}
