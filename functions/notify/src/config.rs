use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The section `functions.notify` of the configuration document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyConfig {
    /// Where messages go.
    pub channels: Channels,
}

/// The channels that are in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// A channel of Slack.
    pub slack: SlackChannel,
}

/// A Slack channel, reached by an incoming webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlackChannel {
    /// The name of the SSM `SecureString` that holds the webhook's address.
    pub webhook_parameter: String,
}
