//! The Lambda `notify`: clients and configuration first, then one event after another.

use notify::Notify;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = nightshift_runtime::sdk_config().await;
    let notify = Notify::new(&config);
    notify.prepare().await;
    nightshift_runtime::run(notify).await
}
