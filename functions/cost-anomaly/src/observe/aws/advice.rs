use aws_sdk_costoptimizationhub::types::{EnrollmentStatus, Order, OrderBy, Recommendation as Hub};
use nightshift_cost::recommendations::{HubItem, Instant, Recommendation};
use nightshift_runtime::CallError;
use serde_json::Number;

use super::Aws;

const STATUS: &str = "cost-optimization-hub:ListEnrollmentStatuses";
const LIST: &str = "cost-optimization-hub:ListRecommendations";
/// More than a person reads; the largest come first.
const MOST: usize = 300;

/// What the hub recommends, the largest savings first; None where the account
/// does not take part.
pub(super) async fn from_hub(aws: &Aws) -> Result<Option<Vec<Recommendation>>, CallError> {
    let status = aws
        .hub
        .list_enrollment_statuses()
        .send()
        .await
        .map_err(|error| CallError::from_sdk(STATUS, "enrolment", &aws.region, &error))?;
    let takes_part = status
        .items()
        .iter()
        .any(|account| account.status() == Some(&EnrollmentStatus::Active));
    if !takes_part {
        return Ok(None);
    }
    let order = OrderBy::builder()
        .dimension("EstimatedMonthlySavings")
        .order(Order::Desc)
        .build();
    let mut pages = aws
        .hub
        .list_recommendations()
        .order_by(order)
        .into_paginator()
        .send();
    let mut advised = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page
            .map_err(|error| CallError::from_sdk(LIST, "recommendations", &aws.region, &error))?;
        advised.extend(page.items().iter().map(recommendation));
        if advised.len() >= MOST {
            break;
        }
    }
    advised.truncate(MOST);
    Ok(Some(advised))
}

fn recommendation(one: &Hub) -> Recommendation {
    // The hub says an empty word where there is nothing to say.
    let text = |text: Option<&str>| {
        text.filter(|text| !text.trim().is_empty())
            .map(str::to_owned)
    };
    let days = one.recommendation_lookback_period_in_days();
    let item = HubItem {
        recommendation_id: text(one.recommendation_id()),
        account_id: text(one.account_id()),
        region: text(one.region()),
        resource_id: text(one.resource_id()),
        resource_arn: text(one.resource_arn()),
        current_resource_type: text(one.current_resource_type()),
        recommended_resource_type: text(one.recommended_resource_type()),
        estimated_monthly_savings: one.estimated_monthly_savings().and_then(Number::from_f64),
        currency_code: text(one.currency_code()),
        implementation_effort: text(one.implementation_effort()),
        restart_needed: one.restart_needed(),
        action_type: text(one.action_type()),
        rollback_possible: one.rollback_possible(),
        current_resource_summary: text(one.current_resource_summary()),
        recommended_resource_summary: text(one.recommended_resource_summary()),
        last_refresh_timestamp: one
            .last_refresh_timestamp()
            .map(|at| Instant::Seconds(at.secs().into())),
        recommendation_lookback_period_in_days: days.and_then(|days| u16::try_from(days).ok()),
    };
    item.into()
}
