//! A matter: what a channel hears under one group key.
//!
//! It stays small whatever comes: so many members are listed, so many more are
//! known by their prints, and the rest is counted. Of the texts two are kept,
//! the worst and the last.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Notification, Severity};
use serde::{Deserialize, Serialize};

use super::config::Group;
use super::counts::Counts;
use super::labels::{Labels, kept, print};
use super::member::{Member, Spoken, Word, after};
use super::outgoing::{Claim, Tally};

/// What a channel hears under one group key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Matter {
    /// The labels of its first member: those that it is grouped by are
    /// everybody's.
    pub labels: Labels,
    pub members: BTreeMap<String, Member>,
    #[serde(default, skip_serializing_if = "Unlisted::is_nothing")]
    pub unlisted: Unlisted,
    /// The texts that wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<Text>,
    /// How often it was told, folded or left to the morning.
    pub seq: u64,
    /// When it was last told of, since it began, and how severe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoken: Option<Spoken>,
    /// The channel's own name of the last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
    pub heard_at: Timestamp,
    pub tally: Tally,
}

/// The whole text of a word that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Text {
    pub member: String,
    pub print: String,
    pub notification: Notification,
}

/// Members beyond those that are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Unlisted {
    /// The prints of those that are open, sixteen digits each.
    prints: String,
    /// How many more are open, of which there is not even a print.
    uncounted: u64,
    /// What waits to be told, and since when.
    pub news: Counts,
    pub ended: u64,
    pub since: Option<Timestamp>,
    /// The worst of what waits.
    pub worst: Option<(Severity, String)>,
}

impl Matter {
    /// So many members are listed.
    pub const LISTED: usize = 40;
    /// How long an open member is remembered of which nothing is heard.
    pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);
    /// How long it is remembered that something is over.
    pub const RECOGNISED: SignedDuration = SignedDuration::from_hours(24);

    pub fn new(word: &Word, now: Timestamp) -> Self {
        Self {
            labels: word.labels.clone(),
            members: BTreeMap::new(),
            unlisted: Unlisted::default(),
            texts: Vec::new(),
            seq: 0,
            spoken: None,
            reference: None,
            claim: None,
            heard_at: now,
            tally: Tally::default(),
        }
    }

    /// The key of the matter that such a word opens in a group.
    pub fn key(group: &Group, labels: &Labels) -> String {
        let values: Vec<_> = group.by.iter().map(|label| labels.get(*label)).collect();
        let told = kept(&values.join("/"), 120);
        let plain: String = told
            .chars()
            .map(|c| if c.is_ascii_graphic() { c } else { '_' })
            .collect();
        // Groups may share labels, and labels may hold slashes.
        let whole = serde_json::to_string(&(&group.matcher, &group.by, values));
        format!("{plain}~{}", print(&whole.unwrap_or_default()))
    }

    /// Whether the word's member goes on here, listed or not.
    pub fn holds(&self, word: &Word) -> bool {
        let listed = self.members.get(&word.member);
        listed.is_some_and(Member::is_active) || self.unlisted.knows(&word.member_print)
    }

    /// Takes a word in; false if it is no news. A word that finds no room in
    /// the list is only counted.
    pub fn hear(&mut self, word: &Word, now: Timestamp) -> bool {
        self.heard_at = self.heard_at.max(now);
        let news = if let Some(member) = self.members.get_mut(&word.member) {
            member.hear(word, now)
        } else if self.has_room(word) {
            let member = Member::new(word, now);
            self.members.insert(word.member.clone(), member);
            true
        } else {
            return self.unlisted.hear(word, now);
        };
        if news {
            self.keep_text(word);
        }
        news
    }

    /// Whether the word's member is, or would be, listed.
    pub fn lists(&self, word: &Word) -> bool {
        self.members.contains_key(&word.member)
            || !self.unlisted.knows(&word.member_print)
                && (self.members.len() < Self::LISTED || self.gone().is_some())
    }

    fn has_room(&mut self, word: &Word) -> bool {
        if self.unlisted.knows(&word.member_print) {
            return false;
        }
        if self.members.len() < Self::LISTED {
            return true;
        }
        let gone = self.gone();
        gone.is_some_and(|gone| self.members.remove(&gone).is_some())
    }

    /// The member that has been over for the longest.
    fn gone(&self) -> Option<String> {
        self.members
            .iter()
            .filter(|(_, member)| !member.is_active())
            .min_by_key(|(key, member)| (member.heard_at, *key))
            .map(|(key, _)| key.clone())
    }

    /// Keeps the worst and the last text that waits, whatever the order.
    fn keep_text(&mut self, word: &Word) {
        self.texts.push(Text {
            member: word.member.clone(),
            print: word.print.clone(),
            notification: super::bounds::bounded(&word.notification).0,
        });
        let last = self.texts.iter().max_by_key(|text| text.order());
        let worst = self
            .texts
            .iter()
            .max_by_key(|text| (text.notification.severity, text.order()));
        let kept: Vec<String> = [last, worst]
            .into_iter()
            .flatten()
            .map(|text| text.print.clone())
            .collect();
        self.texts.retain(|text| kept.contains(&text.print));
        self.texts.sort_by_key(|text| text.print.clone());
        self.texts.dedup_by_key(|text| text.print.clone());
    }

    /// The text that says it best: the last word of a member, or the worst.
    pub fn text_of(&self, member: &str) -> Option<&Notification> {
        self.texts
            .iter()
            .filter(|text| text.member == member)
            .max_by_key(|text| text.order())
            .map(|text| &text.notification)
    }

    /// Whether all of it is over.
    pub fn is_over(&self) -> bool {
        self.unlisted.open() == 0 && self.members.values().all(|member| !member.status.is_open())
    }

    /// How many members go on.
    pub fn open(&self) -> u64 {
        let listed = self.members.values().filter(|member| member.is_open());
        u64::try_from(listed.count()).unwrap_or(u64::MAX) + self.unlisted.open()
    }

    /// How many notifications wait, muted or not.
    pub fn pending(&self) -> u64 {
        let listed: u64 = self.members.values().map(|member| member.news).sum();
        listed + self.unlisted.pending()
    }

    /// When those beyond the list are to be told of.
    pub fn unlisted_due(&self, group: &Group) -> Option<Timestamp> {
        let gathered = after(self.unlisted.since?, group.wait.as_duration());
        let worst = self.unlisted.worst.as_ref().map(|(severity, _)| *severity);
        Some(self.spoken.map_or(gathered, |spoken| {
            spoken.spaced(gathered, group, worst.unwrap_or(spoken.severity))
        }))
    }

    /// When it may be forgotten: never what waits or is on its way.
    pub fn expires_at(&self) -> Option<Timestamp> {
        if self.claim.is_some() || self.pending() > 0 {
            return None;
        }
        let length = if self.open() == 0 {
            Self::RECOGNISED
        } else {
            Self::REMEMBERED
        };
        Some(after(self.heard_at, length))
    }
}

