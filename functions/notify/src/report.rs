use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{Notification, Severity};
use nightshift_runtime::{Metric, Unit, batch_item_failures};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::decide::Stop;
use crate::matters::{Account, Held, Reason, Silence};

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
    /// What channels that gather messages were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<Sending>,
    /// The silences that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Silence>,
    /// What channels would be sent, by kind or by name, where nothing was sent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payloads: BTreeMap<String, Value>,
    /// What was heard of every channel, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Hearing>,
    /// The command that brings dead letters back, where there may be some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redrive: Option<String>,
}

/// One message of a channel that gathers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sending {
    /// The message's own id.
    pub id: String,
    /// The matter it is about; a summary is about many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// Why it was sent now.
    pub reason: Reason,
    /// How many notifications are told with it.
    pub covers: u64,
    /// How it went.
    #[serde(flatten)]
    pub delivery: Delivery,
}

/// When a channel was heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hearing {
    /// The channel's name.
    pub channel: String,
    /// When a canary last arrived there; none has yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub heard_at: Option<Timestamp>,
    /// Whether that is too long ago.
    pub silent: bool,
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
    /// A canary was let out on every route.
    Canary,
    /// It was looked which channels are silent.
    CanaryCheck,
    /// It was looked whose time has come.
    Flush,
    /// Silences were made, ended or listed.
    Silences,
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
    /// The routes that took it.
    pub routes: Vec<String>,
    /// What the queue has to know: the worst of the deliveries.
    pub outcome: Outcome,
    /// How it went, channel by channel.
    pub deliveries: Vec<Delivery>,
}

/// How the delivery of one message to one channel went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delivery {
    /// The channel's name.
    pub channel: String,
    /// The end of it.
    pub outcome: Outcome,
    /// Requests that were sent.
    pub attempts: u32,
    /// Whether it went as plain text, because the channel refused the full form.
    pub plain: bool,
    /// Whether something was left out to stay within the channel's limits.
    pub shortened: bool,
    /// The channel by which it went instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Where a message stands that was written down.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// What became of the file that goes with it, in a channel that takes files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileReport>,
    /// Why the channel did not take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// After how many seconds the channel takes messages again, as it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

/// What became of a message's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileReport {
    /// The file's name.
    pub name: String,
    /// The end of it.
    pub state: FileState,
    /// Requests that were sent for it.
    pub attempts: u32,
    /// The channel's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// How a file ended in this run. The message is in the channel in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// It is in the message's thread.
    Shared,
    /// It was there before.
    Duplicate,
    /// It is tried again when the queue hands the message over again.
    Owed,
    /// It is not there, and is not tried again.
    Lost,
}

impl Delivery {
    /// A delivery that needed no attempt.
    pub fn ended(channel: &str, outcome: Outcome) -> Self {
        Self {
            channel: channel.to_owned(),
            outcome,
            ..Self::default()
        }
    }

    /// A message that was written down.
    pub fn taken(channel: &str, held: &Held) -> Self {
        Self {
            account: Some(held.account.clone()),
            shortened: held.shortened,
            ..Self::ended(channel, Outcome::Taken)
        }
    }

    /// A delivery that was not tried.
    pub fn stopped(channel: &str, stop: &Stop) -> Self {
        let mut delivery = Self::ended(channel, stop.outcome);
        delivery.stop(stop);
        delivery
    }

    /// Whether the channel has the message, and only its file is missing.
    pub fn owes_only_its_file(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.state == FileState::Owed)
    }

    /// Ends it without its file.
    pub fn forgo_its_file(&mut self) {
        if !self.owes_only_its_file() {
            return;
        }
        self.outcome = Outcome::Delivered;
        self.wait_seconds = None;
        self.detail = None;
        if let Some(file) = &mut self.file {
            file.state = FileState::Lost;
            let why = file.detail.as_deref().unwrap_or_default();
            tracing::warn!(
                channel = self.channel,
                file = file.name,
                why,
                "a message's file is not in the channel"
            );
        }
    }

    /// Ends it here.
    pub fn stop(&mut self, stop: &Stop) {
        self.outcome = stop.outcome;
        self.detail = Some(stop.reason.clone());
        self.wait_seconds = stop.after.map(|after| after.as_secs());
    }
}

