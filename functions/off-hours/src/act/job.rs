//! One resource on its way through its calls.

use super::Task;
use crate::model::{Call, Record, Resource};
use crate::plan::{Achieved, Decision, Stored};

/// A resource whose memory is written and whose calls are being made.
#[derive(Debug)]
pub(super) struct Job<'t> {
    task: Task<'t>,
    pub stored: Stored<Record>,
    made: usize,
    end: Option<Achieved>,
}

impl<'t> Job<'t> {
    pub fn new(task: Task<'t>, stored: Stored<Record>) -> Self {
        Self {
            task,
            stored,
            made: 0,
            end: None,
        }
    }

    pub fn decision(&self) -> &'t Decision {
        self.task.decision
    }

    pub fn resource(&self) -> &'t Resource {
        self.task.resource
    }

    /// The next call, unless it is one that is made for many resources at once.
    pub fn next_single_call(&self) -> Option<&'t Call> {
        self.next_call().filter(|call| instance_ids(call).is_none())
    }

    /// The instances of the next call, if it is one that is made for many at
    /// once, and whether they are started.
    pub fn next_instances(&self) -> Option<(&'t [String], bool)> {
        self.next_call().and_then(instance_ids)
    }

    fn next_call(&self) -> Option<&'t Call> {
        if self.is_over() {
            return None;
        }
        self.task.decision.calls.get(self.made)
    }

    pub fn advance(&mut self) {
        self.made += 1;
    }

    pub fn fail(&mut self, cause: String) {
        self.end(Achieved::Failed(cause));
    }

    pub fn end(&mut self, how: Achieved) {
        self.end = Some(how);
    }

    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// What came of it, and the calls that were made.
    pub fn result(&self) -> (Achieved, Vec<Call>) {
        let made = self.task.decision.calls.iter().take(self.made);
        (
            self.end.clone().unwrap_or(Achieved::Done),
            made.cloned().collect(),
        )
    }
}

fn instance_ids(call: &Call) -> Option<(&[String], bool)> {
    match call {
        Call::StopInstances { ids } => Some((ids, false)),
        Call::StartInstances { ids } => Some((ids, true)),
        _ => None,
    }
}