impl Text {
    fn order(&self) -> (Timestamp, bool, &str) {
        let ended = !self.notification.status.is_open();
        (self.notification.occurred_at, ended, &self.print)
    }
}

impl Unlisted {
    /// So many are told from each other.
    pub const PRINTS: usize = 1000;

    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    pub fn knows(&self, print: &str) -> bool {
        self.find(print).is_some()
    }

    /// Where a member's print begins: prints stand at every sixteenth place.
    fn find(&self, print: &str) -> Option<usize> {
        let mut from = 0;
        while let Some(at) = self.prints[from..].find(print) {
            if (from + at).is_multiple_of(16) {
                return Some(from + at);
            }
            from += at + 1;
        }
        None
    }

    pub fn open(&self) -> u64 {
        u64::try_from(self.prints.len() / 16).unwrap_or(u64::MAX) + self.uncounted
    }

    pub fn pending(&self) -> u64 {
        self.news.total() + self.ended
    }

    fn hear(&mut self, word: &Word, now: Timestamp) -> bool {
        let known = self.find(&word.member_print);
        if word.is_end() {
            match known {
                Some(at) => self.prints.replace_range(at..at + 16, ""),
                None => self.uncounted = self.uncounted.saturating_sub(1),
            }
            self.ended += 1;
        } else if known.is_some() {
            return false;
        } else {
            if self.prints.len() < Self::PRINTS * 16 {
                self.prints.push_str(&word.member_print);
            } else {
                self.uncounted += 1;
            }
            self.news.add(&word.labels.kind, word.labels.severity, 1);
            let here = Some((word.labels.severity, word.title()));
            if here > self.worst {
                self.worst = here;
            }
        }
        self.since = Some(self.since.map_or(now, |since| since.min(now)));
        true
    }

    /// All that waits is told of now: how many that were.
    pub fn tell(&mut self) -> u64 {
        let told = self.pending();
        self.news = Counts::default();
        self.ended = 0;
        self.since = None;
        self.worst = None;
        told
    }
}
