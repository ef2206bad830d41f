//! Plans in the ledger.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_runtime::{Body, Entry, Ledger, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::journal::{Journal, Phase, Stored};
use super::plan::Plan;

/// The ledger's partition of plans.
pub const PARTITION: &str = "security-triage-plans";
/// Begins the key of every plan.
const PLAN: &str = "plan#";
/// The key of the count for the hourly limit.
const BEGUN: &str = "begun";
/// How long a plan is kept that nothing can be brought back by.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// When plans were begun, by plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Begun {
    /// The plans.
    #[schemars(with = "BTreeMap<String, String>")]
    pub plans: BTreeMap<String, Timestamp>,
}

/// A plan with the version of its entry.
pub type Versioned = (u64, Stored);

/// Reads one plan.
pub async fn read(ledger: &impl Ledger, plan: &str) -> Result<Option<Versioned>, LedgerError> {
    let entry = ledger.read(PARTITION, &format!("{PLAN}{plan}")).await?;
    entry.as_ref().map(parse).transpose()
}

/// Reads all plans.
pub async fn all(ledger: &impl Ledger) -> Result<Vec<Versioned>, LedgerError> {
    let entries = ledger.load(PARTITION).await?;
    let plans = entries.iter().filter(|entry| entry.key.starts_with(PLAN));
    plans.map(parse).collect()
}

/// Writes a plan, if its version is still the stored one.
pub async fn write(
    ledger: &impl Ledger,
    plan: &Plan,
    journal: &Journal,
    version: u64,
) -> Result<u64, LedgerError> {
    let stored = Stored {
        plan: plan.clone(),
        journal: journal.clone(),
        told: None,
    };
    put(ledger, &stored, version).await
}

/// Writes down that people were told where a plan stands, and by which message.
/// Where it has gone on meanwhile, whoever did that tells them.
pub async fn write_told(
    ledger: &impl Ledger,
    stored: &Stored,
    message: &str,
) -> Result<(), LedgerError> {
    let Some((version, mut now)) = read(ledger, &stored.plan.id).await? else {
        return Ok(());
    };
    if now.journal != stored.journal {
        return Ok(());
    }
    now.told = Some(message.to_owned());
    match put(ledger, &now, version).await {
        Ok(_) | Err(LedgerError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn put(ledger: &impl Ledger, stored: &Stored, version: u64) -> Result<u64, LedgerError> {
    let Stored { plan, journal, .. } = stored;
    // What can still be undone is never forgotten.
    let is_over = matches!(journal.phase, Phase::Planned | Phase::Undone);
    let entry = Entry {
        key: format!("{PLAN}{}", plan.id),
        version,
        body: body(&plan.id, stored)?,
        expires_at: is_over.then(|| journal.updated + KEPT),
    };
    ledger.write(PARTITION, &entry).await
}

/// Counts a plan among those begun within the last hour. A plan is counted
/// once; the count is written before the plan begins, so that of two approvals
/// at a time one sees the other.
///
/// # Errors
/// The number of plans, where it is the limit already.
pub async fn count_begun(
    ledger: &impl Ledger,
    plan: &str,
    limit: usize,
    now: Timestamp,
) -> Result<Result<(), usize>, LedgerError> {
    let entry = ledger.read(PARTITION, BEGUN).await?;
    let version = entry.as_ref().map_or(0, |entry| entry.version);
    let mut begun = match &entry {
        Some(entry) => entry
            .body
            .read::<Begun>()
            .map_err(|error| malformed(BEGUN, &error))?,
        None => Begun::default(),
    };
    let hour_ago = now - SignedDuration::from_hours(1);
    begun.plans.retain(|_, at| *at > hour_ago);
    if begun.plans.contains_key(plan) {
        return Ok(Ok(()));
    }
    if begun.plans.len() >= limit {
        return Ok(Err(begun.plans.len()));
    }
    begun.plans.insert(plan.to_owned(), now);
    let entry = Entry {
        key: BEGUN.to_owned(),
        version,
        body: body(BEGUN, &begun)?,
        expires_at: None,
    };
    ledger.write(PARTITION, &entry).await?;
    Ok(Ok(()))
}

fn body(key: &str, value: &impl Serialize) -> Result<Body, LedgerError> {
    Body::new(value).map_err(|error| malformed(key, &error))
}

fn parse(entry: &Entry) -> Result<Versioned, LedgerError> {
    let stored = entry
        .body
        .read()
        .map_err(|error| malformed(&entry.key, &error))?;
    Ok((entry.version, stored))
}

fn malformed(key: &str, error: &serde_json::Error) -> LedgerError {
    LedgerError::Malformed {
        key: key.to_owned(),
        problem: error.to_string(),
    }
}
