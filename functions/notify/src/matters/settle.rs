//! What became of what was sent.

use jiff::{SignedDuration, Timestamp};

use super::matter::Matter;
use super::member::after;
use super::outgoing::{Claim, Outcome};
use super::state::{Desk, State};

/// No channel is left alone for longer, whatever it asks for.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

impl State {
    /// Writes down what became of a message. One that is not known is settled
    /// already: another run has found it abandoned and sent it.
    pub fn settle(&mut self, id: &str, outcome: &Outcome, now: Timestamp) {
        let Self { desk, matters, .. } = self;
        if let Some(index) = desk.claims.iter().position(|claim| claim.id == id) {
            let mut claim = desk.claims.remove(index);
            if !claim.settle(desk, outcome, now) {
                desk.claims.insert(index, claim);
            }
            return;
        }
        let waits = |matter: &&mut Matter| matter.claim.as_ref().is_some_and(|it| it.id == id);
        let Some(matter) = matters.values_mut().find(waits) else {
            return;
        };
        let Some(mut claim) = matter.claim.take() else {
            return;
        };
        if !claim.settle(desk, outcome, now) {
            matter.claim = Some(claim);
            return;
        }
        matter.tally.told += claim.covers;
        if let Some(spoken) = &mut matter.spoken {
            spoken.at = spoken.at.max(now);
        }
        if let Outcome::Delivered { reference } = outcome {
            matter.reference = reference.clone().or(matter.reference.take());
        }
        if claim.closes {
            matter.reference = None;
        }
    }
}

impl Claim {
    /// Whether that was the end of it.
    fn settle(&mut self, desk: &mut Desk, outcome: &Outcome, now: Timestamp) -> bool {
        self.flying_since = None;
        match outcome {
            Outcome::Delivered { .. } => desk.posts.seen(&self.id, now),
            Outcome::Elsewhere => desk.posts.unseen(&self.id),
            Outcome::Untried => {
                desk.posts.unseen(&self.id);
                self.attempts = self.attempts.saturating_sub(1);
            }
            Outcome::Refused { until } => {
                desk.posts.unseen(&self.id);
                let until = (*until).clamp(now, after(now, LONGEST_WAIT));
                self.not_before = until;
                desk.closed_until = desk.closed_until.max(Some(until));
            }
            Outcome::Unknown => {
                desk.posts.seen(&self.id, now);
                self.not_before = after(now, pause(self.attempts));
            }
        }
        matches!(outcome, Outcome::Delivered { .. } | Outcome::Elsewhere)
    }
}

/// One minute after the first attempt, twice as long after each further one,
/// a quarter of an hour at most.
fn pause(attempts: u32) -> SignedDuration {
    let minutes = 1_i64 << attempts.saturating_sub(1).min(4);
    SignedDuration::from_mins(minutes.min(15))
}
