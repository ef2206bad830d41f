//! Each kind through one night.

use std::collections::BTreeSet;

use off_hours::cloud::Cloud;
use off_hours::model::{
    Alarm, Call, Health, Kind, Resource, Scaling, Sizes, State, Suspension, TaintChange,
};

use crate::seeds;
use crate::stage::Stage;

fn asleep(resource: &Resource) {
    assert!(matches!(
        resource.health,
        Health::NotYet(_) | Health::Healthy
    ));
    assert_eq!(resource.state, State::Off, "{resource:#?}");
}

fn awake(resource: &Resource) {
    assert_eq!(
        (&resource.state, &resource.health),
        (&State::On, &Health::Healthy),
        "{resource:#?}"
    );
}

#[tokio::test]
async fn an_auto_scaling_group_goes_to_zero_and_back() {
    let Some(stage) = Stage::set("asg").await else {
        return;
    };
    let name = format!("{}-web", stage.name);
    seeds::auto_scaling_group(&stage, &name, &stage.name, &[]).await;
    seeds::auto_scaling_group(&stage, &format!("{name}-prod"), "prod", &[]).await;
    let group = stage.sole(Kind::AutoScalingGroup).await;
    awake(&group);
    assert_eq!(
        (group.name.as_str(), group.account.as_str()),
        (name.as_str(), "123456789012")
    );
    assert_eq!(
        (group.capacity[0].class.as_str(), group.capacity[0].count),
        ("t3.micro", 2)
    );
    let Sizes::AutoScalingGroup {
        min: 1,
        max: 4,
        desired: 2,
        ref members,
        ..
    } = group.sizes
    else {
        panic!("{group:#?}")
    };
    assert_eq!(members.len(), 2);

    let to = |min, desired| Call::UpdateAutoScalingGroup {
        group: name.clone(),
        scaling: Scaling { min, desired },
    };
    stage.call(to(0, 0)).await;
    let night = stage.until(&group, &State::Off).await;
    assert!(matches!(
        night.sizes,
        Sizes::AutoScalingGroup {
            max: 4,
            desired: 0,
            ..
        }
    ));
    stage.fail_start(&name, "capacity");
    stage.call(to(1, 2)).await;
    let Health::Failing(why) = stage.look(&group).await.health else {
        panic!("no launch failed")
    };
    assert!(why.contains("0 of 2") && why.contains("capacity"), "{why}");
    stage.pass(600);
    awake(&stage.look(&group).await);
}

#[tokio::test]
async fn a_group_can_sleep_with_its_instances_stopped() {
    let Some(stage) = Stage::set("susp").await else {
        return;
    };
    let name = format!("{}-web", stage.name);
    let mode = [("nightshift:sleep-mode", "suspend-and-stop")];
    seeds::auto_scaling_group(&stage, &name, &stage.name, &mode).await;
    let group = stage.sole(Kind::AutoScalingGroup).await;
    awake(&group);
    let Sizes::AutoScalingGroup { ref members, .. } = group.sizes else {
        panic!()
    };
    assert!(members.iter().all(|member| member.running));
    let ids: Vec<String> = members.iter().map(|member| member.id.clone()).collect();
    let processes: BTreeSet<String> = ["Launch", "Terminate", "HealthCheck", "ReplaceUnhealthy"]
        .map(str::to_owned)
        .into();

    let (group_name, listed) = (name.clone(), processes.clone());
    stage
        .call(Call::SuspendProcesses {
            group: group_name,
            processes: listed,
        })
        .await;
    stage.call(Call::StopInstances { ids: ids.clone() }).await;
    assert_eq!(stage.look(&group).await.state, State::Stopping);
    let night = stage.until(&group, &State::Off).await;
    let Sizes::AutoScalingGroup {
        members, suspended, ..
    } = night.sizes
    else {
        panic!()
    };
    assert_eq!((members.len(), suspended), (2, processes.clone()));
    assert!(members.iter().all(|member| !member.running));

    stage.call(Call::StartInstances { ids }).await;
    stage.until(&group, &State::On).await;
    stage
        .call(Call::ResumeProcesses {
            group: name,
            processes,
        })
        .await;
    stage.pass(600);
    let morning = stage.look(&group).await;
    awake(&morning);
    assert!(
        matches!(morning.sizes, Sizes::AutoScalingGroup { suspended, .. } if suspended.is_empty())
    );
}

