use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use nightshift_runtime::Https;
use serde_json::Value;
use thiserror::Error;

use crate::decide::Answer;
use crate::webhook::Webhook;

/// Slack's answers are one word; what is longer comes from something else.
const BODY: usize = 2_000;

/// Why there was no answer. It never carries the address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PostError {
    /// Too slow. It may have been delivered all the same.
    #[error("Slack did not answer within {0:?}")]
    Timeout(Duration),
    /// The connection failed.
    #[error("Slack was not reached: {0}")]
    Connection(String),
}

/// Brings a payload to a webhook.
pub trait Poster: Send + Sync {
    /// One attempt.
    fn post(
        &self,
        webhook: &Webhook,
        payload: &Value,
        limit: Duration,
    ) -> impl Future<Output = Result<Answer, PostError>> + Send;
}

/// Posts over the same connections and roots as the SDK.
#[derive(Debug)]
pub struct Slack {
    https: Https,
}

impl Slack {
    /// A client; a connection is made for the first message.
    pub fn new(https: Https) -> Self {
        Self { https }
    }
}

impl Poster for Slack {
    async fn post(
        &self,
        webhook: &Webhook,
        payload: &Value,
        limit: Duration,
    ) -> Result<Answer, PostError> {
        let call = async {
            let mut request = HttpRequest::new(SdkBody::from(payload.to_string()));
            request
                .set_method("POST")
                .and_then(|()| request.set_uri(webhook.expose()))
                .map_err(|_| PostError::Connection("the request could not be made".to_owned()))?;
            let headers = request.headers_mut();
            headers.insert("content-type", "application/json; charset=utf-8");
            headers.insert("user-agent", "nightshift-notify");
            let response = self
                .https
                .call(request)
                .await
                .map_err(|error| connection(webhook, &error))?;
            Ok(answer(webhook, response).await)
        };
        tokio::time::timeout(limit, call)
            .await
            .unwrap_or(Err(PostError::Timeout(limit)))
    }
}

fn connection(webhook: &Webhook, error: &ConnectorError) -> PostError {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    PostError::Connection(nightshift_core::printable(&webhook.redact(&words), 300))
}

async fn answer(webhook: &Webhook, response: HttpResponse) -> Answer {
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
    let text = webhook.redact(&String::from_utf8_lossy(&body));
    Answer {
        status,
        retry_after,
        body: nightshift_core::printable(text.trim(), 200),
    }
}
