//! The Lambda function `security-triage`.

use security_triage::SecurityTriage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    nightshift_runtime::run(SecurityTriage::start().await).await
}
