use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What this environment has delivered: a short way to what the ledger knows,
/// and what is left of it where the ledger did not answer.
#[derive(Debug, Default)]
pub struct Memory {
    delivered: Mutex<VecDeque<(String, String)>>,
}

impl Memory {
    const SIZE: usize = 500;

    /// Whether exactly this was delivered to the channel before.
    pub fn knows(&self, channel: &str, mark: &str) -> bool {
        self.delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|(known_channel, known)| known_channel == channel && known == mark)
    }

    /// Remembers a delivery, and forgets the oldest.
    pub fn learn(&self, channel: &str, mark: &str) {
        let mut delivered = self
            .delivered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if delivered.len() >= Self::SIZE {
            delivered.pop_front();
        }
        delivered.push_back((channel.to_owned(), mark.to_owned()));
    }
}
