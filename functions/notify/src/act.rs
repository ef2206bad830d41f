//! Brings messages to one channel, one after another, and says of each what
//! became of it.

mod upload;

use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::Notification;
use nightshift_runtime::{Body, Deadline, Entry, Ledger, LedgerError};

use crate::channels::{Form, Kind, Letter, Rendered, Verdict, kind};
use crate::decide::{Next, Stop, Tries, next, refused};
use crate::edge::Edge;
use crate::lease::{self, Lease, Turn};
use crate::memory::Memory;
use crate::observe::{Destination, Freshness, Pace, Purpose, Setup};
use crate::report::{Delivery, Outcome};
use crate::standing::{self, KEPT, Place, Standing};

/// The ledger's partition of what was told.
pub const PARTITION: &str = "notify-told";
/// A lease outlives its invocation by a little, and never for long.
const MARGIN: Duration = Duration::from_secs(2);

/// What every courier of an invocation works with.
pub struct Office<'a, E: Edge> {
    /// What is outside.
    pub edge: &'a E,
    /// The configuration.
    pub setup: &'a Setup,
    /// The ledger.
    pub ledger: &'a E::Ledger,
    /// What was delivered lately.
    pub memory: &'a Memory,
    /// How patient deliveries are.
    pub pace: Pace,
    /// When everything has to be over.
    pub deadline: Deadline,
    /// Who asks for leases.
    pub holder: &'a str,
    /// The time for this run, where somebody has asked for another.
    pub at: Option<Timestamp>,
}

impl<E: Edge> Office<'_, E> {
    /// The time for this run.
    pub fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(|| self.edge.now())
    }
}

/// One invocation's way to one channel.
pub struct Courier<'a, E: Edge> {
    office: &'a Office<'a, E>,
    destination: Destination,
    kind: Box<dyn Kind>,
    purpose: Purpose,
    lease: Option<Lease>,
    /// The secret was read anew already: once is enough for a batch.
    refreshed: bool,
    unanswered: u32,
    closed: Option<Stop>,
}

/// Whether somebody waits for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as there is time.
    Waits,
    /// Another time will do.
    Leaves,
}

/// What one attempt with all its requests ended in.
struct Attempt {
    verdict: Verdict,
    place: Option<Place>,
}

impl<'a, E: Edge> Courier<'a, E> {
    /// Looks where the channel is.
    ///
    /// # Errors
    /// When that cannot be known: then nothing can be delivered to it.
    pub async fn new(
        office: &'a Office<'a, E>,
        channel: &str,
        purpose: Purpose,
    ) -> Result<Self, Stop> {
        let destination = office
            .edge
            .destination(office.setup, channel, purpose, Freshness::Recent)
            .await
            .map_err(|error| Stop {
                outcome: if error.is_transient() {
                    Outcome::Returned
                } else {
                    Outcome::Failed
                },
                reason: error.to_string(),
                after: None,
                for_all: true,
            })?;
        Ok(Self {
            office,
            kind: kind(&destination.channel),
            destination,
            purpose,
            lease: None,
            refreshed: false,
            unanswered: 0,
            closed: None,
        })
    }

    /// Whether an answer has shown that nothing gets through any more.
    pub const fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Gives the channel back to others.
    pub async fn leave(self) {
        if let Some(lease) = &self.lease {
            lease::give_back(self.office.ledger, lease, self.office.edge.now()).await;
        }
    }

    /// Delivers one message and its file, unless it was delivered before, or an
    /// earlier one has shown that none gets through.
    pub async fn deliver(&mut self, notification: &Notification) -> Delivery {
        let told = notification.clone().with_attachment_told();
        self.deliver_with(&told, notification.attachment.as_ref())
            .await
    }

