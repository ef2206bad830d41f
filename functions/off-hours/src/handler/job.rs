//! What one run is asked to do.

use jiff::Timestamp;
use nightshift_schedule::Desired;

use crate::commands::Request;
use crate::decide::Cause;
use crate::event::{Command, Wish};

/// What one run is asked to do.
pub(super) struct Job {
    pub(super) command: &'static str,
    pub(super) cause: String,
    pub(super) forced: Cause,
    pub(super) at: Option<Timestamp>,
    pub(super) dry_run: Option<bool>,
    pub(super) request: Option<Request>,
}

impl Job {
    pub(super) fn new(command: &'static str) -> Self {
        Self {
            command,
            cause: format!("the command {command}"),
            forced: Cause::default(),
            at: None,
            dry_run: None,
            request: None,
        }
    }

    pub(super) fn of_command(command: Command) -> Self {
        let hold = |name, wish: Wish, state| Self {
            at: wish.at,
            dry_run: wish.dry_run,
            request: Some(Request::Hold(wish, state)),
            ..Self::new(name)
        };
        match command {
            Command::Reconcile { at, dry_run } => Self {
                at,
                dry_run,
                ..Self::new("reconcile")
            },
            Command::KeepAwake(wish) => hold("keep-awake", wish, Desired::On),
            Command::SleepNow(wish) => hold("sleep-now", wish, Desired::Off),
            Command::Release {
                resource,
                owner,
                at,
                dry_run,
            } => Self {
                at,
                dry_run,
                cause: format!(
                    "the command release, by {}",
                    nightshift_core::printable(&owner, 100)
                ),
                request: Some(Request::Release { resource }),
                ..Self::new("release")
            },
            // These are answered before a job is made of them.
            Command::Explain { .. } | Command::Status { .. } | Command::Digest { .. } => {
                Self::new("reconcile")
            }
        }
    }
}
