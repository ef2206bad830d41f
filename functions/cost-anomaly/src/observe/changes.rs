//! Which calls may have caused a rise, by what the bill calls it: CloudTrail is
//! asked for a few calls in a Region, not for everything that happened there.

use nightshift_core::Region;

use crate::model::{Root, Sighting};

/// Calls that are looked up for one matter: each is a question, and CloudTrail
/// takes two a second.
const MOST: usize = 8;

/// A call to look up, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where.
    pub region: Region,
    /// The API operation's name.
    pub call: &'static str,
}

/// What raises spending: a word in the service's name, a word in the usage type
/// (empty for any), and the calls that begin or enlarge it, the likeliest first.
const CALLS: [(&str, &str, &[&str]); 29] = [
    (
        "Elastic Compute Cloud",
        "NatGateway",
        &["CreateNatGateway", "CreateRoute", "ReplaceRoute"],
    ),
    (
        "Elastic Compute Cloud",
        "EBS:Snapshot",
        &["CreateSnapshot", "CreateSnapshots", "CopySnapshot"],
    ),
    (
        "Elastic Compute Cloud",
        "EBS:Volume",
        &["CreateVolume", "ModifyVolume", "RunInstances"],
    ),
    (
        "Elastic Compute Cloud",
        "ElasticIP",
        &["AllocateAddress", "DisassociateAddress"],
    ),
    (
        "Elastic Compute Cloud",
        "DataTransfer",
        &["CreateRoute", "CreateVpcPeeringConnection", "RunInstances"],
    ),
    (
        "Elastic Compute Cloud",
        "BoxUsage",
        &[
            "RunInstances",
            "UpdateAutoScalingGroup",
            "StartInstances",
            "UpdateNodegroupConfig",
            "ModifyInstanceAttribute",
        ],
    ),
    (
        "Elastic Compute Cloud",
        "SpotUsage",
        &["RunInstances", "RequestSpotFleet", "CreateFleet"],
    ),
    (
        "Elastic Compute Cloud",
        "",
        &["RunInstances", "UpdateAutoScalingGroup", "CreateNatGateway"],
    ),
    (
        "EC2 - Other",
        "NatGateway",
        &["CreateNatGateway", "CreateRoute", "ReplaceRoute"],
    ),
    (
        "EC2 - Other",
        "EBS:Snapshot",
        &["CreateSnapshot", "CreateSnapshots", "CopySnapshot"],
    ),
    (
        "EC2 - Other",
        "EBS",
        &["CreateVolume", "ModifyVolume", "RunInstances"],
    ),
    (
        "EC2 - Other",
        "",
        &["CreateNatGateway", "CreateVolume", "RunInstances"],
    ),
    (
        "Virtual Private Cloud",
        "",
        &["CreateVpcEndpoint", "CreateNatGateway", "AllocateAddress"],
    ),
    (
        "Relational Database",
        "Backup",
        &["CreateDBSnapshot", "CopyDBSnapshot", "ModifyDBInstance"],
    ),
    (
        "Relational Database",
        "",
        &[
            "CreateDBInstance",
            "ModifyDBInstance",
            "StartDBInstance",
            "RestoreDBInstanceFromDBSnapshot",
            "CreateDBInstanceReadReplica",
        ],
    ),
    (
        "Elastic Container Service for Kubernetes",
        "",
        &["CreateCluster", "CreateNodegroup"],
    ),
    (
        "Elastic Kubernetes Service",
        "",
        &["CreateCluster", "CreateNodegroup", "UpdateClusterVersion"],
    ),
    (
        "Elastic Container Service",
        "",
        &["CreateService", "UpdateService", "RunTask"],
    ),
    (
        "Lambda",
        "",
        &[
            "CreateFunction20150331",
            "UpdateFunctionConfiguration20150331v2",
        ],
    ),
    (
        "Simple Storage Service",
        "",
        &["CreateBucket", "PutBucketReplication", "PutBucketLifecycle"],
    ),
    ("DynamoDB", "", &["CreateTable", "UpdateTable"]),
    (
        "ElastiCache",
        "",
        &[
            "CreateReplicationGroup",
            "CreateCacheCluster",
            "ModifyReplicationGroup",
        ],
    ),
    ("OpenSearch", "", &["CreateDomain", "UpdateDomainConfig"]),
    ("Elastic Load Balancing", "", &["CreateLoadBalancer"]),
    (
        "CloudFront",
        "",
        &["CreateDistribution", "UpdateDistribution"],
    ),
    (
        "CloudWatch",
        "",
        &["PutMetricAlarm", "CreateLogGroup", "PutRetentionPolicy"],
    ),
    (
        "CloudTrail",
        "",
        &["CreateTrail", "PutInsightSelectors", "PutEventSelectors"],
    ),
    (
        "Backup",
        "",
        &["StartBackupJob", "StartCopyJob", "StartRestoreJob"],
    ),
    (
        "SageMaker",
        "",
        &[
            "CreateEndpoint",
            "CreateNotebookInstance",
            "CreateTrainingJob",
        ],
    ),
];

