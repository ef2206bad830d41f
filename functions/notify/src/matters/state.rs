//! What a channel knows, and how it takes in what is heard.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::Notification;
use serde::{Deserialize, Serialize};

use super::bounds::bounded;
use super::budget::Posts;
use super::config::Inhibition;
use super::counts::Gathered;
use super::labels::{Label, Labels};
use super::matter::{Matter, Unlisted};
use super::member::{Member, Mute, Word, after};
use super::outgoing::{Account, Claim, Held, Tally};
use super::rules::Rules;
use super::silence::{Silence, Silences};

/// What one channel knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub(crate) desk: Desk,
    pub(crate) matters: BTreeMap<String, Matter>,
    /// The silences of all channels.
    pub silences: Silences,
}

/// What belongs to the channel and to no matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Desk {
    pub posts: Posts,
    /// The channel takes nothing before then.
    pub closed_until: Option<Timestamp>,
    pub folded: Gathered,
    pub digest: Gathered,
    /// Summaries and digests on their way.
    pub claims: Vec<Claim>,
    pub seq: u64,
    /// Of what belongs to no matter that is kept.
    pub tally: Tally,
}

/// Where everything that was heard stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Accounts {
    /// What has ended.
    pub tally: Tally,
    /// What waits to be told.
    pub waiting: u64,
    /// What waits for a silence to end, by its name.
    pub silenced: BTreeMap<String, u64>,
    /// What waits for a rule to let it go, by its name.
    pub inhibited: BTreeMap<String, u64>,
    /// What is on its way to the channel.
    pub on_the_way: u64,
}

impl Accounts {
    /// All of them: as many as were heard.
    pub fn sum(&self) -> u64 {
        self.tally.closed()
            + self.waiting
            + self.silenced.values().sum::<u64>()
            + self.inhibited.values().sum::<u64>()
            + self.on_the_way
    }
}

/// Who holds what back at an instant.
pub(crate) struct Judge<'r> {
    silences: Vec<Silence>,
    sources: Vec<(&'r Inhibition, Vec<Labels>)>,
    now: Timestamp,
}

impl State {
    /// So many matters may wait at a time; what comes beyond them is only
    /// counted.
    pub const WAITING: usize = 500;
    /// So many members of a matter are listed, with their titles.
    pub const LISTED: usize = Matter::LISTED;
    /// So many more are told apart.
    pub const PRINTS: usize = Unlisted::PRINTS;
    /// So many are remembered at all.
    pub const REMEMBERED: usize = 2000;

    /// Puts what was heard to its matters. The same notification taken twice
    /// changes nothing the second time.
    pub fn take(&mut self, heard: Vec<Notification>, now: Timestamp, rules: &Rules) -> Vec<Held> {
        let words: Vec<Word> = heard.into_iter().map(Word::new).collect();
        let judge = self.judge(rules, &words, now);
        words
            .iter()
            .map(|word| {
                let (matter, account) = self.hear(word, &judge, now, rules);
                Held {
                    id: word.notification.id.clone(),
                    matter,
                    account,
                    shortened: bounded(&word.notification).1,
                }
            })
            .collect()
    }

    fn hear(
        &mut self,
        word: &Word,
        judge: &Judge<'_>,
        now: Timestamp,
        rules: &Rules,
    ) -> (Option<String>, Account) {
        let key = self.home(word, rules);
        let mute = judge.mute(&word.labels);
        let is_full = !self.matters.contains_key(&key) && self.is_full();
        if is_full {
            self.desk.tally.heard += 1;
            return (None, self.desk.count(word, mute, now));
        }
        let matter = self
            .matters
            .entry(key.clone())
            .or_insert_with(|| Matter::new(word, now));
        matter.tally.heard += 1;
        let account = match mute {
            // Beyond the list nobody can be let go again.
            Some(mute) if !matter.lists(word) => mute.end(&mut matter.tally, 1),
            mute => {
                if matter.hear(word, now) {
                    mute.map_or(Account::Waiting, Mute::account)
                } else {
                    matter.tally.repeated += 1;
                    Account::Repeated
                }
            }
        };
        (Some(key), account)
    }

    /// The matter that a word belongs to: the one that knows its member, and
    /// otherwise the one that its labels name.
    fn home(&self, word: &Word, rules: &Rules) -> String {
        let key = Matter::key(rules.group(&word.labels), &word.labels);
        let holds = |matter: &Matter| matter.holds(word);
        let follows = word.notification.dedup_key.is_some();
        if !follows || self.matters.get(&key).is_some_and(holds) {
            return key;
        }
        let past = |matter: &Matter| {
            matter
                .members
                .get(&word.member)
                .is_some_and(|member| member.is_past(word))
        };
        let elsewhere = self
            .matters
            .iter()
            .find(|(_, matter)| holds(matter))
            .or_else(|| self.matters.iter().find(|(_, matter)| past(matter)));
        elsewhere.map_or(key, |(there, _)| there.clone())
    }

    fn is_full(&self) -> bool {
        self.matters.len() >= Self::REMEMBERED
            || self.matters.len() >= Self::WAITING
                && self
                    .matters
                    .values()
                    .filter(|matter| matter.claim.is_some() || matter.pending() > 0)
                    .count()
                    >= Self::WAITING
    }

