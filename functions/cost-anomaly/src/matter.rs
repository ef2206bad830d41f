//! A matter with what was done about it, as the ledger keeps it.

mod budget;
mod credits;
mod spend;
mod watch;

pub use budget::{BudgetState, Range, Standing as BudgetStanding, step};
pub use credits::CreditState;
pub use spend::{Belonging, Given, Spend, Standing as SpendStanding, Window, days_between};
pub use watch::WatchState;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Severity, printable};
use nightshift_runtime::{Body, Entry, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Cause;
use crate::sources::Note;

/// The ledger's partition of everything that this function remembers.
pub const PARTITION: &str = "cost";
/// Sort keys of matters begin so.
const PREFIX: &str = "matter#";
/// How long a matter is remembered after the last word about it.
const OPEN: SignedDuration = SignedDuration::from_hours(120 * 24);
const OVER: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What messages are merged by.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Unusual spending of a service in an account.
    Spend(Cause),
    /// A budget in a month.
    Budget {
        /// The environment, or the budget's own name where it watches none.
        name: String,
        /// The month, such as `2026-11`.
        month: String,
    },
    /// The account's credits.
    Credits,
    /// Whether spending is seen at all.
    Watch,
    /// A message that nothing here knows.
    Note(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spend(cause) => write!(f, "spend/{cause}"),
            Self::Budget { name, month } => write!(f, "budget/{name}/{month}"),
            Self::Credits => f.write_str("credits"),
            Self::Watch => f.write_str("watch"),
            Self::Note(id) => write!(f, "note/{id}"),
        }
    }
}

/// What is known of a matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Unusual spending.
    Spend(Spend),
    /// A budget.
    Budget(BudgetState),
    /// Credits.
    Credits(CreditState),
    /// The watch itself.
    Watch(WatchState),
    /// A message.
    Note(Note),
}

/// A matter with what was done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Matter {
    /// The version of this shape; 1.
    pub version: u32,
    /// What it is merged by.
    pub place: Place,
    /// What is known.
    pub state: State,
    /// Which of the place's matters it is, counted from 1.
    pub episode: u32,
    /// What people were told last of this episode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// What people were about to be told when this was written. It stays only
    /// where a run ended in between: then they may know it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saying: Option<Telling>,
}

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Telling {
    /// Nothing.
    None,
    /// That there is a matter.
    Open,
    /// That it has grown.
    Update,
    /// That it is back.
    Reopened,
    /// That it is over.
    Resolved,
}

/// What people were told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How loud.
    pub severity: Severity,
    /// Whether it left the matter open.
    pub open: bool,
    /// How large the matter was, in its own measure: millionths of a dollar of
    /// impact, or per cent of a budget.
    pub size: i64,
    /// How many messages there were.
    pub messages: u32,
}

/// Where a matter is kept.
pub fn sort_key(place: &Place) -> String {
    format!("{PREFIX}{place}")
}

/// Whether an entry of the partition is a matter.
pub fn is_matter(entry: &Entry) -> bool {
    entry.key.starts_with(PREFIX)
}

impl Matter {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// A matter about which nothing was done yet.
    pub const fn new(place: Place, state: State) -> Self {
        Self {
            version: Self::VERSION,
            place,
            state,
            episode: 1,
            said: None,
            saying: None,
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
        let keep = if self.said.is_some_and(|said| !said.open) {
            OVER
        } else {
            OPEN
        };
        Ok(Entry {
            key: sort_key(&self.place),
            version,
            body: Body::new(self)?,
            expires_at: now.checked_add(keep).ok(),
        })
    }

    /// Whether people know of it and were not told that it is over.
    pub fn is_open(&self) -> bool {
        self.said.is_some_and(|said| said.open)
    }

    /// What was said, once people were told so.
    #[must_use]
    pub fn told(mut self, tell: Telling, severity: Severity, size: i64, now: Timestamp) -> Self {
        self.saying = None;
        if tell == Telling::None {
            return self;
        }
        self.said = Some(Said {
            at: now,
            severity,
            open: tell != Telling::Resolved,
            size,
            messages: self.next_message(),
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

    fn next_message(&self) -> u32 {
        let messages = self.said.map_or(0, |said| said.messages);
        messages.saturating_add(1)
    }

    /// The message's place among those about the matter: the same for every
    /// attempt to say the same, another for every new word.
    pub fn message_id(&self) -> String {
        format!("{}.{}", self.dedup_key(), self.next_message())
    }

    /// The same from the first message of an episode to its last.
    pub fn dedup_key(&self) -> String {
        let place = printable(&self.place.to_string(), 400);
        format!("cost-anomaly/{place}/{}", self.episode)
    }
}
