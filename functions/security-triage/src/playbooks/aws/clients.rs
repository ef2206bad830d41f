use std::error::Error as StdError;
use std::fmt::Debug;

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::config::SharedCredentialsProvider;
use aws_sdk_ec2::types::Filter;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightshift_core::Region;
use nightshift_runtime::{CallError, regional};

use crate::playbooks::cloud::Place;
use crate::playbooks::tick::OPERATION;

/// The clients of one playbook's role in one account and Region.
#[derive(Debug)]
pub(super) struct Clients {
    pub account: String,
    pub region: Region,
    pub auto_scaling: aws_sdk_autoscaling::Client,
    pub ec2: aws_sdk_ec2::Client,
    pub load_balancing: aws_sdk_elasticloadbalancingv2::Client,
    pub iam: aws_sdk_iam::Client,
    pub s3: aws_sdk_s3::Client,
}

impl Clients {
    pub async fn new(config: &SdkConfig, place: &Place, prefix: &str) -> Self {
        let config = regional(config, &place.region);
        let role = role_arn(place, prefix);
        // The session's name is what CloudTrail shows beside each call.
        let provider = AssumeRoleProvider::builder(role)
            .session_name("nightshift-security-triage")
            .configure(&config)
            .build()
            .await;
        let timeouts = config
            .timeout_config()
            .map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
        let config = config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(provider))
            .timeout_config(timeouts.operation_timeout(OPERATION).build())
            .build();
        // With the bucket in the path, TLS holds for names with dots as well.
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build();
        Self {
            account: place.account.to_string(),
            region: place.region.clone(),
            auto_scaling: aws_sdk_autoscaling::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            load_balancing: aws_sdk_elasticloadbalancingv2::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
        }
    }

    /// An SDK error in our own terms.
    pub fn error<E, R>(
        &self,
        operation: &'static str,
        resource: &str,
        error: &SdkError<E, R>,
    ) -> CallError
    where
        E: ProvideErrorMetadata + StdError + 'static,
        R: Debug,
    {
        CallError::from_sdk(operation, resource, &self.region, error)
    }
}

/// The role that a playbook takes in an account.
fn role_arn(place: &Place, prefix: &str) -> String {
    let partition = match place.region.as_str() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!(
        "arn:{partition}:iam::{}:role/{prefix}-security-triage-{}",
        place.account, place.playbook
    )
}

pub(super) fn filter(name: &str, value: impl Into<String>) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Whether an error has one of these codes.
pub(super) fn has_code(error: &CallError, codes: &[&str]) -> bool {
    error
        .code
        .as_deref()
        .is_some_and(|code| codes.contains(&code))
}
