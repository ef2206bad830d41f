use std::time::{Duration, Instant, SystemTime};

/// How much time an invocation has left, on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    arrived: Instant,
    budget: Duration,
}

impl Deadline {
    /// What is assumed where the platform does not say when it will stop us.
    const UNKNOWN_BUDGET: Duration = Duration::from_mins(1);

    /// A deadline this far away.
    pub fn after(budget: Duration) -> Self {
        Self {
            arrived: Instant::now(),
            budget,
        }
    }

    /// Reads the Runtime API's deadline. Local runtimes send one in the past,
    /// which says nothing.
    pub fn from_runtime(deadline: SystemTime) -> Self {
        Self::after(
            deadline
                .duration_since(SystemTime::now())
                .unwrap_or(Self::UNKNOWN_BUDGET),
        )
    }

    /// What is left, zero once it has passed.
    pub fn remaining(&self) -> Duration {
        self.budget.saturating_sub(self.arrived.elapsed())
    }

    /// Whether at least this much is left.
    pub fn allows(&self, needed: Duration) -> bool {
        self.remaining() >= needed
    }

    /// How long the invocation has run.
    pub fn elapsed(&self) -> Duration {
        self.arrived.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_in_the_past_is_unknown() {
        let deadline = Deadline::from_runtime(SystemTime::UNIX_EPOCH + Duration::from_mins(10));
        assert!(deadline.allows(Duration::from_secs(50)));
        assert!(!Deadline::after(Duration::ZERO).allows(Duration::from_millis(1)));
    }
}
