//! What each kind of channel knows: how a message looks in it, and what its
//! answers mean. Pure: no network, no clock, no secret.

mod amazon_q;
mod email;
pub(crate) mod files;
mod pagerduty;
mod slack_bot;
mod slack_webhook;
mod web_api;

use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::Notification;
use serde_json::{Value, json};

use crate::config::Channel;
use crate::standing::{Place, Standing};
use crate::upload_url::UploadUrl;

pub use email::subject;
pub use pagerduty::dedup_key;
pub use slack_webhook::verdict;

/// What one channel is to show.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The message.
    pub notification: &'a Notification,
    /// What the channel shows of the matter already.
    pub standing: Option<&'a Standing>,
}

/// How a message is dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the channel shows it best.
    Full,
    /// As little as any channel takes: for one that has refused the full form.
    Plain,
    /// One quiet line that shows that the channel is heard.
    Canary,
}

/// What a channel is sent: its requests, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// All but the last may be repeated without anybody noticing.
    pub requests: Vec<Request>,
    /// Whether something was left out to stay within the limits.
    pub shortened: bool,
    /// Whether the first of them makes the message to which later words belong.
    pub begins: bool,
}

/// One request, without the secret that goes with it.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// JSON to a method of an API.
    Post {
        /// The method below the API's base; empty for a webhook.
        method: &'static str,
        /// The body.
        body: Value,
    },
    /// A form to a method of an API.
    Form {
        /// The method below the API's base.
        method: &'static str,
        /// The fields, not yet encoded.
        fields: Vec<(&'static str, String)>,
    },
    /// Bytes to an address that a channel has named for them.
    Upload {
        /// Where to.
        url: UploadUrl,
        /// The bytes.
        content: Vec<u8>,
    },
    /// A message to an SNS topic.
    Publish {
        /// The subject of a mail.
        subject: Option<String>,
        /// The message.
        message: String,
        /// Attributes, by which subscriptions filter.
        attributes: Vec<(&'static str, String)>,
    },
}

/// What came back for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body, without secrets.
    pub body: String,
}

/// What an answer means for the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is in the channel.
    Delivered,
    /// The channel takes nothing more for so long.
    Wait(Duration),
    /// The channel did not do it now; later it may.
    Unavailable(String),
    /// The channel refuses the message in this form.
    Reshape(String),
    /// What it was to be joined to is not there any more.
    Gone(String),
    /// The channel refuses whatever comes this way.
    Refused(String),
}

