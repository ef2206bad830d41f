use std::collections::BTreeMap;
use std::time::Duration;

use nightshift_core::{AccountId, Arn, ConfigError, Document};
use nightshift_runtime::{CallClass, CallError, SettingsError};
use thiserror::Error;

use crate::config::{Channel, NotifyConfig};
use crate::matters::Rules;
use crate::network::Address;
use crate::webhook::{Endpoint, Secret, Webhook, WebhookError};

/// The configuration of one environment.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The environment's code.
    pub environment: String,
    /// The account that notify runs in.
    pub account: AccountId,
    /// The ledger's table.
    pub table: String,
    /// The notifications topic.
    pub topic: String,
    /// The queue of what nobody could deliver.
    pub dead_letters: Arn,
    /// How channels gather messages.
    pub rules: BTreeMap<String, Rules>,
    /// Channels and routes, checked.
    pub config: NotifyConfig,
}

/// A channel with its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The channel's name in the configuration.
    pub name: String,
    /// What the configuration says of it.
    pub channel: Channel,
    /// Where it is.
    pub address: Address,
}

/// How new an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At most five minutes old.
    Recent,
    /// Read now.
    Now,
}

/// What a channel is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To tell people.
    News,
    /// To see that it arrives.
    Canary,
}

/// Why a channel is not known.
#[derive(Clone, Debug, Error)]
pub enum ChannelError {
    /// The configuration could not be had.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The function's section is wrong.
    #[error(transparent)]
    Section(#[from] ConfigError),
    /// Somebody names a channel that is not there.
    #[error("there is no channel `{name}`; the channels are: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The secret could not be read.
    #[error(
        "{0}; put the secret there: aws ssm put-parameter --type SecureString --name {name} --value ...",
        name = .0.resource
    )]
    Call(#[from] CallError),
    /// The parameter holds something else.
    #[error(
        "the SSM parameter {parameter} does not hold the channel's secret: {problem}; correct it: aws ssm put-parameter --overwrite --type SecureString --name {parameter} --value ..."
    )]
    Secret {
        /// The parameter's name.
        parameter: String,
        /// What is wrong with its value.
        problem: WebhookError,
    },
}

impl ChannelError {
    /// Whether the same question may be answered later without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Call(error) | Self::Settings(SettingsError::Call(error)) => !matches!(
                error.class,
                CallClass::NotFound | CallClass::Denied | CallClass::Invalid
            ),
            _ => false,
        }
    }
}

impl Setup {
    /// Reads notify's section of a document, and checks it.
    ///
    /// # Errors
    /// The first field that is wrong, by its path.
    pub fn of(document: &Document) -> Result<Self, ConfigError> {
        let config: NotifyConfig = document.section("notify")?;
        config.check()?;
        let topic: Arn = document.notifications_topic.parse().map_err(|_| {
            ConfigError::at("notifications_topic", "expected the ARN of an SNS topic")
        })?;
        let name = format!(
            "{}-{}-notify-dead-letters",
            document.project, document.environment
        );
        Ok(Self {
            environment: document.environment.clone(),
            account: topic.account(),
            table: document.ledger_table.clone(),
            dead_letters: Arn::from_parts(
                topic.partition(),
                "sqs",
                &topic.region(),
                &topic.account(),
                &name,
            ),
            topic: topic.to_string(),
            rules: config.rules()?,
            config,
        })
    }

    /// What the configuration says of a channel.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn channel(&self, name: &str) -> Result<&Channel, ChannelError> {
        self.config.channels.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.config.channels.keys().map(String::as_str).collect();
            ChannelError::Unknown {
                name: nightshift_core::printable(name, 60),
                known: known.join(", "),
            }
        })
    }
}

/// Where a channel is, from its configuration and its secret.
///
/// # Errors
/// When the secret, or a base address, is not what it should be.
pub fn address(channel: &Channel, secret: &str) -> Result<Address, WebhookError> {
    Ok(match channel {
        Channel::SlackWebhook { .. } => Address::Webhook(Webhook::parse(secret)?),
        Channel::SlackBot { endpoint, .. } => Address::Slack {
            endpoint: Endpoint::parse(endpoint)?,
            token: Secret::parse(secret)?,
        },
        Channel::PagerDuty { endpoint, .. } => Address::PagerDuty {
            endpoint: Endpoint::parse(endpoint)?,
            key: Secret::parse(secret)?,
        },
        Channel::AmazonQ { topic_arn } | Channel::Email { topic_arn } => {
            Address::Topic(topic_arn.clone())
        }
    })
}

/// How patient a delivery is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest wait for one answer.
    pub answer: Duration,
    /// Waits up to this are slept here; longer ones in the queue.
    pub wait: Duration,
    /// What one more attempt needs of the deadline.
    pub attempt: Duration,
    /// What of it is kept for the report, whatever a channel does.
    pub report: Duration,
    /// Attempts for one message in one invocation.
    pub attempts: u32,
    /// After so many messages in a row that a channel did not answer, the rest
    /// of the batch goes back untried.
    pub patience: u32,
    /// How often it is asked whether another invocation is done with a channel.
    pub turn: Duration,
    /// When the queue hands a message over so often, it goes by the fallback
    /// channel; one time less than it becomes a dead letter.
    pub receives: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(8),
            wait: Duration::from_secs(5),
            attempt: Duration::from_secs(3),
            report: Duration::from_secs(1),
            attempts: 4,
            patience: 2,
            turn: Duration::from_millis(500),
            receives: 4,
        }
    }
}
