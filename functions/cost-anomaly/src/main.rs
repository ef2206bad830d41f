//! The Lambda function `cost-anomaly`.

use cost_anomaly::CostAnomaly;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    nightshift_runtime::run(CostAnomaly::start().await).await
}
