use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::Money;
use serde::Deserialize;

use super::{ReadError, quoted};
use crate::amount::parse_amount;
use crate::charge::RecordType;
use crate::history::Batch;
use crate::key::{Breakdown, Dimension, Key};

/// What an answer of Cost Explorer does not say of its query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<'a> {
    /// When it was asked.
    pub read_at: Timestamp,
    /// The metric to take, such as `UnblendedCost`; `None` where there is one only.
    pub metric: Option<&'a str>,
    /// What record type its rows are where it was not grouped by `RECORD_TYPE`:
    /// what its filter let through.
    pub record_type: &'a RecordType,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    group_definitions: Vec<GroupDefinition>,
    results_by_time: Vec<ResultByTime>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupDefinition {
    #[serde(default)]
    r#type: Option<String>,
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResultByTime {
    time_period: Period,
    #[serde(default)]
    total: BTreeMap<String, Metric>,
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Period {
    start: String,
    end: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group {
    keys: Vec<String>,
    metrics: BTreeMap<String, Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    amount: String,
    unit: String,
}

/// What a group's key is of.
#[derive(Clone, Copy)]
enum Part {
    Of(Dimension),
    RecordType,
}

/// Reads the answers to one `GetCostAndUsage` with daily granularity: one page
/// or several, one after another as the CLI prints them or in a list.
///
/// Cost Explorer leaves out groups without cost, so that a day of a whole
/// answer says of every key what it cost. Where the last page announces another
/// one, no day counts as whole, and a key without a row is missing.
///
/// `Estimated` is not read: it stays until the month's bill is final, long
/// after its days have settled.
///
/// # Errors
/// What is no such answer, another granularity or currency, an unknown group.
pub fn read_cost_explorer(text: &str, query: &Query<'_>) -> Result<Batch, ReadError> {
    let pages = pages(text)?;
    let Some(first) = pages.first() else {
        return Err(ReadError::new("page 1", "there is no answer"));
    };
    let parts: Vec<Part> = first
        .group_definitions
        .iter()
        .map(part)
        .collect::<Result<_, _>>()?;
    let dimensions = parts.iter().filter_map(|part| match part {
        Part::Of(dimension) => Some(*dimension),
        Part::RecordType => None,
    });
    let mut batch = Batch::new(query.read_at, Breakdown::by(dimensions));
    if !parts.iter().any(|part| matches!(part, Part::RecordType)) {
        batch.record_types = Some([query.record_type.clone()].into());
    }
    let mut days = BTreeSet::new();
    for (number, page) in (1..).zip(&pages) {
        if page.group_definitions != first.group_definitions {
            return Err(ReadError::new(
                format!("page {number}"),
                "other groups than page 1",
            ));
        }
        for result in &page.results_by_time {
            let day = daily(&result.time_period)?;
            days.insert(day);
            take(&mut batch, &parts, day, result, query)?;
        }
    }
    if pages
        .last()
        .is_some_and(|page| page.next_page_token.is_none())
    {
        batch.complete = days;
    }
    Ok(batch)
}

fn pages(text: &str) -> Result<Vec<Page>, ReadError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Printed {
        Several(Vec<Page>),
        One(Page),
    }
    let mut pages = Vec::new();
    for printed in serde_json::Deserializer::from_str(text).into_iter::<Printed>() {
        match printed {
            Ok(Printed::Several(several)) => pages.extend(several),
            Ok(Printed::One(one)) => pages.push(one),
            Err(_) => {
                let place = format!("page {}", pages.len() + 1);
                return Err(ReadError::new(place, "no answer of GetCostAndUsage"));
            }
        }
    }
    Ok(pages)
}

fn part(group: &GroupDefinition) -> Result<Part, ReadError> {
    Ok(match (group.r#type.as_deref(), group.key.as_str()) {
        (Some("TAG"), _) => Part::Of(Dimension::Environment),
        (None | Some("DIMENSION"), "SERVICE") => Part::Of(Dimension::Service),
        (None | Some("DIMENSION"), "LINKED_ACCOUNT") => Part::Of(Dimension::Account),
        (None | Some("DIMENSION"), "REGION") => Part::Of(Dimension::Region),
        (None | Some("DIMENSION"), "USAGE_TYPE") => Part::Of(Dimension::UsageType),
        (None | Some("DIMENSION"), "RECORD_TYPE") => Part::RecordType,
        _ => {
            let problem = format!(
                "{} is no group that is known; there are SERVICE, LINKED_ACCOUNT, REGION, USAGE_TYPE, RECORD_TYPE and a tag",
                quoted(&group.key)
            );
            return Err(ReadError::new("GroupDefinitions", problem));
        }
    })
}

fn daily(period: &Period) -> Result<Date, ReadError> {
    let dates = period
        .start
        .parse::<Date>()
        .ok()
        .zip(period.end.parse::<Date>().ok());
    match dates {
        Some((start, end)) if start.tomorrow().is_ok_and(|next| next == end) => Ok(start),
        _ => {
            let place = format!("{} to {}", quoted(&period.start), quoted(&period.end));
            Err(ReadError::new(
                place,
                "not one day; ask with the granularity DAILY",
            ))
        }
    }
}

fn take(
    batch: &mut Batch,
    parts: &[Part],
    day: Date,
    result: &ResultByTime,
    query: &Query<'_>,
) -> Result<(), ReadError> {
    let wrong = |problem: String| ReadError::new(day.to_string(), problem);
    if parts.is_empty() {
        let amount = amount(&result.total, query).map_err(wrong)?;
        batch.add(Key::default(), query.record_type.clone(), day, Some(amount));
    }
    for group in &result.groups {
        if group.keys.len() != parts.len() {
            return Err(wrong(format!(
                "{} keys in {} groups",
                group.keys.len(),
                parts.len()
            )));
        }
        let mut key = Key::default();
        let mut record_type = query.record_type.clone();
        for (part, value) in parts.iter().zip(&group.keys) {
            match part {
                Part::RecordType => record_type = RecordType::named(value),
                // A tag's value comes behind its key: `Environment$development`.
                Part::Of(Dimension::Environment) => {
                    let value = value
                        .split_once('$')
                        .map_or(value.as_str(), |(_, value)| value);
                    key = key.with(Dimension::Environment, value);
                }
                Part::Of(dimension) => key = key.with(*dimension, value),
            }
        }
        let amount = amount(&group.metrics, query).map_err(wrong)?;
        batch.add(key, record_type, day, Some(amount));
    }
    Ok(())
}

fn amount(metrics: &BTreeMap<String, Metric>, query: &Query<'_>) -> Result<Money, String> {
    let metric = match query.metric {
        Some(name) => metrics
            .get(name)
            .ok_or_else(|| format!("{} is missing", quoted(name)))?,
        None => match metrics.values().collect::<Vec<_>>().as_slice() {
            [only] => only,
            [] => return Err("there is no metric".to_owned()),
            _ => return Err("there are several metrics; name the one to take".to_owned()),
        },
    };
    if metric.unit != "USD" {
        return Err(format!(
            "the unit is {}; only USD can be added up",
            quoted(&metric.unit)
        ));
    }
    parse_amount(&metric.amount).ok_or_else(|| format!("{} is no amount", quoted(&metric.amount)))
}
