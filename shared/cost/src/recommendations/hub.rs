use jiff::Timestamp;
use nightshift_core::{AccountId, Money, Region};
use serde::Deserialize;
use serde_json::Number;

use super::model::{Action, Effort, Recommendation, Source};
use crate::amount::parse_amount;
use crate::read::ReadError;

/// An item of `ListRecommendations`, as Cost Optimization Hub names its fields.
/// Every one may be missing.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct HubItem {
    pub recommendation_id: Option<String>,
    pub account_id: Option<String>,
    pub region: Option<String>,
    pub resource_id: Option<String>,
    pub resource_arn: Option<String>,
    pub current_resource_type: Option<String>,
    pub recommended_resource_type: Option<String>,
    pub estimated_monthly_savings: Option<Number>,
    pub currency_code: Option<String>,
    pub implementation_effort: Option<String>,
    pub restart_needed: Option<bool>,
    pub action_type: Option<String>,
    pub rollback_possible: Option<bool>,
    pub current_resource_summary: Option<String>,
    pub recommended_resource_summary: Option<String>,
    pub last_refresh_timestamp: Option<Instant>,
    pub recommendation_lookback_period_in_days: Option<u16>,
}

/// An instant as AWS writes it: seconds on the wire, ISO 8601 from the CLI.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Instant {
    /// Seconds since 1970, with decimals.
    Seconds(Number),
    /// ISO 8601.
    Text(String),
}

impl Instant {
    /// The instant to the second.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::Seconds(seconds) => {
                let micros = parse_amount(&seconds.to_string())?.micro_usd();
                Timestamp::from_second(micros.div_euclid(1_000_000)).ok()
            }
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// Reads answers to `ListRecommendations`: one page or several, one after another.
///
/// # Errors
/// What is no such answer, with the page.
pub fn read_hub(text: &str) -> Result<Vec<Recommendation>, ReadError> {
    #[derive(Deserialize)]
    struct Page {
        items: Vec<HubItem>,
    }
    let mut read = Vec::new();
    for (number, page) in (1..).zip(serde_json::Deserializer::from_str(text).into_iter::<Page>()) {
        let page = page.map_err(|error| ReadError {
            place: format!("page {number}"),
            problem: format!("no answer of ListRecommendations: {error}"),
        })?;
        read.extend(page.items.into_iter().map(Recommendation::from));
    }
    Ok(read)
}

impl From<HubItem> for Recommendation {
    fn from(item: HubItem) -> Self {
        let kinds = (item.current_resource_type, item.recommended_resource_type);
        let action = Action::from(item.action_type.unwrap_or_default());
        let resource_type = match kinds {
            // What is bought is told by what is recommended.
            (_, Some(bought)) if action.is_commitment() => bought,
            (Some(kind), _) | (None, Some(kind)) => kind,
            (None, None) => "resource".to_owned(),
        };
        let arn = item.resource_arn.filter(|arn| !arn.is_empty());
        let id = item.resource_id.filter(|id| !id.is_empty());
        let tail = arn.as_deref().and_then(|arn| arn.rsplit([':', '/']).next());
        let name = match (&id, tail) {
            (Some(id), _) => id.clone(),
            (None, Some(tail)) => tail.to_owned(),
            (None, None) => item
                .recommended_resource_summary
                .clone()
                .unwrap_or_else(|| resource_type.clone()),
        };
        Self {
            id: item
                .recommendation_id
                .unwrap_or_else(|| format!("{resource_type}/{name}")),
            source: Source::CostOptimizationHub,
            action,
            resource_type,
            arn,
            name,
            account: AccountId::new(item.account_id.unwrap_or_default()),
            region: item.region.map(Region::new),
            current: item.current_resource_summary,
            recommended: item.recommended_resource_summary,
            monthly_saving: saving(
                item.estimated_monthly_savings,
                item.currency_code.as_deref(),
            ),
            effort: item
                .implementation_effort
                .as_deref()
                .and_then(Effort::named),
            restart_needed: item.restart_needed,
            rollback_possible: item.rollback_possible,
            look_back_days: item.recommendation_lookback_period_in_days,
            refreshed_at: item.last_refresh_timestamp.and_then(|at| at.timestamp()),
        }
    }
}

/// An estimate in dollars: by its digits and not through binary fractions. What
/// is said in another currency is not known in this one.
pub(super) fn saving(amount: Option<Number>, currency: Option<&str>) -> Option<Money> {
    if currency.is_some_and(|code| code != "USD") {
        return None;
    }
    parse_amount(&amount?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_read_as_aws_writes_it() {
        let text = r#"{"items":[{
            "recommendationId":"NThj","accountId":"111122223333","region":"eu-central-1",
            "resourceId":"i-0abc","resourceArn":"arn:aws:ec2:eu-central-1:111122223333:instance/i-0abc",
            "currentResourceType":"Ec2Instance","recommendedResourceType":"Ec2Instance",
            "estimatedMonthlySavings":38.54,"estimatedSavingsPercentage":50.0,"currencyCode":"USD",
            "implementationEffort":"Medium","restartNeeded":true,"actionType":"Rightsize",
            "rollbackPossible":true,"currentResourceSummary":"m5.xlarge","recommendedResourceSummary":"m5.large",
            "lastRefreshTimestamp":1793750400.0,"recommendationLookbackPeriodInDays":14,
            "source":"ComputeOptimizer","tags":[{"key":"Environment","value":"dev"}]}],"nextToken":"x"}
            {"items":[{"actionType":"Hibernate","lastRefreshTimestamp":"2026-11-04T00:00:00Z"}]}"#;
        let read = read_hub(text).unwrap();
        let [first, second] = read.as_slice() else {
            panic!("{read:?}")
        };
        assert_eq!(first.action, Action::Rightsize);
        assert_eq!(first.monthly_saving, Money::parse_usd("38.54"));
        assert_eq!(first.effort, Some(Effort::Medium));
        assert_eq!(first.refreshed_at, "2026-11-04T00:00:00Z".parse().ok());
        assert_eq!(second.refreshed_at, first.refreshed_at);
        assert_eq!(second.action, Action::Other("Hibernate".to_owned()));
        assert_eq!(second.monthly_saving, None);
    }

    #[test]
    fn what_is_no_answer_is_refused_with_its_page() {
        let error = read_hub("{\"items\":[]} {\"recommendations\":[]}").unwrap_err();
        assert_eq!(error.place, "page 2");
    }

    #[test]
    fn another_currency_is_not_taken_for_dollars() {
        let number = || serde_json::from_str("12.5").ok();
        assert_eq!(saving(number(), Some("EUR")), None);
        assert_eq!(saving(number(), None), Money::parse_usd("12.5"));
        assert_eq!(saving(None, Some("USD")), None);
    }
}
