use std::sync::Mutex;

use nightshift_core::{Notification, Region};
use nightshift_runtime::{CallClass, CallError, Publisher};

use crate::schemas::assert_valid;

/// A topic in memory. Every notification is held against the published schema
/// as it comes.
#[derive(Debug, Default)]
pub struct FakePublisher {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    published: Vec<Notification>,
    attempts: usize,
    failing: Vec<usize>,
}

impl FakePublisher {
    /// A topic that takes everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the `nth` attempt from now on fail, counted from 1.
    pub fn fail_attempt(&self, nth: usize) {
        let mut state = self.state();
        let attempt = state.attempts + nth;
        state.failing.push(attempt);
    }

    /// What was published, in order.
    pub fn published(&self) -> Vec<Notification> {
        self.state().published.clone()
    }

    /// What was published, taken out.
    pub fn take(&self) -> Vec<Notification> {
        std::mem::take(&mut self.state().published)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test thread died")
    }
}

impl Publisher for FakePublisher {
    async fn publish(&self, notification: &Notification) -> Result<(), CallError> {
        let mut state = self.state();
        state.attempts += 1;
        if state.failing.contains(&state.attempts) {
            return Err(CallError {
                operation: "sns:Publish",
                resource: "fake topic".to_owned(),
                region: Region::new("us-east-1"),
                code: Some("InternalError".to_owned()),
                class: CallClass::Unavailable,
                message: "the fake topic was told to fail".to_owned(),
            });
        }
        assert_valid(
            "notification",
            &serde_json::to_value(notification).expect("a notification is JSON"),
        );
        state.published.push(notification.clone());
        Ok(())
    }
}
