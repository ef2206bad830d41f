//! The ledger before the change and after it.

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use nightshift_runtime::{Body, Entry, Ledger, LedgerError};
use serde::Serialize;

use super::job::Job;
use super::{AT_ONCE, Acted, Actor, Task};
use crate::cloud::Cloud;
use crate::model::{EnvironmentRecord, FailedAttempts, Record};
use crate::observe::{ENVIRONMENT_KEY, PARTITION, resource_key};
use crate::plan::{Achieved, Action, Outcome, Plan, Snapshot, Stored};

impl<C: Cloud, L: Ledger> Actor<'_, C, L> {
    /// Writes what is to be kept of resources that are not changed now.
    pub(super) async fn write_down(&self, snapshot: &Snapshot, plan: &Plan, acted: &mut Acted) {
        if self.dry_run {
            return;
        }
        let records = plan.decisions.iter().filter_map(|decision| {
            let is_change = matches!(decision.action, Action::Stop | Action::Start);
            decision.record.as_ref().filter(|_| !is_change)
        });
        let records = records.chain(&plan.missing);
        let writes: Vec<(&Record, Result<u64, LedgerError>)> = stream::iter(records)
            .map(|record| async move {
                let version = snapshot
                    .records
                    .get(&record.arn)
                    .map_or(0, |stored| stored.version);
                (record, self.keep(version, record).await)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (record, written) in writes {
            match written {
                Ok(version) => acted.records.push(Stored {
                    version,
                    value: record.clone(),
                }),
                Err(error) => acted.outcomes.push(Outcome {
                    arn: record.arn.clone(),
                    result: failure(&error),
                    calls: Vec::new(),
                }),
            }
        }
    }

    /// Writes the record before the first change, and reads it back: what is
    /// not certainly remembered is not changed.
    pub(super) async fn remember(&self, task: &Task<'_>) -> Result<Stored<Record>, Achieved> {
        let Some(record) = &task.decision.record else {
            return Err(Achieved::Failed(
                "there is no record to write before the change".to_owned(),
            ));
        };
        let key = resource_key(&record.arn);
        let version = self
            .keep(task.version, record)
            .await
            .map_err(|error| failure(&error))?;
        let stored = self
            .ledger
            .read(PARTITION, &key)
            .await
            .map_err(|error| failure(&error))?;
        let kept = stored.filter(|entry| entry.version == version);
        let Some(kept) = kept else {
            return Err(Achieved::AnotherRun);
        };
        match kept.body.read::<Record>() {
            Ok(kept) if kept == *record => Ok(Stored {
                version,
                value: kept,
            }),
            _ => Err(Achieved::Failed(format!(
                "the ledger entry `{key}` does not read back as it was written, so nothing was changed"
            ))),
        }
    }

    /// What came of a job; a failure is written down, so that the next attempt waits.
    pub(super) async fn conclude(&self, job: Job<'_>) -> (Outcome, Stored<Record>) {
        let (result, calls) = job.result();
        let arn = job.decision().arn.clone();
        let mut stored = job.stored;
        if let Achieved::Failed(cause) = &result {
            let earlier = stored.value.failed.take();
            stored.value.failed = Some(FailedAttempts {
                attempts: earlier.as_ref().map_or(1, |failed| failed.attempts + 1),
                first_at: earlier.map_or(self.now, |failed| failed.first_at),
                last_at: self.now,
                cause: cause.clone(),
            });
            match self.keep(stored.version, &stored.value).await {
                Ok(version) => stored.version = version,
                // The attempt itself is written down: the next run sees that it came to nothing.
                Err(error) => tracing::warn!(%arn, %error, "the failure could not be written down"),
            }
        }
        (Outcome { arn, result, calls }, stored)
    }

    /// Writes what is kept of the environment, if it has changed.
    ///
    /// # Errors
    /// When the ledger does not serve, or another run has written meanwhile.
    pub async fn write_environment(
        &self,
        before: &Stored<EnvironmentRecord>,
        value: &EnvironmentRecord,
    ) -> Result<u64, LedgerError> {
        if self.dry_run || before.value == *value {
            return Ok(before.version);
        }
        self.write(ENVIRONMENT_KEY, before.version, value, None)
            .await
    }

    /// Writes a record; the table deletes it when it may be forgotten.
    async fn keep(&self, version: u64, record: &Record) -> Result<u64, LedgerError> {
        let key = resource_key(&record.arn);
        self.write(&key, version, record, record.forget_at).await
    }

    async fn write<T: Serialize + Sync>(
        &self,
        key: &str,
        version: u64,
        value: &T,
        expires_at: Option<Timestamp>,
    ) -> Result<u64, LedgerError> {
        let body = Body::new(value).map_err(|error| LedgerError::Malformed {
            key: key.to_owned(),
            problem: error.to_string(),
        })?;
        let entry = Entry {
            key: key.to_owned(),
            version,
            body,
            expires_at,
        };
        self.ledger.write(PARTITION, &entry).await
    }
}

fn failure(error: &LedgerError) -> Achieved {
    match error {
        LedgerError::Conflict { .. } => Achieved::AnotherRun,
        _ => Achieved::Failed(error.to_string()),
    }
}
