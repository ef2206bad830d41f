use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use crate::fixtures::workspace_root;

/// A function's `function.json`, as Terraform reads it. The `${...}`
/// placeholders are left as they stand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the function is for.
    pub description: String,
    /// Lambda's timeout.
    pub timeout_seconds: u64,
    /// Lambda's memory.
    pub memory_mb: u64,
    /// The event that deploy.sh asks it after a deployment, a file of `events/<function>`.
    pub smoke_test: String,
    /// How many may run at once.
    pub reserved_concurrency: Option<u64>,
    /// The environment variables.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// What wakes it by the clock.
    #[serde(default)]
    pub schedules: BTreeMap<String, Schedule>,
    /// What wakes it by an event.
    #[serde(default)]
    pub events: BTreeMap<String, EventRule>,
    /// The queue it reads.
    pub queue: Option<Queue>,
    /// What its role may do.
    #[serde(default)]
    pub statements: BTreeMap<String, Statement>,
    /// The roles that it takes for a part of its work, by the last part of their
    /// names.
    #[serde(default)]
    pub roles: BTreeMap<String, AssumedRole>,
    /// Thresholds of its alarms.
    #[serde(default)]
    pub alarms: Value,
}

/// One schedule of EventBridge Scheduler.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `rate(...)`, `cron(...)` or `at(...)`.
    pub expression: String,
    /// The IANA zone of the expression.
    pub timezone: String,
    /// What the function gets.
    pub input: Value,
}

/// One EventBridge rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// What it is about.
    pub description: String,
    /// The event pattern.
    pub pattern: Value,
    /// What of the pattern other Regions hand over; all of it where it is left out.
    #[serde(default)]
    pub pattern_elsewhere: Option<Value>,
    /// What of the pattern is heard where a setting of the function is off, by the
    /// setting.
    #[serde(default)]
    pub pattern_without: BTreeMap<String, Value>,
    /// `all` or `home`, where the event is heard; home where it is left out.
    #[serde(default)]
    pub regions: Option<String>,
}

/// The SQS queue between a topic and the function.
#[derive(Clone, Debug, Deserialize)]
pub struct Queue {
    /// The topic it is subscribed to.
    pub topic: Option<String>,
    /// Whether the function's rules fill it instead of invoking the function.
    #[serde(default)]
    pub events: bool,
    /// Messages in one event at most.
    pub batch_size: u64,
    /// How many batches at once.
    pub maximum_concurrency: Option<u64>,
    /// How often a message is tried before it becomes a dead letter.
    pub max_receive_count: u64,
    /// After how long a message that was not finished comes back.
    pub visibility_seconds: u64,
}

/// One statement of the role's policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// IAM actions.
    pub actions: Vec<String>,
    /// ARNs.
    pub resources: Vec<String>,
    /// IAM conditions.
    #[serde(default)]
    pub conditions: Value,
    /// The setting of the function's configuration without which the statement
    /// is left out.
    #[serde(default)]
    pub only_where: Option<String>,
    /// Why the function needs it.
    pub reason: String,
    /// Actions that no local run can use, each with the reason: see docs/testing.md.
    #[serde(default)]
    pub unused_locally: BTreeMap<String, String>,
}

/// A role that the function takes for a part of its work. It exists where the
/// configuration asks for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssumedRole {
    /// What it is for.
    pub description: String,
    /// What it may do.
    pub statements: BTreeMap<String, Statement>,
}

impl Manifest {
    /// The manifest of a function.
    pub fn of(function: &str) -> Self {
        let path = workspace_root()
            .join("functions")
            .join(function)
            .join("function.json");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Every IAM action that the function's own role asks for.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.statements
            .values()
            .flat_map(|statement| statement.actions.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_of_the_workspace_is_read() {
        let functions = fs::read_dir(workspace_root().join("functions")).unwrap();
        for function in functions {
            let folder = function.unwrap().file_name().into_string().unwrap();
            let manifest = Manifest::of(&folder);
            for (name, statement) in &manifest.statements {
                assert!(
                    !statement.reason.is_empty(),
                    "{folder}: {name} says no reason"
                );
            }
            for action in manifest.actions() {
                assert!(action.contains(':'), "{folder}: `{action}`");
            }
            if let Some(queue) = &manifest.queue {
                assert!(
                    queue.visibility_seconds >= 6 * manifest.timeout_seconds,
                    "{folder}: Lambda asks for a visibility of six timeouts"
                );
            }
        }
    }
}
