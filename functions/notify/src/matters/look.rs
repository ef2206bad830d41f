//! One look at a matter: what there is to tell, what is held back, and what
//! becomes of it.

use jiff::Timestamp;
use nightshift_core::Severity;

use super::config::{Endings, Group};
use super::counts::{Counts, Line};
use super::matter::Matter;
use super::member::{Member, Mute, News, Spoken, after};
use super::outgoing::{Claim, Class, Reason, Round, Untold};
use super::state::Judge;
use super::words::{self, Part};

/// What there is to tell about a matter, and since when it is due.
pub(crate) struct Look {
    pub at: Timestamp,
    /// The members that have news, unless they are held back.
    pub members: Vec<String>,
    pub severity: Severity,
}

/// The earlier of two instants, if there are any.
fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// What held a member back when it was last looked at.
pub(crate) fn held_back(member: &Member) -> Option<Mute> {
    member.muted.clone()
}

impl Matter {
    /// Marks who is held back, and closes the accounts of those that nothing
    /// would ever let go: what is over, and what nothing follows.
    pub fn hold_back(&mut self, key: &str, judge: &Judge<'_>, now: Timestamp, round: &mut Round) {
        let Self { members, tally, .. } = self;
        let concerned = |member: &&mut Member| member.news > 0 || member.is_open();
        for member in members.values_mut().filter(concerned) {
            let was = std::mem::replace(&mut member.muted, judge.mute(&member.labels));
            if member.news == 0 {
                continue;
            }
            member.was_muted = was.or(member.was_muted.take());
            if let Some(mute) = member.muted.clone().filter(|_| !member.is_open()) {
                let count = member.tell(now);
                round.untold.push(Untold {
                    matter: key.to_owned(),
                    count,
                    account: mute.end(tally, count),
                });
            }
        }
        self.drop_texts();
        if self.is_over() && self.pending() == 0 {
            self.spoken = None;
        }
    }

    /// What there is to tell, and what holds the rest back.
    pub fn look(
        &self,
        group: &Group,
        held: &dyn Fn(&Member) -> Option<Mute>,
    ) -> (Option<Look>, Vec<Mute>) {
        let over = self.is_over();
        let mut holding = Vec::new();
        let mut at: Option<Timestamp> = None;
        let mut ended: Option<Timestamp> = None;
        let mut severity: Option<Severity> = None;
        let mut members = Vec::new();
        for (key, member) in self.members.iter().filter(|(_, member)| member.news > 0) {
            if let Some(mute) = held(member) {
                holding.push(mute);
                continue;
            }
            let due = member.due(group, self.spoken, over);
            if group.resolved == Endings::All && member.news(group) == Some(News::Ended) {
                // The last end is the one that is waited for.
                ended = ended.max(due);
            } else {
                at = earlier(at, due);
            }
            severity = severity.max(Some(member.labels.severity));
            members.push(key.clone());
        }
        at = earlier(at, ended);
        if let Some(due) = self.unlisted_due(group) {
            at = earlier(at, Some(due));
            let worst = self.unlisted.worst.as_ref().map(|(severity, _)| *severity);
            severity = severity.max(worst).or(Some(Severity::Notice));
        }
        if at.is_none()
            && group.remind
            && let Some(spoken) = self.spoken
            && let Some(worst) = self.reminds(held)
        {
            members.clear();
            at = Some(after(spoken.at, group.repeat_after(worst)));
            severity = Some(worst);
        }
        let look = at.zip(severity).map(|(at, severity)| Look {
            at,
            members,
            severity,
        });
        (look, holding)
    }

    /// Whether there is nothing new in it.
    pub fn reminds_of(&self, look: &Look) -> bool {
        look.members.is_empty() && self.unlisted.pending() == 0
    }

    /// The worst of what is still open and not held back.
    fn reminds(&self, held: &dyn Fn(&Member) -> Option<Mute>) -> Option<Severity> {
        self.members
            .values()
            .filter(|member| member.is_open() && member.news == 0)
            .filter(|member| held(member).is_none())
            .map(|member| member.labels.severity)
            .max()
    }

