use std::collections::HashMap;

use aws_sdk_costexplorer::types::{
    Anomaly, AnomalyDateInterval, AnomalyFeedbackType, DateInterval, Dimension, DimensionValues,
    Expression, Granularity, GroupDefinition, GroupDefinitionType, Impact, MetricValue,
    ResultByTime,
};
use aws_smithy_types::error::operation::BuildError;
use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::Money;
use nightshift_cost::parse_amount;
use nightshift_runtime::{CallClass, CallError};
use serde_json::{Value, json};

use super::Aws;
use crate::decide::day_of;
use crate::event::Feedback;
use crate::model::{Cause, Class, Course, Root, Sighting, Source, ranked};
use crate::observe::bills::{Ask, Commitment, Cut, Page};

const COSTS: &str = "ce:GetCostAndUsage";
const ANOMALIES: &str = "ce:GetAnomalies";
const FEEDBACK: &str = "ce:ProvideAnomalyFeedback";

/// What people cause day by day; commitments, credits, refunds and tax would
/// hide it, or look like it on the first of a month.
const USAGE: [&str; 4] = [
    "Usage",
    "DiscountedUsage",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
];

pub(super) async fn costs(aws: &Aws, ask: &Ask, page: Option<&str>) -> Result<Page, CallError> {
    let which = ask.cut.slug();
    let usage = ask.cut.is_usage().then(|| {
        let types = DimensionValues::builder()
            .key(Dimension::RecordType)
            .set_values(Some(USAGE.map(str::to_owned).to_vec()))
            .build();
        Expression::builder().dimensions(types).build()
    });
    let answer = aws
        .explorer
        .get_cost_and_usage()
        .time_period(interval(aws, COSTS, ask.from, ask.to)?)
        .granularity(Granularity::Daily)
        .metrics(ask.metric.as_str())
        .set_filter(usage)
        .set_group_by(Some(groups(ask)))
        .set_next_page_token(page.map(str::to_owned))
        .send()
        .await
        .map_err(|error| classed(CallError::from_sdk(COSTS, which, &aws.region, &error)))?;
    let next = answer.next_page_token().map(str::to_owned);
    let groups: Vec<Value> = groups(ask)
        .iter()
        .map(|group| {
            let kind = group.r#type().map(GroupDefinitionType::as_str);
            json!({"Type": kind, "Key": group.key()})
        })
        .collect();
    let results: Vec<Value> = answer.results_by_time().iter().map(result).collect();
    Ok(Page {
        body: json!({
            "GroupDefinitions": groups,
            "ResultsByTime": results,
            "NextPageToken": next,
        }),
        next,
    })
}

/// An error, classed by Cost Explorer's own words: for too many calls, and for
/// data that there is none of, which asking again does not bring.
fn classed(mut error: CallError) -> CallError {
    match error.code.as_deref() {
        Some("LimitExceededException") => error.class = CallClass::Throttled,
        Some("DataUnavailableException") => error.class = CallClass::NotFound,
        _ => {}
    }
    error
}

fn groups(ask: &Ask) -> Vec<GroupDefinition> {
    let by = |kind: GroupDefinitionType, key: &str| {
        GroupDefinition::builder().r#type(kind).key(key).build()
    };
    let dimension = |key: &str| by(GroupDefinitionType::Dimension, key);
    let second = match ask.cut {
        Cut::ServiceAccount => dimension("LINKED_ACCOUNT"),
        Cut::ServiceRegion => dimension("REGION"),
        Cut::ServiceUsageType => dimension("USAGE_TYPE"),
        Cut::ServiceEnvironment => by(GroupDefinitionType::Tag, &ask.environment_tag),
        Cut::ServiceRecordType => dimension("RECORD_TYPE"),
    };
    vec![dimension("SERVICE"), second]
}

fn result(result: &ResultByTime) -> Value {
    let groups: Vec<Value> = result
        .groups()
        .iter()
        .map(|group| json!({"Keys": group.keys(), "Metrics": metrics(group.metrics())}))
        .collect();
    let period = result.time_period();
    json!({
        "TimePeriod": {
            "Start": period.map(DateInterval::start),
            "End": period.map(DateInterval::end),
        },
        "Total": metrics(result.total()),
        "Groups": groups,
    })
}

fn metrics(metrics: Option<&HashMap<String, MetricValue>>) -> Value {
    let metrics = metrics.into_iter().flatten().map(|(name, value)| {
        let value = json!({"Amount": value.amount(), "Unit": value.unit()});
        (name.clone(), value)
    });
    Value::Object(metrics.collect())
}

fn interval(
    aws: &Aws,
    operation: &'static str,
    from: Date,
    to: Date,
) -> Result<DateInterval, CallError> {
    DateInterval::builder()
        .start(from.to_string())
        .end(to.to_string())
        .build()
        .map_err(|problem| built(aws, operation, &problem))
}

fn built(aws: &Aws, operation: &'static str, problem: &BuildError) -> CallError {
    CallError {
        operation,
        resource: "the bill".to_owned(),
        region: aws.region.clone(),
        code: None,
        class: CallClass::Invalid,
        message: problem.to_string(),
    }
}

