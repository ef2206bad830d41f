//! The Lambda `notify`: clients and configuration first, then one event after another.

use notify::Notify;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let https = nightshift_runtime::Https::new();
    let config = nightshift_runtime::sdk_config(&https).await;
    let notify = Notify::new(&config, https);
    notify.prepare().await;
    nightshift_runtime::run(notify).await
}
