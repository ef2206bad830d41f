//! EC2 takes many instances in one call, and refuses all of them for one that
//! is wrong: batches, and the search for the one.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError, Ledger};

use super::{AT_ONCE, Actor};
use crate::act::job::Job;
use crate::cloud::Cloud;
use crate::model::Call;

/// EC2 recommends small batches (API reference, `StopInstances`): a large one
/// fails as a whole.
const BATCH: usize = 50;
/// How often a throttled batch is tried, after the SDK's own attempts.
const ATTEMPTS: u32 = 3;

impl<C: Cloud, L: Ledger> Actor<'_, C, L> {
    /// Makes the next call of all jobs that wait for one on instances. Answers
    /// whether there was any.
    pub(super) async fn make_instance_calls(&self, jobs: &mut [Job<'_>]) -> bool {
        let mut wanted: BTreeMap<(Region, bool), BTreeSet<String>> = BTreeMap::new();
        let mut asking: Vec<usize> = Vec::new();
        for (index, job) in jobs.iter_mut().enumerate() {
            let Some((ids, is_start)) = job.next_instances() else {
                continue;
            };
            if self.may_go_on(job) {
                let region = job.resource().region.clone();
                let batch = wanted.entry((region, is_start)).or_default();
                batch.extend(ids.iter().cloned());
                asking.push(index);
            }
        }
        if asking.is_empty() {
            return false;
        }
        let mut batches = Vec::new();
        for ((region, is_start), ids) in wanted {
            let ids: Vec<String> = ids.into_iter().collect();
            for batch in ids.chunks(BATCH) {
                batches.push((region.clone(), is_start, batch.to_vec()));
            }
        }
        let failures: Vec<BTreeMap<String, CallError>> =
            stream::iter(batches)
                .map(|(region, is_start, ids)| async move {
                    self.make_batch(&region, is_start, ids).await
                })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
        let failures: BTreeMap<String, CallError> = failures.into_iter().flatten().collect();
        for index in asking {
            let job = &mut jobs[index];
            let ids = job.next_instances().map_or(&[][..], |(ids, _)| ids);
            match ids.iter().find_map(|id| failures.get(id)) {
                Some(error) => job.fail(error.to_string()),
                None => job.advance(),
            }
        }
        true
    }

    /// Makes one call for a batch; where EC2 refuses it, for its halves, down
    /// to the instance that is wrong. Answers what failed.
    async fn make_batch(
        &self,
        region: &Region,
        is_start: bool,
        ids: Vec<String>,
    ) -> BTreeMap<String, CallError> {
        let mut failures = BTreeMap::new();
        let mut open = vec![ids];
        while let Some(mut ids) = open.pop() {
            let Err(error) = self.try_batch(region, is_start, &ids).await else {
                continue;
            };
            // Throttling and silence say nothing about a single instance.
            let is_about_all = matches!(error.class, CallClass::Throttled | CallClass::Unavailable);
            if ids.len() > 1 && !is_about_all {
                let half = ids.split_off(ids.len() / 2);
                open.push(half);
                open.push(ids);
            } else {
                failures.extend(ids.into_iter().map(|id| (id, error.clone())));
            }
        }
        failures
    }

    async fn try_batch(
        &self,
        region: &Region,
        is_start: bool,
        ids: &[String],
    ) -> Result<(), CallError> {
        let ids = ids.to_vec();
        let call = if is_start {
            Call::StartInstances { ids }
        } else {
            Call::StopInstances { ids }
        };
        let mut pause = self.pause;
        for _ in 1..ATTEMPTS {
            match self.cloud.call(region, &call).await {
                Err(error) if error.class == CallClass::Throttled => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                answer => return answer,
            }
        }
        self.cloud.call(region, &call).await
    }
}