    /// Closes the news of the members looked at and of those beyond the list.
    fn tell(&mut self, look: &Look, now: Timestamp) -> (Counts, u64) {
        let mut counts = Counts::default();
        for key in &look.members {
            if let Some(member) = self.members.get_mut(key) {
                let labels = member.labels.clone();
                counts.add(&labels.kind, labels.severity, member.tell(now));
            }
        }
        counts.merge(&self.unlisted.news);
        if self.unlisted.ended > 0 {
            counts.add(&self.labels.kind, Severity::Notice, self.unlisted.ended);
        }
        self.unlisted.tell();
        self.drop_texts();
        self.seq += 1;
        let severity = self
            .spoken
            .map_or(look.severity, |spoken| spoken.severity.max(look.severity));
        self.spoken = (!self.is_over()).then_some(Spoken { at: now, severity });
        let total = counts.total();
        (counts, total)
    }

    /// Texts of members that have no news any more.
    fn drop_texts(&mut self) {
        let Self { texts, members, .. } = self;
        texts.retain(|text| {
            members
                .get(&text.member)
                .is_some_and(|member| member.news > 0)
        });
    }

    /// Leaves what there is to tell to a later message.
    pub fn leave(&mut self, look: &Look, now: Timestamp) -> (Line, u64) {
        let parts = self.parts(look, None);
        let title = words::line_title(&parts, &self.unlisted, &self.labels);
        let (counts, total) = self.tell(look, now);
        let line = Line {
            seq: self.seq,
            severity: look.severity,
            title,
            open: !self.is_over(),
            at: now,
            counts,
            before: Counts::default(),
        };
        (line, total)
    }

    fn parts(&self, look: &Look, group: Option<&Group>) -> Vec<Part> {
        let mut parts: Vec<Part> = look
            .members
            .iter()
            .filter_map(|key| {
                let member = self.members.get(key)?;
                let news = group.map_or(Some(News::New), |group| member.news(group))?;
                Some(Part::new(member, news, self.text_of(key)))
            })
            .collect();
        parts.sort_by(|a, b| a.rank().cmp(&b.rank()));
        parts
    }

    /// The message about what there is to tell.
    pub fn claim(
        &mut self,
        key: &str,
        channel: &str,
        group: &Group,
        look: &Look,
        class: Class,
        now: Timestamp,
    ) -> Claim {
        let parts = self.parts(look, Some(group));
        let closes = self.is_over();
        let reason = self.reason(&parts, look, closes);
        let id = format!("{channel}/{key}/{}", self.seq + 1);
        let about = words::About {
            id: &id,
            matter: key,
            group,
            labels: &self.labels,
            unlisted: &self.unlisted,
            open: self.open(),
            reason,
            closes,
            severity: look.severity,
            now,
        };
        let notification = words::message(&about, &parts);
        let (_, covers) = self.tell(look, now);
        Claim {
            id,
            notification,
            reason,
            class,
            covers,
            follows: self.reference.clone(),
            closes,
            made_at: now,
            not_before: now,
            attempts: 0,
            flying_since: None,
        }
    }

    fn reason(&self, parts: &[Part], look: &Look, closes: bool) -> Reason {
        let Some(spoken) = self.spoken else {
            return if closes {
                Reason::Resolved
            } else {
                Reason::First
            };
        };
        if closes {
            return Reason::Resolved;
        }
        let unlisted = &self.unlisted;
        let raised = look.severity > spoken.severity;
        match parts.iter().map(|part| part.news).max() {
            Some(News::Raised) => Reason::Raised,
            _ if raised => Reason::Raised,
            Some(News::New) => Reason::NewMember,
            _ if !unlisted.news.is_empty() => Reason::NewMember,
            Some(News::Ended) => Reason::Ended,
            _ if unlisted.ended > 0 => Reason::Ended,
            Some(News::Word) => Reason::Word,
            Some(News::Again) => Reason::Repeat,
            None => Reason::Reminder,
        }
    }
}
