use std::error::Error as StdError;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightshift_core::{Region, printable};
use thiserror::Error;

/// What a failed AWS call means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallClass {
    /// Too many calls; the same call will pass later.
    Throttled,
    /// The role lacks the permission.
    Denied,
    /// The thing is not there any more.
    NotFound,
    /// The thing is not in a state that allows the call, or was changed meanwhile.
    Conflict,
    /// AWS has no capacity of that kind now.
    Capacity,
    /// No answer, or the service's own fault; it may or may not have been done.
    Unavailable,
    /// AWS refuses the request as it is.
    Invalid,
}

/// A failed AWS call: which one, on what, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{operation} on {resource} in {region} failed: {message}; {}", .class.remedy())]
pub struct CallError {
    /// The IAM action, such as `rds:StopDBInstance`.
    pub operation: &'static str,
    /// The resource's name or ARN.
    pub resource: String,
    /// The Region that was called.
    pub region: Region,
    /// AWS's error code, where one came back.
    pub code: Option<String>,
    /// What the failure means.
    pub class: CallClass,
    /// AWS's words.
    pub message: String,
}

impl CallClass {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Throttled => "the next run tries again; raise the API rate if this repeats",
            Self::Denied => "allow the action in the function's manifest, boundary or SCP",
            Self::NotFound => "it is gone; nothing to do unless it should exist",
            Self::Conflict => "the next run looks again and decides anew",
            Self::Capacity => {
                "try another instance type or zone, or wait: the next run tries again"
            }
            Self::Unavailable => "the next run looks at what was done and goes on",
            Self::Invalid => "correct the resource or report a defect",
        }
    }

    /// Whether the same call may pass later without anybody's help.
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Throttled | Self::Conflict | Self::Capacity | Self::Unavailable
        )
    }

    /// Reads AWS's error code. Codes end in many service-specific ways, so the
    /// families are told by their common parts.
    fn from_code(code: &str) -> Self {
        let has = |part: &str| code.contains(part);
        if has("Throttl")
            || has("TooManyRequests")
            || has("RequestLimitExceeded")
            || has("SlowDown")
        {
            Self::Throttled
        } else if has("AccessDenied") || has("Unauthorized") || has("NotAuthorized") {
            Self::Denied
        } else if has("Capacity") || has("InstanceLimitExceeded") {
            Self::Capacity
        } else if has("NotFound") || has("DoesNotExist") {
            Self::NotFound
        } else if has("InvalidDB")
            || has("IncorrectInstanceState")
            || has("InvalidState")
            || has("ResourceInUse")
            || has("ScalingActivityInProgress")
            || has("ResourceContention")
            || has("ConcurrentUpdate")
            || has("ConditionalCheckFailed")
        {
            Self::Conflict
        } else if has("InternalFailure")
            || has("InternalError")
            || has("ServiceUnavailable")
            || has("InternalServer")
            || has("Unavailable")
        {
            Self::Unavailable
        } else {
            Self::Invalid
        }
    }
}

impl CallError {
    /// Puts an SDK error into our own terms.
    pub fn from_sdk<E, R>(
        operation: &'static str,
        resource: impl Into<String>,
        region: &Region,
        error: &SdkError<E, R>,
    ) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
        R: std::fmt::Debug,
    {
        let code = error.code().map(str::to_owned);
        let class = match (&code, error) {
            (Some(code), _) => CallClass::from_code(code),
            (None, SdkError::ConstructionFailure(_)) => CallClass::Invalid,
            (None, _) => CallClass::Unavailable,
        };
        let message = match (&code, error.message()) {
            (Some(code), Some(words)) => format!("{code}: {words}"),
            (Some(code), None) => code.clone(),
            (None, _) => DisplayErrorContext(error).to_string(),
        };
        Self {
            operation,
            resource: printable(&resource.into(), 200),
            region: region.clone(),
            code,
            class,
            message: printable(&message, 500),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_services_fall_into_families() {
        for (code, class) in [
            ("ThrottlingException", CallClass::Throttled),
            ("RequestLimitExceeded", CallClass::Throttled),
            ("AccessDenied", CallClass::Denied),
            ("UnauthorizedOperation", CallClass::Denied),
            ("InsufficientInstanceCapacity", CallClass::Capacity),
            ("InsufficientDBInstanceCapacity", CallClass::Capacity),
            ("DBInstanceNotFound", CallClass::NotFound),
            ("InvalidInstanceID.NotFound", CallClass::NotFound),
            ("InvalidDBInstanceState", CallClass::Conflict),
            ("InvalidDBClusterStateFault", CallClass::Conflict),
            ("IncorrectInstanceState", CallClass::Conflict),
            ("ConditionalCheckFailedException", CallClass::Conflict),
            ("ServiceUnavailable", CallClass::Unavailable),
            ("ValidationError", CallClass::Invalid),
        ] {
            assert_eq!(CallClass::from_code(code), class, "{code}");
        }
    }
}
