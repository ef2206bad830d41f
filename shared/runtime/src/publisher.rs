use std::future::Future;

use aws_config::SdkConfig;
use aws_sdk_sns::types::MessageAttributeValue;
use nightshift_core::{Arn, Notification, Region};

use crate::call_error::{CallClass, CallError};

/// Where notifications go.
pub trait Publisher: Send + Sync {
    /// Hands the notification over for delivery.
    ///
    /// # Errors
    /// When it was not taken; publishing again is safe, readers deduplicate by id.
    fn publish(
        &self,
        notification: &Notification,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// Publishes to the environment's SNS topic.
#[derive(Clone, Debug)]
pub struct SnsPublisher {
    client: aws_sdk_sns::Client,
    topic: String,
    region: Region,
}

impl SnsPublisher {
    /// Publishes to `topic`, in the topic's own Region.
    pub fn new(config: &SdkConfig, topic: &str) -> Self {
        let region = topic
            .parse::<Arn>()
            .map_or_else(|_| Region::new(""), |arn| arn.region());
        Self {
            client: aws_sdk_sns::Client::new(&crate::regional(config, &region)),
            topic: topic.to_owned(),
            region,
        }
    }

    fn error(&self, class: CallClass, message: String) -> CallError {
        CallError {
            operation: "sns:Publish",
            resource: self.topic.clone(),
            region: self.region.clone(),
            code: None,
            class,
            message,
        }
    }
}

/// What is published: without its file where both are more than SNS takes.
fn body(notification: &Notification) -> serde_json::Result<String> {
    /// 256 KiB (Amazon SNS API Reference, Publish), and room for the attributes.
    const LIMIT: usize = 255 * 1024;
    let body = serde_json::to_string(notification)?;
    if body.len() <= LIMIT || notification.attachment.is_none() {
        return Ok(body);
    }
    serde_json::to_string(&notification.clone().with_attachment_told())
}

impl Publisher for SnsPublisher {
    async fn publish(&self, notification: &Notification) -> Result<(), CallError> {
        let body = body(notification)
            .map_err(|error| self.error(CallClass::Invalid, error.to_string()))?;
        let severity = serde_json::to_value(notification.severity)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default();
        let mut request = self.client.publish().topic_arn(&self.topic).message(body);
        for (name, value) in [
            ("severity", severity.as_str()),
            ("kind", notification.kind.as_str()),
            ("environment", notification.environment.as_str()),
        ] {
            let attribute = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| self.error(CallClass::Invalid, error.to_string()))?;
            request = request.message_attributes(name, attribute);
        }
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| CallError::from_sdk("sns:Publish", &self.topic, &self.region, &error))
    }
}
