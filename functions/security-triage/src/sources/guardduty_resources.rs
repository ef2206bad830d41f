//! Which resources and principals a GuardDuty finding is about. `resource` may
//! hold several `...Details` at once: `resourceType` says which one counts.

use std::collections::BTreeSet;

use nightshift_core::Arn;

use super::envelope::last_part;
use super::kinds;
use crate::finding::{Principal, Subject};
use nightshift_events::Detail;

/// GuardDuty's resource type, the block that describes it, `CloudFormation`'s
/// word, and the fields that name it: the id, then the ARN.
const KINDS: [(&str, &str, &str, &str, &str); 12] = [
    (
        "Instance",
        "instanceDetails",
        "AWS::EC2::Instance",
        "instanceId",
        "instanceArn",
    ),
    (
        "S3Bucket",
        "s3BucketDetails",
        "AWS::S3::Bucket",
        "name",
        "arn",
    ),
    (
        "EKSCluster",
        "eksClusterDetails",
        "AWS::EKS::Cluster",
        "name",
        "arn",
    ),
    (
        "KubernetesCluster",
        "eksClusterDetails",
        "AWS::EKS::Cluster",
        "name",
        "arn",
    ),
    (
        "ECSCluster",
        "ecsClusterDetails",
        "AWS::ECS::Cluster",
        "name",
        "arn",
    ),
    ("Container", "containerDetails", "Container", "name", "arn"),
    (
        "Lambda",
        "lambdaDetails",
        "AWS::Lambda::Function",
        "functionName",
        "functionArn",
    ),
    (
        "RDSDBInstance",
        "rdsDbInstanceDetails",
        "AWS::RDS::DBInstance",
        "dbInstanceIdentifier",
        "dbInstanceArn",
    ),
    (
        "RDSLimitlessDB",
        "rdsLimitlessDbDetails",
        "AWS::RDS::DBShardGroup",
        "dbShardGroupIdentifier",
        "dbShardGroupArn",
    ),
    (
        "EBSSnapshot",
        "ebsSnapshotDetails",
        "AWS::EC2::Snapshot",
        "snapshotId",
        "snapshotArn",
    ),
    (
        "EC2Image",
        "ec2ImageDetails",
        "AWS::EC2::Image",
        "imageId",
        "imageArn",
    ),
    (
        "RecoveryPoint",
        "recoveryPointDetails",
        "AWS::Backup::RecoveryPoint",
        "recoveryPointId",
        "recoveryPointArn",
    ),
];

/// What the finding is about, the main thing first.
pub fn subjects(detail: Detail<'_>) -> Vec<Subject> {
    let resource = detail.at("resource");
    let mut subjects: Vec<Subject> = match resource.text("resourceType") {
        Some("AccessKey") => access_key(detail).into_iter().collect(),
        Some("S3Object") => objects(resource),
        Some("AttackSequence") => sequence(detail),
        Some(kind) => KINDS
            .iter()
            .find(|(name, ..)| *name == kind)
            .map_or_else(|| untold(resource, kind), |row| blocks(detail, *row)),
        None => untold(resource, "Resource"),
    };
    if subjects.is_empty() {
        subjects = untold(
            resource,
            resource.text("resourceType").unwrap_or("Resource"),
        );
    }
    subjects.extend(workload(resource));
    let mut seen = BTreeSet::new();
    subjects.retain(|subject| seen.insert((subject.kind.clone(), subject.id.clone())));
    subjects
}

/// Every block of one kind; buckets come as a list.
fn blocks(detail: Detail<'_>, row: (&str, &str, &str, &str, &str)) -> Vec<Subject> {
    let (_, block, kind, id, arn) = row;
    detail
        .at("resource")
        .items(block)
        .filter_map(|place| {
            let arn = place.text(arn);
            let id = place
                .text(id)
                .or_else(|| place.text("id"))
                .or(arn.map(last_part))?;
            let arn = match arn {
                Some(arn) => arn.parse().ok(),
                None if kind == "AWS::EC2::Instance" => {
                    composed(detail, "ec2", &format!("instance/{id}"))
                }
                None => None,
            };
            Some(Subject {
                kind: kind.to_owned(),
                id: id.to_owned(),
                arn,
                tags: place.tags("tags"),
            })
        })
        .collect()
}

/// An ARN that GuardDuty does not spell out. Only what reads as one is kept.
fn composed(detail: Detail<'_>, service: &str, resource: &str) -> Option<Arn> {
    let partition = detail.text("partition").unwrap_or("aws");
    let (region, account) = (detail.text("region")?, detail.text("accountId")?);
    format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        .parse()
        .ok()
}

