//! The sources of notify that know neither the SDK nor a network.
#![allow(dead_code, reason = "what only the other rooms use is here too")]

#[path = "../../../../functions/notify/src/blocks.rs"]
mod blocks;
#[path = "../../../../functions/notify/src/body.rs"]
mod body;
#[path = "../../../../functions/notify/src/channels/mod.rs"]
pub mod channels;
#[path = "../../../../functions/notify/src/config.rs"]
mod config;
#[path = "../../../../functions/notify/src/config_check.rs"]
mod config_check;
#[path = "../../../../functions/notify/src/event.rs"]
mod event;
#[path = "../../../../functions/notify/src/limits.rs"]
pub mod limits;
#[path = "../../../../functions/notify/src/mrkdwn.rs"]
mod mrkdwn;
#[path = "../../../../functions/notify/src/routes.rs"]
mod routes;
#[path = "../../../../functions/notify/src/short.rs"]
mod short;
#[path = "../../../../functions/notify/src/standing.rs"]
mod standing;
#[path = "../../../../functions/notify/src/upload_url.rs"]
mod upload_url;
#[path = "../../../../functions/notify/src/webhook.rs"]
mod webhook;

/// The model of matters, without the shelf that keeps it.
#[path = "../../../../functions/notify/src/matters"]
pub mod matters {
    mod bounds;
    mod budget;
    mod config;
    mod counts;
    mod labels;
    mod look;
    mod matter;
    mod member;
    mod outgoing;
    mod round;
    mod rules;
    mod settle;
    mod silence;
    mod state;
    mod words;

    pub use config::MattersConfig;
    pub use outgoing::{Account, Held, Reason};
    pub use rules::Rules;
    pub use silence::{Silence, SilenceCommand};
}

pub use blocks::{Payload, message};
pub use body::Message;
pub use channels::{Answer, Form, Letter, Rendered, Request, Verdict, verdict};
pub use config::{Canary, Channel, Match, NotifyConfig, Route};
pub use event::{Event, EventError, Handle, Record};
pub use routes::{Way, way};
pub use short::plain_message;
pub use standing::{Place, Standing};
pub use webhook::{Endpoint, Secret, Webhook, WebhookError};
