use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{CpuArchitecture, OsFamily, TaskDefinition};
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use nightshift_runtime::{CallClass, CallError};
use tokio::sync::Mutex;

use super::place::Place;
use super::services::Draft;
use super::{AT_ONCE, Scope};
use crate::model::{Capacity, Sizes};

const DESCRIBE: &str = "ecs:DescribeTaskDefinition";
/// How many unknown task definitions one sweep reads; there is no call for
/// several. The next run reads on, and until then their services are not priced.
const NEW_ONES: usize = 50;

/// How a service runs on Fargate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fargate {
    OnDemand,
    Spot,
}

/// The sizes of task definitions; what is paid for a Fargate task.
#[derive(Debug, Default)]
pub(super) struct TaskSizes {
    known: Mutex<BTreeMap<String, Option<TaskSize>>>,
}

#[derive(Clone, Copy, Debug)]
struct TaskSize {
    cpu_units: u32,
    mebibytes: u32,
    /// What the list price of Linux on x86 does not hold for.
    platform: &'static str,
}

impl TaskSizes {
    /// Fills in what the environment's services on Fargate consist of. Services
    /// on instances cost nothing by themselves.
    pub async fn price(
        &self,
        place: &Place,
        scope: &Scope,
        drafts: &mut [Draft],
    ) -> Result<(), CallError> {
        let mut known = self.known.lock().await;
        let new: BTreeSet<String> = drafts
            .iter()
            .filter(|draft| scope.holds(&draft.resource.tags))
            .filter_map(|draft| draft.fargate.as_ref().map(|(definition, _)| definition))
            .filter(|definition| !known.contains_key(*definition))
            .cloned()
            .collect();
        let calls: Vec<_> = new
            .into_iter()
            .take(NEW_ONES)
            .map(|definition| read(place, definition))
            .collect();
        let sizes: Vec<_> = iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
        known.extend(sizes);
        for draft in drafts {
            if let (Some((definition, fargate)), Sizes::EcsService { desired, .. }) =
                (&draft.fargate, &draft.resource.sizes)
            {
                let size = known.get(definition).copied().flatten();
                draft.resource.capacity = capacity(size, *fargate, *desired);
            }
        }
        Ok(())
    }
}

async fn read(place: &Place, definition: String) -> Result<(String, Option<TaskSize>), CallError> {
    let answer = place
        .ecs
        .describe_task_definition()
        .task_definition(&definition)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok((definition, answer.task_definition().and_then(size))),
        Err(error) => match place.error(DESCRIBE, &definition, &error) {
            // A definition that was deleted goes on running; it is not priced.
            error if matches!(error.class, CallClass::NotFound | CallClass::Invalid) => {
                Ok((definition, None))
            }
            error => Err(error),
        },
    }
}

fn size(definition: &TaskDefinition) -> Option<TaskSize> {
    let platform = definition.runtime_platform();
    let arm = platform.and_then(|platform| platform.cpu_architecture());
    let family = platform.and_then(|platform| platform.operating_system_family());
    Some(TaskSize {
        cpu_units: definition.cpu()?.parse().ok()?,
        mebibytes: definition.memory()?.parse().ok()?,
        platform: if family.is_some_and(|family| *family != OsFamily::Linux) {
            "windows"
        } else if arm == Some(&CpuArchitecture::Arm64) {
            "arm64"
        } else {
            ""
        },
    })
}

fn capacity(size: Option<TaskSize>, fargate: Fargate, tasks: u32) -> Vec<Capacity> {
    let of = |class: &str, engine: &str, count: u32| Capacity {
        class: class.to_owned(),
        engine: engine.to_owned(),
        count,
    };
    let Some(size) = size else {
        return vec![of("fargate-task", "", tasks)];
    };
    let engine = if fargate == Fargate::Spot {
        "spot"
    } else {
        size.platform
    };
    vec![
        of(
            "fargate-cpu-units",
            engine,
            size.cpu_units.saturating_mul(tasks),
        ),
        of(
            "fargate-mebibytes",
            engine,
            size.mebibytes.saturating_mul(tasks),
        ),
    ]
}
