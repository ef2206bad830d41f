use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::names::{AccountId, Region};
use crate::severity::Severity;

/// What a function has to tell people. Functions publish it; only `notify`
/// knows where people read it. Every text in it is plain and untrusted; what
/// stands between two backticks is a quotation, to be shown exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// The version of this shape; 1.
    pub version: u32,
    /// The same for every attempt to tell the same thing.
    pub id: String,
    /// The function that speaks.
    pub source: String,
    /// The environment's code, such as `dev`.
    pub environment: String,
    /// The account it happened in.
    pub account: AccountId,
    /// The Region, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// How much it wants attention.
    pub severity: Severity,
    /// What kind of message this is, `function.kind`, for routing.
    pub kind: String,
    /// The matter that this is one word of, the same from its first message to
    /// its last: channels that can, keep one message a matter up to date.
    /// None: nothing follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// Where the matter stands.
    #[serde(default, skip_serializing_if = "Status::is_open")]
    pub status: Status,
    /// Whom it concerns, as the owner tag names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// One line: what happened.
    pub title: String,
    /// A sentence or two: why, and what it means.
    pub summary: String,
    /// Short labelled values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Lists under a heading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// What a person should do now, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// Commands to copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// Where to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// A small file that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
    /// When it happened.
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
}

/// Where a matter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It goes on, or it was but a word.
    #[default]
    Open,
    /// It is over: nobody need look any more.
    Resolved,
}

impl Status {
    /// Whether it goes on.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// A labelled value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// How much or which.
    pub value: String,
}

/// A list under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// One line each.
    pub items: Vec<String>,
}

/// A command line that a person may copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// What it does.
    pub label: String,
    /// The command line.
    pub text: String,
}

/// A place to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What is there.
    pub label: String,
    /// An https address.
    pub url: String,
}

impl Notification {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;
}

impl Fact {
    /// A labelled value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }
}
