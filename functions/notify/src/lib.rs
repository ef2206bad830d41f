//! `notify` brings what the functions have to say into Slack.
//!
//! event (a queue's batch, a command) -> observe (the channel) -> decide (the
//! blocks; what Slack's answer means) -> act (post, wait, fall back) -> report.
//!
//! **Architecture invariant:** a message leaves the queue only after Slack has
//! said `ok` to it.

mod act;
mod blocks;
mod body;
mod config;
mod decide;
mod event;
pub mod limits;
mod memory;
mod mrkdwn;
mod observe;
mod report;
mod slack;
mod webhook;

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use nightshift_core::Notification;
use nightshift_runtime::{Failure, Function, Https, Invocation, Response, emit};
use serde_json::Value;

pub use act::{Courier, Pace};
pub use blocks::{Payload, message, plain_message};
pub use body::Message;
pub use config::NotifyConfig;
pub use decide::{Answer, Verdict, verdict};
pub use event::{Event, EventError, Record};
pub use observe::{Channel, ChannelError, Channels, ConfiguredChannels, Freshness};
pub use report::{Delivery, MessageReport, Outcome, Report, Task};
pub use slack::{PostError, Poster, Slack};
pub use webhook::{Webhook, WebhookError};

use memory::Memory;

/// The function.
#[derive(Debug)]
pub struct Notify<C = ConfiguredChannels, P = Slack> {
    channels: C,
    poster: P,
    pace: Pace,
    delivered: Memory,
}

impl Notify {
    /// The function as Lambda runs it.
    pub fn new(config: &SdkConfig, https: Https) -> Self {
        Self::with(
            ConfiguredChannels::new(config),
            Slack::new(https),
            Pace::default(),
        )
    }
}

impl<C: Channels, P: Poster> Notify<C, P> {
    /// The function with other ways out.
    pub fn with(channels: C, poster: P, pace: Pace) -> Self {
        Self {
            channels,
            poster,
            pace,
            delivered: Memory::default(),
        }
    }

    /// Reads the channel while initialisation has the whole processor. What
    /// goes wrong here goes wrong again, and is told, with the first message.
    pub async fn prepare(&self) {
        const LIMIT: Duration = Duration::from_secs(3);
        let read = self.channels.channel(Freshness::Recent);
        if !matches!(tokio::time::timeout(LIMIT, read).await, Ok(Ok(_))) {
            tracing::debug!("the channel is not known yet");
        }
    }

    async fn courier(&self, invocation: &Invocation) -> Result<Courier<'_, C, P>, Failure> {
        Courier::new(&self.channels, &self.poster, self.pace, invocation.deadline)
            .await
            .map_err(|error| Failure::new("Configuration", &error))
    }

    async fn batch(&self, records: Vec<Record>, invocation: &Invocation) -> Result<Value, Failure> {
        let mut report = Report::new(Task::Deliver, Timestamp::now());
        if !records.is_empty() {
            let mut courier = self.courier(invocation).await?;
            report.environment = Some(courier.environment().to_owned());
            for Record { item, message } in records {
                let notification = &message.notification;
                let delivery = if self.delivered.knows(notification) {
                    Delivery {
                        outcome: Outcome::Duplicate,
                        ..Delivery::default()
                    }
                } else {
                    let delivery = courier.deliver(notification).await;
                    self.settle(notification, &delivery);
                    delivery
                };
                let message = MessageReport::new(item, message.readable, notification, delivery);
                report.messages.push(message);
            }
        }
        publish(&report)?;
        report.batch_response().ok_or_else(|| {
            let lost = report.unsettled().count();
            let words = format!("{lost} messages were not delivered, and the event does not name them; the whole batch has to come again");
            Failure::new("NotDelivered", &words)
        })
    }

    async fn send(
        &self,
        notification: &Notification,
        invocation: &Invocation,
    ) -> Result<Value, Failure> {
        let mut report = Report::new(Task::Send, Timestamp::now());
        let mut courier = self.courier(invocation).await?;
        report.environment = Some(courier.environment().to_owned());
        let delivery = courier.deliver(notification).await;
        self.settle(notification, &delivery);
        let problem =
            (!delivery.outcome.is_settled()).then(|| delivery.detail.clone().unwrap_or_default());
        report
            .messages
            .push(MessageReport::new(None, true, notification, delivery));
        let answer = publish(&report)?;
        match problem {
            None => Ok(answer),
            Some(problem) => Err(Failure::new("NotDelivered", &problem)),
        }
    }

    fn settle(&self, notification: &Notification, delivery: &Delivery) {
        if delivery.outcome != Outcome::Delivered {
            return;
        }
        self.delivered.learn(notification);
        if delivery.shortened || delivery.fell_back {
            // What did not fit into Slack must be somewhere.
            let whole = serde_json::to_string(notification).unwrap_or_default();
            tracing::info!(
                notification = whole,
                "delivered shortened; this is all of it"
            );
        }
    }
}

impl<C, P> Function for Notify<C, P>
where
    C: Channels + 'static,
    P: Poster + 'static,
{
    async fn handle(&self, input: Value, invocation: Invocation) -> Result<Response, Failure> {
        let event = Event::from_input(input).map_err(|error| Failure::new("Input", &error))?;
        let answer = match event {
            Event::Batch(records) => self.batch(records, &invocation).await,
            Event::Preview(notification) => shown(Task::Preview, &notification),
            Event::Send {
                notification,
                dry_run: true,
            } => shown(Task::Send, &notification),
            Event::Send {
                notification,
                dry_run: false,
            } => self.send(&notification, &invocation).await,
        }?;
        Response::new(&answer)
    }
}

/// The report of a run that only shows.
fn shown(task: Task, notification: &Notification) -> Result<Value, Failure> {
    let payload = message(notification);
    let delivery = Delivery {
        outcome: Outcome::Shown,
        shortened: payload.shortened,
        ..Delivery::default()
    };
    let mut report = Report::new(task, Timestamp::now());
    report.dry_run = true;
    report
        .messages
        .push(MessageReport::new(None, true, notification, delivery));
    report.payload = Some(payload.body);
    json(&report)
}

/// Writes the report to the log and its numbers to the metrics.
fn publish(report: &Report) -> Result<Value, Failure> {
    let value = json(report)?;
    tracing::info!(report = %value, "run finished");
    let environment = report.environment.as_deref().unwrap_or("unknown");
    emit(environment, "notify", report.at, &report.metrics());
    Ok(value)
}

fn json(report: &Report) -> Result<Value, Failure> {
    serde_json::to_value(report).map_err(|error| Failure::new("Report", &error))
}
