use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use nightshift_core::Notification;

/// Queue and topic may both deliver twice; a warm environment notices. A cold
/// one does not: that costs a repeated message, never a lost one.
#[derive(Debug, Default)]
pub struct Memory {
    delivered: Mutex<VecDeque<(String, u64)>>,
}

impl Memory {
    const SIZE: usize = 500;

    /// Whether exactly this was delivered before. The id alone is not enough:
    /// a new text under an old id is news.
    pub fn knows(&self, notification: &Notification) -> bool {
        let mark = mark(notification);
        self.delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&mark)
    }

    /// Remembers a delivery, and forgets the oldest.
    pub fn learn(&self, notification: &Notification) {
        let mut delivered = self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if delivered.len() >= Self::SIZE {
            delivered.pop_front();
        }
        delivered.push_back(mark(notification));
    }
}

fn mark(notification: &Notification) -> (String, u64) {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(notification)
        .unwrap_or_default()
        .hash(&mut hasher);
    (notification.id.clone(), hasher.finish())
}
