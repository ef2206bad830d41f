use std::future::Future;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use nightshift_core::ConfigError;
use nightshift_runtime::{CallError, Settings, SettingsError};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::config::NotifyConfig;
use crate::webhook::{Webhook, WebhookError};

/// A warm environment sees a changed webhook after this long, or at once when
/// Slack refuses the old one.
const FRESH: Duration = Duration::from_mins(5);

/// Where messages of this environment go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The environment's code.
    pub environment: String,
    /// The secret address.
    pub webhook: Webhook,
}

/// How new an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// At most five minutes old.
    Recent,
    /// Read now.
    Now,
}

/// Why the channel is not known.
#[derive(Clone, Debug, Error)]
pub enum ChannelError {
    /// The configuration could not be had.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The function's section is wrong.
    #[error(transparent)]
    Section(#[from] ConfigError),
    /// The webhook could not be read.
    #[error(
        "{0}; put the webhook there: aws ssm put-parameter --type SecureString --name {name} --value https://hooks.slack.com/services/...",
        name = .0.resource
    )]
    Call(#[from] CallError),
    /// The parameter holds something else.
    #[error(
        "the SSM parameter {parameter} holds no webhook's address: {problem}; correct it: aws ssm put-parameter --overwrite --type SecureString --name {parameter} --value https://hooks.slack.com/services/..."
    )]
    Webhook {
        /// The parameter's name.
        parameter: String,
        /// What is wrong with its value.
        problem: WebhookError,
    },
}

/// Knows where messages go.
pub trait Channels: Send + Sync {
    /// The channel.
    fn channel(
        &self,
        freshness: Freshness,
    ) -> impl Future<Output = Result<Channel, ChannelError>> + Send;
}

/// The channel of the configuration document, its webhook from Parameter Store.
#[derive(Debug)]
pub struct ConfiguredChannels {
    settings: Settings,
    cached: Mutex<Option<(Instant, Channel)>>,
}

impl ConfiguredChannels {
    /// Reads where `NIGHTSHIFT_CONFIG` points.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            settings: Settings::from_environment(config),
            cached: Mutex::new(None),
        }
    }

    async fn read(&self) -> Result<Channel, ChannelError> {
        let document = self.settings.document().await?;
        let section: NotifyConfig = document.section("notify")?;
        let parameter = section.channels.slack.webhook_parameter;
        let value = self.settings.parameter(&parameter).await?;
        let webhook = Webhook::parse(&value)
            .map_err(|problem| ChannelError::Webhook { parameter, problem })?;
        Ok(Channel {
            environment: document.environment.clone(),
            webhook,
        })
    }
}

impl Channels for ConfiguredChannels {
    async fn channel(&self, freshness: Freshness) -> Result<Channel, ChannelError> {
        let mut cached = self.cached.lock().await;
        if freshness == Freshness::Recent
            && let Some((read_at, channel)) = cached.as_ref()
            && read_at.elapsed() < FRESH
        {
            return Ok(channel.clone());
        }
        match (self.read().await, cached.as_ref()) {
            (Ok(channel), _) => {
                *cached = Some((Instant::now(), channel.clone()));
                Ok(channel)
            }
            // Old news of the channel is better than silence.
            (Err(error), Some((_, channel))) if freshness == Freshness::Recent => {
                tracing::warn!(%error, "the channel's configuration could not be read anew");
                Ok(channel.clone())
            }
            (Err(error), _) => Err(error),
        }
    }
}
