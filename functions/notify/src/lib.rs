//! `notify` brings what the functions have to say to where people read.
//!
//! event (a queue's batch, a command) -> observe (channels and their secrets)
//! -> decide (routes, how a message looks, what an answer means) -> act (post,
//! wait, fall back) -> report.
//!
//! **Architecture invariant:** a message leaves the queue only after a channel
//! has taken it, or the ledger, for a channel that gathers messages.

mod act;
mod blocks;
mod body;
mod canary;
pub mod channels;
mod config;
mod config_check;
mod decide;
mod edge;
mod event;
mod gather;
mod handler;
mod lease;
pub mod limits;
pub mod matters;
mod memory;
mod mrkdwn;
mod network;
mod observe;
mod post;
mod report;
mod routes;
mod short;
mod standing;
mod upload_url;
mod webhook;

pub use blocks::{Payload, message};
pub use body::Message;
pub use channels::{Answer, Form, Letter, Rendered, Request, Verdict, verdict};
pub use config::{Canary, Channel, Match, NotifyConfig, Route};
pub use edge::{Edge, Outside};
pub use event::{Event, EventError, Handle, Record};
pub use handler::Notify;
pub use network::{Address, Network, PostError};
pub use observe::{ChannelError, Destination, Freshness, Pace, Purpose, Setup, address};
pub use report::{Delivery, FileReport, FileState, Hearing, MessageReport, Outcome, Report, Task};
pub use routes::{Way, way};
pub use short::plain_message;
pub use standing::{Place, SharedFile, Standing};
pub use upload_url::UploadUrl;
pub use webhook::{Endpoint, Secret, Webhook, WebhookError};