/// One kind of channel.
pub trait Kind: Send + Sync {
    /// What the channel is sent.
    fn render(&self, letter: &Letter<'_>, form: Form) -> Rendered;

    /// What the channel's answer means.
    fn verdict(&self, answer: &Answer) -> Verdict;

    /// Where the answer says that the message stands.
    fn place(&self, _answer: &Answer) -> Option<Place> {
        None
    }

    /// Whether a file may follow a message into its thread.
    fn takes_files(&self) -> bool {
        false
    }
}

/// The kind of a configured channel.
pub fn kind(channel: &Channel) -> Box<dyn Kind> {
    match channel {
        Channel::SlackWebhook { .. } => Box::new(slack_webhook::SlackWebhook),
        Channel::SlackBot { channel, .. } => Box::new(slack_bot::SlackBot {
            channel: channel.clone(),
        }),
        Channel::AmazonQ { .. } => Box::new(amazon_q::AmazonQ),
        Channel::PagerDuty { .. } => Box::new(pagerduty::PagerDuty),
        Channel::Email { .. } => Box::new(email::Email),
    }
}

/// Every kind by its name, for a look at a message without any configuration.
pub fn every_kind() -> [(&'static str, Box<dyn Kind>); 5] {
    let bot = slack_bot::SlackBot {
        channel: "C0000000000".to_owned(),
    };
    [
        ("slack-webhook", Box::new(slack_webhook::SlackWebhook)),
        ("slack-bot", Box::new(bot)),
        ("amazon-q", Box::new(amazon_q::AmazonQ)),
        ("pagerduty", Box::new(pagerduty::PagerDuty)),
        ("email", Box::new(email::Email)),
    ]
}

impl Rendered {
    fn one(request: Request, shortened: bool) -> Self {
        Self {
            requests: vec![request],
            shortened,
            begins: false,
        }
    }

    /// For people: the body of a single request, otherwise all of them by method.
    pub fn to_json(&self) -> Value {
        match self.requests.as_slice() {
            [only] => only.to_json(),
            several => several
                .iter()
                .map(|request| match request {
                    Request::Post { method, body } => json!({"method": method, "body": body}),
                    other => other.to_json(),
                })
                .collect(),
        }
    }
}

impl Request {
    fn to_json(&self) -> Value {
        match self {
            Self::Post { body, .. } => body.clone(),
            Self::Form { method, fields } => {
                let fields: serde_json::Map<String, Value> = fields
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                json!({"method": method, "form": fields})
            }
            Self::Upload { content, .. } => json!({"bytes": content.len()}),
            Self::Publish {
                subject,
                message,
                attributes,
            } => {
                let attributes: serde_json::Map<String, Value> = attributes
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                let message = serde_json::from_str(message).unwrap_or_else(|_| json!(message));
                json!({"subject": subject, "message": message, "attributes": attributes})
            }
        }
    }
}

impl Answer {
    /// The status and a word of explanation, on one line.
    fn told(&self, word: &str) -> String {
        let word = nightshift_core::printable(word.trim(), 200);
        if word.is_empty() {
            format!("HTTP {}", self.status)
        } else {
            format!("HTTP {}: {word}", self.status)
        }
    }

    /// Whole seconds; none of the services sends a date.
    fn wait(&self) -> Duration {
        /// They always say how long; a proxy in between may not.
        const UNSAID: Duration = Duration::from_secs(30);
        self.retry_after
            .as_deref()
            .and_then(|text| text.trim().parse().ok())
            .map_or(UNSAID, |seconds: u32| Duration::from_secs(seconds.into()))
    }

    /// What the status says where nothing else is known: an answer of an AWS
    /// service, or of one whose words are not documented.
    fn by_status(&self, word: &str) -> Verdict {
        let told = self.told(word);
        match self.status {
            200..=299 => Verdict::Delivered,
            429 => Verdict::Wait(self.wait()),
            408 | 425 | 500..=599 => Verdict::Unavailable(told),
            400 | 413 | 422 => Verdict::Reshape(told),
            300..=399 => Verdict::Unavailable(format!("{told}, which leads elsewhere")),
            _ => Verdict::Refused(told),
        }
    }
}

/// The route that a canary tries, from its id `notify.canary/<route>/<time>`.
pub fn canary_route(notification: &Notification) -> Option<&str> {
    let ours = notification.kind == CANARY && notification.source == "notify";
    let mut parts = notification.id.splitn(3, '/');
    match (ours, parts.next(), parts.next(), parts.next()) {
        (true, Some(CANARY), Some(route), Some(_)) => Some(route),
        _ => None,
    }
}

/// The kind of the notifications that only try out the way.
pub const CANARY: &str = "notify.canary";

/// The attributes that go with a message to a topic.
fn attributes(notification: &Notification, shortened: bool) -> Vec<(&'static str, String)> {
    let value = |text: &str| {
        // An attribute must not be empty, and a filter compares exactly.
        let text = nightshift_core::printable(text, 200);
        if text.is_empty() {
            "-".to_owned()
        } else {
            text
        }
    };
    let mut attributes = vec![
        ("environment", value(&notification.environment)),
        ("kind", value(&notification.kind)),
        ("severity", severity(notification).to_owned()),
        (
            "status",
            if notification.status.is_open() {
                "open"
            } else {
                "resolved"
            }
            .to_owned(),
        ),
    ];
    if shortened {
        attributes.push(("truncated", "true".to_owned()));
    }
    attributes
}

/// The severity's word.
fn severity(notification: &Notification) -> &'static str {
    use nightshift_core::Severity;
    match notification.severity {
        Severity::Info => "info",
        Severity::Notice => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
        Severity::Critical => "critical",
    }
}

/// An instant where no reader's zone is known.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How much of a notification goes into a channel that counts bytes.
#[derive(Clone, Copy)]
struct Portion {
    text: usize,
    lists: usize,
    items: usize,
}

/// From everything down to what always fits.
const PORTIONS: [Portion; 4] = [
    Portion {
        text: 1_000,
        lists: 50,
        items: 100,
    },
    Portion {
        text: 300,
        lists: 20,
        items: 20,
    },
    Portion {
        text: 200,
        lists: 10,
        items: 10,
    },
    Portion {
        text: 200,
        lists: 0,
        items: 0,
    },
];

/// The largest portion whose text stays within so many bytes, and whether it
/// is less than all of the notification.
fn portioned(
    notification: &Notification,
    limit: usize,
    render: impl Fn(&Portion) -> String,
) -> (String, bool) {
    let mut last = String::new();
    for portion in &PORTIONS {
        last = render(portion);
        if last.len() <= limit {
            return (last, !portion.holds(notification));
        }
    }
    (last, true)
}

impl Portion {
    fn holds(&self, notification: &Notification) -> bool {
        let short = |text: &str| text.chars().count() <= self.text;
        let count = |there: usize| there <= self.lists;
        short(&notification.summary)
            && count(notification.facts.len())
            && count(notification.sections.len())
            && count(notification.next_steps.len())
            && count(notification.commands.len())
            && count(notification.links.len())
            && notification.facts.iter().all(|fact| short(&fact.value))
            && notification.commands.iter().all(|one| short(&one.text))
            && notification.next_steps.iter().all(|step| short(step))
            && notification.sections.iter().all(|section| {
                section.items.len() <= self.items && section.items.iter().all(|item| short(item))
            })
    }
}
