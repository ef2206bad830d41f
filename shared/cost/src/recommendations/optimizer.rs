use nightshift_core::{AccountId, Money, Region};
use serde::Deserialize;
use serde_json::Number;

use super::hub::{Instant, saving};
use super::model::{Action, Recommendation, Source};
use crate::read::ReadError;

/// What Compute Optimizer was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enquiry {
    /// `GetEC2InstanceRecommendations`
    Instances,
    /// `GetEBSVolumeRecommendations`
    Volumes,
    /// `GetRDSDatabaseRecommendations`
    Databases,
    /// `GetLambdaFunctionRecommendations`
    Functions,
}

impl Enquiry {
    const fn resource_type(self) -> &'static str {
        match self {
            Self::Instances => "Ec2Instance",
            Self::Volumes => "EbsVolume",
            Self::Databases => "RdsDbInstance",
            Self::Functions => "LambdaFunction",
        }
    }
}

/// An answer; only the list of the enquiry is in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(
        alias = "instanceRecommendations",
        alias = "volumeRecommendations",
        alias = "rdsDBRecommendations",
        alias = "lambdaFunctionRecommendations"
    )]
    items: Vec<Item>,
}

/// What the four kinds have in common, under the names that each gives it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(
        default,
        alias = "instanceArn",
        alias = "volumeArn",
        alias = "resourceArn",
        alias = "functionArn"
    )]
    arn: Option<String>,
    #[serde(default)]
    account_id: Option<String>,
    #[serde(default, alias = "instanceName")]
    name: Option<String>,
    #[serde(
        default,
        alias = "currentInstanceType",
        alias = "currentDBInstanceClass"
    )]
    current_class: Option<String>,
    #[serde(default)]
    current_memory_size: Option<u32>,
    #[serde(default)]
    current_configuration: Option<Volume>,
    #[serde(default)]
    idle: Option<String>,
    #[serde(
        default,
        alias = "lookBackPeriodInDays",
        alias = "lookbackPeriodInDays"
    )]
    look_back: Option<Number>,
    #[serde(default)]
    last_refresh_timestamp: Option<Instant>,
    #[serde(
        default,
        alias = "recommendationOptions",
        alias = "volumeRecommendationOptions",
        alias = "instanceRecommendationOptions",
        alias = "memorySizeRecommendationOptions"
    )]
    options: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Choice {
    #[serde(default)]
    rank: Option<u32>,
    #[serde(default, alias = "instanceType", alias = "dbInstanceClass")]
    class: Option<String>,
    #[serde(default)]
    memory_size: Option<u32>,
    #[serde(default)]
    configuration: Option<Volume>,
    #[serde(default)]
    savings_opportunity: Option<Opportunity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opportunity {
    #[serde(default)]
    estimated_monthly_savings: Option<Estimate>,
}

#[derive(Deserialize)]
struct Estimate {
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    value: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Volume {
    #[serde(default)]
    volume_type: Option<String>,
    #[serde(default)]
    volume_size: Option<u32>,
}

impl Choice {
    fn saving(&self) -> Option<Money> {
        let estimate = self.savings_opportunity.as_ref()?;
        let estimate = estimate.estimated_monthly_savings.as_ref()?;
        saving(estimate.value.clone(), estimate.currency.as_deref())
    }
}

/// Reads answers of Compute Optimizer: one page or several, one after another.
///
/// Of a resource's options the one counts that AWS ranks first among those
/// that save money. A resource without such an option is none to act on here:
/// what is too small for its work costs more, not less.
///
/// # Errors
/// What is no such answer, with the page.
pub fn read_optimizer(enquiry: Enquiry, text: &str) -> Result<Vec<Recommendation>, ReadError> {
    let mut read = Vec::new();
    for (number, page) in (1..).zip(serde_json::Deserializer::from_str(text).into_iter::<Page>()) {
        let page = page.map_err(|error| ReadError {
            place: format!("page {number}"),
            problem: format!("no answer of Compute Optimizer: {error}"),
        })?;
        read.extend(page.items.into_iter().filter_map(|item| one(enquiry, item)));
    }
    Ok(read)
}

fn one(enquiry: Enquiry, item: Item) -> Option<Recommendation> {
    let saves = |choice: &&Choice| choice.saving().is_some_and(|saving| saving > Money::ZERO);
    let best = item.options.iter().filter(saves);
    let best = best.min_by_key(|choice| choice.rank.unwrap_or(u32::MAX))?;
    let arn = item.arn?;
    let tail = arn.rsplit([':', '/']).next().unwrap_or(&arn);
    let resource_type = enquiry.resource_type();
    let idle = item.idle.as_deref() == Some("True");
    Some(Recommendation {
        id: format!("{resource_type}/{arn}"),
        source: Source::ComputeOptimizer,
        action: if idle {
            Action::Stop
        } else {
            Action::Rightsize
        },
        resource_type: resource_type.to_owned(),
        name: item
            .name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| tail.to_owned()),
        account: AccountId::new(item.account_id.unwrap_or_default()),
        region: arn
            .split(':')
            .nth(3)
            .filter(|region| !region.is_empty())
            .map(Region::new),
        current: described(
            item.current_class,
            item.current_memory_size,
            item.current_configuration.as_ref(),
        ),
        recommended: described(
            best.class.clone(),
            best.memory_size,
            best.configuration.as_ref(),
        ),
        monthly_saving: best.saving(),
        effort: None,
        restart_needed: None,
        rollback_possible: None,
        look_back_days: item.look_back.and_then(|days| whole(&days)),
        refreshed_at: item.last_refresh_timestamp.and_then(|at| at.timestamp()),
        arn: Some(arn),
    })
}

fn described(
    class: Option<String>,
    memory: Option<u32>,
    volume: Option<&Volume>,
) -> Option<String> {
    let disk = || {
        let volume = volume?;
        let kind = volume.volume_type.as_deref()?;
        Some(match volume.volume_size {
            Some(size) => format!("{kind}, {size} GiB"),
            None => kind.to_owned(),
        })
    };
    class
        .or_else(|| memory.map(|size| format!("{size} MB")))
        .or_else(disk)
}

/// `14.0` as 14.
fn whole(days: &Number) -> Option<u16> {
    let text = days.to_string();
    text.split('.').next().and_then(|days| days.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_kinds_are_read_alike() {
        let option = |what: &str, value: &str| {
            format!(
                "{{\"rank\":1,{what},\"savingsOpportunity\":{{\"savingsOpportunityPercentage\":20.0,\"estimatedMonthlySavings\":{{\"currency\":\"USD\",\"value\":{value}}}}}}}"
            )
        };
        for (enquiry, text, expected) in [
            (
                Enquiry::Instances,
                format!(
                    "{{\"instanceRecommendations\":[{{\"instanceArn\":\"arn:aws:ec2:eu-central-1:111122223333:instance/i-1\",\"instanceName\":\"web\",\"currentInstanceType\":\"m5.xlarge\",\"finding\":\"Overprovisioned\",\"lookBackPeriodInDays\":14.0,\"recommendationOptions\":[{}]}}]}}",
                    option("\"instanceType\":\"m5.large\"", "38.5")
                ),
                ("web", "m5.xlarge", "m5.large", Some(14)),
            ),
            (
                Enquiry::Volumes,
                format!(
                    "{{\"volumeRecommendations\":[{{\"volumeArn\":\"arn:aws:ec2:eu-central-1:111122223333:volume/vol-1\",\"currentConfiguration\":{{\"volumeType\":\"gp2\",\"volumeSize\":100}},\"volumeRecommendationOptions\":[{}]}}]}}",
                    option(
                        "\"configuration\":{\"volumeType\":\"gp3\",\"volumeSize\":100}",
                        "2"
                    )
                ),
                ("vol-1", "gp2, 100 GiB", "gp3, 100 GiB", None),
            ),
            (
                Enquiry::Databases,
                format!(
                    "{{\"rdsDBRecommendations\":[{{\"resourceArn\":\"arn:aws:rds:eu-central-1:111122223333:db:orders\",\"currentDBInstanceClass\":\"db.r5.large\",\"lookbackPeriodInDays\":14,\"instanceRecommendationOptions\":[{}]}}]}}",
                    option("\"dbInstanceClass\":\"db.t4g.large\"", "61.2")
                ),
                ("orders", "db.r5.large", "db.t4g.large", Some(14)),
            ),
            (
                Enquiry::Functions,
                format!(
                    "{{\"lambdaFunctionRecommendations\":[{{\"functionArn\":\"arn:aws:lambda:eu-central-1:111122223333:function:resize\",\"currentMemorySize\":1024,\"memorySizeRecommendationOptions\":[{}]}}]}}",
                    option("\"memorySize\":512", "0.4")
                ),
                ("resize", "1024 MB", "512 MB", None),
            ),
        ] {
            let read = read_optimizer(enquiry, &text).unwrap();
            let [one] = read.as_slice() else {
                panic!("{enquiry:?}: {read:?}")
            };
            let got = (
                one.name.as_str(),
                one.current.as_deref().unwrap(),
                one.recommended.as_deref().unwrap(),
                one.look_back_days,
            );
            assert_eq!(got, expected, "{enquiry:?}");
            assert_eq!(one.region, Some(Region::new("eu-central-1")));
        }
    }

    #[test]
    fn what_saves_nothing_is_left_out() {
        let text = r#"{"instanceRecommendations":[
            {"instanceArn":"arn:aws:ec2:eu-central-1:1:instance/i-1","finding":"Underprovisioned",
             "recommendationOptions":[{"rank":1,"instanceType":"m5.2xlarge",
               "savingsOpportunity":{"estimatedMonthlySavings":{"currency":"USD","value":0.0}}}]},
            {"instanceArn":"arn:aws:ec2:eu-central-1:1:instance/i-2","finding":"Optimized"}]}"#;
        assert_eq!(read_optimizer(Enquiry::Instances, text), Ok(vec![]));
    }
}
