//! Brings messages to the channel, one after another, and says of each what
//! became of it. What is not delivered goes back to the queue.

use std::time::Duration;

use nightshift_core::Notification;
use nightshift_runtime::Deadline;

use crate::blocks::{Payload, message, plain_message};
use crate::decide::{Verdict, verdict};
use crate::observe::{Channel, ChannelError, Channels, Freshness};
use crate::report::{Delivery, Outcome};
use crate::slack::Poster;

/// How patient a delivery is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest wait for one answer.
    pub answer: Duration,
    /// Slack's waits up to this are slept here; longer ones in the queue.
    pub wait: Duration,
    /// What one more attempt needs of the deadline.
    pub attempt: Duration,
    /// What of it is kept for the report, whatever Slack does.
    pub report: Duration,
    /// Attempts for one message in one invocation.
    pub attempts: u32,
    /// After so many messages in a row that Slack did not answer, the rest of
    /// the batch goes back untried.
    pub patience: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(8),
            wait: Duration::from_secs(5),
            attempt: Duration::from_secs(3),
            report: Duration::from_secs(1),
            attempts: 4,
            patience: 2,
        }
    }
}

/// One invocation's way to the channel.
pub struct Courier<'a, C, P> {
    channels: &'a C,
    poster: &'a P,
    pace: Pace,
    deadline: Deadline,
    channel: Channel,
    /// The webhook was read anew already: once is enough for a batch.
    refreshed: bool,
    unanswered: u32,
    closed: Option<(Outcome, String)>,
}

enum Step {
    Again,
    Plain,
    Done(Outcome, Option<String>),
}

impl<'a, C: Channels, P: Poster> Courier<'a, C, P> {
    /// Looks where messages go.
    ///
    /// # Errors
    /// When the channel is not known: then nothing can be delivered.
    pub async fn new(
        channels: &'a C,
        poster: &'a P,
        pace: Pace,
        deadline: Deadline,
    ) -> Result<Self, ChannelError> {
        let channel = channels.channel(Freshness::Recent).await?;
        Ok(Self {
            channels,
            poster,
            pace,
            deadline,
            channel,
            refreshed: false,
            unanswered: 0,
            closed: None,
        })
    }

    /// The environment that the channel belongs to.
    pub fn environment(&self) -> &str {
        &self.channel.environment
    }

    /// Delivers one message, unless an earlier one has shown that none gets through.
    pub async fn deliver(&mut self, notification: &Notification) -> Delivery {
        let mut delivery = Delivery::default();
        let mut payload = message(notification);
        loop {
            if let Some((outcome, reason)) = &self.closed {
                delivery.outcome = *outcome;
                delivery.detail = Some(reason.clone());
                break;
            }
            if !self.deadline.allows(self.pace.attempt) {
                self.close(Outcome::Returned, "no time was left in this invocation");
                continue;
            }
            delivery.attempts += 1;
            match self.attempt(&payload, &delivery).await {
                Step::Again => {}
                Step::Plain => {
                    delivery.fell_back = true;
                    payload = plain_message(notification);
                }
                Step::Done(outcome, detail) => {
                    delivery.outcome = outcome;
                    delivery.detail = detail;
                    break;
                }
            }
        }
        delivery.shortened = payload.shortened;
        delivery
    }

    async fn attempt(&mut self, payload: &Payload, delivery: &Delivery) -> Step {
        // A run that is ended from outside reports nothing: all of the batch
        // would come again, and be in the channel twice.
        let left = self.deadline.remaining().saturating_sub(self.pace.report);
        let limit = self.pace.answer.min(left);
        let answer = self
            .poster
            .post(&self.channel.webhook, &payload.body, limit)
            .await;
        let verdict = match answer {
            Ok(answer) => verdict(&answer),
            Err(error) => Verdict::Unavailable(error.to_string()),
        };
        if !matches!(verdict, Verdict::Unavailable(_)) {
            self.unanswered = 0;
        }
        match verdict {
            Verdict::Delivered => Step::Done(Outcome::Delivered, None),
            Verdict::Wait(wait) => self.wait(wait, delivery.attempts).await,
            Verdict::Unavailable(reason) => {
                self.unanswered += 1;
                if self.unanswered >= self.pace.patience {
                    self.close(Outcome::Returned, &format!("not tried after: {reason}"));
                }
                Step::Done(Outcome::Returned, Some(reason))
            }
            Verdict::Reshape(_) if !delivery.fell_back => Step::Plain,
            Verdict::Reshape(reason) => Step::Done(
                Outcome::Failed,
                Some(format!("Slack refuses it even as plain text: {reason}")),
            ),
            Verdict::Refused(reason) => self.refresh(&reason).await,
        }
    }

    /// Sleeps what Slack asks for, or leaves it to the queue.
    async fn wait(&mut self, wait: Duration, attempts: u32) -> Step {
        let fits = wait <= self.pace.wait && self.deadline.allows(wait + self.pace.attempt);
        if fits && attempts < self.pace.attempts {
            tokio::time::sleep(wait).await;
            return Step::Again;
        }
        let reason = format!(
            "the channel is full: Slack asks to wait {} s",
            wait.as_secs()
        );
        self.close(Outcome::Returned, &reason);
        Step::Done(Outcome::Returned, Some(reason))
    }

    /// Slack refuses the webhook: perhaps there is a new one.
    async fn refresh(&mut self, reason: &str) -> Step {
        if !self.refreshed {
            self.refreshed = true;
            match self.channels.channel(Freshness::Now).await {
                Ok(channel) if channel != self.channel => {
                    self.channel = channel;
                    return Step::Again;
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = format!(
                        "Slack refuses the webhook ({reason}), and reading it anew failed: {error}"
                    );
                    self.close(Outcome::Returned, &reason);
                    return Step::Done(Outcome::Returned, Some(reason));
                }
            }
        }
        let reason = format!(
            "Slack refuses the webhook ({reason}): make a new one and put it into its parameter, then redrive the dead letters"
        );
        self.close(Outcome::Failed, &reason);
        Step::Done(Outcome::Failed, Some(reason))
    }

    fn close(&mut self, outcome: Outcome, reason: &str) {
        self.closed = Some((outcome, reason.to_owned()));
    }
}