#[tokio::test]
async fn an_instance_stops_and_starts_and_its_members_belong_to_groups() {
    let Some(stage) = Stage::set("ec2").await else {
        return;
    };
    let id = seeds::instance(&stage, "bastion", &stage.name).await;
    seeds::instance(&stage, "other", "prod").await;
    seeds::auto_scaling_group(&stage, &format!("{}-web", stage.name), &stage.name, &[]).await;
    let (members, alone): (Vec<_>, Vec<_>) = stage
        .sweep(Kind::Ec2Instance)
        .await
        .into_iter()
        .partition(|instance| instance.cannot_sleep.is_some());
    assert_eq!((members.len(), alone.len()), (2, 1));
    assert!(
        members[0]
            .cannot_sleep
            .as_ref()
            .unwrap()
            .contains("Auto Scaling group")
    );
    let bastion = &alone[0];
    awake(bastion);
    assert_eq!(
        (bastion.name.as_str(), &bastion.sizes),
        ("bastion", &Sizes::Ec2Instance { id: id.clone() })
    );
    assert_eq!(
        bastion.arn.as_str(),
        format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}")
    );

    stage
        .call(Call::StopInstances {
            ids: vec![id.clone()],
        })
        .await;
    asleep(&stage.until(bastion, &State::Off).await);
    stage.fail_start(&id, "kms");
    stage
        .call(Call::StartInstances {
            ids: vec![id.clone()],
        })
        .await;
    assert_eq!(stage.look(bastion).await.state, State::Starting);
    let fallen = stage.until(bastion, &State::Off).await;
    assert!(
        matches!(&fallen.health, Health::Failing(why) if why.contains("KMS key")),
        "{fallen:#?}"
    );
    stage.call(Call::StartInstances { ids: vec![id] }).await;
    awake(&stage.until(bastion, &State::On).await);
}

#[tokio::test]
async fn a_node_group_goes_to_zero_with_its_taint_and_back() {
    let Some(stage) = Stage::set("eks").await else {
        return;
    };
    seeds::node_group(&stage, &stage.name, false).await;
    let group = stage.sole(Kind::NodeGroup).await;
    awake(&group);
    assert!(
        group
            .arn
            .resource()
            .starts_with(&format!("nodegroup/{}/", stage.name)),
        "{}",
        group.arn
    );
    let update = |size, taint| Call::UpdateNodegroupConfig {
        cluster: stage.name.clone(),
        node_group: group.name.clone(),
        scaling: Scaling {
            min: size / 2,
            desired: size,
        },
        taint,
    };
    stage.call(update(0, TaintChange::Add)).await;
    assert_eq!(
        stage.look(&group).await.state,
        State::Busy("UPDATING".into())
    );
    let night = stage.until(&group, &State::Off).await;
    assert!(matches!(
        night.sizes,
        Sizes::NodeGroup {
            max: 3,
            desired: 0,
            tainted: true,
            ..
        }
    ));
    stage.call(update(2, TaintChange::Remove)).await;
    stage.until(&group, &State::On).await;
    stage.pass(300);
    let morning = stage.look(&group).await;
    awake(&morning);
    assert!(matches!(
        morning.sizes,
        Sizes::NodeGroup {
            min: 1,
            desired: 2,
            tainted: false,
            ..
        }
    ));
    assert_eq!(morning.capacity[0].class, "t3.medium");
}

#[tokio::test]
async fn a_database_stops_and_starts() {
    let Some(stage) = Stage::set("rds").await else {
        return;
    };
    let id = format!("{}-orders", stage.name);
    seeds::database(&stage, &id, &stage.name).await;
    seeds::database(&stage, &format!("{id}-prod"), "prod").await;
    let database = stage.sole(Kind::DbInstance).await;
    awake(&database);
    assert_eq!(
        (database.name.as_str(), database.capacity[0].count),
        (id.as_str(), 2)
    );
    assert_eq!(
        database.maintenance_window.as_deref(),
        Some("sun:04:00-sun:05:00")
    );
    stage.call(Call::StopDbInstance { id: id.clone() }).await;
    assert_eq!(stage.look(&database).await.state, State::Stopping);
    let again = stage
        .aws_call(&Call::StopDbInstance { id: id.clone() })
        .await
        .unwrap_err();
    assert_eq!(again.operation, "rds:StopDBInstance");
    assert!(again.class.is_transient(), "{again}");
    asleep(&stage.until(&database, &State::Off).await);
    stage.call(Call::StartDbInstance { id }).await;
    awake(&stage.until(&database, &State::On).await);
}

