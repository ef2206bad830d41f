use jiff::Timestamp;
use nightshift_core::{Notification, Severity};
use nightshift_runtime::{Metric, Unit};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// What one run of `notify` did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `notify`.
    pub function: String,
    /// What was asked for.
    pub command: Task,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The environment's code; a preview knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether nothing was sent because that was asked for.
    pub dry_run: bool,
    /// Every message, in the order in which they came.
    pub messages: Vec<MessageReport>,
    /// What Slack would be sent, where nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
}

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Messages of the queue were delivered.
    Deliver,
    /// A message was shown.
    Preview,
    /// One message was sent at a person's command.
    Send,
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MessageReport {
    /// The queue's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The notification's id.
    pub id: String,
    /// The notification's kind.
    pub kind: String,
    /// The notification's severity.
    pub severity: Severity,
    /// Whether the body was a notification in good order.
    pub readable: bool,
    /// How it went.
    #[serde(flatten)]
    pub delivery: Delivery,
}

/// How the delivery of one message went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delivery {
    /// The end of it.
    pub outcome: Outcome,
    /// How often Slack was asked.
    pub attempts: u32,
    /// Whether it went as plain text, because Slack refused the blocks.
    pub fell_back: bool,
    /// Whether something was left out to stay within Slack's limits.
    pub shortened: bool,
    /// Why it was not delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How a message ended in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Slack has it.
    Delivered,
    /// Slack has had it before.
    Duplicate,
    /// Only shown.
    Shown,
    /// Back to the queue: later it may pass.
    Returned,
    /// Back to the queue until it becomes a dead letter: a person has to act.
    #[default]
    Failed,
}

impl Outcome {
    /// Whether the queue may forget the message.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Delivered | Self::Duplicate | Self::Shown)
    }
}

impl MessageReport {
    /// The report on one message.
    pub fn new(
        item: Option<String>,
        readable: bool,
        notification: &Notification,
        delivery: Delivery,
    ) -> Self {
        Self {
            item,
            id: notification.id.clone(),
            kind: notification.kind.clone(),
            severity: notification.severity,
            readable,
            delivery,
        }
    }
}

impl Report {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// An empty report.
    pub fn new(command: Task, at: Timestamp) -> Self {
        Self {
            version: Self::VERSION,
            function: "notify".to_owned(),
            command,
            at,
            environment: None,
            dry_run: false,
            messages: Vec::new(),
            payload: None,
        }
    }

    /// Messages that did not end well.
    pub fn unsettled(&self) -> impl Iterator<Item = &MessageReport> {
        self.messages
            .iter()
            .filter(|message| !message.delivery.outcome.is_settled())
    }

    /// What the queue is told: which messages it has to keep. None if one has
    /// no name by which it could be kept; then the whole batch must come back.
    pub fn batch_response(&self) -> Option<Value> {
        let failures: Option<Vec<Value>> = self
            .unsettled()
            .map(|message| {
                message
                    .item
                    .as_ref()
                    .map(|item| json!({"itemIdentifier": item}))
            })
            .collect();
        failures.map(|failures| json!({"batchItemFailures": failures}))
    }

    /// The run in numbers.
    pub fn metrics(&self) -> Vec<Metric> {
        let count = |name: &'static str, counts: &dyn Fn(&MessageReport) -> bool| Metric {
            name,
            value: u32::try_from(self.messages.iter().filter(|m| counts(m)).count())
                .map_or(f64::MAX, f64::from),
            unit: Unit::Count,
        };
        let ended = |outcome: Outcome| move |m: &MessageReport| m.delivery.outcome == outcome;
        vec![
            count("Delivered", &ended(Outcome::Delivered)),
            count("Retried", &ended(Outcome::Returned)),
            count("Failed", &ended(Outcome::Failed)),
            count("FellBack", &|m| m.delivery.fell_back),
            count("Unreadable", &|m| !m.readable),
        ]
    }
}
