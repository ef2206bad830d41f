//! The sources of notify that know neither the SDK nor Slack's network.
#![allow(dead_code, reason = "what only the other rooms use is here too")]

#[path = "../../../../functions/notify/src/blocks.rs"]
mod blocks;
#[path = "../../../../functions/notify/src/body.rs"]
mod body;
#[path = "../../../../functions/notify/src/config.rs"]
mod config;
#[path = "../../../../functions/notify/src/decide.rs"]
mod decide;
#[path = "../../../../functions/notify/src/event.rs"]
mod event;
#[path = "../../../../functions/notify/src/limits.rs"]
pub mod limits;
#[path = "../../../../functions/notify/src/mrkdwn.rs"]
mod mrkdwn;
#[path = "../../../../functions/notify/src/webhook.rs"]
mod webhook;

pub use blocks::{Payload, message, plain_message};
pub use body::Message;
pub use config::NotifyConfig;
pub use decide::{Answer, Verdict, verdict};
pub use event::{Event, EventError, Record};
pub use webhook::{Webhook, WebhookError};
