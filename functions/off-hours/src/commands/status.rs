use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::Document;

use crate::plan::Snapshot;
use crate::report::{Failing, Leased, Overridden, StatusReport};

/// Lists what is remembered, overridden, leased and failing, from the ledger alone.
pub fn status(snapshot: &Snapshot, document: &Document, now: Timestamp) -> StatusReport {
    let mut phases = BTreeMap::new();
    let (mut overrides, mut leases, mut failing) = (Vec::new(), Vec::new(), Vec::new());
    for (arn, stored) in &snapshot.records {
        let record = &stored.value;
        if record.missing_since.is_some() {
            *phases.entry("missing".to_owned()).or_insert(0) += 1;
            continue;
        }
        let phase = serde_json::to_value(record.phase)
            .ok()
            .and_then(|phase| phase.as_str().map(str::to_owned))
            .unwrap_or_default();
        *phases.entry(phase).or_insert(0) += 1;
        for (by, asked) in [("tag", &record.tagged), ("command", &record.override_)] {
            if let Some(override_) = asked.clone().filter(|one| one.until > now) {
                overrides.push(Overridden {
                    arn: arn.clone(),
                    by,
                    override_,
                });
            }
        }
        if let Some(lease) = record.lease.as_ref().filter(|lease| lease.until > now) {
            leases.push(Leased {
                arn: arn.clone(),
                state: lease.state,
                until: lease.until,
            });
        }
        if let Some(failed) = &record.failed {
            failing.push(Failing {
                arn: arn.clone(),
                attempts: failed.attempts,
                cause: failed.cause.clone(),
            });
        }
    }
    StatusReport {
        version: 1,
        function: "off-hours",
        command: "status",
        environment: document.environment.clone(),
        at: now,
        phases,
        overrides,
        leases,
        failing,
        unreadable: snapshot.problems.clone(),
    }
}
