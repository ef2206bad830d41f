//! What wakes `notify`: a batch of its queue, or a person's command.

use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Notification, Region, printable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

use crate::body::{self, Message};
use crate::matters::SilenceCommand;

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Messages of the queue.
    Batch(Vec<Record>),
    /// Show what channels would be sent.
    Preview(Box<Notification>),
    /// Send one message now.
    Send {
        /// The message.
        notification: Box<Notification>,
        /// To this channel, whatever the routes say.
        channel: Option<String>,
        /// Show it instead.
        dry_run: bool,
    },
    /// Let out a canary on every route.
    Canary {
        /// Only say which.
        dry_run: bool,
    },
    /// Look whose time has come, in channels that gather messages.
    Flush {
        /// The time for this run.
        at: Option<Timestamp>,
    },
    /// Make, end or list silences.
    Silences(SilenceCommand),
    /// Look which channels are silent.
    CanaryCheck {
        /// The time for this run.
        at: Option<Timestamp>,
        /// Only say which, and tell nobody.
        dry_run: bool,
    },
}

/// One message of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The queue's name for it, by which it can be given back.
    pub item: Option<String>,
    /// How it is called where its time is changed.
    pub handle: Option<Handle>,
    /// How often the queue has handed it over, this time included.
    pub receives: u32,
    /// What it says.
    pub message: Message,
}

/// A received message, for the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The queue.
    pub queue: Arn,
    /// The queue's word for this receipt.
    pub receipt: String,
}

/// Why an event is not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// Neither a batch nor a command.
    #[error(
        "{found} is neither an SQS event nor a command: send {{\"command\":\"preview\",\"notification\":{{...}}}}, see docs/notify.md"
    )]
    Unknown {
        /// What came instead.
        found: String,
    },
    /// A command with a wrong field.
    #[error("the command is wrong at `{path}`: {problem}")]
    Command {
        /// The field.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// What may stand beside the command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    notification: Box<Notification>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    notification: Box<Notification>,
    channel: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timed {
    at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tried {
    at: Option<Timestamp>,
    #[serde(default)]
    dry_run: bool,
}

impl Event {
    /// Reads what Lambda was invoked with.
    ///
    /// # Errors
    /// When it is nothing that `notify` is for. A record of a batch is never
    /// an error: what it carries is shown as it is.
    pub fn from_input(input: Value) -> Result<Self, EventError> {
        if let Value::Object(mut fields) = input {
            let is_silence = |verb: &Value| {
                let verbs = ["silence", "unsilence", "silences"];
                verb.as_str().is_some_and(|verb| verbs.contains(&verb))
            };
            if fields.get("command").is_some_and(is_silence) {
                return self::fields(&Value::Object(fields)).map(Self::Silences);
            }
            if let Some(verb) = fields.remove("command") {
                return command(&verb, &Value::Object(fields));
            }
            if let Some(Value::Array(records)) = fields.remove("Records") {
                return Ok(Self::Batch(records.iter().map(record).collect()));
            }
            let keys: Vec<&str> = fields.keys().take(5).map(String::as_str).collect();
            let found = format!("an object with the fields [{}]", keys.join(", "));
            return Err(EventError::Unknown {
                found: printable(&found, 200),
            });
        }
        Err(EventError::Unknown {
            found: format!("`{}`", printable(&input.to_string(), 100)),
        })
    }
}

fn command(verb: &Value, rest: &Value) -> Result<Event, EventError> {
    match verb.as_str() {
        Some("preview") => fields(rest).map(|Shown { notification }| Event::Preview(notification)),
        Some("send") => fields(rest).map(
            |Sent {
                 notification,
                 channel,
                 dry_run,
             }| Event::Send {
                notification,
                channel,
                dry_run,
            },
        ),
        Some("canary") => fields(rest).map(|Tried { dry_run, .. }| Event::Canary { dry_run }),
        Some("flush") => fields(rest).map(|Timed { at }| Event::Flush { at }),
        Some("canary-check") => {
            fields(rest).map(|Tried { at, dry_run }| Event::CanaryCheck { at, dry_run })
        }
        _ => Err(EventError::Command {
            path: "command".to_owned(),
            problem: format!(
                "{} is none of preview, send, silence, unsilence, silences, flush, canary, canary-check",
                printable(&verb.to_string(), 60)
            ),
        }),
    }
}

fn fields<T: DeserializeOwned>(rest: &Value) -> Result<T, EventError> {
    serde_path_to_error::deserialize(rest).map_err(|error| {
        let path = error.path().to_string();
        EventError::Command {
            path: printable(&path, 100),
            problem: printable(&error.into_inner().to_string(), 300),
        }
    })
}

/// Reads one record; whatever its fields hold, there is a message to show.
fn record(record: &Value) -> Record {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let queue = text(&record["eventSourceARN"]).and_then(|arn| arn.parse::<Arn>().ok());
    let sent_at = text(&record["attributes"]["SentTimestamp"])
        .and_then(|text| text.parse().ok())
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
    let item = text(&record["messageId"]).filter(|id| !id.is_empty());
    let origin = body::Origin {
        item: item.clone(),
        account: queue
            .as_ref()
            .map_or_else(|| AccountId::new("unknown account"), Arn::account),
        region: queue
            .as_ref()
            .map(Arn::region)
            .filter(|region| *region != Region::new("")),
        sent_at: sent_at.unwrap_or(Timestamp::UNIX_EPOCH),
    };
    let message = match &record["body"] {
        Value::String(body) => body::read(body, &origin),
        _ => body::unknown(
            "the record of the queue has no body",
            &record.to_string(),
            &origin,
        ),
    };
    let receives = text(&record["attributes"]["ApproximateReceiveCount"]);
    Record {
        handle: queue
            .zip(text(&record["receiptHandle"]))
            .map(|(queue, receipt)| Handle { queue, receipt }),
        receives: receives.and_then(|text| text.parse().ok()).unwrap_or(1),
        item,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_understood_is_said() {
        for (input, expected) in [
            (json!(null), "`null` is neither"),
            (json!({"source": "aws.rds"}), "fields [source]"),
            (json!({"Records": "x"}), "neither"),
            (
                json!({"command": "fly"}),
                "\"fly\" is none of preview, send",
            ),
            (
                json!({"command": "preview"}),
                "missing field `notification`",
            ),
            (
                json!({"command": "preview", "notification": {}}),
                "wrong at `notification`: missing field `version`",
            ),
            (
                json!({"command": "send", "notification": {}, "dry": true}),
                "dry",
            ),
        ] {
            let error = Event::from_input(input.clone()).unwrap_err().to_string();
            assert!(error.contains(expected), "{input}: {error}");
        }
    }

    #[test]
    fn a_record_without_anything_is_still_a_message() {
        let event = Event::from_input(json!({"Records": [null, {}, {"body": 1}]})).unwrap();
        let Event::Batch(records) = event else {
            panic!("a batch")
        };
        assert_eq!(records.len(), 3);
        assert!(records.iter().all(|record| record.item.is_none()));
    }
}
