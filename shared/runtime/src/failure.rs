use lambda_runtime::Diagnostic;
use thiserror::Error;

/// Why an invocation failed, as Lambda reports it. Only what a retry could
/// help, or what nobody would notice otherwise, ends in one.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Failure {
    kind: &'static str,
    message: String,
}

impl Failure {
    /// A failure with a stable kind, such as `Configuration`.
    pub fn new(kind: &'static str, error: &(impl ToString + ?Sized)) -> Self {
        Self {
            kind,
            message: error.to_string(),
        }
    }

    /// The stable kind, Lambda's `errorType`.
    pub const fn kind(&self) -> &'static str {
        self.kind
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self {
            error_type: failure.kind.to_owned(),
            error_message: failure.message,
        }
    }
}
