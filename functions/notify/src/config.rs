use std::collections::BTreeMap;

use nightshift_core::{IsoDuration, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::matters::MattersConfig;

/// The section `functions.notify` of the configuration document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyConfig {
    /// The channels that are in use, by name.
    pub channels: BTreeMap<String, Channel>,
    /// Which message goes where. They are tried in this order; the first that
    /// matches takes the message, unless it says `continue`.
    pub routes: Vec<Route>,
    /// The channel for what another channel refuses or cannot take for long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// How channels gather messages, by their names. A channel that is not
    /// here gets every message by itself and at once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub matters: BTreeMap<String, MattersConfig>,
    /// How the way of an alert is tried out.
    #[serde(default)]
    pub canary: Canary,
}

/// A place where people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Channel {
    /// A Slack channel, reached by an incoming webhook.
    SlackWebhook {
        /// The name of the SSM `SecureString` that holds the webhook's address.
        webhook_parameter: String,
    },
    /// A Slack channel, reached by an app's token: it can keep one message a
    /// matter up to date.
    SlackBot {
        /// The name of the SSM `SecureString` that holds the bot's token.
        token_parameter: String,
        /// The channel's id, such as `C0123456789`.
        channel: String,
        /// The base of Slack's Web API; another one for GovSlack.
        #[serde(default = "slack_api")]
        endpoint: String,
    },
    /// Chat channels of Amazon Q Developer, which listens to an SNS topic.
    AmazonQ {
        /// The topic's ARN.
        topic_arn: String,
    },
    /// A service of PagerDuty.
    #[serde(rename = "pagerduty")]
    PagerDuty {
        /// The name of the SSM `SecureString` that holds the integration's routing key.
        routing_key_parameter: String,
        /// The same for a service that nobody is on call for: the canary goes
        /// there. None: no canary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        canary_routing_key_parameter: Option<String>,
        /// The base of the Events API; another one for accounts in Europe.
        #[serde(default = "pagerduty_events")]
        endpoint: String,
    },
    /// Mail addresses that subscribe to an SNS topic.
    Email {
        /// The topic's ARN.
        topic_arn: String,
    },
}

/// One rule of where messages go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What reports and the canary call it.
    pub name: String,
    /// Which messages it takes; what is left out matches everything.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// Where they go; empty: nowhere, on purpose.
    pub channels: Vec<String>,
    /// Whether the routes below are tried as well.
    #[serde(default, rename = "continue")]
    pub goes_on: bool,
}

/// What a route looks at. An empty list matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// The least severity.
    pub severity: Severity,
    /// Environment codes, compared exactly.
    pub environments: Vec<String>,
    /// Kinds of messages, such as `security-triage.*`; `*` stands for any text.
    pub kinds: Vec<String>,
    /// Whom a message concerns, as the owner tag names them.
    pub owners: Vec<String>,
    /// The functions that speak.
    pub sources: Vec<String>,
}

/// How the way of an alert is tried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Canary {
    /// A channel that was not heard of for so long is called silent, and
    /// somebody is told by another.
    pub silent_after: IsoDuration,
    /// Channels that are left in peace.
    pub skip: Vec<String>,
}

impl Channel {
    /// The kind's name, as the configuration writes it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SlackWebhook { .. } => "slack-webhook",
            Self::SlackBot { .. } => "slack-bot",
            Self::AmazonQ { .. } => "amazon-q",
            Self::PagerDuty { .. } => "pagerduty",
            Self::Email { .. } => "email",
        }
    }

    /// Whether a message can be sent to it only to see that it arrives.
    pub const fn takes_canaries(&self) -> bool {
        !matches!(
            self,
            Self::PagerDuty {
                canary_routing_key_parameter: None,
                ..
            }
        )
    }
}

impl Default for Match {
    fn default() -> Self {
        Self {
            severity: Severity::Info,
            environments: Vec::new(),
            kinds: Vec::new(),
            owners: Vec::new(),
            sources: Vec::new(),
        }
    }
}

impl Default for Canary {
    /// A canary a day, two hours late.
    fn default() -> Self {
        Self {
            silent_after: IsoDuration::from_hours(26),
            skip: Vec::new(),
        }
    }
}

fn slack_api() -> String {
    "https://slack.com/api/".to_owned()
}

fn pagerduty_events() -> String {
    "https://events.pagerduty.com/".to_owned()
}
