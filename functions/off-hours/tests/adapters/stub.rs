//! AWS as off-hours' adapters meet it.

use std::ops::Deref;
use std::time::Duration;

use nightshift_core::Region;
use nightshift_testkit::aws_stub::AwsStub;
pub use nightshift_testkit::aws_stub::{Asked, failed_ec2, failed_json, json};
use off_hours::aws::{Aws, Scope};
use off_hours::model::AutoScalingMode;
use wiremock::ResponseTemplate;

pub const REGION: &str = AwsStub::REGION;

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

    /// Adapters for the environment `dev` that call this server and lose no
    /// time between attempts.
    pub async fn aws(&self) -> Aws {
        self.aws_with_patience(Duration::from_secs(10)).await
    }

    /// The same, waiting this long for each answer and twice as long for all.
    pub async fn aws_with_patience(&self, patience: Duration) -> Aws {
        let config = self.config(4, patience).await;
        Aws::new(&config, &[Region::new(REGION)], scope())
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
