//! One look at the channel: what is due becomes a claim on the budget, a line
//! of the summary, or a line of the morning's digest.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Severity;

use super::budget::FLIGHT;
use super::counts::Gathered;
use super::look::held_back;
use super::member::after;
use super::outgoing::{Claim, Class, Outgoing, Reason, Round};
use super::rules::Rules;
use super::state::{Desk, Judge, State};
use super::words;

/// So many matters are named in a summary, and in a digest.
const SUMMARY_LINES: usize = 30;
const DIGEST_LINES: usize = 50;

/// After so long a message that was not delivered takes any room there is.
const AGED: SignedDuration = SignedDuration::from_hours(1);

impl State {
    /// What is to be sent now, at most so many messages. All of it is written
    /// into the state as under way: keep the state before anything is sent.
    ///
    /// Ask for no more than one run will send: what a run that dies has taken
    /// counts against the budget, for nobody knows how much of it was seen.
    pub fn due(&mut self, now: Timestamp, rules: &Rules, most: usize) -> Round {
        self.forget(now);
        let mut round = Round::default();
        let judge = self.judge(rules, &[], now);
        let open = self.desk.closed_until.is_none();
        if open {
            self.retry(now, rules, most, &mut round);
        }
        for key in self.look_at_all(&judge, rules, now, &mut round) {
            self.tell(&key, open, now, rules, most, &mut round);
        }
        if open {
            self.tell_gathered(now, rules, most, &mut round);
        }
        round
    }

    /// When there will be something to do, if nothing more is heard.
    pub fn next_look(&self, now: Timestamp, rules: &Rules) -> Option<Timestamp> {
        let judge = self.judge(rules, &[], now);
        let desk = &self.desk;
        let room = |class| desk.posts.room_at(class, rules.budget(), now);
        let mut times: Vec<Timestamp> = Vec::new();
        let claims = self.matters.values().filter_map(|it| it.claim.as_ref());
        for claim in claims.chain(&desk.claims) {
            let next = if let Some(since) = claim.flying_since {
                after(since, FLIGHT)
            } else {
                let aged = after(claim.made_at, AGED);
                let room = room(claim.class).min(room(Class::Summary).max(aged));
                claim.not_before.max(room)
            };
            times.push(next);
        }
        for matter in self.matters.values().filter(|it| it.claim.is_none()) {
            let group = rules.group(&matter.labels);
            let (look, held) = matter.look(group, &|member| judge.mute(&member.labels));
            times.extend(look.map(|look| {
                if !matter.reminds_of(&look) {
                    return look.at;
                }
                // A reminder is not counted where it does not fit: it waits.
                let class = rules.class(look.severity);
                let quiet = rules.quiet_until(look.severity, now).unwrap_or(now);
                look.at.max(room(class)).max(quiet)
            }));
            times.extend(held.iter().map(|mute| judge.looks_again(mute)));
        }
        if let Some(since) = desk.folded.since
            && !desk.has_claim(Reason::Summary)
        {
            let gathered = after(since, rules.budget().gather.as_duration());
            times.push(gathered.max(room(Class::Summary)));
        }
        if !desk.digest.is_empty() && !desk.has_claim(Reason::Digest) {
            let morning = rules.quiet_until(Severity::Info, now);
            times.push(morning.unwrap_or(now).max(room(Class::Summary)));
        }
        let at = times.into_iter().min()?;
        Some(at.max(now).max(desk.closed_until.unwrap_or(now)))
    }

    /// Sends again what is not known to be in the channel, the urgent first.
    fn retry(&mut self, now: Timestamp, rules: &Rules, most: usize, round: &mut Round) {
        let Self { desk, matters, .. } = self;
        let own = desk.claims.iter_mut().map(|claim| (None, claim));
        let mut claims: Vec<(Option<&str>, &mut Claim)> = matters
            .iter_mut()
            .filter_map(|(key, matter)| Some((Some(key.as_str()), matter.claim.as_mut()?)))
            .chain(own)
            .filter(|(_, claim)| match claim.flying_since {
                Some(since) => after(since, FLIGHT) <= now,
                None => claim.not_before <= now,
            })
            .collect();
        claims.sort_by_key(|(_, claim)| (Reverse(claim.class), claim.made_at, claim.id.clone()));
        for (matter, claim) in claims {
            if round.outgoing.len() >= most {
                return;
            }
            if desk.posts.allow(claim.class_now(now), rules.budget(), now) {
                desk.posts.start(&claim.id, now);
                round.outgoing.push(claim.start(matter, now));
            }
        }
    }

