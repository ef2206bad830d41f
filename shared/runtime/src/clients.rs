use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use nightshift_core::Region;

use crate::bootstrap::start_logging;

/// Connections idle for longer may have died while the environment was frozen;
/// a mutation sent into one could be sent twice.
const POOL_IDLE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(3);
/// The SDK waits for ever by default.
const ATTEMPT: Duration = Duration::from_secs(10);
const OPERATION: Duration = Duration::from_secs(40);
const ATTEMPTS: u32 = 4;

/// Starts logging and loads the SDK's configuration once, with the one HTTP
/// client that every service and Region shares.
pub async fn sdk_config() -> SdkConfig {
    start_logging();
    let http = Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .pool_idle_timeout(POOL_IDLE)
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
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
