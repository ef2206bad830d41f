//! One sender a channel at a time. The queue wakes two of us at least, and two
//! that post to one channel get both of them refused for haste.

use jiff::{SignedDuration, Timestamp};
use nightshift_runtime::{Body, Entry, Ledger, LedgerError};
use serde::{Deserialize, Serialize};

/// The ledger's partition of the leases.
pub const PARTITION: &str = "notify-lease";
/// A lease that nobody needs any more is forgotten by the table itself.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Who may post to a channel, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    holder: String,
    until: Timestamp,
}

/// A lease that we hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    channel: String,
    holder: String,
    version: u64,
}

/// What became of asking for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is ours.
    Ours(Lease),
    /// Another has it.
    Theirs,
}

/// Asks for a channel until `until`. The same holder may ask again.
///
/// # Errors
/// When the ledger does not answer.
pub async fn take(
    ledger: &impl Ledger,
    channel: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Turn, LedgerError> {
    let found = ledger.read(PARTITION, channel).await?;
    let version = found.as_ref().map_or(0, |entry| entry.version);
    // What cannot be read holds nobody back.
    let holds = found.and_then(|entry| entry.body.read::<Holder>().ok());
    if holds.is_some_and(|other| other.until > now && other.holder != holder) {
        return Ok(Turn::Theirs);
    }
    let lease = Lease {
        channel: channel.to_owned(),
        holder: holder.to_owned(),
        version,
    };
    match write(ledger, &lease, until).await {
        Ok(version) => Ok(Turn::Ours(Lease { version, ..lease })),
        Err(LedgerError::Conflict { .. }) => Ok(Turn::Theirs),
        Err(error) => Err(error),
    }
}

/// Gives a channel back. If that fails, the lease ends by itself.
pub async fn give_back(ledger: &impl Ledger, lease: &Lease, now: Timestamp) {
    if let Err(error) = write(ledger, lease, now).await {
        tracing::debug!(%error, "a lease ends by itself");
    }
}

async fn write(ledger: &impl Ledger, lease: &Lease, until: Timestamp) -> Result<u64, LedgerError> {
    let state = Holder {
        holder: lease.holder.clone(),
        until,
    };
    let body = Body::new(&state).map_err(|error| LedgerError::Malformed {
        key: lease.channel.clone(),
        problem: error.to_string(),
    })?;
    let entry = Entry {
        key: lease.channel.clone(),
        version: lease.version,
        body,
        expires_at: until.checked_add(KEPT).ok(),
    };
    ledger.write(PARTITION, &entry).await
}
