//! RDS's own rules: what a status means, and what cannot be stopped.

use aws_sdk_rds::types::{DbCluster, DbInstance};
use nightshift_core::printable;

use crate::model::{Health, State};
use crate::remedies::remedy;

/// Where the rules for instances stand.
const INSTANCE_RULES: &str =
    "AWS: RDS User Guide, stopping an Amazon RDS DB instance temporarily, limitations";
/// Where the rules for Aurora clusters stand.
const CLUSTER_RULES: &str =
    "AWS: Aurora User Guide, stopping and starting an Aurora DB cluster, limitations";

/// Statuses that only a person, or AWS's support, can mend (RDS and Aurora User
/// Guides, viewing DB instance and cluster status).
const BROKEN: [&str; 14] = [
    "cloning-failed",
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-create",
    "incompatible-credentials",
    NETWORK_LOST,
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "migration-failed",
    "restore-error",
    "storage-full",
    "unable-to-restore",
];

/// From which a start brings a database back once its KMS key can be used again
/// (RDS User Guide, encrypting Amazon RDS resources; Aurora User Guide, encrypting
/// Amazon Aurora resources). No status but `stopped` is taken besides, which is
/// what RDS itself lists when it refuses a start.
const KEY_LOST: &str = "inaccessible-encryption-credentials-recoverable";
/// RDS lists this one too when it refuses to start an instance, unless that is
/// SQL Server's.
const NETWORK_LOST: &str = "incompatible-network";

/// What the status of an instance means.
pub(super) fn instance_state(instance: &DbInstance) -> State {
    let status = instance.db_instance_status().unwrap_or_default();
    let engine = instance.engine().unwrap_or_default();
    if status == NETWORK_LOST && !engine.starts_with("sqlserver") {
        return State::Stalled(status.to_owned());
    }
    state(status)
}

/// What a status of an instance or a cluster means. RDS stops only what is
/// `available`; everything unknown is waited for.
pub(super) fn state(status: &str) -> State {
    match status {
        "available" => State::On,
        "stopped" => State::Off,
        "starting" => State::Starting,
        "stopping" => State::Stopping,
        KEY_LOST => State::Stalled(status.to_owned()),
        broken if BROKEN.contains(&broken) => State::Broken(broken.to_owned()),
        other => State::Busy(printable(other, 60)),
    }
}

/// Whether a database in that state is usable.
pub(super) fn health(state: &State) -> Health {
    let why = match state {
        State::On => return Health::Healthy,
        State::Off => "it is stopped".to_owned(),
        State::Starting => "it is starting".to_owned(),
        State::Stopping => "it is stopping".to_owned(),
        State::Busy(status) => format!("its status is {status}"),
        State::Stalled(status) | State::Broken(status) => {
            format!("its status is {status}: {}", remedy(status))
        }
    };
    Health::NotYet(why)
}

/// Why an instance cannot be stopped, where it cannot.
pub(super) fn instance_cannot_sleep(instance: &DbInstance) -> Option<String> {
    let engine = instance.engine().unwrap_or_default();
    let source = instance
        .read_replica_source_db_instance_identifier()
        .or(instance.read_replica_source_db_cluster_identifier())
        .filter(|source| !source.is_empty());
    let replicas: Vec<&str> = instance
        .read_replica_db_instance_identifiers()
        .iter()
        .chain(instance.read_replica_db_cluster_identifiers())
        .map(String::as_str)
        .collect();
    let two_zones = instance.multi_az() == Some(true)
        || instance
            .secondary_availability_zone()
            .is_some_and(|zone| !zone.is_empty());
    let rule = if let Some(source) = source {
        format!("is a read replica of {source}, and a replica cannot be stopped")
    } else if !replicas.is_empty() {
        format!(
            "has read replicas ({}), and their source cannot be stopped",
            replicas.join(", ")
        )
    } else if engine.starts_with("sqlserver") && two_zones {
        "is SQL Server in a Multi-AZ deployment, which cannot be stopped".to_owned()
    } else if engine.starts_with("custom-oracle") {
        "is RDS Custom for Oracle, which RDS does not stop".to_owned()
    } else {
        return None;
    };
    Some(format!("{rule} ({INSTANCE_RULES})"))
}