    /// The message alone, and where it stands if that has just been seen.
    async fn message(&mut self, notification: &Notification) -> (Delivery, Option<Place>) {
        let name = self.destination.name.clone();
        let mark = standing::mark(notification);
        if self.office.memory.knows(&name, &mark) {
            return (Delivery::ended(&name, Outcome::Duplicate), None);
        }
        if let Some(stop) = &self.closed {
            return (Delivery::stopped(&name, stop), None);
        }
        if let Err(stop) = self.await_turn(Patience::Waits).await {
            return (Delivery::stopped(&name, &stop), None);
        }
        let key = standing::key(&name, notification);
        let stored = self.remembered(&key).await;
        let told = stored.as_ref().and_then(|entry| entry.1.clone());
        if told.as_ref().is_some_and(|told| told.knows(&mark)) {
            self.office.memory.learn(&name, &mark);
            return (Delivery::ended(&name, Outcome::Duplicate), None);
        }
        let (delivery, place) = self.attempts(notification, told.as_ref()).await;
        let stands = place.clone().or_else(|| told.and_then(|told| told.place));
        if delivery.outcome == Outcome::Delivered {
            self.office.memory.learn(&name, &mark);
            let word = Word {
                notification,
                mark: &mark,
                place,
            };
            self.remember(&key, stored, word).await;
        }
        (delivery, stands)
    }

    async fn attempts(
        &mut self,
        notification: &Notification,
        told: Option<&Standing>,
    ) -> (Delivery, Option<Place>) {
        let mut delivery = Delivery::ended(&self.destination.name, Outcome::Failed);
        let mut tries = Tries::default();
        let mut place = None;
        let stop = loop {
            if !self.office.deadline.allows(self.office.pace.attempt) {
                break Some(Stop {
                    outcome: Outcome::Returned,
                    reason: "no time was left in this invocation".to_owned(),
                    after: Some(Duration::from_secs(1)),
                    for_all: true,
                });
            }
            let letter = Letter {
                notification,
                standing: told.filter(|_| !tries.alone),
            };
            let rendered = self.kind.render(&letter, self.form(tries.plain));
            delivery.shortened = rendered.shortened;
            let attempt = self.attempt(&rendered, &mut tries).await;
            match next(attempt.verdict, &tries, &self.office.pace) {
                Next::Done => {
                    place = attempt.place;
                    break None;
                }
                Next::Again(wait) => tokio::time::sleep(wait).await,
                Next::Plain => tries.plain = true,
                Next::Alone => tries.alone = true,
                Next::Refresh(reason) => {
                    if let Err(stop) = self.refresh(&reason).await {
                        break Some(stop);
                    }
                }
                Next::Stop(stop) => break Some(stop),
            }
        };
        delivery.attempts = tries.attempts;
        delivery.plain = tries.plain;
        match stop {
            None => delivery.outcome = Outcome::Delivered,
            Some(stop) => {
                delivery.stop(&stop);
                if stop.for_all {
                    self.closed = Some(stop);
                }
            }
        }
        (delivery, place)
    }

    const fn form(&self, plain: bool) -> Form {
        match self.purpose {
            Purpose::Canary => Form::Canary,
            Purpose::News if plain => Form::Plain,
            Purpose::News => Form::Full,
        }
    }

    /// All requests of a message, up to the first that is not taken.
    async fn attempt(&mut self, rendered: &Rendered, tries: &mut Tries) -> Attempt {
        let patience = &self.office.pace;
        let mut place = None;
        let mut verdict = Verdict::Delivered;
        for (index, request) in rendered.requests.iter().enumerate() {
            // A run that is ended from outside reports nothing: all of the
            // batch would come again, and be in the channel twice.
            let left = self.office.deadline.remaining();
            let limit = patience.answer.min(left.saturating_sub(patience.report));
            tries.attempts += 1;
            let answer = self
                .office
                .edge
                .carry(&self.destination.address, request, limit)
                .await;
            verdict = match &answer {
                Ok(answer) => self.kind.verdict(answer),
                Err(error) => Verdict::Unavailable(error.to_string()),
            };
            if verdict != Verdict::Delivered {
                break;
            }
            if let (0, true, Ok(answer)) = (index, rendered.begins, &answer) {
                place = self.kind.place(answer);
            }
        }
        if matches!(verdict, Verdict::Unavailable(_)) {
            self.unanswered += 1;
        } else {
            self.unanswered = 0;
        }
        tries.unanswered = self.unanswered;
        tries.refreshed = self.refreshed;
        tries.left = self.office.deadline.remaining();
        Attempt { verdict, place }
    }

