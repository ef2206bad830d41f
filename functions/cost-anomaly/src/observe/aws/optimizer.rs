//! Compute Optimizer, for accounts that do not take part in Cost Optimization
//! Hub. It is asked in its own Region, and about what Nightshift looks after.

use aws_config::SdkConfig;
use aws_sdk_computeoptimizer::Client;
use aws_sdk_computeoptimizer::types::{Currency, SavingsOpportunity, Status};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Region};
use nightshift_cost::parse_amount;
use nightshift_cost::recommendations::{Action, Recommendation, Source};
use nightshift_runtime::CallError;

const STATUS: &str = "compute-optimizer:GetEnrollmentStatus";

/// What it recommends; None where the account does not take part.
pub(super) async fn advice(config: &SdkConfig) -> Result<Option<Vec<Recommendation>>, CallError> {
    let region = Region::new(config.region().map_or("", AsRef::as_ref));
    let client = Client::new(config);
    let status = client
        .get_enrollment_status()
        .send()
        .await
        .map_err(|error| CallError::from_sdk(STATUS, "enrolment", &region, &error))?;
    if status.status() != Some(&Status::Active) {
        return Ok(None);
    }
    let mut advised = machines(&client, &region).await?;
    advised.extend(stores(&client, &region).await?);
    Ok(Some(advised))
}

/// All pages of one kind; the SDK has a type of its own for each.
macro_rules! pages {
    ($advised:ident, $client:ident, $region:ident, $operation:literal, $request:ident, $list:ident, $read:expr) => {{
        let mut next: Option<String> = None;
        loop {
            let page = $client
                .$request()
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| {
                    CallError::from_sdk($operation, "recommendations", $region, &error)
                })?;
            $advised.extend(page.$list().iter().filter_map($read));
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                break;
            }
        }
    }};
}

async fn machines(client: &Client, region: &Region) -> Result<Vec<Recommendation>, CallError> {
    let mut advised = Vec::new();
    pages!(
        advised,
        client,
        region,
        "compute-optimizer:GetEC2InstanceRecommendations",
        get_ec2_instance_recommendations,
        instance_recommendations,
        |one| {
            let option = one.recommendation_options().first()?;
            Some(
                Found {
                    arn: one.instance_arn(),
                    kind: "Ec2Instance",
                    now: one.current_instance_type(),
                    then: option.instance_type(),
                    opportunity: option.savings_opportunity(),
                    days: one.look_back_period_in_days(),
                    at: one.last_refresh_timestamp(),
                }
                .advised(),
            )
        }
    );
    pages!(
        advised,
        client,
        region,
        "compute-optimizer:GetAutoScalingGroupRecommendations",
        get_auto_scaling_group_recommendations,
        auto_scaling_group_recommendations,
        |one| {
            let option = one.recommendation_options().first()?;
            Some(
                Found {
                    arn: one.auto_scaling_group_arn(),
                    kind: "Ec2AutoScalingGroup",
                    now: one
                        .current_configuration()
                        .and_then(|now| now.instance_type()),
                    then: option.configuration().and_then(|then| then.instance_type()),
                    opportunity: option.savings_opportunity(),
                    days: one.look_back_period_in_days(),
                    at: one.last_refresh_timestamp(),
                }
                .advised(),
            )
        }
    );
    Ok(advised)
}

async fn stores(client: &Client, region: &Region) -> Result<Vec<Recommendation>, CallError> {
    let mut advised = Vec::new();
    pages!(
        advised,
        client,
        region,
        "compute-optimizer:GetEBSVolumeRecommendations",
        get_ebs_volume_recommendations,
        volume_recommendations,
        |one| {
            let option = one.volume_recommendation_options().first()?;
            Some(
                Found {
                    arn: one.volume_arn(),
                    kind: "EbsVolume",
                    now: one
                        .current_configuration()
                        .and_then(|now| now.volume_type()),
                    then: option.configuration().and_then(|then| then.volume_type()),
                    opportunity: option.savings_opportunity(),
                    days: one.look_back_period_in_days(),
                    at: one.last_refresh_timestamp(),
                }
                .advised(),
            )
        }
    );
    pages!(
        advised,
        client,
        region,
        "compute-optimizer:GetRDSDatabaseRecommendations",
        get_rds_database_recommendations,
        rds_db_recommendations,
        |one| {
            let option = one.instance_recommendation_options().first()?;
            Some(
                Found {
                    arn: one.resource_arn(),
                    kind: "RdsDbInstance",
                    now: one.current_db_instance_class(),
                    then: option.db_instance_class(),
                    opportunity: option.savings_opportunity(),
                    days: one.lookback_period_in_days(),
                    at: one.last_refresh_timestamp(),
                }
                .advised(),
            )
        }
    );
    Ok(advised)
}

/// What is read of a recommendation, whatever it is about.
struct Found<'a> {
    arn: Option<&'a str>,
    kind: &'static str,
    now: Option<&'a str>,
    then: Option<&'a str>,
    opportunity: Option<&'a SavingsOpportunity>,
    days: f64,
    at: Option<&'a DateTime>,
}

impl Found<'_> {
    fn advised(self) -> Recommendation {
        let arn = self.arn.and_then(|arn| arn.parse::<Arn>().ok());
        let saved = self
            .opportunity
            .and_then(|one| one.estimated_monthly_savings())
            .filter(|savings| savings.currency() == Some(&Currency::Usd))
            .and_then(|savings| parse_amount(&savings.value().to_string()));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "days that were looked at: 14, 32 or 93"
        )]
        let days = self.days as u16;
        let id = self.arn.unwrap_or_default();
        Recommendation {
            id: id.to_owned(),
            source: Source::ComputeOptimizer,
            action: Action::Rightsize,
            resource_type: self.kind.to_owned(),
            arn: self.arn.map(str::to_owned),
            name: id.rsplit([':', '/']).next().unwrap_or(id).to_owned(),
            account: arn
                .as_ref()
                .map_or_else(|| AccountId::new(""), Arn::account),
            region: arn.as_ref().map(Arn::region),
            current: self.now.map(str::to_owned),
            recommended: self.then.map(str::to_owned),
            monthly_saving: saved,
            effort: None,
            restart_needed: None,
            rollback_possible: None,
            look_back_days: Some(days).filter(|days| *days > 0),
            refreshed_at: self
                .at
                .and_then(|at| Timestamp::from_second(at.secs()).ok()),
        }
    }
}
