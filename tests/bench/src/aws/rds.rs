use std::fmt::Write;
use std::ops::Bound::{Excluded, Unbounded};

use super::query::{Form, escape, result, tags};
use super::{Answer, Refusal, page};
use crate::estate::{Database, DatabaseCluster, Estate};

pub(super) fn answer(estate: &mut Estate, operation: &str, form: &Form) -> Answer {
    match operation {
        "DescribeDBInstances" => Ok(describe_instances(estate, form)),
        "DescribeDBClusters" => Ok(describe_clusters(estate, form)),
        "DescribeGlobalClusters" => Ok(result(operation, "<GlobalClusters/>")),
        "StopDBInstance" | "StartDBInstance" => {
            let id = form.one("DBInstanceIdentifier").unwrap_or_default();
            let database = estate
                .databases
                .get_mut(id)
                .ok_or_else(|| Refusal::new("DBInstanceNotFound", id))?;
            database.status = changed(operation, database.status, "InvalidDBInstanceState")?;
            let mut text = String::new();
            write_instance(&mut text, id, database);
            Ok(result(operation, &text))
        }
        "StopDBCluster" | "StartDBCluster" => {
            let id = form.one("DBClusterIdentifier").unwrap_or_default();
            let cluster = estate
                .database_clusters
                .get_mut(id)
                .ok_or_else(|| Refusal::new("DBClusterNotFoundFault", id))?;
            cluster.status = changed(operation, cluster.status, "InvalidDBClusterStateFault")?;
            let status = cluster.status;
            let of_it = |database: &&mut Database| database.cluster.as_deref() == Some(id);
            for member in estate.databases.values_mut().filter(of_it) {
                member.status = status;
            }
            Ok(result(operation, ""))
        }
        other => Err(Refusal::unknown(other)),
    }
}