/// The calls to look up for a matter, ranked by how well they fit what rose:
/// its largest root cause first. A root cause without a Region is looked up in
/// that of the largest one that has any; `home` stands in for a Region that is
/// none, such as `global`.
pub fn wanted(sighting: &Sighting, roots: &[Root], home: &Region) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    let largest = roots
        .iter()
        .filter(|root| root.region.as_deref().is_some_and(is_region))
        .max_by_key(|root| root.contribution)
        .and_then(|root| root.region.as_deref())
        .map_or_else(|| home.clone(), Region::new);
    let whole = Root {
        service: Some(sighting.cause.service.clone()),
        ..Root::default()
    };
    for root in roots.iter().chain([&whole]) {
        let service = root.service.as_deref().unwrap_or(&sighting.cause.service);
        let usage = root.usage_type.as_deref().unwrap_or_default();
        let region = root.region.as_deref().filter(|region| is_region(region));
        let region = region.map_or_else(|| largest.clone(), Region::new);
        let calls = CALLS
            .iter()
            .find(|(name, kind, _)| service.contains(name) && usage.contains(kind))
            .map_or(&[] as &[&str], |(_, _, calls)| calls);
        for call in calls {
            let wanted = Wanted {
                region: region.clone(),
                call,
            };
            if !found.contains(&wanted) {
                found.push(wanted);
            }
        }
    }
    found.truncate(MOST);
    found
}

/// Whether it reads as a Region: the bill also says `global` and `NoRegion`, and
/// an event may say anything.
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= 25 && parts.len() >= 3 && parts.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Class, Course, Source};
    use jiff::Timestamp;
    use jiff::civil::date;
    use nightshift_core::Money;

    fn sighting(service: &str) -> Sighting {
        Sighting {
            until: date(2026, 11, 20),
            said_at: Timestamp::UNIX_EPOCH,
            source: Source::Detector,
            id: "own/2026-11-20".to_owned(),
            cause: Cause::new(Some(service), Some("123456789012")),
            class: Class::Rise,
            course: Course::GoesOn,
            since: date(2026, 11, 20),
            expected: None,
            actual: None,
            impact: Money::ZERO,
            account_name: None,
            roots: Vec::new(),
            monitor: None,
            link: None,
            reason: None,
            feedback: None,
            days: Vec::new(),
        }
    }

    fn root(usage_type: Option<&str>, region: Option<&str>, money: i64) -> Root {
        Root {
            service: Some("EC2 - Other".to_owned()),
            usage_type: usage_type.map(str::to_owned),
            region: region.map(str::to_owned),
            contribution: Some(Money::from_micro_usd(money)),
            ..Root::default()
        }
    }

    #[test]
    fn calls_are_looked_up_where_it_rose_and_not_at_home() {
        let home = Region::new("us-east-1");
        let roots = [
            root(Some("EUC1-NatGateway-Bytes"), None, 80),
            root(None, Some("us-west-2"), 3),
            root(None, Some("eu-central-1"), 79),
        ];
        let found = wanted(&sighting("EC2 - Other"), &roots, &home);
        let first = found.first().map(|one| (one.call, one.region.as_str()));
        assert_eq!(first, Some(("CreateNatGateway", "eu-central-1")));
        assert!(found.len() <= MOST);
        let nowhere = [root(Some("NatGateway-Bytes"), Some("global"), 80)];
        let found = wanted(&sighting("EC2 - Other"), &nowhere, &home);
        assert!(!found.is_empty() && found.iter().all(|one| one.region == home));
    }
}
