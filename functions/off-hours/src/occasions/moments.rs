//! What is told when it happens, or before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Arn;
use nightshift_schedule::Desired;

use super::{Due, Occasion, View};
use crate::model::Record;
use crate::plan::{Action, Decision, Progress};

/// How long an announced sleep is kept.
const ANNOUNCED: SignedDuration = SignedDuration::from_hours(48);

impl View<'_> {
    /// Each instant of sleep is announced once.
    pub(super) fn announcements(&self, due: &mut Due) {
        let announced = &mut due.environment.announced;
        announced.retain(|at, _| self.now.duration_since(*at) < ANNOUNCED);
        let Some(lead) = self.policy.config.warn_before else {
            return;
        };
        let mut by_instant: BTreeMap<Timestamp, Vec<Arn>> = BTreeMap::new();
        for one in self.ours {
            let Some(at) = self.sleeps_at(one) else {
                continue;
            };
            let left = self.now.duration_until(at);
            if left.is_positive() && left <= lead.as_duration() {
                by_instant.entry(at).or_default().push(one.arn.clone());
            }
        }
        for (at, resources) in by_instant {
            if let Entry::Vacant(free) = announced.entry(at) {
                free.insert(self.now);
                due.occasions.push(Occasion::AboutToSleep { at, resources });
            }
        }
    }

    /// When something that runs now goes to sleep: at the end of its hours, of
    /// an override, or of a change by a person.
    fn sleeps_at(&self, one: &Decision) -> Option<Timestamp> {
        if one.desired == Desired::On && one.progress == Progress::Settled {
            return one.sleeps_at;
        }
        let lease = self.records.get(&one.arn)?.lease.as_ref()?;
        (one.progress == Progress::Respected && lease.state == Desired::On).then_some(lease.until)
    }

    pub(super) fn forced_starts(&self, due: &mut Due) {
        for one in self.ours {
            if one.forced_start && one.action == Action::Stop {
                due.occasions.push(Occasion::ForcedStart {
                    resource: one.arn.clone(),
                });
            }
        }
    }

    /// Once for each change of the value: the record keeps the last one.
    pub(super) fn invalid_values(&self, due: &mut Due) {
        let mut values = Vec::new();
        for one in self.ours {
            let told =
                |records: Option<&Record>| records.and_then(|one| one.reported_value.clone());
            let before = self
                .before
                .records
                .get(&one.arn)
                .map(|stored| &stored.value);
            let now = told(self.records.get(&one.arn).copied());
            if let Some(value) = now.filter(|value| told(before).as_ref() != Some(value)) {
                values.push((one.arn.clone(), value));
            }
        }
        if !values.is_empty() {
            due.occasions.push(Occasion::InvalidValues { values });
        }
    }
}
