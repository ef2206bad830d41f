use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::types::{AutoScalingGroup, Filter, LifecycleState};
use nightshift_runtime::CallError;

use super::instances::{self, Power};
use super::launches;
use super::place::Place;
use super::watched::Watched;
use super::{Found, Scope, arn, count, tags};
use crate::model::{AutoScalingMode, Capacity, Health, Kind, Member, Resource, Sizes, State};

const DESCRIBE: &str = "autoscaling:DescribeAutoScalingGroups";
/// The most groups that one page holds (Auto Scaling API reference).
const PAGE: usize = 100;
/// How many instances a reason names.
const NAMED: usize = 3;
/// How a group says itself how it sleeps.
const MODE_TAG: &str = "nightshift:sleep-mode";

/// A group with what its health is told by.
pub(super) struct Group {
    pub resource: Resource,
    pub in_service: u32,
    pub launching: u32,
    instances: u32,
}

/// The groups of the environment; one call for each page of 100.
pub(super) async fn sweep(place: &Place, scope: &Scope) -> Result<Vec<Found>, CallError> {
    let filter = Filter::builder()
        .name(format!("tag:{}", scope.environment_tag))
        .values(&scope.environment)
        .build();
    let mut pages = place
        .auto_scaling
        .describe_auto_scaling_groups()
        .filters(filter)
        .max_records(i32::try_from(PAGE).unwrap_or(i32::MAX))
        .into_paginator()
        .send();
    let mut groups = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(DESCRIBE, "all groups", &error))?;
        let read = page.auto_scaling_groups().iter();
        groups.extend(read.filter_map(|group| read_group(place, scope, group)));
    }
    finish(place, scope, groups).await
}

/// Some groups; one call for each 100 names.
pub(super) async fn look(
    place: &Place,
    scope: &Scope,
    resources: &[&Resource],
) -> Result<Vec<Found>, CallError> {
    let names: Vec<String> = resources.iter().map(|group| group.name.clone()).collect();
    let mut groups = Vec::new();
    describe(place, &names, |group| {
        groups.extend(read_group(place, scope, group));
    })
    .await?;
    finish(place, scope, groups).await
}

/// How many instances each of the named groups has, and how many serve. Names
/// that Auto Scaling does not know are left out.
pub(super) async fn serving(
    place: &Place,
    names: &[String],
) -> Result<BTreeMap<String, Serving>, CallError> {
    let mut serving = BTreeMap::new();
    describe(place, names, |group| {
        let name = group.auto_scaling_group_name().unwrap_or_default();
        let here = Serving {
            instances: count(i32::try_from(group.instances().len()).ok()),
            in_service: in_service(group),
        };
        serving.insert(name.to_owned(), here);
    })
    .await?;
    Ok(serving)
}

/// How much of a group is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Serving {
    pub instances: u32,
    pub in_service: u32,
}

async fn describe(
    place: &Place,
    names: &[String],
    mut each: impl FnMut(&AutoScalingGroup),
) -> Result<(), CallError> {
    for names in names.chunks(PAGE) {
        let mut pages = place
            .auto_scaling
            .describe_auto_scaling_groups()
            .set_auto_scaling_group_names(Some(names.to_vec()))
            .max_records(i32::try_from(PAGE).unwrap_or(i32::MAX))
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| place.error(DESCRIBE, &names.join(", "), &error))?;
            page.auto_scaling_groups().iter().for_each(&mut each);
        }
    }
    Ok(())
}

