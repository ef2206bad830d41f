//! One member of a matter: everything that was heard under one name.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Notification, Severity, Status, printable};
use serde::{Deserialize, Serialize};

use super::config::{Endings, Group, Words};
use super::labels::{Labels, print};

/// What holds a member back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mute {
    /// A silence, by its name.
    Silence(String),
    /// A rule of the configuration, by its name.
    Inhibition(String),
}

/// One notification on its way into a matter.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub labels: Labels,
    pub member: String,
    /// Stands for the member where there is no room for its name.
    pub member_print: String,
    /// Tells this very text from every other.
    pub print: String,
    pub notification: Notification,
}

/// Where a word stands among those of its member: the later one holds, and of
/// two of the same instant the one that ends it.
type Order = (Timestamp, bool, String);

impl Word {
    pub fn new(notification: Notification) -> Self {
        // The ledger has no room for files; what one shows is told all the same.
        let notification = notification.with_attachment_told();
        let labels = Labels::of(&notification);
        let whole = serde_json::to_string(&notification).unwrap_or_default();
        let member = labels.member();
        Self {
            member_print: print(&member),
            member,
            labels,
            print: print(&whole),
            notification,
        }
    }

    pub fn is_end(&self) -> bool {
        !self.notification.status.is_open()
    }

    pub fn order(&self) -> Order {
        (
            self.notification.occurred_at,
            self.is_end(),
            self.print.clone(),
        )
    }

    pub fn title(&self) -> String {
        printable(&self.notification.title, 120)
    }
}

/// What was last told about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub at: Timestamp,
    pub status: Status,
    pub severity: Severity,
}

/// Everything that was heard under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    /// Its labels by the last word; the severity is the worst since it began.
    pub labels: Labels,
    pub title: String,
    pub status: Status,
    /// Whether more may follow: it is known by a name of its own.
    pub follows: bool,
    /// The worst that was said while it was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    worst: Option<Severity>,
    newest: Order,
    /// When it began and was last heard of.
    pub since: Timestamp,
    pub heard_at: Timestamp,
    /// The prints of its last words, oldest first.
    words: Vec<String>,
    /// How many words wait to be told, and since when.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub news: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news_since: Option<Timestamp>,
    /// The titles of those that wait, but for the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<(Timestamp, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What held it back at the last look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted: Option<Mute>,
    /// What held its news back until it let them go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_muted: Option<Mute>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Why a member has to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum News {
    /// It was heard again.
    Again,
    /// There is a further word.
    Word,
    /// It is over.
    Ended,
    /// It has begun.
    New,
    /// It is worse than was told.
    Raised,
}

impl Member {
    /// So many words are recognised when they come a second time.
    const WORDS: usize = 8;
    /// So many titles of words are kept that a later one has overtaken.
    const EARLIER: usize = 3;

    pub fn new(word: &Word, now: Timestamp) -> Self {
        Self {
            labels: word.labels.clone(),
            title: word.title(),
            status: word.notification.status,
            follows: word.notification.dedup_key.is_some(),
            worst: (!word.is_end()).then_some(word.labels.severity),
            newest: word.order(),
            since: word.notification.occurred_at,
            heard_at: now,
            words: vec![word.print.clone()],
            news: 1,
            news_since: Some(now),
            earlier: Vec::new(),
            told: None,
            muted: None,
            was_muted: None,
        }
    }

