use std::collections::BTreeSet;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace, SuspendedState};
use aws_sdk_eks::types::{NodegroupScalingConfig, Taint, TaintEffect, UpdateTaintsPayload};
use nightshift_runtime::CallError;

use super::node_groups::TAINT;
use super::place::Place;
use super::services::target_id;
use crate::model::{Call, Scaling, Suspension, TaintChange};

/// The most alarms that one call takes (CloudWatch API reference).
const ALARMS: usize = 100;

/// Makes one change: one call, and for alarms one for each 100.
pub(super) async fn make(place: &Place, call: &Call) -> Result<(), CallError> {
    let action = call.action();
    match call {
        Call::UpdateAutoScalingGroup { .. }
        | Call::SuspendProcesses { .. }
        | Call::ResumeProcesses { .. } => scale_group(place, action, call).await,
        Call::StopInstances { ids } => {
            let stop = place
                .ec2
                .stop_instances()
                .set_instance_ids(Some(ids.clone()));
            done(stop.send().await, |error| {
                place.error(action, &ids.join(", "), &error)
            })
        }
        Call::StartInstances { ids } => {
            let start = place
                .ec2
                .start_instances()
                .set_instance_ids(Some(ids.clone()));
            done(start.send().await, |error| {
                place.error(action, &ids.join(", "), &error)
            })
        }
        Call::UpdateNodegroupConfig {
            cluster,
            node_group,
            scaling,
            taint,
        } => {
            let update = place
                .eks
                .update_nodegroup_config()
                .cluster_name(cluster)
                .nodegroup_name(node_group)
                .scaling_config(nodes(*scaling))
                .set_taints(taints(*taint));
            let name = format!("{cluster}/{node_group}");
            done(update.send().await, |error| {
                place.error(action, &name, &error)
            })
        }
        Call::StopDbInstance { .. }
        | Call::StartDbInstance { .. }
        | Call::StopDbCluster { .. }
        | Call::StartDbCluster { .. } => switch_database(place, action, call).await,
        Call::UpdateService {
            cluster,
            service,
            desired,
        } => {
            let update = place
                .ecs
                .update_service()
                .cluster(cluster)
                .service(service)
                .desired_count(number(*desired));
            let name = format!("{cluster}/{service}");
            done(update.send().await, |error| {
                place.error(action, &name, &error)
            })
        }
        Call::RegisterScalableTarget {
            cluster,
            service,
            suspension,
        } => {
            let id = target_id(cluster, service);
            let register = place
                .scaling_targets
                .register_scalable_target()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .resource_id(&id)
                .suspended_state(suspended(*suspension));
            done(register.send().await, |error| {
                place.error(action, &id, &error)
            })
        }
        Call::DisableAlarmActions { .. } | Call::EnableAlarmActions { .. } => {
            switch_alarms(place, action, call).await
        }
    }
}

async fn switch_database(
    place: &Place,
    action: &'static str,
    call: &Call,
) -> Result<(), CallError> {
    match call {
        Call::StopDbInstance { id } => {
            let stop = place.rds.stop_db_instance().db_instance_identifier(id);
            done(stop.send().await, |error| place.error(action, id, &error))
        }
        Call::StartDbInstance { id } => {
            let start = place.rds.start_db_instance().db_instance_identifier(id);
            done(start.send().await, |error| place.error(action, id, &error))
        }
        Call::StopDbCluster { id } => {
            let stop = place.rds.stop_db_cluster().db_cluster_identifier(id);
            done(stop.send().await, |error| place.error(action, id, &error))
        }
        Call::StartDbCluster { id } => {
            let start = place.rds.start_db_cluster().db_cluster_identifier(id);
            done(start.send().await, |error| place.error(action, id, &error))
        }
        _ => Ok(()),
    }
}

async fn switch_alarms(place: &Place, action: &'static str, call: &Call) -> Result<(), CallError> {
    match call {
        Call::DisableAlarmActions { names } => {
            for names in batches(names) {
                let words = names.join(", ");
                let disable = place
                    .cloudwatch
                    .disable_alarm_actions()
                    .set_alarm_names(Some(names));
                done(disable.send().await, |error| {
                    place.error(action, &words, &error)
                })?;
            }
            Ok(())
        }
        Call::EnableAlarmActions { names } => {
            for names in batches(names) {
                let words = names.join(", ");
                let enable = place
                    .cloudwatch
                    .enable_alarm_actions()
                    .set_alarm_names(Some(names));
                done(enable.send().await, |error| {
                    place.error(action, &words, &error)
                })?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn scale_group(place: &Place, action: &'static str, call: &Call) -> Result<(), CallError> {
    let client = &place.auto_scaling;
    let listed = |processes: &BTreeSet<String>| Some(processes.iter().cloned().collect());
    match call {
        Call::UpdateAutoScalingGroup { group, scaling } => {
            let update = client
                .update_auto_scaling_group()
                .auto_scaling_group_name(group)
                .min_size(number(scaling.min))
                .desired_capacity(number(scaling.desired));
            done(update.send().await, |error| {
                place.error(action, group, &error)
            })
        }
        Call::SuspendProcesses { group, processes } => {
            let suspend = client
                .suspend_processes()
                .auto_scaling_group_name(group)
                .set_scaling_processes(listed(processes));
            done(suspend.send().await, |error| {
                place.error(action, group, &error)
            })
        }
        Call::ResumeProcesses { group, processes } => {
            let resume = client
                .resume_processes()
                .auto_scaling_group_name(group)
                .set_scaling_processes(listed(processes));
            done(resume.send().await, |error| {
                place.error(action, group, &error)
            })
        }
        _ => Ok(()),
    }
}

/// The answer of a change is not read: a look tells what came of it.
fn done<T, E>(answer: Result<T, E>, told: impl FnOnce(E) -> CallError) -> Result<(), CallError> {
    answer.map(drop).map_err(told)
}

fn number(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

fn nodes(scaling: Scaling) -> NodegroupScalingConfig {
    NodegroupScalingConfig::builder()
        .min_size(number(scaling.min))
        .desired_size(number(scaling.desired))
        .build()
}

fn taints(change: TaintChange) -> Option<UpdateTaintsPayload> {
    let taint = Taint::builder()
        .key(TAINT.0)
        .value(TAINT.1)
        .effect(TaintEffect::NoSchedule)
        .build();
    let payload = UpdateTaintsPayload::builder();
    match change {
        TaintChange::Add => Some(payload.add_or_update_taints(taint).build()),
        TaintChange::Remove => Some(payload.remove_taints(taint).build()),
        TaintChange::Keep => None,
    }
}

fn suspended(suspension: Suspension) -> SuspendedState {
    SuspendedState::builder()
        .dynamic_scaling_in_suspended(suspension.scale_in)
        .dynamic_scaling_out_suspended(suspension.scale_out)
        .scheduled_scaling_suspended(suspension.scheduled)
        .build()
}

fn batches(names: &BTreeSet<String>) -> Vec<Vec<String>> {
    let names: Vec<String> = names.iter().cloned().collect();
    names.chunks(ALARMS).map(<[String]>::to_vec).collect()
}
