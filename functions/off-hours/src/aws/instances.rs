use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_ec2::types::{
    DeviceType, Filter, Instance, InstanceLifecycleType, InstanceStateName, OperatorResponse,
    SpotInstanceType, SummaryStatus, Tenancy,
};
use nightshift_core::{AccountId, Arn, Region, Tags, printable};
use nightshift_runtime::CallError;

use super::place::Place;
use super::watched::Watched;
use super::{Found, Scope, tags};
use crate::model::{Capacity, Health, Kind, Resource, Sizes, State};

const DESCRIBE: &str = "ec2:DescribeInstances";
const STATUS: &str = "ec2:DescribeInstanceStatus";
const SPOT: &str = "ec2:DescribeSpotInstanceRequests";
/// The most instances that one page holds (EC2 API reference).
const PAGE: i32 = 1000;
/// The most values of one filter (EC2 API reference, filtering).
const FILTER_VALUES: usize = 200;
/// The most ids that `DescribeInstanceStatus` takes.
const STATUS_IDS: usize = 100;
/// How long after its start an instance's status checks are asked for; later
/// its own state is enough.
const FRESH: Duration = Duration::from_mins(30);

/// Whether an instance runs, and whether it is usable.
#[derive(Clone, Debug)]
pub(super) struct Power {
    pub state: State,
    pub health: Health,
    /// Whether it carries the environment's tag, exactly.
    pub is_ours: bool,
}

/// An instance with what further calls are made by.
struct Draft {
    resource: Resource,
    id: String,
    fresh: bool,
    spot_request: Option<String>,
}

/// The environment's instances; one call for each page of 1000.
pub(super) async fn sweep(place: &Place, scope: &Scope) -> Result<Vec<Found>, CallError> {
    let by_tag = filter(
        &format!("tag:{}", scope.environment_tag),
        [scope.environment.clone()],
    );
    let mut drafts = Vec::new();
    describe(place, by_tag, |owner, instance| {
        drafts.extend(draft(place, owner, instance));
    })
    .await?;
    finish(place, drafts).await
}

/// Some instances; one call for each 200 of them.
pub(super) async fn look(place: &Place, resources: &[&Resource]) -> Result<Vec<Found>, CallError> {
    let ids: Vec<String> = resources
        .iter()
        .filter_map(|resource| match &resource.sizes {
            Sizes::Ec2Instance { id } => Some(id.clone()),
            _ => None,
        })
        .collect();
    finish(place, drafts(place, &ids).await?).await
}

/// Whether instances run, by id; one call for each 200 of them, and one for
/// each 100 that have just started.
pub(super) async fn power(
    place: &Place,
    scope: &Scope,
    ids: &[String],
) -> Result<BTreeMap<String, Power>, CallError> {
    let mut drafts = drafts(place, ids).await?;
    check_status(place, &mut drafts).await?;
    Ok(drafts
        .into_iter()
        .map(|draft| {
            let is_ours = scope.holds(&draft.resource.tags);
            let Resource { state, health, .. } = draft.resource;
            let power = Power {
                state,
                health,
                is_ours,
            };
            (draft.id, power)
        })
        .collect())
}

async fn drafts(place: &Place, ids: &[String]) -> Result<Vec<Draft>, CallError> {
    let mut drafts = Vec::new();
    for ids in ids.chunks(FILTER_VALUES) {
        // A filter leaves out what is gone; naming ids would fail the whole call for it.
        let by_id = filter("instance-id", ids.iter().cloned());
        describe(place, by_id, |owner, instance| {
            drafts.extend(draft(place, owner, instance));
        })
        .await?;
    }
    Ok(drafts)
}

fn filter(name: &str, values: impl IntoIterator<Item = String>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().collect()))
        .build()
}

async fn describe(
    place: &Place,
    by: Filter,
    mut each: impl FnMut(&str, &Instance),
) -> Result<(), CallError> {
    let alive = ["pending", "running", "stopping", "stopped"].map(str::to_owned);
    let mut pages = place
        .ec2
        .describe_instances()
        .filters(by)
        .filters(filter("instance-state-name", alive))
        .max_results(PAGE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(DESCRIBE, "all instances", &error))?;
        for reservation in page.reservations() {
            let owner = reservation.owner_id().unwrap_or_default();
            reservation
                .instances()
                .iter()
                .for_each(|instance| each(owner, instance));
        }
    }
    Ok(())
}