    /// Takes one more word in, unless it is no news. As long as nothing is told
    /// in between, the order in which words come makes no difference.
    pub fn hear(&mut self, word: &Word, now: Timestamp) -> bool {
        if self.words.contains(&word.print) {
            return false;
        }
        self.words.push(word.print.clone());
        if self.words.len() > Self::WORDS {
            self.words.remove(0);
        }
        let order = word.order();
        let newer = order > self.newest;
        let waits = self.news > 0;
        // What is told to be over is not opened by a word from before its end.
        if !newer && !waits && !self.status.is_open() {
            return false;
        }
        let reopens = newer && !word.is_end() && !self.status.is_open() && !waits;
        if !word.is_end() {
            let severity = Some(word.labels.severity);
            self.worst = if reopens {
                severity
            } else {
                self.worst.max(severity)
            };
        }
        self.heard_at = self.heard_at.max(now);
        self.news += 1;
        self.news_since = Some(self.news_since.map_or(now, |since| since.min(now)));
        self.follows |= word.notification.dedup_key.is_some();
        if reopens {
            self.since = word.notification.occurred_at;
        } else {
            self.since = self.since.min(word.notification.occurred_at);
        }
        let overtaken = if newer {
            (self.newest.0, self.title.clone())
        } else {
            (order.0, word.title())
        };
        if waits {
            self.earlier.push(overtaken);
            self.earlier.sort_unstable();
            if self.earlier.len() > Self::EARLIER {
                self.earlier.remove(0);
            }
        }
        if newer {
            self.labels = word.labels.clone();
            self.title = word.title();
            self.status = word.notification.status;
            self.newest = order;
        }
        self.labels.severity = self.worst.unwrap_or(self.labels.severity);
        true
    }

    /// Why it has to be told of, if at all.
    pub fn news(&self, group: &Group) -> Option<News> {
        if self.news == 0 {
            return None;
        }
        let open = self.status.is_open();
        Some(match self.told {
            None => News::New,
            Some(told) if open && !told.status.is_open() => News::New,
            Some(told) if !open && told.status.is_open() => News::Ended,
            Some(told) if open && self.labels.severity > told.severity => News::Raised,
            Some(_) if group.words == Words::Each => News::Word,
            Some(_) => News::Again,
        })
    }

    /// When that is to be done. `spoken` is when and how severe the matter was
    /// last told of, `over` whether all of it is over.
    pub fn due(&self, group: &Group, spoken: Option<Spoken>, over: bool) -> Option<Timestamp> {
        let gathered = after(self.news_since?, group.wait.as_duration());
        let spaced = spoken.map_or(gathered, |spoken| {
            spoken.spaced(gathered, group, self.labels.severity)
        });
        match self.news(group)? {
            News::New | News::Word => Some(spaced),
            News::Raised => Some(gathered),
            News::Ended => (over || group.resolved == Endings::Each).then_some(spaced),
            News::Again => {
                let told = self.told.map_or(gathered, |told| told.at);
                Some(gathered.max(after(told, group.repeat_after(self.labels.severity))))
            }
        }
    }

    /// It is told of now: how many words that were.
    pub fn tell(&mut self, now: Timestamp) -> u64 {
        self.told = Some(Told {
            at: now,
            status: self.status,
            severity: self.labels.severity,
        });
        self.muted = None;
        self.was_muted = None;
        self.news_since = None;
        self.earlier.clear();
        std::mem::take(&mut self.news)
    }

    /// Whether it goes on, as far as anybody will ever know.
    pub const fn is_open(&self) -> bool {
        self.follows && self.status.is_open()
    }

    /// Whether its next word belongs to the same matter as the last.
    pub const fn is_active(&self) -> bool {
        self.news > 0 || self.is_open()
    }

    /// Whether a word is from before what is known.
    pub fn is_past(&self, word: &Word) -> bool {
        self.words.contains(&word.print) || word.order() <= self.newest
    }
}

/// When a matter was last told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spoken {
    pub at: Timestamp,
    /// The worst that was told since the matter began.
    pub severity: Severity,
}

impl Spoken {
    /// When what is ready at an instant may follow: what is worse than all that
    /// was told does not wait for the interval.
    pub fn spaced(self, ready: Timestamp, group: &Group, severity: Severity) -> Timestamp {
        if severity > self.severity {
            ready
        } else {
            ready.max(after(self.at, group.interval.as_duration()))
        }
    }
}

/// An instant so much later.
pub(crate) fn after(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.checked_add(length).unwrap_or(Timestamp::MAX)
}
