//! What follows from an answer. Pure: the same answer to the same attempt
//! always means the same.

use std::time::Duration;

use crate::channels::Verdict;
use crate::observe::Pace;
use crate::report::Outcome;

/// What was tried for one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Requests that were sent.
    pub attempts: u32,
    /// It goes as plainly as the channel takes it.
    pub plain: bool,
    /// It no longer joins an earlier message.
    pub alone: bool,
    /// The secret was read anew, for this message or one before it.
    pub refreshed: bool,
    /// Messages in a row, this one included, that were not answered.
    pub unanswered: u32,
    /// How long this invocation may still wait.
    pub left: Duration,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is delivered.
    Done,
    /// The same again, after a rest.
    Again(Duration),
    /// The same, plainly.
    Plain,
    /// The same, as a message of its own.
    Alone,
    /// The same, with the secret as it is now; if that is the old one, the
    /// reason stands.
    Refresh(String),
    /// Not in this run.
    Stop(Stop),
}

/// Why a message is not delivered in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// [`Outcome::Returned`] or [`Outcome::Failed`].
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// After how long it may pass, where that was said.
    pub after: Option<Duration>,
    /// Whether the same holds for every other message to the channel.
    pub for_all: bool,
}

/// Decides.
pub fn next(verdict: Verdict, tries: &Tries, pace: &Pace) -> Next {
    match verdict {
        Verdict::Delivered => Next::Done,
        Verdict::Wait(wait) => {
            let fits = wait <= pace.wait && wait + pace.attempt <= tries.left;
            if fits && tries.attempts < pace.attempts {
                return Next::Again(wait);
            }
            Next::Stop(Stop {
                outcome: Outcome::Returned,
                reason: format!("the channel is full: it asks to wait {} s", wait.as_secs()),
                after: Some(wait),
                for_all: true,
            })
        }
        Verdict::Unavailable(reason) => Next::Stop(Stop {
            outcome: Outcome::Returned,
            reason,
            after: None,
            for_all: tries.unanswered >= pace.patience,
        }),
        Verdict::Gone(_) if !tries.alone => Next::Alone,
        Verdict::Reshape(_) if !tries.plain => Next::Plain,
        Verdict::Gone(reason) | Verdict::Reshape(reason) => Next::Stop(Stop {
            outcome: Outcome::Failed,
            reason: format!("the channel refuses it even as plain text: {reason}"),
            after: None,
            for_all: false,
        }),
        Verdict::Refused(reason) if !tries.refreshed => Next::Refresh(reason),
        Verdict::Refused(reason) => Next::Stop(refused(&reason)),
    }
}

/// The channel is closed to us, and reading its secret anew has not helped.
pub fn refused(reason: &str) -> Stop {
    Stop {
        outcome: Outcome::Failed,
        reason: format!(
            "the channel refuses us ({reason}): correct its secret or its settings, then redrive the dead letters"
        ),
        after: None,
        for_all: true,
    }
}

/// What comes next for a message's file. The message is in the channel: a file
/// is worth a second try, and never worth the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextForFile {
    /// The channel has done it.
    Done,
    /// The same again, after a rest.
    Again(Duration),
    /// Not in this run.
    Later {
        /// Why.
        reason: String,
        /// After how long it may pass, where that was said.
        after: Option<Duration>,
    },
    /// Not at all, for this reason.
    Never(String),
}

/// Decides for a file.
pub fn next_for_file(verdict: Verdict, tries: &Tries, pace: &Pace) -> NextForFile {
    /// Long enough for a server to be replaced by its neighbour.
    const REST: Duration = Duration::from_millis(500);
    let fits = |wait: Duration| wait + pace.attempt <= tries.left;
    match verdict {
        Verdict::Delivered => NextForFile::Done,
        Verdict::Wait(wait)
            if wait <= pace.wait && fits(wait) && tries.attempts < pace.attempts =>
        {
            NextForFile::Again(wait)
        }
        Verdict::Wait(wait) => NextForFile::Later {
            reason: format!("the channel is full: it asks to wait {} s", wait.as_secs()),
            after: Some(wait),
        },
        Verdict::Unavailable(_) if fits(REST) && tries.attempts < pace.patience => {
            NextForFile::Again(REST)
        }
        Verdict::Unavailable(reason) => NextForFile::Later {
            reason,
            after: None,
        },
        Verdict::Reshape(reason) | Verdict::Gone(reason) | Verdict::Refused(reason) => {
            NextForFile::Never(reason)
        }
    }
}