fn read_group(place: &Place, scope: &Scope, group: &AutoScalingGroup) -> Option<Group> {
    let arn = arn(Kind::AutoScalingGroup, group.auto_scaling_group_arn())?;
    let tags = tags(group.tags().iter().map(|tag| (tag.key(), tag.value())));
    let mode = match tags.get(MODE_TAG).map(String::as_str) {
        Some("zero") => AutoScalingMode::Zero,
        Some("suspend-and-stop") => AutoScalingMode::SuspendAndStop,
        _ => scope.auto_scaling,
    };
    let staying: Vec<_> = group
        .instances()
        .iter()
        .filter(|i| stays(i.lifecycle_state()))
        .collect();
    let mut types: BTreeMap<&str, u32> = BTreeMap::new();
    for instance in &staying {
        *types
            .entry(instance.instance_type().unwrap_or("unknown"))
            .or_default() += 1;
    }
    let members = staying.iter().filter_map(|instance| {
        Some(Member {
            id: instance.instance_id()?.to_owned(),
            running: true,
        })
    });
    let cannot_sleep = tags.get("eks:nodegroup-name").map(|owner| {
        format!("belongs to the EKS managed node group {owner}, which sets its size; it sleeps with the node group (AWS: Amazon EKS User Guide, managed node groups)")
    });
    let desired = count(group.desired_capacity());
    let suspended = group.suspended_processes().iter();
    let launching = group
        .instances()
        .iter()
        .filter(|i| launches(i.lifecycle_state()))
        .count();
    let counted = group
        .instances()
        .iter()
        .filter(|i| counts(i.lifecycle_state()))
        .count();
    let resource = Resource {
        account: arn.account(),
        arn,
        kind: Kind::AutoScalingGroup,
        name: group.auto_scaling_group_name()?.to_owned(),
        region: place.region.clone(),
        state: State::On,
        health: Health::Healthy,
        sizes: Sizes::AutoScalingGroup {
            min: count(group.min_size()),
            max: count(group.max_size()),
            desired,
            suspended: suspended
                .filter_map(|p| p.process_name().map(str::to_owned))
                .collect(),
            members: members.collect(),
            mode,
        },
        cannot_sleep,
        alarms: Vec::new(),
        capacity: types
            .into_iter()
            .map(|(class, count)| Capacity {
                class: class.to_owned(),
                engine: String::new(),
                count,
            })
            .collect(),
        maintenance_window: None,
        tags,
    };
    Some(Group {
        resource,
        in_service: in_service(group),
        launching: count(i32::try_from(launching).ok()),
        instances: count(i32::try_from(counted).ok()),
    })
}

fn in_service(group: &AutoScalingGroup) -> u32 {
    let serving = group.instances().iter().filter(|instance| {
        instance.lifecycle_state() == Some(&LifecycleState::InService)
            && instance
                .health_status()
                .is_none_or(|status| status.eq_ignore_ascii_case("healthy"))
    });
    count(i32::try_from(serving.count()).ok())
}

fn launches(state: Option<&LifecycleState>) -> bool {
    state.is_some_and(|state| state.as_str().starts_with("Pending"))
}

/// What leaves the group is none of its members any more.
fn stays(state: Option<&LifecycleState>) -> bool {
    !state.is_some_and(|state| {
        let state = state.as_str();
        state.starts_with("Terminat") || state.starts_with("Detach")
    })
}

/// Instances on standby do not count towards the desired capacity.
fn counts(state: Option<&LifecycleState>) -> bool {
    !state.is_some_and(|state| state.as_str().contains("Standby"))
}

/// Fills in what takes further calls: the power of members where the group
/// itself does not tell it, and why groups do not come up.
async fn finish(
    place: &Place,
    scope: &Scope,
    mut groups: Vec<Group>,
) -> Result<Vec<Found>, CallError> {
    let stopped: BTreeSet<String> = groups
        .iter()
        .filter(|group| sleeps_by_power(&group.resource))
        .flat_map(|group| member_ids(&group.resource))
        .collect();
    let stopped: Vec<String> = stopped.into_iter().collect();
    let power = instances::power(place, scope, &stopped).await?;
    for group in &mut groups {
        judge(group, &power);
        require_tags(&mut group.resource, scope, &power);
    }
    launches::explain(place, &mut groups).await?;
    Ok(groups.into_iter().map(found).collect())
}