/// Reads one instance; what is terminated or on its way there is none.
fn draft(place: &Place, owner: &str, instance: &Instance) -> Option<Draft> {
    let id = instance.instance_id()?.to_owned();
    let name = instance.state().and_then(|state| state.name())?;
    let state = match name {
        InstanceStateName::Pending => State::Starting,
        InstanceStateName::Running => State::On,
        InstanceStateName::Stopping => State::Stopping,
        InstanceStateName::Stopped => State::Off,
        InstanceStateName::Terminated | InstanceStateName::ShuttingDown => return None,
        other => State::Busy(other.as_str().to_owned()),
    };
    let tags = tags(instance.tags().iter().map(|tag| (tag.key(), tag.value())));
    let account = AccountId::new(owner);
    let arn = Arn::from_parts(
        partition(&place.region),
        "ec2",
        &place.region,
        &account,
        &format!("instance/{id}"),
    );
    let started = instance
        .launch_time()
        .and_then(|at| SystemTime::try_from(*at).ok());
    let fresh = state == State::On
        && started.is_some_and(|at| at.elapsed().is_ok_and(|running| running < FRESH));
    let spot = instance.instance_lifecycle() == Some(&InstanceLifecycleType::Spot);
    let resource = Resource {
        name: tags
            .get("Name")
            .filter(|name| !name.is_empty())
            .unwrap_or(&id)
            .clone(),
        arn,
        kind: Kind::Ec2Instance,
        region: place.region.clone(),
        account,
        health: health(&state, instance),
        state,
        sizes: Sizes::Ec2Instance { id: id.clone() },
        cannot_sleep: cannot_sleep(instance, &tags),
        alarms: Vec::new(),
        capacity: vec![capacity(instance, spot)],
        maintenance_window: None,
        tags,
    };
    let spot_request = spot.then(|| instance.spot_instance_request_id().unwrap_or_default());
    Some(Draft {
        resource,
        id,
        fresh,
        spot_request: spot_request.map(str::to_owned),
    })
}

fn partition(region: &Region) -> &'static str {
    let region = region.as_str();
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

fn health(state: &State, instance: &Instance) -> Health {
    match state {
        State::On => Health::Healthy,
        State::Starting => Health::NotYet("it is starting".to_owned()),
        State::Stopping => Health::NotYet("it is stopping".to_owned()),
        _ if is_stopped_by_aws(instance) => Health::Failing(why_stopped(instance)),
        _ => Health::NotYet(why_stopped(instance)),
    }
}

/// Whether EC2 itself has stopped it: for lack of capacity, a host that failed or
/// was to be retired, a volume that could not be had (EC2 API reference,
/// `StateReason`). A Spot instance that was interrupted only EC2 starts again.
fn is_stopped_by_aws(instance: &Instance) -> bool {
    let code = instance.state_reason().and_then(|reason| reason.code());
    code.is_some_and(|code| {
        let is_aws = code.starts_with("Server.") && !code.starts_with("Server.Spot");
        is_aws || matches!(code, "Client.InternalError" | "Client.VolumeLimitExceeded")
    })
}

/// EC2's reason in words, with the remedy for the two that happen on a start
/// (EC2 User Guide, troubleshoot instance launch issues).
fn why_stopped(instance: &Instance) -> String {
    let reason = instance.state_reason();
    let code = reason.and_then(|reason| reason.code()).unwrap_or_default();
    let words = reason
        .and_then(|reason| reason.message())
        .unwrap_or_default();
    let transition = instance.state_transition_reason().unwrap_or_default();
    let words = if words.is_empty() { transition } else { words };
    let class = instance
        .instance_type()
        .map_or("its type", |class| class.as_str());
    match code {
        "Client.InternalError" => format!(
            "EC2 stopped it again while it started ({code}: {}); most often the KMS key of an encrypted volume is disabled, or the caller may not create grants on it: check the key's state and policy",
            printable(words, 200)
        ),
        "Server.InsufficientInstanceCapacity" | "Server.InsufficientCapacity" => format!(
            "EC2 has no capacity for {class} in this zone now ({code}); wait, or take another type or zone"
        ),
        "Client.UserInitiatedShutdown" | "" if words.is_empty() => "it is stopped".to_owned(),
        "" => printable(words, 200),
        _ => format!("it is stopped ({})", printable(words, 200)),
    }
}

/// The rules of EC2 for instances that must not be stopped, or would not stay so.
fn cannot_sleep(instance: &Instance, tags: &Tags) -> Option<String> {
    let tagged = |key: &str| tags.get(key);
    if let Some(group) = tagged("aws:autoscaling:groupName") {
        return Some(format!(
            "belongs to the Auto Scaling group {group}, which would replace a stopped instance (AWS: EC2 Auto Scaling User Guide, health checks); it sleeps with the group"
        ));
    }
    if let Some(group) = tagged("eks:nodegroup-name") {
        return Some(format!(
            "belongs to the EKS node group {group} and sleeps with it (AWS: Amazon EKS User Guide, managed node groups)"
        ));
    }
    if instance.operator().and_then(OperatorResponse::managed) == Some(true) {
        return Some("is managed by an AWS service, and only that service may stop it (AWS: EC2 User Guide, managed instances)".to_owned());
    }
    if let Some(pool) =
        tagged("karpenter.sh/nodepool").or_else(|| tagged("karpenter.sh/provisioner-name"))
    {
        return Some(format!(
            "belongs to the Karpenter node pool {pool}, which would replace it; scale the pool's workloads instead (Karpenter documentation, disruption)"
        ));
    }
    if let Some(fleet) =
        tagged("aws:ec2:fleet-id").or_else(|| tagged("aws:ec2spot:fleet-request-id"))
    {
        return Some(format!(
            "belongs to the fleet {fleet}, which would replace a stopped instance (AWS: EC2 User Guide, EC2 Fleet health checks)"
        ));
    }
    if instance.root_device_type() == Some(&DeviceType::InstanceStore) {
        return Some("its root volume is an instance store, which can only be terminated (AWS: EC2 User Guide, stop and start your instance)".to_owned());
    }
    None
}

