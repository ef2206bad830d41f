//! Carries a plan out: guard, dry run, write-ahead, read-back, call. One bad
//! resource never stops the others.

mod instances;
mod job;
mod remembering;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use nightshift_core::{Arn, Guard, Refusal, Target};
use nightshift_runtime::{Deadline, Ledger};

use crate::cloud::Cloud;
use crate::model::{Record, Resource};
use crate::plan::{Achieved, Action, Decision, Outcome, Plan, Snapshot, Stored};
use job::Job;

/// How many resources are worked on at a time.
const AT_ONCE: usize = 8;
/// What one more change may take; with less time left it is postponed.
const NEEDED: Duration = Duration::from_secs(15);

/// What carries plans out.
#[derive(Debug)]
pub struct Actor<'a, C, L> {
    /// The AWS APIs.
    pub cloud: &'a C,
    /// The memory.
    pub ledger: &'a L,
    /// Asked again before every single change.
    pub guard: &'a Guard,
    /// Until when the invocation may work.
    pub deadline: &'a Deadline,
    /// Whether changes are only printed.
    pub dry_run: bool,
    /// The run's now.
    pub now: Timestamp,
    /// How long to wait before a throttled batch is tried again; doubled each time.
    pub pause: Duration,
}

/// What came of a plan.
#[derive(Debug, Default)]
pub struct Acted {
    /// One for each decision that was to change something, or to be written down.
    pub outcomes: Vec<Outcome>,
    /// The records that were written, with their new versions.
    pub records: Vec<Stored<Record>>,
}

impl<C: Cloud, L: Ledger> Actor<'_, C, L> {
    /// Carries a plan out, wave by wave: high waves sleep first, low waves wake first.
    pub async fn act(&self, snapshot: &Snapshot, plan: &Plan) -> Acted {
        let mut acted = Acted::default();
        self.write_down(snapshot, plan, &mut acted).await;
        let resources: HashMap<&Arn, &Resource> = snapshot
            .resources
            .iter()
            .map(|resource| (&resource.arn, resource))
            .collect();
        let mut stops: BTreeMap<u8, Vec<Task<'_>>> = BTreeMap::new();
        let mut starts: BTreeMap<u8, Vec<Task<'_>>> = BTreeMap::new();
        for decision in &plan.decisions {
            let Some(resource) = resources.get(&decision.arn) else {
                continue;
            };
            let record = snapshot.records.get(&decision.arn);
            let task = Task {
                decision,
                resource,
                version: record.map_or(0, |stored| stored.version),
            };
            match decision.action {
                Action::Stop => stops.entry(decision.wave).or_default().push(task),
                Action::Start => starts.entry(decision.wave).or_default().push(task),
                Action::None | Action::Refused | Action::Failed => {}
            }
        }
        for (_, tasks) in stops.into_iter().rev() {
            self.change(tasks, &mut acted).await;
        }
        for (_, tasks) in starts {
            self.change(tasks, &mut acted).await;
        }
        acted
    }

    /// Makes the changes of one wave.
    async fn change(&self, tasks: Vec<Task<'_>>, acted: &mut Acted) {
        let prepared: Vec<Result<Job<'_>, Outcome>> = stream::iter(tasks)
            .map(|task| self.prepare(task))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut jobs = Vec::new();
        for one in prepared {
            match one {
                Ok(job) => jobs.push(job),
                Err(outcome) => acted.outcomes.push(outcome),
            }
        }
        loop {
            jobs = stream::iter(jobs)
                .map(|job| self.make_single_calls(job))
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            if !self.make_instance_calls(&mut jobs).await {
                break;
            }
        }
        let finished: Vec<(Outcome, Stored<Record>)> = stream::iter(jobs)
            .map(|job| self.conclude(job))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (outcome, record) in finished {
            acted.outcomes.push(outcome);
            acted.records.push(record);
        }
    }

    /// Everything before the first call.
    async fn prepare<'t>(&self, task: Task<'t>) -> Result<Job<'t>, Outcome> {
        let outcome = |result, calls| Outcome {
            arn: task.decision.arn.clone(),
            result,
            calls,
        };
        if let Err(refusal) = self.permit(task.resource) {
            return Err(outcome(Achieved::Refused(refusal), Vec::new()));
        }
        if self.dry_run {
            return Err(outcome(Achieved::WouldDo, task.decision.calls.clone()));
        }
        if !self.deadline.allows(NEEDED) {
            return Err(outcome(Achieved::Postponed, Vec::new()));
        }
        match self.remember(&task).await {
            Ok(stored) => Ok(Job::new(task, stored)),
            Err(result) => Err(outcome(result, Vec::new())),
        }
    }

    /// The calls of one resource, up to one that is made for many at once.
    async fn make_single_calls<'t>(&self, mut job: Job<'t>) -> Job<'t> {
        while let Some(call) = job.next_single_call() {
            if !self.may_go_on(&mut job) {
                break;
            }
            match self.cloud.call(&job.resource().region, call).await {
                Ok(()) => job.advance(),
                Err(error) => job.fail(error.to_string()),
            }
        }
        job
    }

    /// The last check before a change.
    fn may_go_on(&self, job: &mut Job<'_>) -> bool {
        if let Err(refusal) = self.permit(job.resource()) {
            job.end(Achieved::Refused(refusal));
        } else if !self.deadline.allows(NEEDED) {
            job.end(Achieved::Postponed);
        }
        !job.is_over()
    }

    fn permit(&self, resource: &Resource) -> Result<(), Refusal> {
        self.guard.permit(&Target {
            name: &resource.name,
            account: &resource.account,
            region: &resource.region,
            tags: &resource.tags,
        })
    }
}

/// A decision with what it is about.
#[derive(Clone, Copy, Debug)]
struct Task<'t> {
    decision: &'t Decision,
    resource: &'t Resource,
    /// The version of its record.
    version: u64,
}
