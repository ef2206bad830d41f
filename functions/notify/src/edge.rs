//! What is outside of notify: its configuration and secrets, the channels, the
//! ledger, its queue and the topic.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use futures_util::future::join_all;
use jiff::Timestamp;
use nightshift_core::{Arn, Notification, Region};
use nightshift_runtime::{
    CallError, DynamoLedger, Https, Ledger, Publisher, Settings, SnsPublisher, regional,
};
use tokio::sync::Mutex;

use crate::channels::{Answer, Request};
use crate::config::Channel;
use crate::network::{Address, Network, PostError};
use crate::observe::{ChannelError, Destination, Freshness, Purpose, Setup, address};

/// A warm environment sees a changed secret after this long, or at once when
/// a channel refuses the old one.
const FRESH: Duration = Duration::from_mins(5);

/// What is outside.
pub trait Edge: Send + Sync {
    /// The memory that outlives an invocation.
    type Ledger: Ledger;

    /// The configuration, checked.
    fn setup(&self) -> impl Future<Output = Result<Arc<Setup>, ChannelError>>;

    /// A channel with its secret.
    fn destination(
        &self,
        setup: &Setup,
        channel: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> impl Future<Output = Result<Destination, ChannelError>>;

    /// One request to a channel.
    fn carry(
        &self,
        address: &Address,
        request: &Request,
        limit: Duration,
    ) -> impl Future<Output = Result<Answer, PostError>>;

    /// The ledger.
    fn ledger(&self, setup: &Setup) -> Self::Ledger;

    /// Lets the queue show a message again after so many seconds.
    fn hide(
        &self,
        queue: &Arn,
        receipt: &str,
        seconds: i32,
    ) -> impl Future<Output = Result<(), CallError>>;

    /// Puts a message among the dead letters.
    fn bury(
        &self,
        setup: &Setup,
        notification: &Notification,
    ) -> impl Future<Output = Result<(), CallError>>;

    /// Publishes to the notifications topic, as the other functions do.
    fn publish(
        &self,
        setup: &Setup,
        notification: &Notification,
    ) -> impl Future<Output = Result<(), CallError>>;

    /// The time.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// AWS, Slack and PagerDuty.
#[derive(Debug)]
pub struct Outside {
    config: SdkConfig,
    settings: Settings,
    network: Network,
    setup: Mutex<Option<(Instant, Arc<Setup>)>>,
    secrets: Mutex<BTreeMap<String, (Instant, String)>>,
}

impl Outside {
    /// Reads where `NIGHTSHIFT_CONFIG` points.
    pub fn new(config: &SdkConfig, https: Https) -> Self {
        Self {
            config: config.clone(),
            settings: Settings::from_environment(config),
            network: Network::new(https, config),
            setup: Mutex::new(None),
            secrets: Mutex::new(BTreeMap::new()),
        }
    }

    /// Reads every secret while initialisation has the whole processor. What
    /// goes wrong here goes wrong again, and is told, with the first message.
    pub async fn prepare(&self) {
        let Ok(setup) = self.setup().await else {
            return;
        };
        let reads = setup
            .config
            .channels
            .keys()
            .map(|channel| self.destination(&setup, channel, Purpose::News, Freshness::Recent));
        for read in join_all(reads).await {
            if let Err(error) = read {
                tracing::debug!(%error, "a channel is not known yet");
            }
        }
    }

    async fn read(&self) -> Result<Setup, ChannelError> {
        let document = self.settings.document().await?;
        Ok(Setup::of(&document)?)
    }

    async fn secret(&self, name: &str, freshness: Freshness) -> Result<String, CallError> {
        let cached = self.secrets.lock().await.get(name).cloned();
        if freshness == Freshness::Recent
            && let Some((read_at, value)) = &cached
            && read_at.elapsed() < FRESH
        {
            return Ok(value.clone());
        }
        match (self.settings.parameter(name).await, cached) {
            (Ok(value), _) => {
                let entry = (Instant::now(), value.clone());
                self.secrets.lock().await.insert(name.to_owned(), entry);
                Ok(value)
            }
            // An old secret is better than silence.
            (Err(error), Some((_, value))) if freshness == Freshness::Recent => {
                tracing::warn!(%error, "a channel's secret could not be read anew");
                Ok(value)
            }
            (Err(error), _) => Err(error),
        }
    }
}

impl Edge for Outside {
    type Ledger = DynamoLedger;

    async fn setup(&self) -> Result<Arc<Setup>, ChannelError> {
        let mut cached = self.setup.lock().await;
        if let Some((read_at, setup)) = cached.as_ref()
            && read_at.elapsed() < FRESH
        {
            return Ok(Arc::clone(setup));
        }
        match (self.read().await, cached.as_ref()) {
            (Ok(setup), _) => {
                let setup = Arc::new(setup);
                *cached = Some((Instant::now(), Arc::clone(&setup)));
                Ok(setup)
            }
            // Old news of the channels is better than silence.
            (Err(error), Some((_, setup))) => {
                tracing::warn!(%error, "the configuration could not be read anew");
                Ok(Arc::clone(setup))
            }
            (Err(error), None) => Err(error),
        }
    }

    async fn destination(
        &self,
        setup: &Setup,
        name: &str,
        purpose: Purpose,
        freshness: Freshness,
    ) -> Result<Destination, ChannelError> {
        let channel = setup.channel(name)?;
        let address = match secret_of(channel, purpose) {
            None => address(channel, ""),
            Some(parameter) => {
                let value = self.secret(parameter, freshness).await?;
                address(channel, &value)
            }
        };
        let address = address.map_err(|problem| ChannelError::Secret {
            parameter: secret_of(channel, purpose).unwrap_or_default().to_owned(),
            problem,
        })?;
        Ok(Destination {
            name: name.to_owned(),
            channel: channel.clone(),
            address,
        })
    }

    async fn carry(
        &self,
        address: &Address,
        request: &Request,
        limit: Duration,
    ) -> Result<Answer, PostError> {
        self.network.carry(address, request, limit).await
    }

    fn ledger(&self, setup: &Setup) -> DynamoLedger {
        DynamoLedger::new(&self.config, &setup.table)
    }

    async fn hide(&self, queue: &Arn, receipt: &str, seconds: i32) -> Result<(), CallError> {
        let region = queue.region();
        let client = aws_sdk_sqs::Client::new(&regional(&self.config, &region));
        client
            .change_message_visibility()
            .queue_url(queue_url(queue, &region))
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                CallError::from_sdk(
                    "sqs:ChangeMessageVisibility",
                    queue.as_str(),
                    &region,
                    &error,
                )
            })
    }