#[tokio::test]
async fn a_cluster_stops_with_its_members_and_starts() {
    let Some(stage) = Stage::set("aur").await else {
        return;
    };
    let id = format!("{}-ledger", stage.name);
    seeds::cluster(&stage, &id).await;
    seeds::alarm(
        &stage,
        &format!("{id}-cpu"),
        &[("DBInstanceIdentifier", &format!("{id}-a"))],
        true,
    )
    .await;
    assert_eq!(
        stage.sweep(Kind::DbInstance).await,
        [],
        "members sleep with their cluster"
    );
    let cluster = stage.sole(Kind::DbCluster).await;
    awake(&cluster);
    assert_eq!(
        (
            cluster.capacity[0].class.as_str(),
            cluster.capacity[0].count
        ),
        ("db.r5.large", 2)
    );
    assert_eq!(cluster.alarms.len(), 1, "a member's alarm is the cluster's");
    stage.call(Call::StopDbCluster { id: id.clone() }).await;
    asleep(&stage.until(&cluster, &State::Off).await);
    stage.call(Call::StartDbCluster { id }).await;
    stage.until(&cluster, &State::On).await;
    stage.pass(600);
    awake(&stage.look(&cluster).await);
}

#[tokio::test]
async fn a_service_goes_to_zero_with_its_target_suspended_and_back() {
    let Some(stage) = Stage::set("ecs").await else {
        return;
    };
    let (cluster, name) = (stage.name.clone(), format!("{}-api", stage.name));
    seeds::service(&stage, &cluster, &name).await;
    let service = stage.sole(Kind::EcsService).await;
    awake(&service);
    let parts: Vec<(&str, u32)> = service
        .capacity
        .iter()
        .map(|part| (part.class.as_str(), part.count))
        .collect();
    assert_eq!(
        parts,
        [("fargate-cpu-units", 512), ("fargate-mebibytes", 1024)]
    );
    let suspend = |suspension| Call::RegisterScalableTarget {
        cluster: cluster.clone(),
        service: name.clone(),
        suspension,
    };
    let to = |desired| Call::UpdateService {
        cluster: cluster.clone(),
        service: name.clone(),
        desired,
    };
    stage.call(suspend(Suspension::ALL)).await;
    stage.call(to(0)).await;
    let night = stage.until(&service, &State::Off).await;
    let Sizes::EcsService {
        target: Some(target),
        ..
    } = night.sizes
    else {
        panic!("{night:#?}")
    };
    assert_eq!(
        (target.min, target.max, target.suspension),
        (1, 5, Suspension::ALL)
    );
    stage.call(to(2)).await;
    stage.call(suspend(Suspension::default())).await;
    stage.pass(300);
    awake(&stage.look(&service).await);
}

#[tokio::test]
async fn alarms_are_muted_and_heard_again() {
    let Some(stage) = Stage::set("alarm").await else {
        return;
    };
    let id = format!("{}-orders", stage.name);
    seeds::database(&stage, &id, &stage.name).await;
    let (cpu, other) = (format!("{id}-cpu"), format!("{id}-other"));
    seeds::alarm(&stage, &cpu, &[("DBInstanceIdentifier", &id)], true).await;
    seeds::alarm(
        &stage,
        &other,
        &[("DBInstanceIdentifier", "another")],
        false,
    )
    .await;
    let database = stage.sole(Kind::DbInstance).await;
    let of = |actions_enabled| {
        vec![Alarm {
            name: cpu.clone(),
            actions_enabled,
            is_ours: None,
        }]
    };
    assert_eq!(database.alarms, of(true));
    let alarms = [database.alarm_arn(&cpu), database.alarm_arn(&other)];
    let are_ours = stage.aws.are_ours(&stage.region, &alarms).await;
    let are_ours: Vec<bool> = are_ours.into_iter().map(Result::unwrap).collect();
    assert_eq!(are_ours, [true, false]);
    let names = BTreeSet::from([cpu.clone()]);
    stage
        .call(Call::DisableAlarmActions {
            names: names.clone(),
        })
        .await;
    assert_eq!(stage.look(&database).await.alarms, of(false));
    stage.call(Call::EnableAlarmActions { names }).await;
    assert_eq!(stage.look(&database).await.alarms, of(true));
}
