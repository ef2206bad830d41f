//! Unusual spending of a service in an account, from every word about it.
//!
//! **Architecture invariant:** within an episode, hearing is a join: whatever
//! the order and however often sightings come, what is known ends the same.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SpanRelativeTo, Timestamp, Unit};
use nightshift_core::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::Feedback;
use crate::model::{Class, Course, Root, Sighting, Source, ranked};

/// Sightings of one episode that are kept: a service may be watched by many
/// monitors, and each has an anomaly of its own.
const SIGHTINGS: usize = 24;
/// Earlier episodes whose days are remembered.
const PAST: usize = 8;
/// Days between two sightings that still belong together: bills settle late, and
/// a weekend may lie between.
const APART: i32 = 3;

/// Unusual spending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spend {
    /// The last word of each source about each of its own sightings.
    pub sightings: BTreeMap<String, Sighting>,
    /// What a person has said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Episodes before this one, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<Window>,
}

/// What a person has said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Given {
    /// What.
    pub feedback: Feedback,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// The days of an episode that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// Its first day.
    #[schemars(with = "String")]
    pub since: Date,
    /// Its last day.
    #[schemars(with = "String")]
    pub until: Date,
    /// What it cost.
    pub impact: Money,
    /// The ids under which it was known.
    pub ids: Vec<String>,
}

/// What has become of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    Open,
    /// Spending is as before.
    Ended,
    /// It is what is ordinary now.
    Accepted,
    /// Nobody has said anything for a while.
    Quiet,
    /// A person has said that it is none, or was planned.
    Dismissed(Feedback),
}

/// What a sighting is to an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// It is of this episode.
    Now,
    /// It is of an earlier one, and brings nothing.
    Before,
    /// It begins another one.
    Next,
}

impl Spend {
    /// What one sighting tells.
    pub fn new(sighting: Sighting) -> Self {
        let mut spend = Self::default();
        spend.hear(sighting);
        spend
    }

    /// Takes a sighting in: of each source and id the last word counts.
    pub fn hear(&mut self, sighting: Sighting) {
        let key = key(&sighting);
        match self.sightings.get_mut(&key) {
            Some(known) if version(known) >= version(&sighting) => {}
            Some(known) => *known = sighting,
            None => {
                self.sightings.insert(key, sighting);
            }
        }
        while self.sightings.len() > SIGHTINGS {
            let least = self
                .sightings
                .iter()
                .filter(|(_, one)| one.source != Source::Detector)
                .min_by_key(|(key, one)| (one.impact, (*key).clone()))
                .map(|(key, _)| key.clone());
            let Some(least) = least else { break };
            self.sightings.remove(&least);
        }
    }

    /// What a sighting is to this episode, which is over or not.
    pub fn belonging(&self, sighting: &Sighting, over: bool) -> Belonging {
        let is_past = self.past.iter().any(|window| {
            let named = sighting.source.is_the_service() && window.ids.contains(&sighting.id);
            named || (window.since <= sighting.until && sighting.since <= window.until)
        });
        // An anomaly of the service has an id of its own; our own detector's word
        // is known by its days.
        let known = self.sightings.get(&key(sighting)).is_some_and(|one| {
            sighting.source.is_the_service()
                || days_between(one.until, sighting.since) <= APART
                    && days_between(sighting.until, one.since) <= APART
        });
        if is_past && !known {
            return Belonging::Before;
        }
        if !over || known {
            return Belonging::Now;
        }
        let near = self.since().is_none_or(|since| {
            days_between(self.until().unwrap_or(since), sighting.since) <= APART
                && days_between(sighting.until, since) <= APART
        });
        if near {
            Belonging::Now
        } else {
            Belonging::Next
        }
    }

