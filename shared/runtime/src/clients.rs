use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use nightshift_core::Region;

use crate::https::{CONNECT, Https};

/// The SDK waits for ever by default.
const ATTEMPT: Duration = Duration::from_secs(10);
const OPERATION: Duration = Duration::from_secs(40);
const ATTEMPTS: u32 = 4;

/// Loads the SDK's configuration once; every service and Region shares the
/// connections.
pub async fn sdk_config(https: &Https) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(https.clone())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}

/// The same configuration for another Region: credentials and connections are
/// shared.
#[must_use]
pub fn regional(config: &SdkConfig, region: &Region) -> SdkConfig {
    config
        .to_builder()
        .region(aws_config::Region::new(region.as_str().to_owned()))
        .build()
}
