//! What a channel was told of a matter, and where it stands there.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{Notification, Severity, Status};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Dead letters live for 14 days; what they are compared with lives longer.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Exact repetitions come close together: the queue or the topic delivers twice.
const MARKS: usize = 20;

/// What a channel was told of a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The matter, as people may read it in the table.
    pub matter: String,
    /// Where the message stands, in a channel that can change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The worst that was told.
    pub severity: Severity,
    /// What was told last.
    pub status: Status,
    /// How many words it were.
    pub words: u32,
    /// When it began.
    pub first_at: Timestamp,
    /// When the newest word happened.
    pub last_at: Timestamp,
    /// The words themselves, as marks, newest last.
    pub marks: Vec<String>,
    /// The files that went with them, newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SharedFile>,
}

/// A file that a channel was given for a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFile {
    /// The word and the content, as a mark.
    pub mark: String,
    /// The channel's id of it.
    pub id: String,
    /// Whether nothing is left to do. Otherwise its bytes are there, and it was
    /// about to be shown.
    pub settled: bool,
}

/// A message in Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The channel's id.
    pub channel: String,
    /// The message's time stamp, which is its name.
    pub ts: String,
}

impl Standing {
    /// Whether exactly this was told.
    pub fn knows(&self, mark: &str) -> bool {
        self.marks.iter().any(|known| known == mark)
    }

    /// The standing after one more word.
    pub fn after(
        before: Option<&Self>,
        notification: &Notification,
        mark: &str,
        place: Option<Place>,
    ) -> Self {
        let begun = Self {
            matter: nightshift_core::printable(matter(notification), 200),
            place: None,
            severity: notification.severity,
            status: notification.status,
            words: 0,
            first_at: notification.occurred_at,
            last_at: notification.occurred_at,
            marks: Vec::new(),
            files: Vec::new(),
        };
        let mut standing = before.cloned().unwrap_or_else(|| begun.clone());
        // A new message in the channel is a new life of the matter.
        if place.is_some() {
            standing = Self {
                marks: standing.marks,
                files: standing.files,
                ..begun
            };
        }
        standing.place = place.or(standing.place);
        standing.severity = standing.severity.max(notification.severity);
        if notification.occurred_at >= standing.last_at {
            standing.status = notification.status;
            standing.last_at = notification.occurred_at;
        }
        standing.words = standing.words.saturating_add(1);
        standing.marks.push(mark.to_owned());
        let surplus = standing.marks.len().saturating_sub(MARKS);
        standing.marks.drain(..surplus);
        standing
    }
}

impl Standing {
    /// What is known of a file.
    pub fn file(&self, mark: &str) -> Option<&SharedFile> {
        self.files.iter().find(|file| file.mark == mark)
    }

    /// The standing with what is now known of a file.
    #[must_use]
    pub fn with_file(mut self, file: SharedFile) -> Self {
        self.files.retain(|known| known.mark != file.mark);
        self.files.push(file);
        let surplus = self.files.len().saturating_sub(MARKS);
        self.files.drain(..surplus);
        self
    }
}

/// What a message is a word of. One without a matter is a matter of its own.
pub fn matter(notification: &Notification) -> &str {
    notification
        .dedup_key
        .as_deref()
        .unwrap_or(&notification.id)
}

/// The name under which a channel's standing in a matter is kept.
pub fn key(channel: &str, notification: &Notification) -> String {
    let kind = if notification.dedup_key.is_some() {
        "matter"
    } else {
        "message"
    };
    format!("{channel}#{kind}#{}", digest(matter(notification)))
}

/// What exactly this message is known by. The id alone is not enough: a new
/// text under an old id is news.
pub fn mark(notification: &Notification) -> String {
    digest(&serde_json::to_string(notification).unwrap_or_default())
}

/// Half of a SHA-256, in hexadecimal.
pub fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(32);
    for byte in &Sha256::digest(text.as_bytes())[..16] {
        // Writing to a String does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
