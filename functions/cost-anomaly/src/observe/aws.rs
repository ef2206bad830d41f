//! The services that know about money. The SDKs' types end here.

mod advice;
mod cost_explorer;
mod optimizer;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_costexplorer::config::retry::RetryConfig;
use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_core::{Arn, Region};
use nightshift_cost::recommendations::Recommendation;
use nightshift_runtime::{CallError, regional};
use nightshift_trail::{Subject, Trail};

use super::bills::{Ask, Bills, Commitment, Page};
use super::surroundings::LookUps;
use crate::event::Feedback;
use crate::model::Sighting;

/// Where a partition's Cost Explorer and Cost Optimization Hub live (AWS General
/// Reference, service endpoints).
pub fn billing_region(partition: &str) -> Region {
    Region::new(match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    })
}

/// The real services, with what outlives an invocation.
#[derive(Debug)]
pub struct Aws {
    config: SdkConfig,
    region: Region,
    explorer: aws_sdk_costexplorer::Client,
    hub: aws_sdk_costoptimizationhub::Client,
    trails: Mutex<BTreeMap<Region, Arc<Trail>>>,
}

impl Aws {
    /// Clients for the billing Region of a partition.
    pub fn new(config: &SdkConfig, partition: &str) -> Self {
        let region = billing_region(partition);
        let billing = regional(config, &region);
        // The meter counts each attempt, and tries again itself.
        let once = aws_sdk_costexplorer::config::Builder::from(&billing)
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            explorer: aws_sdk_costexplorer::Client::from_conf(once),
            hub: aws_sdk_costoptimizationhub::Client::new(&billing),
            config: config.clone(),
            region,
            trails: Mutex::default(),
        }
    }

    fn trail(&self, region: &Region) -> Arc<Trail> {
        let mut trails = self.trails.lock().unwrap_or_else(PoisonError::into_inner);
        let trail = trails
            .entry(region.clone())
            .or_insert_with(|| Arc::new(Trail::new(&regional(&self.config, region), region)));
        Arc::clone(trail)
    }
}

// A call of the SDK is a large future, and whoever waits for it would be one too.
impl Bills for Aws {
    async fn costs(&self, ask: &Ask, page: Option<&str>) -> Result<Page, CallError> {
        Box::pin(cost_explorer::costs(self, ask, page)).await
    }

    async fn anomalies(
        &self,
        since: Date,
        page: Option<&str>,
        now: Timestamp,
    ) -> Result<(Vec<Sighting>, Option<String>), CallError> {
        Box::pin(cost_explorer::anomalies(self, since, page, now)).await
    }

    async fn feedback(&self, anomaly: &str, feedback: Feedback) -> Result<(), CallError> {
        Box::pin(cost_explorer::feedback(self, anomaly, feedback)).await
    }

    async fn commitment(
        &self,
        figure: Commitment,
        from: Date,
        to: Date,
    ) -> Result<Option<f64>, CallError> {
        Box::pin(cost_explorer::commitment(self, figure, from, to)).await
    }

    async fn topic_policy(&self, topic: &str) -> Result<Option<String>, CallError> {
        const OPERATION: &str = "sns:GetTopicAttributes";
        let region = topic
            .parse::<Arn>()
            .map_or_else(|_| self.region.clone(), |topic| topic.region());
        let asked = aws_sdk_sns::Client::new(&regional(&self.config, &region))
            .get_topic_attributes()
            .topic_arn(topic)
            .send();
        let answer = Box::pin(asked)
            .await
            .map_err(|error| CallError::from_sdk(OPERATION, topic, &region, &error))?;
        let attributes = answer.attributes();
        Ok(attributes.and_then(|attributes| attributes.get("Policy").cloned()))
    }

    async fn advice(&self) -> Result<Option<Vec<Recommendation>>, CallError> {
        match Box::pin(advice::from_hub(self)).await? {
            Some(advised) => Ok(Some(advised)),
            None => Box::pin(optimizer::advice(&self.config)).await,
        }
    }
}

impl LookUps for Aws {
    async fn records(
        &self,
        region: &Region,
        call: &str,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<String>, CallError> {
        let trail = self.trail(region);
        let records = trail.records(Subject::Call(call), since, Some(until));
        Box::pin(records).await
    }
}
