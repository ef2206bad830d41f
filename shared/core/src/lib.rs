//! What every Nightshift function speaks: names of AWS things, money,
//! severities, the configuration document, the guards and the notification.
//!
//! **Architecture invariant:** this crate knows no AWS SDK, no async runtime,
//! no clock and no I/O. Whatever happens here happens the same way again.

mod arn;
mod attachment;
mod config;
mod duration;
mod guard;
mod money;
mod names;
mod notification;
mod severity;
mod text;

pub use arn::{Arn, ArnError};
pub use attachment::{Attachment, AttachmentError};
pub use config::{ConfigError, Document, Guards};
pub use duration::IsoDuration;
pub use guard::{BlastRadius, Guard, Refusal, StopSwitch, Target};
pub use money::Money;
pub use names::{AccountId, Region, Tags};
pub use notification::{Command, Fact, Link, Notification, Section, Status};
pub use severity::Severity;
pub use text::{printable, shortened};
