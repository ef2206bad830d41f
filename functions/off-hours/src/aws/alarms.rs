use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, Dimension, MetricAlarm};
use futures_util::stream::{StreamExt, iter};
use nightshift_core::Arn;
use nightshift_runtime::{CallClass, CallError};

use super::place::Place;
use super::watched::Watched;
use super::{AT_ONCE, Found, Scope, tags};
use crate::model::{Alarm, Resource};

const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
const LIST_TAGS: &str = "cloudwatch:ListTagsForResource";
/// The most alarms that one page holds, and the most names that one call takes
/// (CloudWatch API reference).
const PAGE: usize = 100;
/// The alarms that target tracking makes: they page nobody and are not to be
/// edited (EC2 Auto Scaling User Guide, target tracking scaling policies).
const TARGET_TRACKING: &str = "TargetTracking-";

/// The alarms of a Region by what they watch.
#[derive(Debug, Default)]
pub(super) struct AlarmIndex {
    by_watched: HashMap<Watched, BTreeSet<Alarm>>,
}

/// Puts the Region's alarms to the environment's resources that they watch.
/// All alarms are read once a run, one call for each page of 100, and not at
/// all where there is nothing of the environment.
pub(super) async fn attach(
    place: &Place,
    scope: &Scope,
    found: &mut [Found],
) -> Result<(), CallError> {
    if !found.iter().any(|found| scope.holds(&found.resource.tags)) {
        return Ok(());
    }
    let index = place.alarms.get_or_try_init(|| read_all(place)).await?;
    for found in found
        .iter_mut()
        .filter(|found| scope.holds(&found.resource.tags))
    {
        let alarms: BTreeSet<&Alarm> = found
            .watched
            .iter()
            .filter_map(|watched| index.by_watched.get(watched))
            .flatten()
            .collect();
        found.resource.alarms = alarms.into_iter().cloned().collect();
    }
    Ok(())
}

/// The alarms that were seen before, as they are now; one call for each 100.
pub(super) async fn look(
    place: &Place,
    before: &[&Resource],
    found: &mut [Found],
) -> Result<(), CallError> {
    let seen: BTreeMap<&Arn, &[Alarm]> = before
        .iter()
        .map(|resource| (&resource.arn, resource.alarms.as_slice()))
        .collect();
    let names: BTreeSet<&str> = seen
        .values()
        .copied()
        .flatten()
        .map(|alarm| alarm.name.as_str())
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut now: HashMap<String, bool> = HashMap::new();
    for names in names.chunks(PAGE) {
        let mut pages = describe(place)
            .set_alarm_names(Some(names.iter().map(|name| (*name).to_owned()).collect()))
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| place.error(DESCRIBE, &names.join(", "), &error))?;
            now.extend(
                page.metric_alarms()
                    .iter()
                    .filter_map(metric_alarm)
                    .map(pair),
            );
            now.extend(
                page.composite_alarms()
                    .iter()
                    .filter_map(composite_alarm)
                    .map(pair),
            );
        }
    }
    for found in found {
        let alarms = seen
            .get(&found.resource.arn)
            .copied()
            .unwrap_or_default()
            .iter();
        found.resource.alarms = alarms
            .filter_map(|alarm| {
                let actions_enabled = *now.get(&alarm.name)?;
                Some(Alarm {
                    actions_enabled,
                    ..alarm.clone()
                })
            })
            .collect();
    }
    Ok(())
}

/// Whether alarms carry the environment's tag; one call for each, eight at once.
pub(super) async fn are_ours(
    place: &Place,
    scope: &Scope,
    alarms: &[Arn],
) -> Vec<Result<bool, CallError>> {
    let calls: Vec<_> = alarms
        .iter()
        .map(|alarm| is_ours(place, scope, alarm))
        .collect();
    iter(calls).buffered(AT_ONCE).collect().await
}

async fn is_ours(place: &Place, scope: &Scope, alarm: &Arn) -> Result<bool, CallError> {
    let list = place.cloudwatch.list_tags_for_resource();
    match list.resource_arn(alarm.as_str()).send().await {
        Ok(answer) => {
            let pairs = answer.tags().iter().map(|tag| (tag.key(), tag.value()));
            Ok(scope.holds(&tags(pairs)))
        }
        Err(error) => match place.error(LIST_TAGS, alarm.as_str(), &error) {
            error if error.class == CallClass::NotFound => Ok(false),
            error => Err(error),
        },
    }
}

fn pair(alarm: Alarm) -> (String, bool) {
    (alarm.name, alarm.actions_enabled)
}

fn describe(
    place: &Place,
) -> aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder {
    place
        .cloudwatch
        .describe_alarms()
        .alarm_types(AlarmType::MetricAlarm)
        .alarm_types(AlarmType::CompositeAlarm)
        .max_records(i32::try_from(PAGE).unwrap_or(i32::MAX))
}

async fn read_all(place: &Place) -> Result<AlarmIndex, CallError> {
    let mut index = AlarmIndex::default();
    let mut watched_by_name: HashMap<String, Watched> = HashMap::new();
    let mut composites: Vec<(Alarm, Vec<String>)> = Vec::new();
    let mut pages = describe(place).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| place.error(DESCRIBE, "all alarms", &error))?;
        for alarm in page.metric_alarms() {
            if let (Some(watched), Some(alarm)) = (watched(alarm), metric_alarm(alarm)) {
                watched_by_name.insert(alarm.name.clone(), watched.clone());
                index.by_watched.entry(watched).or_default().insert(alarm);
            }
        }
        composites.extend(
            page.composite_alarms().iter().filter_map(|alarm| {
                Some((composite_alarm(alarm)?, children(alarm.alarm_rule()?)?))
            }),
        );
    }
    for (alarm, children) in composites {
        let watched: Option<BTreeSet<&Watched>> = children
            .iter()
            .map(|child| watched_by_name.get(child))
            .collect();
        if let Some(watched) = watched.and_then(only) {
            index
                .by_watched
                .entry(watched.clone())
                .or_default()
                .insert(alarm);
        }
    }
    Ok(index)
}