    /// The episode that a sighting begins after this one.
    #[must_use]
    pub fn next(mut self, sighting: Sighting) -> Self {
        if let (Some(since), Some(until)) = (self.since(), self.until()) {
            self.past.push(Window {
                since,
                until,
                impact: self.impact(),
                ids: self.sightings.values().map(|one| one.id.clone()).collect(),
            });
        }
        let from = self.past.len().saturating_sub(PAST);
        let past = self.past.split_off(from);
        Self {
            past,
            ..Self::new(sighting)
        }
    }

    /// Its first day.
    pub fn since(&self) -> Option<Date> {
        self.sightings.values().map(|one| one.since).min()
    }

    /// Its last unusual day so far.
    pub fn until(&self) -> Option<Date> {
        self.sightings.values().map(|one| one.until).max()
    }

    /// What it has cost more than expected. Sources count the same money, so
    /// the largest counts and not the sum.
    pub fn impact(&self) -> Money {
        let impacts = self.sightings.values().map(|one| one.impact);
        impacts.max().unwrap_or(Money::ZERO)
    }

    /// The sighting that knows most: what it shows is what people read.
    pub fn best(&self) -> Option<&Sighting> {
        self.sightings.values().max_by_key(|one| {
            let knows = (one.actual.is_some(), one.impact, one.source);
            (knows, version(one))
        })
    }

    /// The detector's last word.
    pub fn detected(&self) -> Option<&Sighting> {
        let ours = self.sightings.values();
        ours.filter(|one| one.source == Source::Detector)
            .max_by_key(|one| version(one))
    }

    /// Whether it never cost anything before.
    pub fn is_new(&self) -> bool {
        self.detected().is_some_and(|one| one.class == Class::New)
    }

    /// Where it comes from, from all sources, the largest part first.
    pub fn roots(&self) -> Vec<Root> {
        let all = self.sightings.values().flat_map(|one| one.roots.clone());
        ranked(all.collect())
    }

    /// Ids under which the service knows it.
    pub fn anomalies(&self) -> Vec<&str> {
        let service = self.sightings.values();
        let mut ids: Vec<&str> = service
            .filter(|one| one.source.is_the_service())
            .map(|one| one.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What has become of it at an instant.
    pub fn standing(&self, now: Timestamp, quiet_days: u8) -> Standing {
        if let Some(given) = self.given
            && given.feedback != Feedback::Yes
        {
            return Standing::Dismissed(given.feedback);
        }
        let service = || {
            let all = self.sightings.values();
            all.filter(|one| one.source.is_the_service())
        };
        if let Some(ours) = self.detected() {
            let later = service().any(|one| days_between(ours.until, one.until) > APART);
            match ours.course {
                Course::GoesOn => return Standing::Open,
                Course::Ended if !later => return Standing::Ended,
                Course::Accepted if !later => return Standing::Accepted,
                Course::Ended | Course::Accepted => {}
            }
        }
        let last = service().map(|one| one.said_at).max();
        let silence = last.map(|last| now.duration_since(last));
        match silence {
            Some(silence) if silence.as_hours() >= 24 * i64::from(quiet_days) => Standing::Quiet,
            _ => Standing::Open,
        }
    }
}

/// Whole days from one date to another; negative where it is before.
pub fn days_between(from: Date, to: Date) -> i32 {
    let total = from.until((Unit::Day, to)).ok().and_then(|span| {
        span.total((Unit::Day, SpanRelativeTo::days_are_24_hours()))
            .ok()
    });
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole days between dates of the calendar"
    )]
    total.map_or(i32::MAX, |days| days as i32)
}

/// What a word of a source is compared by: when it was said, and of two words of
/// the same instant the one that knows more.
fn version(sighting: &Sighting) -> (Timestamp, &Sighting) {
    (sighting.said_at, sighting)
}

fn key(sighting: &Sighting) -> String {
    match sighting.source {
        Source::AnomalyEvent => format!("event/{}", sighting.id),
        Source::AnomalyTopic => format!("topic/{}", sighting.id),
        Source::AnomalyAsked => format!("asked/{}", sighting.id),
        Source::Detector => "detector".to_owned(),
    }
}
