use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a message wants a person's attention, least first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// For the record.
    Info,
    /// Something changed as it should.
    Notice,
    /// Something will need a person if it stays so.
    Warning,
    /// Something failed and needs a person.
    Error,
    /// Something is failing for users now.
    Critical,
}