    /// The matters that are due, the worst first, then those that have waited
    /// longest.
    fn look_at_all(
        &mut self,
        judge: &Judge<'_>,
        rules: &Rules,
        now: Timestamp,
        round: &mut Round,
    ) -> Vec<String> {
        let mut due: Vec<(Reverse<Severity>, Timestamp, String)> = Vec::new();
        for (key, matter) in &mut self.matters {
            let group = rules.group(&matter.labels);
            if matter.claim.is_some() || matter.pending() == 0 && !group.remind {
                continue;
            }
            matter.hold_back(key, judge, now, round);
            let (look, _) = matter.look(group, &held_back);
            if let Some(look) = look.filter(|look| look.at <= now) {
                due.push((Reverse(look.severity), look.at, key.clone()));
            }
        }
        due.sort();
        due.into_iter().map(|(_, _, key)| key).collect()
    }

    fn tell(
        &mut self,
        key: &str,
        open: bool,
        now: Timestamp,
        rules: &Rules,
        most: usize,
        round: &mut Round,
    ) {
        let Self { desk, matters, .. } = self;
        let Some(matter) = matters.get_mut(key) else {
            return;
        };
        let group = rules.group(&matter.labels);
        let (Some(look), _) = matter.look(group, &held_back) else {
            return;
        };
        let reminds = look.members.is_empty() && matter.unlisted.pending() == 0;
        let urgent = look.severity >= rules.budget().urgent_from;
        let class = if urgent {
            Class::Urgent
        } else {
            Class::Ordinary
        };
        if rules.quiet_until(look.severity, now).is_some() {
            if !reminds {
                let (line, count) = matter.leave(&look, now);
                matter.tally.digested += count;
                round.digested += count;
                desk.digest.put(key, line, DIGEST_LINES, now);
            }
        } else if !open {
            // The channel takes nothing: what is due stays due.
        } else if !desk.posts.allow(class, rules.budget(), now) {
            if !reminds {
                let (line, count) = matter.leave(&look, now);
                matter.tally.folded += count;
                round.folded += count;
                desk.folded.put(key, line, SUMMARY_LINES, now);
            }
        } else if round.outgoing.len() < most {
            let mut claim = matter.claim(key, rules.channel(), group, &look, class, now);
            desk.posts.start(&claim.id, now);
            round.outgoing.push(claim.start(Some(key), now));
            matter.claim = Some(claim);
        }
    }

    /// The summary of what did not fit, and in the morning the digest.
    fn tell_gathered(&mut self, now: Timestamp, rules: &Rules, most: usize, round: &mut Round) {
        let desk = &mut self.desk;
        let gather = rules.budget().gather.as_duration();
        let summary = desk.folded.since.is_some_and(|at| after(at, gather) <= now);
        let digest = !desk.digest.is_empty() && !rules.is_quiet(now);
        for (reason, is_due) in [(Reason::Digest, digest), (Reason::Summary, summary)] {
            if is_due
                && round.outgoing.len() < most
                && !desk.has_claim(reason)
                && desk.posts.allow(Class::Summary, rules.budget(), now)
            {
                let mut claim = desk.claim(reason, rules.channel(), now);
                desk.posts.start(&claim.id, now);
                round.outgoing.push(claim.start(None, now));
                desk.claims.push(claim);
            }
        }
    }
}

impl Desk {
    fn has_claim(&self, reason: Reason) -> bool {
        self.claims.iter().any(|claim| claim.reason == reason)
    }

    /// The message about what was gathered, of which nothing is left.
    fn claim(&mut self, reason: Reason, channel: &str, now: Timestamp) -> Claim {
        let (name, gathered): (_, &mut Gathered) = if reason == Reason::Digest {
            ("digest", &mut self.digest)
        } else {
            ("summary", &mut self.folded)
        };
        let gathered = std::mem::take(gathered);
        self.seq += 1;
        let id = format!("{channel}/{name}/{}", self.seq);
        Claim {
            notification: words::gathered(&id, reason, &gathered, now),
            id,
            reason,
            class: Class::Summary,
            covers: gathered.counts().total(),
            follows: None,
            closes: false,
            made_at: now,
            not_before: now,
            attempts: 0,
            flying_since: None,
        }
    }
}

impl Claim {
    /// What has waited for an hour does not stand back any longer: the urgent
    /// might never leave it any room.
    fn class_now(&self, now: Timestamp) -> Class {
        if after(self.made_at, AGED) <= now {
            Class::Summary
        } else {
            self.class
        }
    }

    fn start(&mut self, matter: Option<&str>, now: Timestamp) -> Outgoing {
        let outgoing = self.outgoing(matter);
        self.flying_since = Some(now);
        self.attempts += 1;
        outgoing
    }
}
