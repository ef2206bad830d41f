//! The client made in init, one call of AWS in each invocation: the twin of
//! `tests/bench/python/one_call.py`.

use nightshift_runtime::{Failure, Function, Invocation, Settings};
use serde_json::{Value, json};

struct OneCall {
    settings: Settings,
}

impl Function for OneCall {
    async fn handle(&self, input: Value, _invocation: Invocation) -> Result<Value, Failure> {
        let name = input["parameter"].as_str().unwrap_or_default();
        match self.settings.parameter(name).await {
            Ok(value) => Ok(json!({ "length": value.len() })),
            Err(error) => Err(Failure::new("Call", &error)),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = nightshift_runtime::sdk_config().await;
    let settings = Settings::from_environment(&config);
    nightshift_runtime::run(OneCall { settings }).await
}
