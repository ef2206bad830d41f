//! A server that speaks as much of AWS's protocols as a test tells it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_rds::config::Credentials;
use nightshift_core::Region;
use off_hours::aws::{Aws, Scope};
use off_hours::model::AutoScalingMode;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub const REGION: &str = "us-east-1";

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
        } else if let Some((_, operation)) = request.url.path().split_once("/operation/") {
            operation.to_owned()
        } else {
            format!("{} {}", request.method, request.url.path())
        };
        Self { action, body }
    }

    /// A parameter of the query protocol, decoded as far as tests need it.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.body.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then(|| value.replace("%3A", ":").replace('+', " "))
        })
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
            log.lock().unwrap().push(Asked {
                body: asked.body.chars().take(2000).collect(),
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

    /// Adapters for the environment `dev` that call this server and lose no
    /// time between attempts.
    pub async fn aws(&self) -> Aws {
        self.aws_with_patience(Duration::from_secs(10)).await
    }

    /// The same, waiting this long for each answer and twice as long for all.
    pub async fn aws_with_patience(&self, patience: Duration) -> Aws {
        Aws::new(
            &self.config(patience).await,
            &[Region::new(REGION)],
            scope(),
        )
    }

    async fn config(&self, patience: Duration) -> SdkConfig {
        let credentials = Credentials::new("123456789012", "secret", None, None, "tests");
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(patience)
            .operation_timeout(patience * 2)
            .build();
        aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::new(REGION))
            .credentials_provider(credentials)
            .endpoint_url(self.server.uri())
            .timeout_config(timeouts)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(4)
                    .with_initial_backoff(Duration::from_millis(5)),
            )
            .load()
            .await
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often an action was called.
    pub fn count(&self, action: &str) -> usize {
        self.asked()
            .iter()
            .filter(|asked| asked.action == action)
            .count()
    }
}

pub fn scope() -> Scope {
    Scope {
        environment_tag: "Environment".to_owned(),
        environment: "dev".to_owned(),
        auto_scaling: AutoScalingMode::Zero,
    }
}

pub fn region() -> Region {
    Region::new(REGION)
}

pub fn xml(action: &str, result: &str) -> ResponseTemplate {
    let body =
        format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>");
    ResponseTemplate::new(200).set_body_raw(body, "text/xml")
}

pub fn ec2(action: &str, result: &str) -> ResponseTemplate {
    let body = format!("<{action}Response><requestId>r</requestId>{result}</{action}Response>");
    ResponseTemplate::new(200).set_body_raw(body, "text/xml")
}

pub fn json(body: &serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
}

/// `CloudWatch` speaks CBOR; an empty map says that there is nothing.
pub fn no_alarms() -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("smithy-protocol", "rpc-v2-cbor")
        .set_body_raw(vec![0xa0], "application/cbor")
}

pub fn failed(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>said AWS</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    ResponseTemplate::new(status).set_body_raw(body, "text/xml")
}

pub fn failed_ec2(code: &str) -> ResponseTemplate {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>said AWS</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    ResponseTemplate::new(400).set_body_raw(body, "text/xml")
}

pub fn failed_json(code: &str) -> ResponseTemplate {
    ResponseTemplate::new(400)
        .insert_header("x-amzn-errortype", code)
        .set_body_raw(
            format!("{{\"__type\":\"{code}\",\"message\":\"said AWS\"}}"),
            "application/json",
        )
}

/// A DB instance as `DescribeDBInstances` lists it.
pub fn database(id: &str, environment: &str, status: &str) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier><DBInstanceClass>db.t3.micro</DBInstanceClass><Engine>postgres</Engine><DBInstanceStatus>{status}</DBInstanceStatus><DBInstanceArn>arn:aws:rds:us-east-1:123456789012:db:{id}</DBInstanceArn><MultiAZ>false</MultiAZ><TagList><Tag><Key>Environment</Key><Value>{environment}</Value></Tag><Tag><Key>Schedule</Key><Value>office-hours</Value></Tag></TagList></DBInstance>"
    )
}

/// A group of two instances as `DescribeAutoScalingGroups` lists it.
pub fn group(name: &str, environment: &str) -> String {
    let member = |id: &str| {
        format!(
            "<member><InstanceId>i-{name}-{id}</InstanceId><InstanceType>t3.micro</InstanceType><AvailabilityZone>us-east-1a</AvailabilityZone><LifecycleState>InService</LifecycleState><HealthStatus>Healthy</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member>"
        )
    };
    format!(
        "<member><AutoScalingGroupName>{name}</AutoScalingGroupName><AutoScalingGroupARN>arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:{name}:autoScalingGroupName/{name}</AutoScalingGroupARN><MinSize>1</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity><DefaultCooldown>300</DefaultCooldown><AvailabilityZones><member>us-east-1a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType><CreatedTime>2026-01-01T00:00:00Z</CreatedTime><Instances>{}{}</Instances><SuspendedProcesses/><Tags><member><Key>Environment</Key><Value>{environment}</Value><ResourceId>{name}</ResourceId><ResourceType>auto-scaling-group</ResourceType><PropagateAtLaunch>true</PropagateAtLaunch></member></Tags></member>",
        member("a"),
        member("b")
    )
}

/// An instance inside a reservation, as `DescribeInstances` lists it.
pub fn instance(id: &str, environment: &str, state: &str, more: &str) -> String {
    format!(
        "<item><reservationId>r-{id}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet><item><instanceId>{id}</instanceId><imageId>ami-1</imageId><instanceState><code>16</code><name>{state}</name></instanceState><instanceType>t3.small</instanceType>{more}<tagSet><item><key>Environment</key><value>{environment}</value></item><item><key>Name</key><value>{id}-name</value></item></tagSet></item></instancesSet></item>"
    )
}
