use std::future::Future;
use std::io;
use std::rc::Rc;

use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tracing_subscriber::filter::LevelFilter;

use crate::deadline::Deadline;
use crate::failure::Failure;

/// What the platform says of one invocation.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Lambda's request id; the same for every retry of an asynchronous event.
    pub request_id: String,
    /// How long it may take.
    pub deadline: Deadline,
}

/// The JSON that Lambda hands to whoever has asked; written once and not held
/// as a tree, which for thousands of resources takes several times the memory.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Response(Box<RawValue>);

impl Response {
    /// Writes a report.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(report: &impl Serialize) -> Result<Self, Failure> {
        to_raw_value(report)
            .map(Self)
            .map_err(|error| Failure::new("Report", &error))
    }

    /// The text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }
}

/// One Lambda function, ready to answer. An environment answers one event at a
/// time on one thread, so nothing in it needs to be sent to another.
pub trait Function: 'static {
    /// Answers one event with one report.
    ///
    /// # Errors
    /// Only where a retry of the same event could help, or where the caller
    /// has to correct the command.
    fn handle(
        &self,
        input: Value,
        invocation: Invocation,
    ) -> impl Future<Output = Result<Response, Failure>>;
}

/// Serves `function` until the platform ends the process.
///
/// # Errors
/// When the Runtime API cannot be reached.
pub async fn run(function: impl Function) -> Result<(), lambda_runtime::Error> {
    let function = Rc::new(function);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let function = Rc::clone(&function);
        async move {
            let invocation = Invocation::from_context(&event.context);
            let request_id = invocation.request_id.clone();
            let answer = function.handle(event.payload, invocation).await;
            if let Err(failure) = &answer {
                tracing::error!(request_id, kind = failure.kind(), %failure, "invocation failed");
            }
            answer
        }
    }))
    .await
}

impl Invocation {
    fn from_context(context: &Context) -> Self {
        Self {
            request_id: context.request_id.clone(),
            deadline: Deadline::from_runtime(context.deadline()),
        }
    }
}

/// Sends logs to standard output as JSON lines. `AWS_LAMBDA_LOG_LEVEL` is what
/// Lambda's advanced logging controls set.
pub(crate) fn start_logging() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL")
        .ok()
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(io::stdout)
        .finish();
    // A second call, as tests make it, keeps the first subscriber.
    drop(tracing::subscriber::set_global_default(subscriber));
}
