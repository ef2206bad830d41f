//! What must not be stopped, and what has its tag elsewhere.

use off_hours::model::Kind;

use crate::seeds;
use crate::stage::{Stage, TAG};

#[tokio::test]
async fn a_replica_and_its_source_are_left_alone() {
    let Some(stage) = Stage::set("replica").await else {
        return;
    };
    let id = format!("{}-orders", stage.name);
    seeds::database(&stage, &id, &stage.name).await;
    let client = aws_sdk_rds::Client::new(&stage.config);
    client
        .create_db_instance_read_replica()
        .db_instance_identifier(format!("{id}-replica"))
        .source_db_instance_identifier(&id)
        .tags(seeds::rds_tag(&stage.name))
        .send()
        .await
        .unwrap();
    let found = stage.sweep(Kind::DbInstance).await;
    let reasons: Vec<&str> = found
        .iter()
        .filter_map(|database| database.cannot_sleep.as_deref())
        .collect();
    assert_eq!(reasons.len(), 2, "{found:#?}");
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("has read replicas")),
        "{reasons:?}"
    );
    assert!(
        reasons
            .iter()
            .any(|reason| reason.contains("is a read replica of")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_node_group_without_the_tag_is_its_clusters_and_left_alone() {
    let Some(stage) = Stage::set("inherit").await else {
        return;
    };
    seeds::node_group(&stage, &stage.name, true).await;
    let group = stage.sole(Kind::NodeGroup).await;
    let again = stage.look(&group).await;
    for group in [&group, &again] {
        assert_eq!(group.tags.get(TAG), Some(&stage.name));
        let why = group.cannot_sleep.as_deref().unwrap();
        assert!(why.contains("tag the node group"), "{why}");
    }
}

#[tokio::test]
async fn a_member_of_a_global_database_is_left_alone() {
    let Some(stage) = Stage::set("global").await else {
        return;
    };
    let client = aws_sdk_rds::Client::new(&stage.config);
    let world = format!("{}-world", stage.name);
    client
        .create_global_cluster()
        .global_cluster_identifier(&world)
        .engine("aurora-postgresql")
        .send()
        .await
        .unwrap();
    client
        .create_db_cluster()
        .db_cluster_identifier(format!("{}-main", stage.name))
        .global_cluster_identifier(&world)
        .engine("aurora-postgresql")
        .master_username("timeline")
        .master_user_password("correct-horse-battery")
        .tags(seeds::rds_tag(&stage.name))
        .send()
        .await
        .unwrap();
    let cluster = stage.sole(Kind::DbCluster).await;
    let reason = cluster.cannot_sleep.clone().unwrap();
    assert!(
        reason.contains(&format!("global database {world}")),
        "{reason}"
    );
    assert_eq!(stage.look(&cluster).await.cannot_sleep, Some(reason));
}

#[tokio::test]
async fn what_is_gone_is_left_out() {
    let Some(stage) = Stage::set("gone").await else {
        return;
    };
    let id = format!("{}-orders", stage.name);
    seeds::database(&stage, &id, &stage.name).await;
    let database = stage.sole(Kind::DbInstance).await;
    aws_sdk_rds::Client::new(&stage.config)
        .delete_db_instance()
        .db_instance_identifier(&id)
        .skip_final_snapshot(true)
        .send()
        .await
        .unwrap();
    assert_eq!(stage.look_all(&[database]).await, []);
}