pub(super) async fn anomalies(
    aws: &Aws,
    since: Date,
    page: Option<&str>,
    now: Timestamp,
) -> Result<(Vec<Sighting>, Option<String>), CallError> {
    let interval = AnomalyDateInterval::builder()
        .start_date(since.to_string())
        .build()
        .map_err(|problem| built(aws, ANOMALIES, &problem))?;
    let answer = aws
        .explorer
        .get_anomalies()
        .date_interval(interval)
        .set_next_page_token(page.map(str::to_owned))
        .send()
        .await
        .map_err(|error| {
            classed(CallError::from_sdk(
                ANOMALIES,
                "anomalies",
                &aws.region,
                &error,
            ))
        })?;
    let sightings = answer.anomalies().iter().map(|one| sighting(one, now));
    Ok((
        sightings.collect(),
        answer.next_page_token().map(str::to_owned),
    ))
}

fn sighting(anomaly: &Anomaly, now: Timestamp) -> Sighting {
    let day = |text: Option<&str>| text.and_then(|text| text.get(..10)?.parse::<Date>().ok());
    let since = day(anomaly.anomaly_start_date()).unwrap_or_else(|| day_of(now));
    let roots: Vec<Root> = anomaly
        .root_causes()
        .iter()
        .map(|cause| Root {
            service: cause.service().map(str::to_owned),
            account: cause.linked_account().map(str::to_owned),
            region: cause.region().map(str::to_owned),
            usage_type: cause.usage_type().map(str::to_owned),
            environment: None,
            contribution: cause
                .impact()
                .and_then(|impact| dollars(impact.contribution())),
        })
        .collect();
    let roots = ranked(roots);
    let dimension = anomaly.dimension_value().filter(|text| !text.is_empty());
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let first = roots.first();
    let cause = Cause::new(
        first
            .and_then(|root| root.service.as_deref())
            .or(dimension.filter(|text| !is_account(text))),
        first
            .and_then(|root| root.account.as_deref())
            .or(dimension.filter(is_account)),
    );
    let impact = anomaly.impact();
    Sighting {
        until: day(anomaly.anomaly_end_date()).unwrap_or(since),
        said_at: now,
        source: Source::AnomalyAsked,
        id: anomaly.anomaly_id().to_owned(),
        cause,
        class: Class::Rise,
        course: Course::GoesOn,
        since,
        expected: impact
            .and_then(Impact::total_expected_spend)
            .and_then(dollars),
        actual: impact
            .and_then(Impact::total_actual_spend)
            .and_then(dollars),
        impact: impact
            .and_then(|impact| dollars(impact.total_impact()))
            .unwrap_or(Money::ZERO),
        roots,
        account_name: None,
        monitor: None,
        link: None,
        reason: None,
        feedback: anomaly.feedback().map(|word| word.as_str().to_owned()),
        days: Vec::new(),
    }
    .bounded()
}

fn dollars(amount: f64) -> Option<Money> {
    parse_amount(&amount.to_string())
}

pub(super) async fn feedback(
    aws: &Aws,
    anomaly: &str,
    feedback: Feedback,
) -> Result<(), CallError> {
    aws.explorer
        .provide_anomaly_feedback()
        .anomaly_id(anomaly)
        .feedback(match feedback {
            Feedback::Yes => AnomalyFeedbackType::Yes,
            Feedback::No => AnomalyFeedbackType::No,
            Feedback::PlannedActivity => AnomalyFeedbackType::PlannedActivity,
        })
        .send()
        .await
        .map(drop)
        .map_err(|error| classed(CallError::from_sdk(FEEDBACK, anomaly, &aws.region, &error)))
}

pub(super) async fn commitment(
    aws: &Aws,
    figure: Commitment,
    from: Date,
    to: Date,
) -> Result<Option<f64>, CallError> {
    let operation = figure.operation();
    let period = interval(aws, operation, from, to)?;
    let read = |text: Option<&str>| text.and_then(|text| text.parse::<f64>().ok());
    macro_rules! asked {
        ($request:ident) => {
            aws.explorer
                .$request()
                .time_period(period)
                .send()
                .await
                .map_err(|error| {
                    classed(CallError::from_sdk(
                        operation,
                        "commitments",
                        &aws.region,
                        &error,
                    ))
                })?
        };
    }
    Ok(match figure {
        Commitment::PlansUtilization => {
            let answer = asked!(get_savings_plans_utilization);
            let total = answer.total().and_then(|total| total.utilization());
            read(total.and_then(|used| used.utilization_percentage()))
        }
        Commitment::PlansCoverage => {
            let answer = asked!(get_savings_plans_coverage);
            let covered = answer.savings_plans_coverages().iter();
            let sums = covered
                .filter_map(|one| {
                    let coverage = one.coverage()?;
                    let spend = read(coverage.spend_covered_by_savings_plans())?;
                    Some((spend, read(coverage.total_cost())?))
                })
                .fold((0.0, 0.0), |(part, whole), (spend, total)| {
                    (part + spend, whole + total)
                });
            (sums.1 > 0.0).then(|| 100.0 * sums.0 / sums.1)
        }
        Commitment::ReservationsUtilization => {
            let answer = asked!(get_reservation_utilization);
            read(
                answer
                    .total()
                    .and_then(|total| total.utilization_percentage()),
            )
        }
        Commitment::ReservationsCoverage => {
            let answer = asked!(get_reservation_coverage);
            let hours = answer.total().and_then(|total| total.coverage_hours());
            read(hours.and_then(|hours| hours.coverage_hours_percentage()))
        }
    })
}
