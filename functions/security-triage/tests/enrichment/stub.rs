//! A server that speaks as much of AWS's protocols as a test tells it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::config::Credentials;
use security_triage::observe::aws::AwsLookUps;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub struct Stub {
    server: MockServer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request: the API's action and the body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub action: String,
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
        } else {
            let url = &request.url;
            format!(
                "{} {}?{}",
                request.method,
                url.path(),
                url.query().unwrap_or_default()
            )
        };
        Self { action, body }
    }
}

impl Stub {
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
            log.lock().unwrap().push(asked);
            answer
        };
        Mock::given(any())
            .respond_with(respond)
            .mount(&server)
            .await;
        Self { server, asked }
    }

    /// Look-ups that call this server and lose no time between attempts.
    pub async fn look_ups(&self) -> AwsLookUps {
        let credentials = Credentials::new("111122223333", "secret", None, None, "tests");
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(self.server.uri())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(5)),
            )
            .load()
            .await;
        AwsLookUps::new(config)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often an action was called.
    pub fn count(&self, action: &str) -> usize {
        let asked = self.asked();
        asked.iter().filter(|asked| asked.action == action).count()
    }
}

pub fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "text/xml")
}

pub fn json(body: &serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

pub fn failed_json(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(400)
        .insert_header("x-amzn-errortype", code)
        .set_body_raw(
            format!("{{\"__type\":\"{code}\",\"message\":\"said AWS\"}}"),
            "application/x-amz-json-1.1",
        )
}

pub fn failed_ec2(code: &str) -> ResponseTemplate {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>said AWS</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    ResponseTemplate::new(400).set_body_raw(body, "text/xml")
}
