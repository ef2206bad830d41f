//! What wakes `security-triage`: events of security services, one alone or a
//! batch of its queue, wrapped by SNS and SQS or not, and operators' commands.

use jiff::Timestamp;
use nightshift_core::printable;
use nightshift_events::is_from_queue;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::finding::Finding;
use crate::playbooks::commands as plans;
use crate::rules::RuleFile;
use crate::sources::{batch, is_notice};

pub use crate::sources::{Record, findings};

/// What woke the function.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// An operator, or the clock.
    Command(Box<Command>),
    /// An operator who asks about plans, or the clock that goes on with them.
    Plans(Box<plans::Command>),
    /// Messages of the queue: each can be given back by itself.
    Batch(Vec<Record>),
    /// One event of EventBridge, or a notice of SNS, without a queue.
    Event(Vec<Finding>),
}

/// A command, as an operator sends it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Lists the incidents that are open.
    Status {
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Says which rule decides about an event, and why, without telling anybody.
    Explain {
        /// The event, as `EventBridge`, SNS or SQS brings it.
        event: Value,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Shows what another rule file would have made of events that have been.
    Replay {
        /// The events, each as `EventBridge`, SNS or SQS has brought it.
        events: Vec<Value>,
        /// The other rule file.
        rules: RuleFile,
    },
}

/// Why an input was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// A command with a wrong name or wrong fields.
    #[error(
        "the command was not understood: {problem}; commands are status, explain and replay, see docs/security-triage.md, and plan, approve, undo, plans and continue, see docs/security-triage-playbooks.md"
    )]
    Command {
        /// What is wrong with it.
        problem: String,
    },
    /// Neither a command nor an event.
    #[error(
        "expected an event of EventBridge, SNS or SQS, or a command such as {{\"command\":\"status\"}}, found {found}"
    )]
    Unknown {
        /// What was found.
        found: String,
    },
}

impl Trigger {
    /// Understands what woke the function. An event is never refused for what
    /// it says: what nothing knows is told as it is.
    ///
    /// # Errors
    /// When it is neither an event nor a command.
    pub fn parse(input: &Value) -> Result<Self, EventError> {
        if let Some(name) = input.get("command") {
            let is_about_plans = name
                .as_str()
                .is_some_and(|name| plans::Command::NAMES.contains(&name));
            let command = if is_about_plans {
                plans::Command::deserialize(input).map(|command| Self::Plans(Box::new(command)))
            } else {
                Command::deserialize(input).map(|command| Self::Command(Box::new(command)))
            };
            return command.map_err(|error| EventError::Command {
                problem: printable(&error.to_string(), 300),
            });
        }
        if let Some(records) = input.get("Records").and_then(Value::as_array) {
            if records.iter().all(is_from_queue) {
                return Ok(Self::Batch(batch(records)));
            }
            return Ok(Self::Event(findings(input, None)));
        }
        if input.get("detail-type").is_some() || is_notice(input) {
            return Ok(Self::Event(findings(input, None)));
        }
        Err(EventError::Unknown {
            found: printable(&input.to_string(), 200),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({
            "source": "aws.guardduty", "detail-type": "GuardDuty Finding",
            "account": "111122223333", "region": "us-east-1", "time": "2026-11-23T19:00:00Z",
            "detail": {"id": "f1", "accountId": "444455556666", "severity": 8}
        })
    }

    #[test]
    fn envelopes_change_nothing() {
        let plain = findings(&event(), None);
        assert_eq!(plain.len(), 1);
        let sns = json!({"Type": "Notification", "Message": event().to_string()});
        let body = json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": sns.to_string()}]});
        let direct = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": event().to_string()}}]});
        let Ok(Trigger::Batch(records)) = Trigger::parse(&body) else {
            panic!("a batch");
        };
        assert_eq!(records[0].findings, plain);
        assert_eq!(records[0].item.as_deref(), Some("m"));
        for input in [sns, direct, event()] {
            assert_eq!(Trigger::parse(&input), Ok(Trigger::Event(plain.clone())));
        }
    }

    #[test]
    fn every_record_is_told() {
        let input = json!({"Records": [
            {"messageId": "1", "body": "plain words"}, {"messageId": "2", "body": 7, "eventSource": "aws:sqs"},
            {"body": "[]"}, {"body": "[[[[[[[1]]]]]]]"}, {"body": json!({"Records": []}).to_string()}
        ]});
        let Ok(Trigger::Batch(records)) = Trigger::parse(&input) else {
            panic!("a batch");
        };
        assert_eq!(records.len(), 5);
        assert!(records.iter().all(|record| !record.findings.is_empty()));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (input, expected) in [
            (json!(null), "found null"),
            (json!({"hello": 1}), "expected an event"),
            (json!({"command": "fly"}), "unknown variant `fly`"),
            (json!({"command": "status", "when": 1}), "when"),
            (json!({"command": "explain"}), "missing field `event`"),
            (
                json!({"command": "approve", "plan": "p"}),
                "missing field `token`",
            ),
            (
                json!({"command": "undo", "plan": "p", "forced": true}),
                "forced",
            ),
        ] {
            let error = Trigger::parse(&input).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