    /// The channel refuses the secret: perhaps there is a new one.
    async fn refresh(&mut self, reason: &str) -> Result<(), Stop> {
        self.refreshed = true;
        let name = &self.destination.name;
        let read = self
            .office
            .edge
            .destination(self.office.setup, name, self.purpose, Freshness::Now)
            .await;
        match read {
            Ok(destination) if destination != self.destination => {
                self.destination = destination;
                Ok(())
            }
            Ok(_) => Err(refused(reason)),
            Err(error) => Err(Stop {
                outcome: Outcome::Returned,
                reason: format!(
                    "the channel refuses us ({reason}), and reading its secret anew failed: {error}"
                ),
                after: None,
                for_all: true,
            }),
        }
    }

    /// Waits until nobody else posts to the channel, or asks only once. A ledger
    /// that does not answer holds nothing up: haste costs a 429, silence a message.
    ///
    /// # Errors
    /// When another still does.
    pub async fn await_turn(&mut self, patience: Patience) -> Result<(), Stop> {
        let office = self.office;
        while self.lease.is_none() {
            let now = office.edge.now();
            let until = now + office.deadline.remaining() + MARGIN;
            let name = &self.destination.name;
            match lease::take(office.ledger, name, office.holder, now, until).await {
                Ok(Turn::Ours(lease)) => self.lease = Some(lease),
                Ok(Turn::Theirs)
                    if patience == Patience::Waits
                        && office
                            .deadline
                            .allows(office.pace.turn + office.pace.attempt) =>
                {
                    tokio::time::sleep(office.pace.turn).await;
                }
                Ok(Turn::Theirs) => {
                    let stop = Stop {
                        outcome: Outcome::Returned,
                        reason: "another invocation is delivering to this channel".to_owned(),
                        after: Some(Duration::from_secs(1)),
                        for_all: true,
                    };
                    self.closed = Some(stop.clone());
                    return Err(stop);
                }
                Err(error) => {
                    tracing::warn!(%error, "delivering without a lease");
                    break;
                }
            }
        }
        Ok(())
    }

    /// What the channel was told of the matter; none where the ledger does not
    /// answer, for a message twice is better than none.
    async fn remembered(&self, key: &str) -> Option<(u64, Option<Standing>)> {
        match self.office.ledger.read(PARTITION, key).await {
            Ok(None) => Some((0, None)),
            Ok(Some(entry)) => Some((entry.version, entry.body.read().ok())),
            Err(error) => {
                tracing::warn!(%error, "delivering without memory");
                None
            }
        }
    }

    /// Writes down that it was told. A message that is told again because this
    /// failed is told twice, not lost.
    async fn remember(
        &self,
        key: &str,
        mut stored: Option<(u64, Option<Standing>)>,
        word: Word<'_>,
    ) {
        for _ in 0..2 {
            let Some((version, before)) = &stored else {
                return;
            };
            match self.write(key, *version, before.as_ref(), &word).await {
                Ok(_) => return,
                Err(LedgerError::Conflict { .. }) => stored = self.remembered(key).await,
                Err(error) => {
                    tracing::warn!(%error, "delivered, and not written down");
                    return;
                }
            }
        }
    }

    async fn write(
        &self,
        key: &str,
        version: u64,
        before: Option<&Standing>,
        word: &Word<'_>,
    ) -> Result<u64, LedgerError> {
        let after = Standing::after(before, word.notification, word.mark, word.place.clone());
        self.put(key, version, &after).await
    }

    async fn put(&self, key: &str, version: u64, after: &Standing) -> Result<u64, LedgerError> {
        let body = Body::new(after).map_err(|error| LedgerError::Malformed {
            key: key.to_owned(),
            problem: error.to_string(),
        })?;
        let entry = Entry {
            key: key.to_owned(),
            version,
            body,
            expires_at: self.office.edge.now().checked_add(KEPT).ok(),
        };
        self.office.ledger.write(PARTITION, &entry).await
    }
}

/// One delivered word.
struct Word<'n> {
    notification: &'n Notification,
    mark: &'n str,
    place: Option<Place>,
}