/// What is paid for it by the hour; the engine tells what the list price of
/// plain Linux does not hold for.
fn capacity(instance: &Instance, spot: bool) -> Capacity {
    let platform = instance
        .platform_details()
        .filter(|platform| *platform != "Linux/UNIX");
    let tenancy = instance
        .placement()
        .and_then(|placement| placement.tenancy());
    let tenancy = tenancy
        .map(Tenancy::as_str)
        .filter(|tenancy| *tenancy != "default");
    let engine = if spot {
        Some("spot")
    } else {
        platform.or(tenancy)
    };
    let class = instance
        .instance_type()
        .map_or("unknown", |class| class.as_str());
    Capacity {
        class: class.to_owned(),
        engine: engine.unwrap_or_default().to_owned(),
        count: 1,
    }
}

async fn finish(place: &Place, mut drafts: Vec<Draft>) -> Result<Vec<Found>, CallError> {
    check_spot(place, &mut drafts).await?;
    check_status(place, &mut drafts).await?;
    Ok(drafts
        .into_iter()
        .map(|draft| Found {
            resource: draft.resource,
            watched: vec![Watched::Instance(draft.id)],
        })
        .collect())
}

/// Only Spot instances of a persistent request can be stopped; a single other
/// one fails the call for all of its batch.
async fn check_spot(place: &Place, drafts: &mut [Draft]) -> Result<(), CallError> {
    let ids: Vec<String> = drafts
        .iter()
        .filter(|draft| draft.resource.cannot_sleep.is_none())
        .filter_map(|draft| draft.spot_request.clone())
        .collect();
    let mut persistent: BTreeMap<String, bool> = BTreeMap::new();
    for ids in ids.chunks(FILTER_VALUES) {
        let mut pages = place
            .ec2
            .describe_spot_instance_requests()
            .filters(filter("spot-instance-request-id", ids.iter().cloned()))
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| place.error(SPOT, "Spot requests", &error))?;
            for request in page.spot_instance_requests() {
                let id = request.spot_instance_request_id().unwrap_or_default();
                let kind = request.r#type();
                persistent.insert(id.to_owned(), kind == Some(&SpotInstanceType::Persistent));
            }
        }
    }
    for draft in drafts {
        if let Some(request) = &draft.spot_request
            && draft.resource.cannot_sleep.is_none()
            && persistent.get(request) != Some(&true)
        {
            draft.resource.cannot_sleep = Some("is a Spot instance of a one-time request, which cannot be stopped (AWS: EC2 User Guide, stop a Spot Instance)".to_owned());
        }
    }
    Ok(())
}

/// Asks for the status checks of instances that have just started.
async fn check_status(place: &Place, drafts: &mut [Draft]) -> Result<(), CallError> {
    let fresh: Vec<String> = drafts
        .iter()
        .filter(|draft| draft.fresh)
        .map(|draft| draft.id.clone())
        .collect();
    let mut checks: BTreeMap<String, Option<String>> = BTreeMap::new();
    for ids in fresh.chunks(STATUS_IDS) {
        let answer = place
            .ec2
            .describe_instance_status()
            .filters(filter("instance-state-name", ["running".to_owned()]))
            .set_instance_ids(Some(ids.to_vec()))
            .send()
            .await
            .map_err(|error| place.error(STATUS, &ids.join(", "), &error))?;
        for status in answer.instance_statuses() {
            let checks_of = [
                (
                    "instance",
                    status.instance_status().and_then(|check| check.status()),
                ),
                (
                    "system",
                    status.system_status().and_then(|check| check.status()),
                ),
            ];
            let waiting = checks_of
                .into_iter()
                .find_map(|(which, status)| match status? {
                    SummaryStatus::Ok | SummaryStatus::NotApplicable => None,
                    other => Some(format!("its {which} status check is {}", other.as_str())),
                });
            checks.insert(status.instance_id().unwrap_or_default().to_owned(), waiting);
        }
    }
    for draft in drafts.iter_mut().filter(|draft| draft.fresh) {
        match checks.remove(&draft.id) {
            Some(None) => {}
            Some(Some(waiting)) => draft.resource.health = Health::NotYet(waiting),
            None => {
                draft.resource.health =
                    Health::NotYet("its status checks have not begun".to_owned());
            }
        }
    }
    Ok(())
}
