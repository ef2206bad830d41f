//! The state in the ledger: one item for the channel, one for each matter, and
//! one for the silences of all channels.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_runtime::{Body, Entry, Ledger, LedgerError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::silence::Silences;
use super::state::{Desk, State};

/// Keeps the state of channels in a ledger.
#[derive(Debug)]
pub struct Shelf<'l, L> {
    ledger: &'l L,
}

/// A channel's state as it was read, and as it is meanwhile.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What the channel knows.
    pub state: State,
    channel: String,
    stored: State,
    versions: BTreeMap<String, u64>,
}

const DESK: &str = "desk";
const MATTER: &str = "matter#";
const EVERYBODY: &str = "notify";
const SILENCES: &str = "silences";

impl<'l, L: Ledger> Shelf<'l, L> {
    /// Over this ledger.
    pub const fn new(ledger: &'l L) -> Self {
        Self { ledger }
    }

    /// The ledger's partition of a channel.
    pub fn partition(channel: &str) -> String {
        format!("{EVERYBODY}#{channel}")
    }

    /// What a channel knows now.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds something else.
    pub async fn open(&self, channel: &str) -> Result<Kept, LedgerError> {
        let mut state = State {
            silences: self.silences().await?.0,
            ..State::default()
        };
        let mut versions = BTreeMap::new();
        for entry in self.ledger.load(&Self::partition(channel)).await? {
            if let Some(key) = entry.key.strip_prefix(MATTER) {
                state.matters.insert(key.to_owned(), read(&entry)?);
            } else if entry.key == DESK {
                state.desk = read::<Desk>(&entry)?;
            } else {
                continue;
            }
            versions.insert(entry.key, entry.version);
        }
        Ok(Kept {
            stored: state.clone(),
            state,
            channel: channel.to_owned(),
            versions,
        })
    }

    /// Writes what has changed since it was read, the channel's own item first:
    /// what a matter has left to it is then in both rather than in none.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] when another run has written meanwhile: what
    /// was decided has to be decided anew, from what is there now.
    pub async fn keep(&self, kept: &mut Kept) -> Result<(), LedgerError> {
        let partition = Self::partition(&kept.channel);
        if kept.state.desk != kept.stored.desk {
            let desk = kept.state.desk.clone();
            self.write(&partition, DESK, &desk, None, &mut kept.versions)
                .await?;
            kept.stored.desk = desk;
        }
        for (key, matter) in &kept.state.matters {
            if kept.stored.matters.get(key) == Some(matter) {
                continue;
            }
            let place = format!("{MATTER}{key}");
            let expires_at = matter.expires_at();
            self.write(&partition, &place, matter, expires_at, &mut kept.versions)
                .await?;
            kept.stored.matters.insert(key.clone(), matter.clone());
        }
        // What is forgotten DynamoDB removes, when it has expired.
        let known = &kept.state.matters;
        kept.stored.matters.retain(|key, _| known.contains_key(key));
        Ok(())
    }

    /// The silences, and the version to write them back with.
    ///
    /// # Errors
    /// When the ledger cannot be read, or holds something else.
    pub async fn silences(&self) -> Result<(Silences, u64), LedgerError> {
        match self.ledger.read(EVERYBODY, SILENCES).await? {
            Some(entry) => Ok((read(&entry)?, entry.version)),
            None => Ok((Silences::default(), 0)),
        }
    }

    /// Writes the silences back.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] when somebody else has changed them meanwhile.
    pub async fn keep_silences(
        &self,
        silences: &Silences,
        version: u64,
    ) -> Result<(), LedgerError> {
        let mut versions = BTreeMap::from([(SILENCES.to_owned(), version)]);
        self.write(EVERYBODY, SILENCES, silences, None, &mut versions)
            .await
    }

    async fn write(
        &self,
        partition: &str,
        key: &str,
        value: &impl Serialize,
        expires_at: Option<Timestamp>,
        versions: &mut BTreeMap<String, u64>,
    ) -> Result<(), LedgerError> {
        let body = Body::new(value).map_err(|error| LedgerError::Malformed {
            key: key.to_owned(),
            problem: error.to_string(),
        })?;
        let entry = Entry {
            key: key.to_owned(),
            version: versions.get(key).copied().unwrap_or(0),
            body,
            expires_at,
        };
        let version = self.ledger.write(partition, &entry).await?;
        versions.insert(key.to_owned(), version);
        Ok(())
    }
}

fn read<T: DeserializeOwned>(entry: &Entry) -> Result<T, LedgerError> {
    entry.body.read().map_err(|error| LedgerError::Malformed {
        key: entry.key.clone(),
        problem: error.to_string(),
    })
}