/// RDS stops only what is available and starts only what is stopped.
fn changed(operation: &str, status: &str, refusal: &'static str) -> Result<&'static str, Refusal> {
    match (operation.starts_with("Stop"), status) {
        (true, "available") => Ok("stopping"),
        (false, "stopped") => Ok("starting"),
        _ => Err(Refusal::new(refusal, format!("the status is {status}"))),
    }
}

fn size(form: &Form) -> usize {
    let size = form
        .number("MaxRecords")
        .map_or(100, |size| size.clamp(20, 100));
    usize::try_from(size).unwrap_or(100)
}

fn describe_instances(estate: &Estate, form: &Form) -> Vec<u8> {
    let filters = form.filters("Filters.Filter.", "Values.Value.");
    let after = form
        .one("Marker")
        .map_or(Unbounded, |marker| Excluded(marker.to_owned()));
    let chosen = estate
        .databases
        .range((after, Unbounded))
        .filter(|(id, database)| {
            filters.iter().all(|(filter, values)| match *filter {
                "db-instance-id" => values.contains(&id.as_str()),
                "db-cluster-id" => database
                    .cluster
                    .as_deref()
                    .is_some_and(|cluster| values.contains(&cluster)),
                _ => false,
            })
        });
    let (databases, next) = page(chosen, size(form));
    let mut text = "<DBInstances>".to_owned();
    for (id, database) in databases {
        write_instance(&mut text, id, database);
    }
    text.push_str("</DBInstances>");
    marker(&mut text, next);
    result("DescribeDBInstances", &text)
}

fn describe_clusters(estate: &Estate, form: &Form) -> Vec<u8> {
    let filters = form.filters("Filters.Filter.", "Values.Value.");
    let after = form
        .one("Marker")
        .map_or(Unbounded, |marker| Excluded(marker.to_owned()));
    let chosen = estate
        .database_clusters
        .range((after, Unbounded))
        .filter(|(id, _)| {
            filters
                .iter()
                .all(|(filter, values)| *filter == "db-cluster-id" && values.contains(&id.as_str()))
        });
    let (clusters, next) = page(chosen, size(form));
    let mut text = "<DBClusters>".to_owned();
    for (id, cluster) in clusters {
        write_cluster(&mut text, id, cluster);
    }
    text.push_str("</DBClusters>");
    marker(&mut text, next);
    result("DescribeDBClusters", &text)
}

fn marker(text: &mut String, next: Option<String>) {
    if let Some(next) = next {
        let _ = write!(text, "<Marker>{}</Marker>", escape(&next));
    }
}

fn write_instance(text: &mut String, id: &str, database: &Database) {
    let _ = write!(
        text,
        "<DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier><DBInstanceClass>db.t3.micro</DBInstanceClass>\
         <Engine>postgres</Engine><DBInstanceStatus>{}</DBInstanceStatus><MasterUsername>app</MasterUsername>\
         <Endpoint><Address>{id}.abc.us-east-1.rds.amazonaws.com</Address><Port>5432</Port><HostedZoneId>Z2R2ITUGPM61AM</HostedZoneId></Endpoint>\
         <AllocatedStorage>20</AllocatedStorage><InstanceCreateTime>2025-01-01T00:00:00.000Z</InstanceCreateTime>\
         <PreferredBackupWindow>04:00-04:30</PreferredBackupWindow><BackupRetentionPeriod>3</BackupRetentionPeriod>\
         <DBSecurityGroups/><VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-0123456789abcdef0</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups>\
         <DBParameterGroups><DBParameterGroup><DBParameterGroupName>default.postgres16</DBParameterGroupName><ParameterApplyStatus>in-sync</ParameterApplyStatus></DBParameterGroup></DBParameterGroups>\
         <AvailabilityZone>us-east-1a</AvailabilityZone><PreferredMaintenanceWindow>sun:03:00-sun:04:00</PreferredMaintenanceWindow>\
         <PendingModifiedValues/><MultiAZ>false</MultiAZ><EngineVersion>16.4</EngineVersion><AutoMinorVersionUpgrade>true</AutoMinorVersionUpgrade>\
         <ReadReplicaDBInstanceIdentifiers/><LicenseModel>postgresql-license</LicenseModel><PubliclyAccessible>false</PubliclyAccessible>\
         <StorageType>gp3</StorageType><StorageEncrypted>true</StorageEncrypted><DbiResourceId>db-{id}</DbiResourceId>\
         <CACertificateIdentifier>rds-ca-rsa2048-g1</CACertificateIdentifier>\
         <DBInstanceArn>arn:aws:rds:us-east-1:123456789012:db:{id}</DBInstanceArn>",
        database.status
    );
    if let Some(cluster) = &database.cluster {
        let _ = write!(text, "<DBClusterIdentifier>{cluster}</DBClusterIdentifier>");
    }
    text.push_str("<TagList>");
    tags(text, "Tag", ("Key", "Value"), &database.tags);
    text.push_str("</TagList><DeletionProtection>false</DeletionProtection></DBInstance>");
}

fn write_cluster(text: &mut String, id: &str, cluster: &DatabaseCluster) {
    let _ = write!(
        text,
        "<DBCluster><DBClusterIdentifier>{id}</DBClusterIdentifier><Status>{}</Status><Engine>aurora-postgresql</Engine>\
         <EngineMode>provisioned</EngineMode><EngineVersion>16.4</EngineVersion><MultiAZ>false</MultiAZ>\
         <Endpoint>{id}.cluster-abc.us-east-1.rds.amazonaws.com</Endpoint><Port>5432</Port>\
         <AllocatedStorage>1</AllocatedStorage><BackupRetentionPeriod>3</BackupRetentionPeriod>\
         <PreferredMaintenanceWindow>sun:03:00-sun:04:00</PreferredMaintenanceWindow><ReadReplicaIdentifiers/>\
         <DBClusterMembers><DBClusterMember><DBInstanceIdentifier>{id}-0</DBInstanceIdentifier><IsClusterWriter>true</IsClusterWriter></DBClusterMember>\
         <DBClusterMember><DBInstanceIdentifier>{id}-1</DBInstanceIdentifier><IsClusterWriter>false</IsClusterWriter></DBClusterMember></DBClusterMembers>\
         <DBClusterArn>arn:aws:rds:us-east-1:123456789012:cluster:{id}</DBClusterArn>\
         <ClusterCreateTime>2025-01-01T00:00:00.000Z</ClusterCreateTime><TagList>",
        cluster.status
    );
    tags(text, "Tag", ("Key", "Value"), &cluster.tags);
    text.push_str("</TagList></DBCluster>");
}
