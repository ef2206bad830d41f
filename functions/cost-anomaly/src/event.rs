//! What wakes `cost-anomaly`: Cost Anomaly Detection and Budgets, by events and
//! messages in whatever envelopes, the clock, and operators' commands.

use jiff::Timestamp;
use nightshift_core::printable;
use nightshift_events::{is_from_queue, is_notice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::sources::{News, batch};

pub use crate::sources::{Record, news};

/// What woke the function.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// An operator, or the clock.
    Command(Box<Command>),
    /// Messages of the queue: each can be given back by itself.
    Batch(Vec<Record>),
    /// One event of `EventBridge`, or a notice of SNS, without a queue.
    Event(Vec<News>),
}

/// A command, as an operator or the clock sends it.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Reads what was spent, judges it, and tells people what changed.
    Detect {
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
        /// Nobody is told and nothing is written down but what was read; the
        /// messages are in the answer.
        #[serde(default)]
        dry_run: bool,
    },
    /// Says what would be made of an event, or of a service's history, without
    /// telling anybody.
    Explain {
        /// The event, as `EventBridge`, SNS or SQS brings it.
        #[serde(default)]
        event: Option<Value>,
        /// The service whose history is explained, as the bill names it.
        #[serde(default)]
        service: Option<String>,
        /// The account, where the service has several.
        #[serde(default)]
        account: Option<String>,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Injects anomalies into a history and counts what would have been found.
    Backtest {
        /// The history as CSV; see docs/cost-anomaly.md.
        #[serde(default)]
        csv: Option<String>,
        /// The history as `GetCostAndUsage` answers: a page or a list of pages.
        #[serde(default)]
        cost_explorer: Option<Value>,
        /// When the figures were taken; without any history given, what counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Says where the month will end, for every environment with a budget.
    Forecast {
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// What was spent and saved in a month.
    Report {
        /// The month, such as `2026-10`; the one before now where left out.
        #[serde(default)]
        period: Option<String>,
        /// How it is written.
        #[serde(default)]
        format: Format,
        /// Whether people are told as well.
        #[serde(default)]
        publish: bool,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// What AWS recommends, and what Nightshift's own schedules make of it.
    Recommendations {
        /// Whether people are told as well.
        #[serde(default)]
        publish: bool,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Tells Cost Anomaly Detection whether an anomaly is one.
    Feedback {
        /// The anomaly's id, or the matter's as messages show it.
        anomaly: String,
        /// Whether it is one.
        feedback: Feedback,
        /// Whether it is only said what would be done. True unless it is set to false.
        #[serde(default = "yes")]
        dry_run: bool,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Lists the matters that are open, what was asked of Cost Explorer, and what
    /// that has cost.
    Status {
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
}

const fn yes() -> bool {
    true
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// For programs.
    #[default]
    Json,
    /// For reading as text.
    Markdown,
    /// A page with charts.
    Html,
}

/// What a person says of an anomaly.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// It is an anomaly.
    Yes,
    /// It is none.
    No,
    /// It was planned.
    PlannedActivity,
}

/// Why an input was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// A command with a wrong name or wrong fields.
    #[error(
        "the command was not understood: {problem}; commands are detect, explain, backtest, forecast, report, recommendations, feedback and status, see docs/cost-anomaly.md"
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
        if input.get("command").is_some() {
            return Command::deserialize(input)
                .map(|command| Self::Command(Box::new(command)))
                .map_err(|error| EventError::Command {
                    problem: printable(&error.to_string(), 300),
                });
        }
        if let Some(records) = input.get("Records").and_then(Value::as_array) {
            if !records.is_empty() && records.iter().all(is_from_queue) {
                return Ok(Self::Batch(batch(records)));
            }
            return Ok(Self::Event(news(input)));
        }
        let is_event = input.get("detail-type").is_some() || input.get("anomalyId").is_some();
        if is_event || is_notice(input) {
            return Ok(Self::Event(news(input)));
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

    #[test]
    fn every_record_is_told() {
        let input = json!({"Records": [
            {"messageId": "1", "body": "plain words"},
            {"messageId": "2", "body": 7, "eventSource": "aws:sqs"},
            {"body": "[]"}, {"body": json!({"Records": []}).to_string()}
        ]});
        let Ok(Trigger::Batch(records)) = Trigger::parse(&input) else {
            panic!("a batch");
        };
        assert_eq!(records.len(), 4);
        assert!(records.iter().all(|record| !record.news.is_empty()));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (input, expected) in [
            (json!(null), "found null"),
            (json!({"hello": 1}), "expected an event"),
            (json!({"command": "fly"}), "unknown variant `fly`"),
            (json!({"command": "status", "when": 1}), "when"),
            (
                json!({"command": "feedback", "anomaly": "a"}),
                "missing field `feedback`",
            ),
            (
                json!({"command": "report", "format": "pdf"}),
                "unknown variant `pdf`",
            ),
        ] {
            let error = Trigger::parse(&input).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn feedback_is_a_dry_run_unless_it_says_otherwise() {
        let input = json!({"command": "feedback", "anomaly": "a", "feedback": "planned-activity"});
        let Ok(Trigger::Command(command)) = Trigger::parse(&input) else {
            panic!("a command");
        };
        assert!(matches!(
            *command,
            Command::Feedback {
                dry_run: true,
                feedback: Feedback::PlannedActivity,
                ..
            }
        ));
    }
}
