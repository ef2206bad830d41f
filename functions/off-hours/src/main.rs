//! The Lambda function `off-hours`.

use off_hours::OffHours;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    nightshift_runtime::run(OffHours::start().await).await
}
