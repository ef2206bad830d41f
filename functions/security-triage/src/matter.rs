//! An incident with what was done about it, as the ledger keeps it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Severity, printable};
use nightshift_runtime::{Body, Entry, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decide::{Called, LastWord, Telling};
use crate::finding::FindingKey;
use crate::incident::Incident;
use crate::playbooks::Playbook;
use crate::rules::Workflow;

/// The ledger's partition of all incidents.
pub const PARTITION: &str = "triage";
/// Sort keys begin so.
const PREFIX: &str = "incident#";
/// How long an incident is remembered after its last event: one that is over
/// may come back within a month and is then known again.
const OPEN: SignedDuration = SignedDuration::from_hours(90 * 24);
const OVER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An incident with what was done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matter {
    /// The version of this shape; 1.
    pub version: u32,
    /// What is known.
    pub incident: Incident,
    /// What people were told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// What people were about to be told when this was written. It stays only
    /// where a run ended in between: then they may know it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saying: Option<Telling>,
    /// What is yet to be done now that people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Owed>,
    /// The playbooks of which a plan was owed since the matter was last opened.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub planned: BTreeSet<Playbook>,
}

/// What people were told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// The last word.
    #[serde(flatten)]
    pub word: LastWord,
    /// How often the matter was opened.
    pub episode: u32,
    /// How many messages there were in this episode.
    pub messages: u32,
    /// The last time that a person has sent it, as far as people know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub asked: Option<Timestamp>,
}

/// What is yet to be done now that people were told. It is written down with the
/// message that it follows, so that a crash in between loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owed {
    /// What Security Hub is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Workflow>,
    /// Whether GuardDuty archives it.
    pub archive: bool,
    /// The playbooks that rules call for, of which no plan was made yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Called>,
}

impl Owed {
    /// Whether nothing is owed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Where an incident is kept.
pub fn sort_key(key: &FindingKey) -> String {
    format!("{PREFIX}{key}")
}

/// Whether an entry of the partition is an incident.
pub fn is_incident(entry: &Entry) -> bool {
    entry.key.starts_with(PREFIX)
}

impl Matter {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// An incident about which nothing was done yet.
    pub const fn new(incident: Incident) -> Self {
        Self {
            version: Self::VERSION,
            incident,
            said: None,
            saying: None,
            owed: None,
            planned: BTreeSet::new(),
        }
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// When something else is stored there.
    pub fn read(entry: &Entry) -> Result<Self, LedgerError> {
        entry.body.read().map_err(|error| LedgerError::Malformed {
            key: printable(&entry.key, 200),
            problem: printable(&error.to_string(), 200),
        })
    }

    /// The entry to write over the one of this version; 0 where there is none.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn entry(&self, version: u64, now: Timestamp) -> Result<Entry, serde_json::Error> {
        let keep = if self.incident.standing().is_open() {
            OPEN
        } else {
            OVER
        };
        let last = now.max(self.incident.last_seen);
        Ok(Entry {
            key: sort_key(&self.incident.key),
            version,
            body: Body::new(self)?,
            expires_at: last.checked_add(keep).ok(),
        })
    }

    /// What was said, once people were told so.
    #[must_use]
    pub fn told(mut self, tell: Telling, severity: Severity, now: Timestamp) -> Self {
        self.saying = None;
        let (episode, messages) = match (self.said, tell) {
            (_, Telling::None) => return self,
            (None, _) => (1, 1),
            (Some(said), Telling::Open | Telling::Reopened) => {
                self.planned.clear();
                (said.episode + 1, 1)
            }
            (Some(said), Telling::Update | Telling::Resolved) => {
                (said.episode, said.messages.saturating_add(1))
            }
        };
        self.said = Some(Said {
            word: LastWord {
                at: now,
                severity,
                open: tell != Telling::Resolved,
            },
            episode,
            messages,
            asked: self.incident.asked.as_ref().map(|asked| asked.at),
        });
        self
    }

    /// What has to be said, although nothing new has come, because a run ended
    /// while it told people something: that again, or what has become of it.
    pub const fn unfinished(&self, open: bool) -> Telling {
        match self.saying {
            None => Telling::None,
            Some(_) if !open => Telling::Resolved,
            Some(Telling::Resolved) => Telling::Update,
            Some(tell) => tell,
        }
    }

    /// Whether a person has sent it since people were last told.
    pub fn is_asked(&self) -> bool {
        let asked = self.incident.asked.as_ref().map(|asked| asked.at);
        asked > self.said.and_then(|said| said.asked)
    }

    /// The message's place among those about the matter: the same for every
    /// attempt to say the same, another for every new word. It is that of the
    /// message which comes after what was said.
    pub fn message_id(&self, tell: Telling) -> String {
        let next = self
            .clone()
            .told(tell, Severity::Info, Timestamp::UNIX_EPOCH);
        let (episode, messages) = next
            .said
            .map_or((0, 0), |said| (said.episode, said.messages));
        format!(
            "security-triage/{}/{episode}.{messages}",
            printable(&self.incident.key.to_string(), 300)
        )
    }
}
