//! Carries requests to where people read, with the secret that goes with them.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use nightshift_core::{Arn, Region};
use nightshift_runtime::{CallClass, CallError, Https, regional};
use serde_json::{Value, json};
use thiserror::Error;

use crate::channels::{Answer, Request};
use crate::webhook::{Endpoint, Secret, Webhook};

/// Slack's Web API sends the message back with its answer.
const BODY: usize = 100_000;

/// Where a channel is, with its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A webhook of Slack.
    Webhook(Webhook),
    /// Slack's Web API.
    Slack {
        /// Its base.
        endpoint: Endpoint,
        /// The app's token.
        token: Secret,
    },
    /// PagerDuty's Events API.
    PagerDuty {
        /// Its base.
        endpoint: Endpoint,
        /// The integration's routing key.
        key: Secret,
    },
    /// An SNS topic.
    Topic(String),
}

/// Why there was no answer. It never carries a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// Too slow. It may have been delivered all the same.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The connection failed.
    #[error("it was not reached: {0}")]
    Connection(String),
    /// A request that does not go with the address; a defect.
    #[error("the request is none for this kind of address; report a defect")]
    Mismatch,
}

/// Whether a request shows who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Shown,
    Kept,
}

/// The way out, over the same connections and roots as the SDK.
#[derive(Debug)]
pub struct Network {
    https: Https,
    config: SdkConfig,
}

impl Network {
    /// A client; a connection is made for the first message.
    pub fn new(https: Https, config: &SdkConfig) -> Self {
        Self {
            https,
            config: config.clone(),
        }
    }

    /// One attempt.
    ///
    /// # Errors
    /// When nothing came back: then nobody knows whether it was delivered.
    pub async fn carry(
        &self,
        address: &Address,
        request: &Request,
        limit: Duration,
    ) -> Result<Answer, PostError> {
        let call = async {
            match (address, request) {
                (Address::Topic(topic), Request::Publish { .. }) => {
                    Ok(self.publish(topic, request).await)
                }
                (Address::Topic(_), _) | (_, Request::Publish { .. }) => Err(PostError::Mismatch),
                (address, Request::Post { method, body }) => self.post(address, method, body).await,
                (address, Request::Form { method, fields }) => {
                    let (kind, form) = ("application/x-www-form-urlencoded", form(fields));
                    let uri = address.uri(method);
                    self.send(address, uri, kind, form.into(), Token::Shown)
                        .await
                }
                // The address itself is the permission: nobody needs the token there.
                (address, Request::Upload { url, content }) => {
                    let (kind, uri) = ("application/octet-stream", url.expose().to_owned());
                    let sent = self.send(address, uri, kind, content.clone(), Token::Kept);
                    sent.await.map_err(|error| match error {
                        PostError::Connection(words) => PostError::Connection(url.redact(&words)),
                        PostError::Timeout(_) | PostError::Mismatch => error,
                    })
                }
            }
        };
        tokio::time::timeout(limit, call)
            .await
            .unwrap_or(Err(PostError::Timeout(limit)))
    }

    async fn post(
        &self,
        address: &Address,
        method: &str,
        body: &Value,
    ) -> Result<Answer, PostError> {
        let (kind, body) = ("application/json; charset=utf-8", address.body(body));
        let uri = address.uri(method);
        self.send(address, uri, kind, body.to_string().into(), Token::Shown)
            .await
    }

    async fn send(
        &self,
        address: &Address,
        uri: String,
        kind: &'static str,
        body: Vec<u8>,
        token: Token,
    ) -> Result<Answer, PostError> {
        let unmade = |_| PostError::Connection("the request could not be made".to_owned());
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(unmade)?;
        request.set_uri(uri).map_err(unmade)?;
        let headers = request.headers_mut();
        headers.insert("content-type", kind);
        headers.insert("user-agent", "nightshift-notify");
        if let (Address::Slack { token, .. }, Token::Shown) = (address, token) {
            headers
                .try_insert("authorization", format!("Bearer {}", token.expose()))
                .map_err(|_| PostError::Connection("the token fits no header".to_owned()))?;
        }
        let response = self
            .https
            .call(request)
            .await
            .map_err(|error| unreached(address, &error))?;
        Ok(answer(address, response).await)
    }

