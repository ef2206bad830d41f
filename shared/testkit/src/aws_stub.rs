//! A server that speaks as much of AWS's protocols as a test tells it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// How much of a request's body is remembered.
const REMEMBERED: usize = 2_000;

/// An AWS of a test's own, in one Region, for real SDKs.
#[derive(Debug)]
pub struct AwsStub {
    server: MockServer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request: the API's action and the body.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The operation; method and path where a protocol names none.
    pub action: String,
    /// The query, where the address has one: S3 names its sub-resources there.
    pub query: String,
    /// The body as text.
    pub body: String,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let target = request
            .headers
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok());
        let action = if let Some(target) = target {
            target.rsplit('.').next().unwrap_or_default().to_owned()
        } else if let Some(query) = body.strip_prefix("Action=") {
            query.split('&').next().unwrap_or_default().to_owned()
        } else if let Some((_, operation)) = request.url.path().split_once("/operation/") {
            operation.to_owned()
        } else {
            format!("{} {}", request.method, request.url.path())
        };
        let query = request.url.query().unwrap_or_default().to_owned();
        Self {
            action,
            query,
            body,
        }
    }

    /// A parameter of the query protocol, decoded as far as tests need it.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.body.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then(|| value.replace("%3A", ":").replace('+', " "))
        })
    }
}

impl AwsStub {
    /// The Region that its callers are in.
    pub const REGION: &str = "us-east-1";

    /// A server that answers every request with `answer`.
    pub async fn start(
        answer: impl Fn(&Asked) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        let server = MockServer::builder()
            .disable_request_recording()
            .start()
            .await;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let respond = move |request: &Request| {
            let asked = Asked::of(request);
            let answer = answer(&asked);
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Asked {
                    body: asked.body.chars().take(REMEMBERED).collect(),
                    ..asked
                });
            answer
        };
        Mock::given(any())
            .respond_with(respond)
            .mount(&server)
            .await;
        Self { server, asked }
    }

    /// What SDK clients need to call this server: they try `attempts` times and lose
    /// no time between, and wait `patience` for each answer and twice as long for all.
    pub async fn config(&self, attempts: u32, patience: Duration) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(patience)
            .operation_timeout(patience * 2)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(attempts)
            .with_initial_backoff(Duration::from_millis(5));
        aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new(Self::REGION))
            .credentials_provider(Credentials::new(
                "123456789012",
                "secret",
                None,
                None,
                "tests",
            ))
            .endpoint_url(self.server.uri())
            .timeout_config(timeouts)
            .retry_config(retries)
            .load()
            .await
    }

    /// Its address, for what finds AWS by `AWS_ENDPOINT_URL`.
    pub fn uri(&self) -> String {
        self.server.uri()
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How often an action was called.
    pub fn count(&self, action: &str) -> usize {
        self.asked()
            .iter()
            .filter(|asked| asked.action == action)
            .count()
    }
}

/// An answer of the JSON protocols.
pub fn json(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

/// A refusal of the JSON protocols.
pub fn failed_json(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(400)
        .insert_header("x-amzn-errortype", code)
        .set_body_raw(
            format!("{{\"__type\":\"{code}\",\"message\":\"said AWS\"}}"),
            "application/json",
        )
}

/// A refusal of EC2, which has a shape of its own.
pub fn failed_ec2(code: &str) -> ResponseTemplate {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>said AWS</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    ResponseTemplate::new(400).set_body_raw(body, "text/xml")
}
