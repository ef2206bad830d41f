use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::guard::BlastRadius;
use crate::names::{AccountId, Region, Tags};
use crate::text::printable;

/// The configuration of one environment, as Terraform writes it. Secrets are
/// never in it, only the names of parameters that hold them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of this shape; 1.
    pub version: u32,
    /// The project's name, the first part of every resource name.
    pub project: String,
    /// The environment's code, compared exactly with the environment tag.
    pub environment: String,
    /// The accounts in which anything may be changed.
    pub accounts: Vec<AccountId>,
    /// The Regions that are looked after.
    pub regions: Vec<Region>,
    /// The tag key that carries the environment's code.
    #[serde(default = "default_environment_tag")]
    pub environment_tag: String,
    /// The DynamoDB table of the ledger.
    pub ledger_table: String,
    /// The SNS topic that takes notifications.
    pub notifications_topic: String,
    /// What stands between a decision and a change.
    pub guards: Guards,
    /// Each function's own section, by the function's name.
    #[serde(default)]
    pub functions: BTreeMap<String, Value>,
}

/// What stands between a decision and a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guards {
    /// Environment codes in which nothing is ever changed.
    #[serde(default = "default_denied_environments")]
    pub denied_environments: Vec<String>,
    /// Accounts in which nothing is ever changed, whatever `accounts` says.
    #[serde(default)]
    pub denied_accounts: Vec<AccountId>,
    /// Tags that protect a resource: key and exact value.
    #[serde(default)]
    pub protected_tags: Tags,
    /// The SSM parameter whose value stops everything unless it is `run`.
    pub stop_parameter: String,
    /// How much one run may change.
    #[serde(default)]
    pub blast_radius: BlastRadius,
    /// Whether changes are only printed. True until a configuration turns it off.
    #[serde(default = "yes")]
    pub dry_run: bool,
}

fn default_environment_tag() -> String {
    "Environment".to_owned()
}

fn default_denied_environments() -> Vec<String> {
    vec!["prod".to_owned(), "production".to_owned()]
}

const fn yes() -> bool {
    true
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The text does not have the shape of the document.
    #[error("configuration at `{path}`: {problem}")]
    Shape {
        /// The path of the field.
        path: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The document has no section for the function.
    #[error(
        "configuration has no section `functions.{function}`: add it, even if empty (`{{}}`), to switch the function on"
    )]
    MissingSection {
        /// The function's name.
        function: String,
    },
}

impl ConfigError {
    /// A problem with the field at `path`. Both may quote the configuration:
    /// they are shown on one line and no longer than anybody reads.
    pub fn at(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Shape {
            path: printable(&path.into(), 200),
            problem: printable(&problem.into(), 600),
        }
    }
}

impl Document {
    /// The version that this code reads.
    pub const VERSION: u32 = 1;

    /// Reads and checks a document.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let document: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            ConfigError::at(error.path().to_string(), error.into_inner().to_string())
        })?;
        json.end()
            .map_err(|error| ConfigError::at(".", error.to_string()))?;
        document.check()?;
        Ok(document)
    }

    /// One function's own section.
    ///
    /// # Errors
    /// When the section is missing or a field of it is wrong, by its path.
    pub fn section<T: DeserializeOwned>(&self, function: &str) -> Result<T, ConfigError> {
        let value = self
            .functions
            .get(function)
            .ok_or_else(|| ConfigError::MissingSection {
                function: function.to_owned(),
            })?;
        serde_path_to_error::deserialize(value).map_err(|error| {
            ConfigError::at(
                format!("functions.{function}.{}", error.path()),
                error.into_inner().to_string(),
            )
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |path: &str, problem: &str| Err(ConfigError::at(path, problem));
        if self.version != Self::VERSION {
            return refuse("version", "this build reads version 1");
        }
        if self.environment.trim() != self.environment || self.environment.is_empty() {
            return refuse(
                "environment",
                "expected a code without spaces around it, such as dev",
            );
        }
        if self.guards.denied_environments.contains(&self.environment) {
            return refuse(
                "environment",
                "it is also in guards.denied_environments, so nothing could ever be changed; \
                 take it out of one of the two",
            );
        }
        if let Some(account) = self
            .accounts
            .iter()
            .find(|account| self.guards.denied_accounts.contains(account))
        {
            return refuse(
                "accounts",
                &format!(
                    "{account} is also in guards.denied_accounts; take it out of one of the two"
                ),
            );
        }
        let malformed = |account: &&AccountId| {
            account.as_str().len() != 12 || !account.as_str().bytes().all(|b| b.is_ascii_digit())
        };
        if let Some(account) = self.accounts.iter().find(malformed) {
            return refuse("accounts", &format!("`{account}` is not twelve digits"));
        }
        if self.accounts.is_empty() {
            return refuse("accounts", "name at least one account that may be changed");
        }
        if self.regions.is_empty() {
            return refuse("regions", "name at least one Region");
        }
        if self.guards.blast_radius.percent > 100 {
            return refuse("guards.blast_radius.percent", "expected 0 to 100");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "version": 1,
            "project": "personal-timeline",
            "environment": "dev",
            "accounts": ["123456789012"],
            "regions": ["us-east-1"],
            "ledger_table": "personal-timeline-dev-operations-ledger",
            "notifications_topic": "arn:aws:sns:us-east-1:123456789012:t",
            "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
            "functions": {"off-hours": {}}
        })
    }

    #[test]
    fn silence_means_dry_run_and_production_denied() {
        let read = Document::from_json(&document().to_string()).unwrap();
        assert!(read.guards.dry_run);
        assert_eq!(read.guards.denied_environments, ["prod", "production"]);
    }

    #[test]
    fn problems_are_told_by_path() {
        let cases = [
            ("/guards/dry_run", json!("no"), "guards.dry_run"),
            (
                "/guards/stop_param",
                json!("x"),
                "unknown field `stop_param`",
            ),
            ("/version", json!(2), "version 1"),
            ("/environment", json!("prod"), "denied_environments"),
            ("/environment", json!(" dev"), "without spaces"),
            (
                "/guards/dry\nrun\u{202e}",
                json!(true),
                "unknown field `dry\\u{a}run\\u{202e}`",
            ),
            ("/accounts", json!(["1234"]), "twelve digits"),
            ("/accounts", json!([]), "at least one account"),
            ("/regions", json!([]), "at least one Region"),
            (
                "/guards/denied_accounts",
                json!(["123456789012"]),
                "denied_accounts",
            ),
            (
                "/guards/blast_radius",
                json!({"count": 5, "percent": 101}),
                "0 to 100",
            ),
        ];
        for (pointer, value, expected) in cases {
            let mut changed = document();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[key] = value;
            let error = Document::from_json(&changed.to_string())
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{pointer}: {error}");
        }
    }

    #[test]
    fn a_section_is_wanted_and_typed() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Empty {}
        let mut changed = document();
        changed["functions"]["off-hours"] = json!({"strickt": true});
        let read = Document::from_json(&changed.to_string()).unwrap();
        let error = read.section::<Empty>("off-hours").unwrap_err().to_string();
        assert!(error.contains("functions.off-hours.strickt"), "{error}");
        let error = read.section::<Empty>("failover").unwrap_err().to_string();
        assert!(error.contains("functions.failover"), "{error}");
    }
}