fn metric_alarm(alarm: &MetricAlarm) -> Option<Alarm> {
    named(alarm.alarm_name()?, alarm.actions_enabled())
}

fn composite_alarm(alarm: &CompositeAlarm) -> Option<Alarm> {
    named(alarm.alarm_name()?, alarm.actions_enabled())
}

fn named(name: &str, actions_enabled: Option<bool>) -> Option<Alarm> {
    (!name.starts_with(TARGET_TRACKING)).then(|| Alarm {
        name: name.to_owned(),
        actions_enabled: actions_enabled.unwrap_or(true),
        is_ours: None,
    })
}

/// The one thing that an alarm watches, by its own metric or by those of its
/// formula. An alarm over several things may watch what does not sleep, so it
/// belongs to none of them.
fn watched(alarm: &MetricAlarm) -> Option<Watched> {
    let own = from(alarm.dimensions());
    let parts = alarm
        .metrics()
        .iter()
        .filter_map(|query| query.metric_stat()?.metric())
        .filter_map(|metric| from(metric.dimensions()));
    only(own.into_iter().chain(parts).collect())
}

fn from(dimensions: &[Dimension]) -> Option<Watched> {
    let pairs = dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.name()?, dimension.value()?)));
    Watched::from_dimensions(pairs)
}

fn only<T: Ord>(things: BTreeSet<T>) -> Option<T> {
    if things.len() == 1 {
        things.into_iter().next()
    } else {
        None
    }
}

/// The names of the alarms in a composite alarm's rule; none where the rule has
/// a form that is not read here.
fn children(rule: &str) -> Option<Vec<String>> {
    if rule.contains("AT_LEAST") {
        return None;
    }
    let mut names = Vec::new();
    let mut rest = rule;
    while let Some((before, after)) = rest.split_once('(') {
        let state = before.trim_end();
        let is_state = ["ALARM", "OK", "INSUFFICIENT_DATA"]
            .iter()
            .any(|word| state.ends_with(word));
        if !is_state {
            rest = after;
            continue;
        }
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (name, tail) = match quote {
            Some(quote) => after.get(1..)?.split_once(quote)?,
            None => after.split_once(')')?,
        };
        let name = name.trim();
        let name = name.split_once(":alarm:").map_or(name, |(_, name)| name);
        names.push(name.to_owned());
        rest = tail;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};

    use super::*;

    fn dimension(name: &str, value: &str) -> Dimension {
        Dimension::builder().name(name).value(value).build()
    }

    fn query(name: &str, value: &str) -> MetricDataQuery {
        let metric = Metric::builder().dimensions(dimension(name, value)).build();
        let stat = MetricStat::builder().metric(metric).build();
        MetricDataQuery::builder().id("m").metric_stat(stat).build()
    }

    #[test]
    fn dimensions_name_what_is_watched() {
        let service = [
            dimension("ClusterName", "main"),
            dimension("ServiceName", "api"),
        ];
        let nodes = [
            dimension("ClusterName", "main"),
            dimension("NodegroupName", "workers"),
        ];
        let member = [
            dimension("InstanceId", "i-1"),
            dimension("AutoScalingGroupName", "web"),
        ];
        let (cluster, name) = ("main".to_owned(), "api".to_owned());
        assert_eq!(
            from(&service),
            Some(Watched::EcsService {
                cluster: cluster.clone(),
                name
            })
        );
        let name = "workers".to_owned();
        assert_eq!(from(&nodes), Some(Watched::NodeGroup { cluster, name }));
        assert_eq!(from(&member), Some(Watched::AutoScalingGroup("web".into())));
        assert_eq!(from(&[dimension("ClusterName", "main")]), None);
        assert_eq!(from(&[dimension("LoadBalancer", "app/x")]), None);
    }

    #[test]
    fn formulas_count_where_they_watch_one_thing() {
        let over = |queries: Vec<MetricDataQuery>| {
            watched(
                &MetricAlarm::builder()
                    .alarm_name("a")
                    .set_metrics(Some(queries))
                    .build(),
            )
        };
        let orders = || query("DBInstanceIdentifier", "orders");
        assert_eq!(
            over(vec![orders(), orders(), query("LoadBalancer", "app/x")]),
            Some(Watched::DbInstance("orders".into()))
        );
        assert_eq!(
            over(vec![orders(), query("DBInstanceIdentifier", "production")]),
            None
        );
    }

    #[test]
    fn rules_of_composite_alarms_name_their_children() {
        for (rule, expected) in [
            (
                "ALARM(cpu) OR ALARM(\"disk (full)\")",
                Some(vec!["cpu", "disk (full)"]),
            ),
            ("(ALARM ( 'a' ) AND NOT OK(b))", Some(vec!["a", "b"])),
            (
                "ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:cpu)",
                Some(vec!["cpu"]),
            ),
            ("AT_LEAST(2, ALARM, (a, b, c))", None),
            ("TRUE", Some(vec![])),
        ] {
            let expected =
                expected.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(children(rule), expected, "{rule}");
        }
    }
}