    /// SNS answers as HTTP does, behind the SDK: the same terms serve both.
    async fn publish(&self, topic: &str, request: &Request) -> Answer {
        let region = topic
            .parse::<Arn>()
            .map_or_else(|_| Region::new(""), |arn| arn.region());
        match self.publish_to(topic, &region, request).await {
            Ok(()) => Answer {
                status: 200,
                retry_after: None,
                body: "ok".to_owned(),
            },
            Err(error) => Answer {
                status: status(error.class),
                retry_after: None,
                body: error.to_string(),
            },
        }
    }

    async fn publish_to(
        &self,
        topic: &str,
        region: &Region,
        request: &Request,
    ) -> Result<(), CallError> {
        const OPERATION: &str = "sns:Publish";
        let Request::Publish {
            subject,
            message,
            attributes,
        } = request
        else {
            return Ok(());
        };
        let client = aws_sdk_sns::Client::new(&regional(&self.config, region));
        let mut publish = client
            .publish()
            .topic_arn(topic)
            .message(message)
            .set_subject(subject.clone());
        for (name, value) in attributes {
            let attribute = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| CallError {
                    operation: OPERATION,
                    resource: topic.to_owned(),
                    region: region.clone(),
                    code: None,
                    class: CallClass::Invalid,
                    message: error.to_string(),
                })?;
            publish = publish.message_attributes(*name, attribute);
        }
        publish
            .send()
            .await
            .map(drop)
            .map_err(|error| CallError::from_sdk(OPERATION, topic, region, &error))
    }
}

impl Address {
    fn uri(&self, method: &str) -> String {
        match self {
            Self::Webhook(webhook) => webhook.expose().to_owned(),
            Self::Slack { endpoint, .. } | Self::PagerDuty { endpoint, .. } => endpoint.at(method),
            Self::Topic(topic) => topic.clone(),
        }
    }

    /// PagerDuty wants its secret in the body.
    fn body(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if let Self::PagerDuty { key, .. } = self {
            body["routing_key"] = json!(key.expose());
        }
        body
    }

    fn redact(&self, text: &str) -> String {
        match self {
            Self::Webhook(webhook) => webhook.redact(text),
            Self::Slack { token: secret, .. } | Self::PagerDuty { key: secret, .. } => {
                secret.redact(text)
            }
            Self::Topic(_) => text.to_owned(),
        }
    }
}

/// A form as the URL standard writes it (`application/x-www-form-urlencoded`).
fn form(fields: &[(&'static str, String)]) -> String {
    use std::fmt::Write as _;
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        for byte in value.bytes() {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                    form.push(char::from(byte));
                }
                b' ' => form.push('+'),
                // Writing to a String does not fail.
                _ => drop(write!(form, "%{byte:02X}")),
            }
        }
    }
    form
}

const fn status(class: CallClass) -> u16 {
    match class {
        CallClass::Throttled => 429,
        CallClass::Denied => 403,
        CallClass::NotFound => 404,
        CallClass::Invalid => 400,
        CallClass::Conflict | CallClass::Capacity | CallClass::Unavailable => 503,
    }
}

fn unreached(address: &Address, error: &ConnectorError) -> PostError {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    PostError::Connection(nightshift_core::printable(&address.redact(&words), 300))
}

async fn answer(address: &Address, response: HttpResponse) -> Answer {
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").map(str::to_owned);
    let mut stream = ByteStream::new(response.into_body());
    let mut body = Vec::new();
    // A body that breaks off after the status still has the status.
    while let Some(Ok(bytes)) = stream.next().await {
        body.extend_from_slice(&bytes);
        if body.len() >= BODY {
            body.truncate(BODY);
            break;
        }
    }
    Answer {
        status,
        retry_after,
        body: address.redact(String::from_utf8_lossy(&body).trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::form;

    #[test]
    fn a_form_escapes_what_would_end_a_field() {
        let fields = [
            ("filename", "cost-1.png".to_owned()),
            ("alt_txt", "a b&c=d+e%f\r\n\u{e9}".to_owned()),
        ];
        let expected = "filename=cost-1.png&alt_txt=a+b%26c%3Dd%2Be%25f%0D%0A%C3%A9";
        assert_eq!(form(&fields), expected);
    }
}
