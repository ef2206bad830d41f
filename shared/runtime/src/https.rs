use std::time::Duration;

use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::bootstrap::start_logging;

/// Connections idle for longer may have died while the environment was frozen;
/// a mutation sent into one could be sent twice.
const POOL_IDLE: Duration = Duration::from_secs(15);
/// How long a connection may take to be made.
pub(crate) const CONNECT: Duration = Duration::from_secs(3);

/// The one way out of a process: one pool of connections, one store of roots.
///
/// The SDK's own client makes a whole connector for every SDK client that is
/// built, reads all roots of the system for it, and throws it away again; that
/// was most of a cold start. This one is made once, in init.
#[derive(Clone, Debug)]
pub struct Https {
    connector: SharedHttpConnector,
    /// For credential providers that ask for timeouts of their own; makes
    /// nothing until one does.
    with_other_timeouts: SharedHttpClient,
}

impl Https {
    /// Reads the system's roots; connections are made by the first requests.
    /// Starts logging first, because roots that cannot be read are told there.
    #[must_use]
    pub fn new() -> Self {
        start_logging();
        let provider = || tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT);
        let connector = Connector::builder()
            .connector_settings(settings.build())
            .pool_idle_timeout(POOL_IDLE)
            .tls_provider(provider())
            .build();
        Self {
            connector: SharedHttpConnector::new(connector),
            with_other_timeouts: Builder::new()
                .tls_provider(provider())
                .pool_idle_timeout(POOL_IDLE)
                .build_https(),
        }
    }
}

impl Default for Https {
    fn default() -> Self {
        Self::new()
    }
}

/// For requests that are not the SDK's.
impl HttpConnector for Https {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.connector.call(request)
    }
}

impl HttpClient for Https {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let is_ours =
            settings.connect_timeout() == Some(CONNECT) && settings.read_timeout().is_none();
        if is_ours {
            self.connector.clone()
        } else {
            self.with_other_timeouts
                .http_connector(settings, components)
        }
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.with_other_timeouts.connector_metadata()
    }
}

#[cfg(test)]
mod tests {
    /// Without it the first handshake of a process takes some 30 ms of
    /// processor time more. Cargo reads `.cargo/config.toml` from the working
    /// directory upwards, so a build from elsewhere loses it without a word.
    #[test]
    fn the_tls_library_gathers_no_jitter_entropy() {
        assert_eq!(option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY"), Some("1"));
    }
}