/// How a message ended in this run; the later, the more is left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The channel has had it before.
    Duplicate,
    /// Written down in the ledger, from where it is told when its time comes.
    Taken,
    /// Only shown.
    Shown,
    /// No route leads anywhere, on purpose.
    Untold,
    /// The channel has it.
    Delivered,
    /// The fallback channel has it instead.
    Diverted,
    /// Back to the queue: later it may pass.
    Returned,
    /// Back to the queue until it becomes a dead letter: a person has to act.
    #[default]
    Failed,
}

impl Outcome {
    /// Whether the queue may forget the message.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Returned | Self::Failed)
    }
}

impl MessageReport {
    /// The report on one message.
    pub fn new(
        item: Option<String>,
        readable: bool,
        notification: &Notification,
        routes: &[&str],
        deliveries: Vec<Delivery>,
    ) -> Self {
        let worst = deliveries.iter().map(|delivery| delivery.outcome).max();
        Self {
            item,
            id: notification.id.clone(),
            kind: notification.kind.clone(),
            severity: notification.severity,
            readable,
            routes: routes.iter().map(|&route| route.to_owned()).collect(),
            outcome: worst.unwrap_or(Outcome::Untold),
            deliveries,
        }
    }

    /// Why it was not delivered, channel by channel.
    pub fn problem(&self) -> String {
        let of = |delivery: &Delivery| {
            let detail = delivery.detail.as_deref().unwrap_or("no reason was given");
            format!("{}: {detail}", delivery.channel)
        };
        let unsettled = self.deliveries.iter().filter(|d| !d.outcome.is_settled());
        unsettled.map(of).collect::<Vec<_>>().join("; ")
    }

    /// After how many seconds the queue should show it again, where a channel
    /// has said so.
    pub fn wait_seconds(&self) -> Option<u64> {
        let unsettled = self.deliveries.iter().filter(|d| !d.outcome.is_settled());
        unsettled.filter_map(|delivery| delivery.wait_seconds).max()
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
            sent: Vec::new(),
            silences: Vec::new(),
            payloads: BTreeMap::new(),
            channels: Vec::new(),
            redrive: None,
        }
    }

    /// Messages that did not end well.
    pub fn unsettled(&self) -> impl Iterator<Item = &MessageReport> {
        self.messages
            .iter()
            .filter(|message| !message.outcome.is_settled())
    }

    /// What the queue is told: which messages it has to keep. None if one has
    /// no name by which it could be kept; then the whole batch must come back.
    pub fn batch_response(&self) -> Option<Value> {
        batch_item_failures(self.unsettled().map(|message| message.item.as_deref()))
    }

    /// The run in numbers.
    pub fn metrics(&self) -> Vec<Metric> {
        let count = |name: &'static str, count: usize| Metric {
            name,
            value: u32::try_from(count).map_or(f64::MAX, f64::from),
            unit: Unit::Count,
        };
        let sent = || self.sent.iter().map(|sending| &sending.delivery);
        let deliveries = || {
            self.messages
                .iter()
                .flat_map(|m| &m.deliveries)
                .chain(sent())
        };
        let ended = |outcome: Outcome| deliveries().filter(|d| d.outcome == outcome).count();
        vec![
            count("Delivered", ended(Outcome::Delivered)),
            count("Retried", ended(Outcome::Returned)),
            count("Failed", ended(Outcome::Failed)),
            count("Diverted", ended(Outcome::Diverted)),
            count("FellBack", deliveries().filter(|d| d.plain).count()),
            count(
                "Unreadable",
                self.messages.iter().filter(|m| !m.readable).count(),
            ),
            count("Silent", self.channels.iter().filter(|c| c.silent).count()),
        ]
    }
}