/// Whether only EC2 knows if the group's members run.
pub(super) fn sleeps_by_power(resource: &Resource) -> bool {
    matches!(&resource.sizes, Sizes::AutoScalingGroup { mode, suspended, .. }
        if *mode == AutoScalingMode::SuspendAndStop || suspended.contains("Launch"))
}

fn member_ids(resource: &Resource) -> Vec<String> {
    match &resource.sizes {
        Sizes::AutoScalingGroup { members, .. } => {
            members.iter().map(|member| member.id.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn judge(group: &mut Group, power: &BTreeMap<String, Power>) {
    let by_power = sleeps_by_power(&group.resource);
    let Sizes::AutoScalingGroup {
        desired,
        members,
        mode,
        ..
    } = &mut group.resource.sizes
    else {
        return;
    };
    let short = group.in_service < *desired;
    group.resource.health = if short {
        Health::NotYet(format!(
            "{} of {desired} instances are in service",
            group.in_service
        ))
    } else {
        Health::Healthy
    };
    group.resource.state = match (*desired, group.instances) {
        (0, 0) => State::Off,
        (0, _) => State::Stopping,
        _ => State::On,
    };
    if !by_power {
        return;
    }
    for member in &mut *members {
        let state = power.get(&member.id).map(|power| &power.state);
        member.running = matches!(state, None | Some(State::On | State::Starting));
    }
    let states: BTreeSet<&str> = members
        .iter()
        .filter_map(|member| power.get(&member.id))
        .map(|power| match power.state {
            State::On => "on",
            State::Starting => "starting",
            State::Stopping => "stopping",
            _ => "off",
        })
        .collect();
    // A group that goes to zero, whose owner has suspended launches, runs as long as a member does.
    let asleep_by_power = *mode == AutoScalingMode::SuspendAndStop || !states.contains("on");
    if states.is_empty() || !asleep_by_power {
        return;
    }
    group.resource.state = if states.contains("on") {
        State::On
    } else if states.contains("starting") {
        State::Starting
    } else if states.contains("stopping") {
        State::Stopping
    } else {
        State::Off
    };
    let waiting = members.iter().find_map(|member| {
        let why = power.get(&member.id)?.health.why_not()?;
        Some(format!("{}: {why}", member.id))
    });
    if let Some(why) = waiting {
        group.resource.health = Health::NotYet(why);
    }
}

/// The role stops only instances that carry the tag themselves: without it the
/// processes would be suspended and the instances run on.
fn require_tags(resource: &mut Resource, scope: &Scope, power: &BTreeMap<String, Power>) {
    let Sizes::AutoScalingGroup {
        mode: AutoScalingMode::SuspendAndStop,
        members,
        ..
    } = &resource.sizes
    else {
        return;
    };
    let is_strange = |id: &&str| power.get(*id).is_some_and(|power| !power.is_ours);
    let ids = members.iter().map(|member| member.id.as_str());
    let strange: Vec<&str> = ids.filter(is_strange).collect();
    if strange.is_empty() || resource.cannot_sleep.is_some() {
        return;
    }
    let (key, environment) = (&scope.environment_tag, &scope.environment);
    let of_them = strange.len();
    let named = strange[..of_them.min(NAMED)].join(", ");
    resource.cannot_sleep = Some(format!(
        "sleeps by {MODE_TAG} = `suspend-and-stop`, and {of_them} of its {} instances ({named}) carry no tag {key} = `{environment}`, without which off-hours may not stop them; let the group propagate the tag at launch (PropagateAtLaunch) and tag these instances",
        members.len()
    ));
}

fn found(group: Group) -> Found {
    let mut watched = vec![Watched::AutoScalingGroup(group.resource.name.clone())];
    watched.extend(
        member_ids(&group.resource)
            .into_iter()
            .map(Watched::Instance),
    );
    Found {
        resource: group.resource,
        watched,
    }
}
