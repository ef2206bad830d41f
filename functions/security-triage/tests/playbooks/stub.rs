//! A server that speaks as much of AWS's protocols as a test tells it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::config::Credentials;
use nightshift_core::{AccountId, Region};
use security_triage::playbooks::Playbook;
use security_triage::playbooks::aws::Aws;
use security_triage::playbooks::cloud::Place;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub struct Stub {
    server: MockServer,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request: the API's action (of S3, method and query), the decoded body, and
/// the account that must own the bucket.
#[derive(Clone, Debug)]
pub struct Asked {
    pub action: String,
    pub body: String,
    pub owner: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let action = match body.strip_prefix("Action=") {
            Some(query) => query.split('&').next().unwrap_or_default().to_owned(),
            None => format!(
                "{} {}?{}",
                request.method,
                request.url.path(),
                request.url.query().unwrap_or_default()
            ),
        };
        let body = percent_encoding::percent_decode_str(&body)
            .decode_utf8_lossy()
            .into_owned();
        let owner = request
            .headers
            .get("x-amz-expected-bucket-owner")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Self {
            action,
            body,
            owner,
        }
    }
}

impl Stub {
    /// A server that lets every role be taken, and answers the rest as told.
    pub async fn start(
        answer: impl Fn(&Asked) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        let server = MockServer::start().await;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let respond = move |request: &Request| {
            let one = Asked::of(request);
            log.lock().unwrap().push(one.clone());
            if one.action == "AssumeRole" {
                return xml(
                    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>\
                     <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                     <Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
                );
            }
            answer(&one)
        };
        Mock::given(any())
            .respond_with(respond)
            .mount(&server)
            .await;
        Self { server, asked }
    }

    pub async fn aws(&self) -> Aws {
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIA1", "secret", None, None, "tests"))
            .endpoint_url(self.server.uri())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(2)
                    .with_initial_backoff(Duration::from_millis(5)),
            )
            .load()
            .await;
        Aws::new(&config, "personal-timeline", "dev")
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

pub fn place(playbook: Playbook) -> Place {
    Place {
        account: AccountId::new("210987654321"),
        region: Region::new("us-east-1"),
        playbook,
    }
}

pub fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "text/xml")
}

/// An answer of the query protocol.
pub fn result(action: &str, body: &str) -> ResponseTemplate {
    xml(&format!(
        "<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"
    ))
}

/// An answer of EC2, which has no result element.
pub fn ec2(action: &str, body: &str) -> ResponseTemplate {
    xml(&format!("<{action}Response>{body}</{action}Response>"))
}

pub fn refused(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(
        "<ErrorResponse><Error><Code>{code}</Code><Message>said AWS</Message></Error></ErrorResponse>"
    );
    ResponseTemplate::new(status).set_body_raw(body, "text/xml")
}

pub fn refused_ec2(code: &str) -> ResponseTemplate {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>said AWS</Message></Error></Errors></Response>"
    );
    ResponseTemplate::new(400).set_body_raw(body, "text/xml")
}

pub fn refused_s3(status: u16, code: &str) -> ResponseTemplate {
    let body = format!("<Error><Code>{code}</Code><Message>said AWS</Message></Error>");
    ResponseTemplate::new(status).set_body_raw(body, "application/xml")
}
