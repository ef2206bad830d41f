//! What is told once for as long as it holds.

use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

use jiff::SignedDuration;
use nightshift_core::Refusal;

use super::{Due, Occasion, View};
use crate::plan::{Progress, Snapshot};

/// How often the owner of an override is reminded.
const REMINDER: SignedDuration = SignedDuration::from_hours(24);
/// Attempts that fail for passing reasons are told from this one on.
const TELLING_ATTEMPTS: u32 = 2;

impl View<'_> {
    pub(super) fn trouble(&self, due: &mut Due, standing: &mut BTreeSet<String>) {
        let mut resources = Vec::new();
        for one in self.ours {
            let failed = self
                .records
                .get(&one.arn)
                .and_then(|record| record.failed.as_ref());
            let key = format!("trouble#{}", one.arn);
            let is_told = due.environment.reported.contains_key(&key);
            let is_lasting = one.alarming
                || failed.is_some_and(|failed| failed.attempts >= TELLING_ATTEMPTS || is_told);
            if is_lasting && self.tell(due, standing, key) {
                resources.push(one.arn.clone());
            }
        }
        if !resources.is_empty() {
            due.occasions.push(Occasion::Trouble { resources });
        }
    }

    pub(super) fn halted(
        &self,
        due: &mut Due,
        standing: &mut BTreeSet<String>,
        refusal: Option<&Refusal>,
    ) {
        // A stop switch on a quiet afternoon stands in nobody's way.
        let refusal = refusal.filter(|_| {
            self.ours
                .iter()
                .any(|one| one.progress == Progress::Refused)
        });
        let Some(refusal) = refusal else { return };
        let kind = match refusal {
            // The count changes from run to run and says nothing new.
            Refusal::BlastRadius { .. } => "blast-radius".to_owned(),
            other => other.to_string(),
        };
        if self.tell(due, standing, format!("halted#{kind}")) {
            due.occasions.push(Occasion::Halted {
                refusal: refusal.clone(),
            });
        }
    }

    pub(super) fn blind(&self, due: &mut Due, standing: &mut BTreeSet<String>, after: &Snapshot) {
        let mut errors = Vec::new();
        let blind = after.blind.iter().map(|error| {
            let key = format!("blind#{}#{}", error.operation, error.region);
            (key, error.to_string())
        });
        let unread = after
            .problems
            .iter()
            .map(|problem| (format!("blind#{problem}"), problem.clone()));
        for (key, words) in blind.chain(unread) {
            if self.tell(due, standing, key) {
                errors.push(words);
            }
        }
        if !errors.is_empty() {
            due.occasions.push(Occasion::Blind { errors });
        }
    }

    pub(super) fn overrides(
        &self,
        due: &mut Due,
        standing: &mut BTreeSet<String>,
        after: &Snapshot,
    ) {
        for resource in &after.resources {
            let Some(record) = self.records.get(&resource.arn) else {
                continue;
            };
            if record.override_.is_none() && record.tagged.is_none() {
                continue;
            }
            if !self.ours.iter().any(|one| one.arn == resource.arn) {
                continue;
            }
            let asked = record.tagged.clone().or(record.override_.clone());
            let Some(wish) = asked.filter(|wish| wish.until > self.now) else {
                continue;
            };
            let key = format!("override#{}", resource.arn);
            let first = due.environment.reported.get(&key).copied();
            let last = first.unwrap_or(wish.since.min(self.now));
            standing.insert(key.clone());
            if self.now.duration_since(last) >= REMINDER {
                due.environment.reported.insert(key, self.now);
                due.occasions.push(Occasion::OverrideReminder {
                    resource: resource.arn.clone(),
                    override_: wish,
                });
            } else {
                due.environment.reported.insert(key, last);
            }
        }
    }

    /// Whether this is to be told, because it was not yet since it began.
    fn tell(&self, due: &mut Due, standing: &mut BTreeSet<String>, key: String) -> bool {
        standing.insert(key.clone());
        let told = &mut due.environment.reported;
        match told.entry(key) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(self.now);
                true
            }
        }
    }
}
