//! Whose the alarms are that are about to be muted.

use std::collections::{BTreeMap, BTreeSet};

use nightshift_core::{Arn, Region};
use nightshift_runtime::{CallClass, CallError};

use crate::cloud::Cloud;
use crate::model::{Alarm, Call, Resource};
use crate::plan::{Action, Plan, Snapshot};

/// What was asked about alarms.
pub(super) struct Asked {
    /// The resources whose alarms' tags could not be read now: the next run asks again.
    pub unclear: BTreeSet<Arn>,
    /// Why not.
    pub error: Option<CallError>,
}

/// Asks for the tags of the alarms that a plan mutes, and puts the answers into
/// the snapshot. None where there was nothing to ask, so that a run that changes
/// nothing asks nothing.
///
/// An alarm whose tags may not be read counts as somebody else's.
pub(super) async fn ask(cloud: &impl Cloud, snapshot: &mut Snapshot, plan: &Plan) -> Option<Asked> {
    let mutes = |calls: &[Call]| {
        let is_mute = |call: &Call| matches!(call, Call::DisableAlarmActions { .. });
        calls.iter().any(is_mute)
    };
    let muting: BTreeSet<&Arn> = plan
        .decisions
        .iter()
        .filter(|one| one.action == Action::Stop && mutes(&one.calls))
        .map(|one| &one.arn)
        .collect();
    let mut wanted: BTreeMap<Region, BTreeSet<Arn>> = BTreeMap::new();
    for resource in &snapshot.resources {
        if muting.contains(&resource.arn) {
            let alarms = resource.alarms.iter().filter(|alarm| is_open(alarm));
            let arns = alarms.map(|alarm| resource.alarm_arn(&alarm.name));
            wanted
                .entry(resource.region.clone())
                .or_default()
                .extend(arns);
        }
    }
    wanted.retain(|_, alarms| !alarms.is_empty());
    if wanted.is_empty() {
        return None;
    }
    let mut answers: BTreeMap<Arn, bool> = BTreeMap::new();
    let mut error = None;
    for (region, alarms) in wanted {
        let alarms: Vec<Arn> = alarms.into_iter().collect();
        let told = cloud.are_ours(&region, &alarms).await;
        for (alarm, is_ours) in alarms.into_iter().zip(told) {
            match is_ours {
                Ok(is_ours) => {
                    answers.insert(alarm, is_ours);
                }
                Err(problem) => {
                    if problem.class == CallClass::Denied {
                        answers.insert(alarm, false);
                    }
                    error.get_or_insert(problem);
                }
            }
        }
    }
    let mut unclear = BTreeSet::new();
    for resource in &mut snapshot.resources {
        if muting.contains(&resource.arn) && !enter(resource, &answers) {
            unclear.insert(resource.arn.clone());
        }
    }
    Some(Asked { unclear, error })
}

fn is_open(alarm: &Alarm) -> bool {
    alarm.actions_enabled && alarm.is_ours.is_none()
}

/// Whether all of a resource's alarms were answered for.
fn enter(resource: &mut Resource, answers: &BTreeMap<Arn, bool>) -> bool {
    let arns: Vec<Arn> = resource
        .alarms
        .iter()
        .map(|alarm| resource.alarm_arn(&alarm.name))
        .collect();
    for (alarm, arn) in resource.alarms.iter_mut().zip(arns) {
        if is_open(alarm) {
            alarm.is_ours = answers.get(&arn).copied();
        }
    }
    !resource.alarms.iter().any(is_open)
}
