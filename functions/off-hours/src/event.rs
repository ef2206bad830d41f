//! What woke the function, as one small enum.

use jiff::Timestamp;
use nightshift_core::{Arn, printable};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

/// What woke the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A schedule or an operator.
    Command(Command),
    /// An AWS event after which the world may look different.
    Hastened(Hastening),
}

/// An AWS event after which the world may look different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hastening {
    /// The event in words, for the report.
    pub words: String,
    /// The database that AWS itself has started after seven days.
    pub forced_start: Option<Arn>,
}

/// A command, as the schedule or an operator sends it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Puts everything where its schedule wants it.
    Reconcile {
        /// What counts as now.
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
        /// Whether changes are only printed; the configuration's word otherwise.
        dry_run: Option<bool>,
    },
    /// Says what a schedule means, without touching AWS.
    Explain {
        /// The tag's value.
        schedule: String,
        /// The first instant.
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
        /// How many days of transitions are listed; 14 unless told.
        days: Option<u16>,
        /// Whose syntax the value is written in.
        syntax: Option<String>,
    },
    /// Keeps a resource awake for a while, whatever its schedule says.
    KeepAwake(Wish),
    /// Puts a resource to sleep for a while, whatever its schedule says.
    SleepNow(Wish),
    /// Ends a wish before its time.
    Release {
        /// The resource's ARN.
        resource: Arn,
        /// Who asks.
        owner: String,
        /// What counts as now.
        #[serde(default)]
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
        /// Whether changes are only printed.
        #[serde(default)]
        dry_run: Option<bool>,
    },
    /// Lists what is asleep, overridden, leased or failing.
    Status {
        /// What counts as now.
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
    /// Tells what was saved in a month.
    Digest {
        /// The month, `2026-11`; the one before now unless told.
        month: Option<String>,
        /// What counts as now.
        #[schemars(with = "Option<String>")]
        at: Option<Timestamp>,
    },
}

/// What a person wants of a resource for a while.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The resource's ARN.
    pub resource: Arn,
    /// When the wish ends.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Who asks.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// What counts as now.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
    /// Whether changes are only printed.
    #[serde(default)]
    pub dry_run: Option<bool>,
}

/// Why an input was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// A command with a wrong name or wrong fields.
    #[error(
        "the command was not understood: {problem}; commands are reconcile, explain, keep-awake, sleep-now, release, status and digest, see docs/off-hours.md"
    )]
    Command {
        /// What is wrong with it.
        problem: String,
    },
    /// Neither a command nor an EventBridge event.
    #[error(
        "expected a command such as {{\"command\":\"reconcile\"}} or an EventBridge event with `source` and `detail-type`, found {found}"
    )]
    Unknown {
        /// What was found.
        found: String,
    },
}

/// EventBridge's envelope. AWS owns it, so nothing in it is required.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope {
    source: Value,
    #[serde(rename = "detail-type")]
    detail_type: Value,
    detail: Value,
}

/// RDS-EVENT-0154 and -0153: "started because it exceeded the maximum allowed
/// time being stopped" (Amazon RDS User Guide, event categories and messages).
const FORCED_STARTS: [&str; 2] = ["RDS-EVENT-0154", "RDS-EVENT-0153"];

impl Trigger {
    /// Understands what woke the function.
    ///
    /// # Errors
    /// When it is neither a command nor an event.
    pub fn parse(input: &Value) -> Result<Self, EventError> {
        if input.get("command").is_some() {
            return Command::deserialize(input)
                .map(Self::Command)
                .map_err(|error| EventError::Command {
                    problem: printable(&error.to_string(), 300),
                });
        }
        let envelope = Envelope::deserialize(input).unwrap_or_default();
        match (envelope.source.as_str(), envelope.detail_type.as_str()) {
            (Some(source), Some(detail_type)) => Ok(Self::Hastened(Hastening::new(
                source,
                detail_type,
                &envelope.detail,
            ))),
            _ => Err(EventError::Unknown {
                found: printable(&input.to_string(), 200),
            }),
        }
    }
}

impl Hastening {
    fn new(source: &str, detail_type: &str, detail: &Value) -> Self {
        let text = |name: &str| detail.get(name).and_then(Value::as_str);
        let event_id = text("EventID").unwrap_or_default();
        let subject = text("SourceIdentifier")
            .or_else(|| text("AutoScalingGroupName"))
            .or_else(|| text("instance-id"))
            .unwrap_or_default();
        let words: Vec<&str> = [source, detail_type, event_id, subject]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let forced_start = text("SourceArn")
            .filter(|_| FORCED_STARTS.contains(&event_id))
            .and_then(|arn| arn.parse().ok());
        Self {
            words: printable(&words.join(" "), 200),
            forced_start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn commands_are_typed_and_strict() {
        let parse = |input: Value| Trigger::parse(&input);
        assert_eq!(
            parse(json!({"command": "reconcile", "dry_run": true})),
            Ok(Trigger::Command(Command::Reconcile {
                at: None,
                dry_run: Some(true)
            }))
        );
        for (input, expected) in [
            (json!({"command": "reconcil"}), "unknown variant"),
            (json!({"command": "reconcile", "dryrun": true}), "dryrun"),
            (
                json!({"command": "reconcile", "at": "yesterday"}),
                "understood",
            ),
            (json!({"command": 7}), "understood"),
            (
                json!({"command": "keep-awake", "until": "2026-11-24T00:00:00Z"}),
                "missing field",
            ),
            (json!([1, 2]), "expected a command"),
            (json!({"source": "aws.rds"}), "expected a command"),
        ] {
            let error = parse(input).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_forced_start_names_its_database() {
        let event = json!({
            "source": "aws.rds",
            "detail-type": "RDS DB Instance Event",
            "detail": {
                "EventID": "RDS-EVENT-0154",
                "SourceIdentifier": "orders",
                "SourceArn": "arn:aws:rds:us-east-1:123456789012:db:orders"
            }
        });
        let Ok(Trigger::Hastened(hastening)) = Trigger::parse(&event) else {
            panic!("an event");
        };
        assert_eq!(hastening.forced_start.unwrap().resource(), "db:orders");
        assert_eq!(
            hastening.words,
            "aws.rds RDS DB Instance Event RDS-EVENT-0154 orders"
        );
    }

    #[test]
    fn aws_may_leave_out_or_change_anything() {
        for detail in [
            json!(null),
            json!([]),
            json!({"EventID": 154, "SourceArn": 1}),
        ] {
            let event = json!({"source": "aws.rds", "detail-type": "x", "detail": detail});
            let Ok(Trigger::Hastened(hastening)) = Trigger::parse(&event) else {
                panic!("an event");
            };
            assert_eq!(hastening.forced_start, None);
        }
    }
}
