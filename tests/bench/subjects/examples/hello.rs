//! A function of ours that does nothing: what the runtime itself costs.

use nightshift_runtime::{Failure, Function, Invocation, Response};
use serde_json::{Value, json};

struct Hello;

impl Function for Hello {
    async fn handle(&self, _input: Value, _invocation: Invocation) -> Result<Response, Failure> {
        Response::new(&json!({}))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    nightshift_runtime::run(Hello).await
}