    async fn bury(&self, setup: &Setup, notification: &Notification) -> Result<(), CallError> {
        let queue = &setup.dead_letters;
        let region = queue.region();
        let body = serde_json::to_string(notification).unwrap_or_default();
        aws_sdk_sqs::Client::new(&regional(&self.config, &region))
            .send_message()
            .queue_url(queue_url(queue, &region))
            .message_body(body)
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                CallError::from_sdk("sqs:SendMessage", queue.as_str(), &region, &error)
            })
    }

    async fn publish(&self, setup: &Setup, notification: &Notification) -> Result<(), CallError> {
        SnsPublisher::new(&self.config, &setup.topic)
            .publish(notification)
            .await
    }
}

/// The parameter that holds a channel's secret; a topic has none.
fn secret_of(channel: &Channel, purpose: Purpose) -> Option<&str> {
    match channel {
        Channel::SlackWebhook { webhook_parameter } => Some(webhook_parameter),
        Channel::SlackBot {
            token_parameter, ..
        } => Some(token_parameter),
        Channel::PagerDuty {
            routing_key_parameter,
            canary_routing_key_parameter,
            ..
        } => match purpose {
            Purpose::News => Some(routing_key_parameter),
            Purpose::Canary => canary_routing_key_parameter
                .as_deref()
                .or(Some(routing_key_parameter)),
        },
        Channel::AmazonQ { .. } | Channel::Email { .. } => None,
    }
}

/// A queue's address, put together as SQS gives it: asking for it would be one
/// more call and one more permission.
fn queue_url(queue: &Arn, region: &Region) -> String {
    let domain = if queue.partition() == "aws-cn" {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!(
        "https://sqs.{region}.{domain}/{}/{}",
        queue.account(),
        queue.resource()
    )
}