/// The user or role behind an access key. `userName` is a role's name where the
/// key is a session's; then there is no user to disable.
fn access_key(detail: Detail<'_>) -> Option<Subject> {
    let key = detail.at("resource/accessKeyDetails");
    let name = key.first(&["userName", "principalId", "accessKeyId"])?;
    let kind = match key.text("userType") {
        Some("IAMUser") => "AWS::IAM::User",
        Some("AssumedRole" | "Role") => "AWS::IAM::Role",
        Some("Root") => "AWS::::Account",
        _ => "AWS::IAM::AccessKey",
    };
    Some(Subject {
        kind: kind.to_owned(),
        id: name.to_owned(),
        // A path may stand between `user/` and the name, and no field tells it.
        arn: None,
        tags: nightshift_core::Tags::new(),
    })
}

fn objects(resource: Detail<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for bucket in resource.items("s3BucketDetails") {
        for object in bucket.items("s3ObjectDetails") {
            if let Some(arn) = object.first(&["objectArn", "key"]) {
                subjects.push(Subject::named("AWS::S3::Object", arn));
            }
        }
        if let Some(name) = bucket.first(&["arn", "name"]) {
            subjects.push(Subject {
                tags: bucket.tags("tags"),
                ..Subject::named("AWS::S3::Bucket", name)
            });
        }
    }
    subjects
}

/// An attack sequence leaves `resource` empty: principals are its actors, and
/// the rest its resources.
fn sequence(detail: Detail<'_>) -> Vec<Subject> {
    let sequence = detail.at("service/detection/sequence");
    let actors = sequence.items("actors").filter_map(|actor| {
        let user = actor.at("user");
        let kind = match user.text("type") {
            Some("IAMUser") => "AWS::IAM::User",
            Some("AssumedRole" | "Role") => "AWS::IAM::Role",
            Some(other) => other,
            None => "Actor",
        };
        let name = user.text("name").or_else(|| actor.text("id"))?;
        Some(Subject::named(kind, name))
    });
    let resources = sequence.items("resources").filter_map(|resource| {
        let kind = resource.text("resourceType").unwrap_or("Resource");
        let name = resource.first(&["uid", "name"])?;
        Some(Subject {
            tags: resource.tags("tags"),
            ..Subject::named(kinds::resource(kind), name)
        })
    });
    actors.chain(resources).collect()
}

/// What runs inside a cluster.
fn workload(resource: Detail<'_>) -> Option<Subject> {
    let workload = resource.at("kubernetesDetails/kubernetesWorkloadDetails");
    let name = workload.text("name")?;
    let kind = workload.text("type").unwrap_or("workload");
    let id = match workload.text("namespace") {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    };
    Some(Subject {
        kind: format!("Kubernetes {kind}"),
        id,
        arn: None,
        tags: nightshift_core::Tags::new(),
    })
}

/// A kind that came after this code: the first field that names it.
fn untold(resource: Detail<'_>, kind: &str) -> Vec<Subject> {
    let names = |place: Detail<'_>| {
        let ends = ["Arn", "arn", "Id", "Identifier", "Name", "name"];
        ends.iter().find_map(|end| {
            place
                .fields()
                .find(|(name, value)| name.ends_with(end) && value.text("").is_some())
                .and_then(|(_, value)| value.text("").map(str::to_owned))
        })
    };
    resource
        .fields()
        .filter(|(name, _)| name.ends_with("Details"))
        .find_map(|(_, place)| place.items("").find_map(names))
        .map(|name| Subject::named(kind, &name))
        .into_iter()
        .collect()
}

/// Who acts. A sequence may have several; then a person has to choose.
pub fn principals(detail: Detail<'_>) -> BTreeSet<Principal> {
    let mut principals = BTreeSet::new();
    let key = detail.at("resource/accessKeyDetails");
    if detail.text("resource/resourceType") != Some("AttackSequence")
        && let Some(name) = key.text("userName")
    {
        principals.insert(Principal {
            kind: key.text("userType").unwrap_or("unknown").to_owned(),
            name: name.to_owned(),
            access_key: key.text("accessKeyId").map(str::to_owned),
        });
    }
    for actor in detail.items("service/detection/sequence/actors") {
        let user = actor.at("user");
        if let Some(name) = user.text("name") {
            principals.insert(Principal {
                kind: user.text("type").unwrap_or("unknown").to_owned(),
                name: name.to_owned(),
                access_key: user.text("credentialUid").map(str::to_owned),
            });
        }
    }
    principals
}
