//! The client made in init, one call of AWS in each invocation: the twin of
//! `tests/bench/python/one_call.py`.

use nightshift_runtime::{Failure, Function, Https, Invocation, Response, Settings, sdk_config};
use serde_json::{Value, json};

struct OneCall {
    settings: Settings,
}

impl Function for OneCall {
    async fn handle(&self, input: Value, _invocation: Invocation) -> Result<Response, Failure> {
        let name = input["parameter"].as_str().unwrap_or_default();
        match self.settings.parameter(name).await {
            Ok(value) => Response::new(&json!({ "length": value.len() })),
            Err(error) => Err(Failure::new("Call", &error)),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = sdk_config(&Https::new()).await;
    let settings = Settings::from_environment(&config);
    nightshift_runtime::run(OneCall { settings }).await
}
