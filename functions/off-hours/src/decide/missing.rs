//! What the ledger keeps of resources that are not there any more.
//!
//! Somebody may have deleted one, or only taken its tag away for a while, so its
//! memory is kept long; and what failed to be seen is not missing at all.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Arn;

use super::meter;
use crate::model::{Record, Resource};
use crate::plan::Snapshot;

/// How long a resource must be missing until it is forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long it can still come back after that: the ledger's table deletes it only
/// when this is over too, and every run until then looks for it again.
const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The records of missing resources that say something new.
pub(super) fn records(snapshot: &Snapshot, ours: &[&Resource], now: Timestamp) -> Vec<Record> {
    let here: BTreeSet<&Arn> = ours.iter().map(|resource| &resource.arn).collect();
    snapshot
        .records
        .values()
        .map(|stored| &stored.value)
        .filter(|record| !here.contains(&record.arn))
        .filter(|record| {
            let place = (record.kind, record.region.clone());
            snapshot.swept.contains(&place)
        })
        .filter_map(|record| next(record, now))
        .collect()
}

fn next(record: &Record, now: Timestamp) -> Option<Record> {
    let mut next = record.clone();
    match record.missing_since {
        None => {
            // What is deleted saves nothing any more.
            meter::stop(&mut next, now);
            next.missing_since = Some(now);
        }
        Some(since)
            if record.forget_at.is_none() && now.duration_since(since) >= FORGOTTEN_AFTER =>
        {
            next.forget_at = Some(now.saturating_add(GRACE).unwrap_or(Timestamp::MAX));
        }
        Some(_) => return None,
    }
    Some(next)
}
