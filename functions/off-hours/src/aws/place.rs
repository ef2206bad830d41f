use std::error::Error as StdError;
use std::fmt::Debug;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightshift_core::Region;
use nightshift_runtime::{CallError, regional};
use tokio::sync::OnceCell;

use super::alarms::AlarmIndex;
use super::databases::Databases;

/// The clients of one Region, and what one run has read there for several kinds.
#[derive(Debug)]
pub(super) struct Place {
    pub region: Region,
    pub auto_scaling: aws_sdk_autoscaling::Client,
    pub ec2: aws_sdk_ec2::Client,
    pub eks: aws_sdk_eks::Client,
    pub rds: aws_sdk_rds::Client,
    pub ecs: aws_sdk_ecs::Client,
    pub scaling_targets: aws_sdk_applicationautoscaling::Client,
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Read once a run, by whichever kind comes first.
    pub alarms: OnceCell<AlarmIndex>,
    /// Read once a run: instances need their clusters, clusters their members.
    pub databases: OnceCell<Databases>,
}

impl Place {
    pub fn new(config: &SdkConfig, region: &Region) -> Self {
        let config = regional(config, region);
        Self {
            region: region.clone(),
            auto_scaling: aws_sdk_autoscaling::Client::new(&config),
            ec2: aws_sdk_ec2::Client::new(&config),
            eks: aws_sdk_eks::Client::new(&config),
            rds: aws_sdk_rds::Client::new(&config),
            ecs: aws_sdk_ecs::Client::new(&config),
            scaling_targets: aws_sdk_applicationautoscaling::Client::new(&config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            alarms: OnceCell::new(),
            databases: OnceCell::new(),
        }
    }

    /// The same clients with nothing read yet.
    pub fn begin(&self) -> Self {
        Self {
            region: self.region.clone(),
            auto_scaling: self.auto_scaling.clone(),
            ec2: self.ec2.clone(),
            eks: self.eks.clone(),
            rds: self.rds.clone(),
            ecs: self.ecs.clone(),
            scaling_targets: self.scaling_targets.clone(),
            cloudwatch: self.cloudwatch.clone(),
            alarms: OnceCell::new(),
            databases: OnceCell::new(),
        }
    }

    /// An SDK error in our own terms; `resource` is what was asked for.
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
