//! What goes out, why, and what becomes of it.

use jiff::Timestamp;
use nightshift_core::Notification;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A message that is to be sent now. It is written down before it is handed
/// out: after a crash the same message comes again under the same id.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outgoing {
    /// The same at every attempt; for [`super::State::settle`], and for
    /// channels that recognise what they have.
    pub id: String,
    /// The matter it is about, the same from its first message to its last, for
    /// channels that keep one incident or message a matter; none for summaries.
    pub matter: Option<String>,
    /// What to tell.
    pub notification: Notification,
    /// Why now.
    pub reason: Reason,
    /// How many notifications are told with it.
    pub covers: u64,
    /// The channel's own name of the message before it about the same matter,
    /// to be updated or answered to.
    pub follows: Option<String>,
    /// Whether the matter is over with it.
    pub closes: bool,
    /// How often it was tried before.
    pub attempts: u32,
}

/// Why a message goes out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The matter is new.
    First,
    /// It wants more attention than was told.
    Raised,
    /// Something more belongs to it.
    NewMember,
    /// Some of it is over.
    Ended,
    /// All of it is over.
    Resolved,
    /// There is a further word about it.
    Word,
    /// It was heard again, and the last message is long enough ago.
    Repeat,
    /// It is still open, and the last message is long enough ago.
    Reminder,
    /// What did not fit into the hour.
    Summary,
    /// What was kept for the morning.
    Digest,
}

/// What became of an attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the channel, under this name where the channel gives one.
    Delivered {
        /// The channel's own name of the message.
        reference: Option<String>,
    },
    /// It is certainly not in the channel, which takes nothing before then
    /// (429 with `Retry-After`).
    Refused {
        /// When the channel may be tried again.
        until: Timestamp,
    },
    /// It was not tried.
    Untried,
    /// Nobody knows whether it is in the channel: no answer, or a fault of
    /// the other side.
    Unknown,
    /// It went another way: by e-mail, or to the dead letters. The matter
    /// counts as told.
    Elsewhere,
}

/// What was decided about a notification when it was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Held {
    /// The notification's id.
    pub id: String,
    /// The matter it was put to; none where the channel holds too many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// What became of it so far.
    pub account: Account,
    /// Whether it was too large to be kept whole: log it.
    pub shortened: bool,
}

/// Where a notification stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "account", rename_all = "kebab-case")]
pub enum Account {
    /// It will be told.
    Waiting,
    /// It was heard before, or is older than what was told last.
    Repeated,
    /// It is counted in the next summary.
    Folded,
    /// A silence holds it back as long as it lasts.
    Silenced {
        /// The silence.
        by: String,
    },
    /// It is not worth telling while something else goes on.
    Inhibited {
        /// The configuration's name for the rule.
        by: String,
    },
}

/// What one look at the channel found to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Round {
    /// What to send, in this order.
    pub outgoing: Vec<Outgoing>,
    /// How many notifications were left to the next summary.
    pub folded: u64,
    /// How many were left to the morning.
    pub digested: u64,
    /// What will not be told, by whose word.
    pub untold: Vec<Untold>,
}

/// Notifications that end untold: they were over before what held them back,
/// or nothing was ever to follow them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Untold {
    /// The matter.
    pub matter: String,
    /// How many.
    pub count: u64,
    /// By whose word.
    #[serde(flatten)]
    pub account: Account,
}

/// Every notification that was heard, by where it ended. Their sum, with what
/// is pending and what is on its way, is the number of those heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tally {
    /// All of them.
    pub heard: u64,
    /// In a message of its matter.
    pub told: u64,
    /// Counted in a summary.
    pub folded: u64,
    /// In a morning's digest.
    pub digested: u64,
    /// Held back by people, and over before it could be told.
    pub silenced: u64,
    /// Muted by something else, and over before it could be told.
    pub inhibited: u64,
    /// Nothing new.
    pub repeated: u64,
}

impl Tally {
    /// Those whose account is closed.
    pub const fn closed(&self) -> u64 {
        self.told + self.folded + self.digested + self.silenced + self.inhibited + self.repeated
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            heard: self.heard + other.heard,
            told: self.told + other.told,
            folded: self.folded + other.folded,
            digested: self.digested + other.digested,
            silenced: self.silenced + other.silenced,
            inhibited: self.inhibited + other.inhibited,
            repeated: self.repeated + other.repeated,
        }
    }
}

/// How urgent a claim is, for the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Class {
    /// May wait.
    Ordinary,
    /// May use what is kept for urgent messages.
    Urgent,
    /// May use all: it says what the others could not.
    Summary,
}

/// A message that is written down and not yet known to be in the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub id: String,
    pub notification: Notification,
    pub reason: Reason,
    pub class: Class,
    pub covers: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    pub closes: bool,
    pub made_at: Timestamp,
    pub not_before: Timestamp,
    pub attempts: u32,
    /// Since when an attempt is under way, whose end nobody has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flying_since: Option<Timestamp>,
}

impl Claim {
    pub(crate) fn outgoing(&self, matter: Option<&str>) -> Outgoing {
        Outgoing {
            id: self.id.clone(),
            matter: matter.map(str::to_owned),
            notification: self.notification.clone(),
            reason: self.reason,
            covers: self.covers,
            follows: self.follows.clone(),
            closes: self.closes,
            attempts: self.attempts,
        }
    }
}