/// Why a cluster cannot be stopped, where it cannot. `global` is the global
/// database that it is a member of.
///
/// Multi-AZ DB clusters, `mysql` and `postgres` here, are among them: "stopping
/// and starting" stands in the RDS User Guide's list of what they do not support
/// (limitations of Multi-AZ DB clusters), and `StopDBCluster` is for Aurora alone
/// (RDS API reference) besides `DocumentDB`'s and Neptune's own of that name. Their
/// members are eligible as little as Aurora's.
pub(super) fn cluster_cannot_sleep(cluster: &DbCluster, global: Option<&str>) -> Option<String> {
    let engine = cluster.engine().unwrap_or_default();
    let mode = cluster.engine_mode().unwrap_or_default();
    let source = cluster
        .replication_source_identifier()
        .filter(|source| !source.is_empty());
    let replicas = cluster.read_replica_identifiers();
    let rule = if mode == "serverless" {
        "is Aurora Serverless v1, which pauses by itself and cannot be stopped".to_owned()
    } else if mode == "parallelquery" || mode == "multimaster" {
        format!("has the engine mode {mode}, which cannot be stopped")
    } else if let Some(global) = global
        .or(cluster.global_cluster_identifier())
        .filter(|id| !id.is_empty())
    {
        format!("is a member of the global database {global}, whose members cannot be stopped")
    } else if let Some(source) = source {
        format!("is a replica of {source}, and a replica cannot be stopped")
    } else if !replicas.is_empty() {
        format!(
            "has replicas in other Regions ({}), so it cannot be stopped",
            replicas.join(", ")
        )
    } else if matches!(engine, "mysql" | "postgres") {
        return Some("is a Multi-AZ DB cluster, which cannot be stopped and started (AWS: RDS User Guide, limitations of Multi-AZ DB clusters)".to_owned());
    } else {
        return None;
    };
    Some(format!("{rule} ({CLUSTER_RULES})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_rds::types::builders::DbInstanceBuilder;

    #[test]
    fn statuses_fall_into_states() {
        for (status, expected) in [
            ("available", State::On),
            ("stopped", State::Off),
            ("starting", State::Starting),
            ("stopping", State::Stopping),
            ("backing-up", State::Busy("backing-up".into())),
            (
                "storage-optimization",
                State::Busy("storage-optimization".into()),
            ),
            ("some-day-invented", State::Busy("some-day-invented".into())),
            ("storage-full", State::Broken("storage-full".into())),
            (KEY_LOST, State::Stalled(KEY_LOST.into())),
            (
                "insufficient-capacity",
                State::Broken("insufficient-capacity".into()),
            ),
            (NETWORK_LOST, State::Broken(NETWORK_LOST.into())),
        ] {
            assert_eq!(state(status), expected, "{status}");
        }
        for (engine, expected) in [
            ("postgres", State::Stalled(NETWORK_LOST.into())),
            ("sqlserver-se", State::Broken(NETWORK_LOST.into())),
        ] {
            let instance = DbInstance::builder()
                .engine(engine)
                .db_instance_status(NETWORK_LOST);
            assert_eq!(instance_state(&instance.build()), expected, "{engine}");
        }
        let Health::NotYet(why) = health(&state("inaccessible-encryption-credentials")) else {
            panic!("a database without its key is not healthy");
        };
        assert!(why.contains("KMS key"), "{why}");
    }

    #[test]
    fn instances_that_rds_does_not_stop() {
        let plain = || DbInstance::builder().engine("postgres");
        let server = || DbInstance::builder().engine("sqlserver-se");
        assert_eq!(instance_cannot_sleep(&plain().multi_az(true).build()), None);
        assert_eq!(instance_cannot_sleep(&server().build()), None);
        let refused = |instance: DbInstanceBuilder, expected: &str| {
            let rule = instance_cannot_sleep(&instance.build()).unwrap();
            assert!(
                rule.contains(expected) && rule.contains("AWS: RDS User Guide"),
                "{rule}"
            );
        };
        refused(
            plain().read_replica_source_db_instance_identifier("orders"),
            "replica of orders",
        );
        refused(
            plain().read_replica_source_db_cluster_identifier("au"),
            "replica of au",
        );
        refused(
            plain().read_replica_db_instance_identifiers("copy"),
            "has read replicas (copy)",
        );
        refused(
            plain().read_replica_db_cluster_identifiers("copies"),
            "has read replicas (copies)",
        );
        refused(server().multi_az(true), "SQL Server");
        refused(
            server().secondary_availability_zone("us-east-1b"),
            "SQL Server",
        );
        refused(
            DbInstance::builder().engine("custom-oracle-ee"),
            "RDS Custom",
        );
    }

    #[test]
    fn clusters_that_rds_does_not_stop() {
        let aurora = || {
            DbCluster::builder()
                .engine("aurora-postgresql")
                .engine_mode("provisioned")
        };
        assert_eq!(cluster_cannot_sleep(&aurora().build(), None), None);
        for engine in ["docdb", "neptune", "aurora-mysql"] {
            let cluster = DbCluster::builder().engine(engine).build();
            assert_eq!(cluster_cannot_sleep(&cluster, None), None, "{engine}");
        }
        for (cluster, global, expected) in [
            (aurora().engine_mode("serverless"), None, "Serverless v1"),
            (aurora().engine_mode("parallelquery"), None, "parallelquery"),
            (aurora(), Some("world"), "global database world"),
            (
                aurora().global_cluster_identifier("world"),
                None,
                "global database world",
            ),
            (
                aurora().replication_source_identifier("arn:x"),
                None,
                "replica of arn:x",
            ),
            (
                aurora().read_replica_identifiers("arn:y"),
                None,
                "other Regions (arn:y)",
            ),
            (
                DbCluster::builder().engine("postgres"),
                None,
                "Multi-AZ DB cluster",
            ),
        ] {
            let rule = cluster_cannot_sleep(&cluster.build(), global).unwrap();
            assert!(rule.contains(expected) && rule.contains("AWS: "), "{rule}");
        }
    }
}
