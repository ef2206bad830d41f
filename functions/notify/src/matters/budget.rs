//! The posts of the last hour, counted as often as a reader may have seen one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::config::Budget;
use super::labels::print;
use super::outgoing::Class;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// So long after it has begun, no attempt is still under way: more than the
/// function's time-out, so that whoever has not said how it ended is dead.
pub const FLIGHT: SignedDuration = SignedDuration::from_mins(3);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Post {
    /// The message's print.
    of: String,
    /// When it was seen at the latest, as far as is known.
    at: Timestamp,
    /// Whether nobody has said yet how it ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    flying: bool,
}

/// The attempts of the last hour that may be in the channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Posts(Vec<Post>);

impl Posts {
    pub fn forget(&mut self, now: Timestamp) {
        self.0.retain(|post| post.frees_at() >= now);
    }

    /// Whether one more of its class fits into the hour.
    pub fn allow(&self, class: Class, budget: &Budget, now: Timestamp) -> bool {
        let used = self.0.iter().filter(|post| post.frees_at() >= now).count();
        used < class.limit(budget)
    }

    /// When one more of its class fits, if nothing else is sent before.
    pub fn room_at(&self, class: Class, budget: &Budget, now: Timestamp) -> Timestamp {
        let mut ends: Vec<Timestamp> = self.0.iter().map(Post::frees_at).collect();
        ends.sort_unstable();
        let Some(over) = ends.len().checked_sub(class.limit(budget)) else {
            return now;
        };
        ends.get(over).map_or(now, |at| {
            now.max(
                at.saturating_add(SignedDuration::from_secs(1))
                    .unwrap_or(now),
            )
        })
    }

    pub fn start(&mut self, id: &str, now: Timestamp) {
        self.0.push(Post {
            of: print(id),
            at: now,
            flying: true,
        });
    }

    /// It was seen, or may have been.
    pub fn seen(&mut self, id: &str, now: Timestamp) {
        if let Some(post) = self.flying(id) {
            post.at = now;
            post.flying = false;
        }
    }

    /// It certainly was not.
    pub fn unseen(&mut self, id: &str) {
        let of = print(id);
        if let Some(index) = self.0.iter().rposition(|post| post.of == of && post.flying) {
            self.0.remove(index);
        }
    }

    fn flying(&mut self, id: &str) -> Option<&mut Post> {
        let of = print(id);
        self.0
            .iter_mut()
            .rev()
            .find(|post| post.of == of && post.flying)
    }
}

impl Post {
    fn frees_at(&self) -> Timestamp {
        let margin = if self.flying {
            FLIGHT
        } else {
            SignedDuration::ZERO
        };
        self.at.checked_add(HOUR + margin).unwrap_or(Timestamp::MAX)
    }
}

impl Class {
    fn limit(self, budget: &Budget) -> usize {
        let kept = match self {
            Self::Ordinary => 1 + budget.urgent,
            Self::Urgent => 1,
            Self::Summary => 0,
        };
        usize::try_from(budget.per_hour.saturating_sub(kept)).unwrap_or(usize::MAX)
    }
}
