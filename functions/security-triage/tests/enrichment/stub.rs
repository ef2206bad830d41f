//! AWS as the look-ups meet it.

use std::ops::Deref;
use std::time::Duration;

use nightshift_testkit::aws_stub::AwsStub;
pub use nightshift_testkit::aws_stub::{Asked, failed_ec2, failed_json, json};
use security_triage::observe::aws::AwsLookUps;
use wiremock::ResponseTemplate;

pub struct Stub(AwsStub);

impl Deref for Stub {
    type Target = AwsStub;

    fn deref(&self) -> &AwsStub {
        &self.0
    }
}

impl Stub {
    pub async fn start(
        answer: impl Fn(&Asked) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        Self(AwsStub::start(answer).await)
    }

    /// Look-ups that call this server and lose no time between attempts.
    pub async fn look_ups(&self) -> AwsLookUps {
        AwsLookUps::new(self.config(2, Duration::from_secs(10)).await)
    }
}

pub fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "text/xml")
}