    /// Who holds what back now; `words` are about to be taken in.
    pub(crate) fn judge<'r>(&self, rules: &'r Rules, words: &[Word], now: Timestamp) -> Judge<'r> {
        let sources = rules.inhibitions().iter().map(|rule| {
            let known = self
                .matters
                .values()
                .flat_map(|matter| matter.members.values())
                .filter(|member| mutes(member, rule, now))
                .map(|member| &member.labels);
            let coming = words
                .iter()
                .filter(|word| !word.is_end())
                .map(|word| &word.labels);
            let sources = known
                .chain(coming)
                .filter(|labels| rule.source.matches(labels))
                .cloned()
                .collect();
            (rule, sources)
        });
        Judge {
            sources: sources.collect(),
            silences: self.silences.holding(now).cloned().collect(),
            now,
        }
    }

    /// Forgets what is long over, and members of which nothing was heard for
    /// long.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.desk.posts.forget(now);
        self.desk.closed_until = self.desk.closed_until.filter(|until| *until > now);
        let before = after(now, -Matter::REMEMBERED);
        for matter in self.matters.values_mut() {
            let Matter { members, tally, .. } = matter;
            let stale = |member: &Member| member.heard_at <= before;
            if !members.values().any(stale) {
                continue;
            }
            for member in members.values_mut().filter(|member| stale(member)) {
                if let Some(mute) = member.muted.clone() {
                    let _ = mute.end(tally, member.tell(now));
                }
            }
            members.retain(|_, member| member.news > 0 || !stale(member));
        }
        self.matters
            .retain(|_, matter| matter.expires_at().is_none_or(|at| at > now));
    }

    /// Where everything stands that was heard and is not forgotten.
    pub fn accounts(&self) -> Accounts {
        let mut all = Accounts {
            tally: self.desk.tally,
            ..Accounts::default()
        };
        for matter in self.matters.values() {
            all.tally = all.tally.and(matter.tally);
            all.on_the_way += matter.claim.as_ref().map_or(0, |claim| claim.covers);
            all.waiting += matter.unlisted.pending();
            for member in matter.members.values() {
                let place = match &member.muted {
                    Some(Mute::Silence(by)) => all.silenced.entry(by.clone()).or_default(),
                    Some(Mute::Inhibition(by)) => all.inhibited.entry(by.clone()).or_default(),
                    None => &mut all.waiting,
                };
                *place += member.news;
            }
        }
        all.silenced.retain(|_, count| *count > 0);
        all.inhibited.retain(|_, count| *count > 0);
        all
    }
}

/// Whether a member that a rule's source matches mutes now.
fn mutes(member: &Member, rule: &Inhibition, now: Timestamp) -> bool {
    member.status.is_open() && after(member.heard_at, rule.lasts.as_duration()) > now
}

impl Judge<'_> {
    /// What holds such labels back. A person's word goes first: it has a name.
    pub fn mute(&self, labels: &Labels) -> Option<Mute> {
        let silence = self
            .silences
            .iter()
            .filter(|silence| silence.matcher.matches(labels))
            .max_by_key(|silence| (silence.expires_at, &silence.id));
        if let Some(silence) = silence {
            return Some(Mute::Silence(silence.id.clone()));
        }
        self.sources
            .iter()
            .find(|(rule, sources)| {
                rule.target.matches(labels)
                    && sources.iter().any(|source| inhibits(rule, source, labels))
            })
            .map(|(rule, _)| Mute::Inhibition(rule.name.clone()))
    }

    /// When what is held back may be let go, at the earliest.
    pub fn looks_again(&self, mute: &Mute) -> Timestamp {
        let ends = match mute {
            Mute::Silence(id) => self
                .silences
                .iter()
                .find(|silence| silence.id == *id)
                .map(|silence| silence.expires_at),
            Mute::Inhibition(_) => None,
        };
        ends.unwrap_or_else(|| after(self.now, jiff::SignedDuration::from_mins(1)))
    }
}

/// Whether one mutes the other. Two that are alike on both sides do not: they
/// would mute each other.
fn inhibits(rule: &Inhibition, source: &Labels, target: &Labels) -> bool {
    let common = |label: &Label| source.get(*label) == target.get(*label);
    rule.equal.iter().all(common)
        && source.member() != target.member()
        && !(rule.source.matches(target) && rule.target.matches(source))
}

impl Mute {
    /// The account of what is held back.
    pub fn account(self) -> Account {
        match self {
            Self::Silence(by) => Account::Silenced { by },
            Self::Inhibition(by) => Account::Inhibited { by },
        }
    }

    /// Closes the account of so many that end untold.
    pub fn end(self, tally: &mut Tally, count: u64) -> Account {
        match self {
            Self::Silence(_) => tally.silenced += count,
            Self::Inhibition(_) => tally.inhibited += count,
        }
        self.account()
    }
}

impl Desk {
    /// Counts a word for which there is no room.
    fn count(&mut self, word: &Word, mute: Option<Mute>, now: Timestamp) -> Account {
        if let Some(mute) = mute {
            return mute.end(&mut self.tally, 1);
        }
        self.tally.folded += 1;
        self.folded
            .count(&word.labels.kind, word.labels.severity, now);
        Account::Folded
    }
}
