//! The real cloud: one file per AWS service. The SDKs' types end here.
//!
//! Sweeps read page by page and keep of every answer only what off-hours
//! needs, so that memory grows with the resources and not with the answers.
//! What AWS filters is filtered again by whoever decides: a resource carries
//! its own tags, whatever a server made of the filter.

mod alarms;
mod auto_scaling;
mod calendars;
mod calls;
mod database_rules;
mod databases;
mod db_clusters;
mod instances;
mod launches;
mod node_groups;
mod place;
mod services;
mod task_sizes;
mod watched;

pub use calendars::SsmCalendars;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use futures_util::future::try_join_all;
use nightshift_core::{Arn, Region, Tags};
use nightshift_runtime::{CallClass, CallError};

use crate::cloud::Cloud;
use crate::model::{AutoScalingMode, Call, Kind, Resource};
use place::Place;
use watched::Watched;

/// How many calls of one service and Region are under way at a time, where
/// AWS has no call for many things at once. Most read rates of ECS and EKS are
/// between 5 and 20 a second (AWS General Reference, service quotas).
const AT_ONCE: usize = 8;

/// What the sweeps look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The tag key that carries the environment's code.
    pub environment_tag: String,
    /// The environment's code.
    pub environment: String,
    /// How Auto Scaling groups sleep that do not say so themselves.
    pub auto_scaling: AutoScalingMode,
}

/// AWS through its SDKs, in several Regions.
///
/// Clients are made once; what a sweep keeps for the others (alarms, databases,
/// scalable targets) lasts for one run, which [`Aws::begin`] opens.
#[derive(Clone, Debug)]
pub struct Aws {
    places: Arc<BTreeMap<Region, Place>>,
    scope: Arc<Scope>,
    /// Revisions of task definitions never change, so their sizes are kept for
    /// as long as the execution environment lives.
    task_sizes: Arc<task_sizes::TaskSizes>,
}

/// A resource with the names under which CloudWatch's dimensions know it.
#[derive(Debug)]
struct Found {
    resource: Resource,
    watched: Vec<Watched>,
}

impl Aws {
    /// Clients for every Region.
    pub fn new(config: &SdkConfig, regions: &[Region], scope: Scope) -> Self {
        let places = regions
            .iter()
            .map(|region| (region.clone(), Place::new(config, region)))
            .collect();
        Self {
            places: Arc::new(places),
            scope: Arc::new(scope),
            task_sizes: Arc::default(),
        }
    }

    /// The same clients for another run, which sees everything anew.
    #[must_use]
    pub fn begin(&self, scope: Scope) -> Self {
        let places = self.places.iter();
        Self {
            places: Arc::new(
                places
                    .map(|(region, place)| (region.clone(), place.begin()))
                    .collect(),
            ),
            scope: Arc::new(scope),
            task_sizes: Arc::clone(&self.task_sizes),
        }
    }

    fn place(&self, operation: &'static str, region: &Region) -> Result<&Place, CallError> {
        self.places.get(region).ok_or_else(|| CallError {
            operation,
            resource: "the Region".to_owned(),
            region: region.clone(),
            code: None,
            class: CallClass::Invalid,
            message: "the Region is not among those that are looked after".to_owned(),
        })
    }

    async fn look_at(
        &self,
        kind: Kind,
        region: &Region,
        resources: &[&Resource],
    ) -> Result<Vec<Resource>, CallError> {
        let place = self.place(reading(kind), region)?;
        let scope = &self.scope;
        let mut found = match kind {
            Kind::AutoScalingGroup => auto_scaling::look(place, scope, resources).await?,
            Kind::Ec2Instance => instances::look(place, resources).await?,
            Kind::NodeGroup => node_groups::look(place, scope, resources).await?,
            Kind::DbInstance => databases::look(place, resources).await?,
            Kind::DbCluster => db_clusters::look(place, resources).await?,
            Kind::EcsService => services::look(place, scope, &self.task_sizes, resources).await?,
        };
        alarms::look(place, resources, &mut found).await?;
        Ok(found.into_iter().map(|found| found.resource).collect())
    }
}

impl Cloud for Aws {
    async fn sweep(&self, kind: Kind, region: &Region) -> Result<Vec<Resource>, CallError> {
        let place = self.place(reading(kind), region)?;
        let scope = &self.scope;
        let mut found = match kind {
            Kind::AutoScalingGroup => auto_scaling::sweep(place, scope).await?,
            Kind::Ec2Instance => instances::sweep(place, scope).await?,
            Kind::NodeGroup => node_groups::sweep(place, scope).await?,
            Kind::DbInstance => databases::sweep(place).await?,
            Kind::DbCluster => db_clusters::sweep(place).await?,
            Kind::EcsService => services::sweep(place, scope, &self.task_sizes).await?,
        };
        alarms::attach(place, scope, &mut found).await?;
        Ok(found.into_iter().map(|found| found.resource).collect())
    }

    async fn look(&self, resources: &[Resource]) -> Result<Vec<Resource>, CallError> {
        let mut groups: BTreeMap<(Kind, &Region), Vec<&Resource>> = BTreeMap::new();
        for resource in resources {
            let key = (resource.kind, &resource.region);
            groups.entry(key).or_default().push(resource);
        }
        let looks: Vec<_> = groups
            .iter()
            .map(|((kind, region), resources)| self.look_at(*kind, region, resources))
            .collect();
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }

    async fn are_ours(&self, region: &Region, alarms: &[Arn]) -> Vec<Result<bool, CallError>> {
        match self.place("cloudwatch:ListTagsForResource", region) {
            Ok(place) => alarms::are_ours(place, &self.scope, alarms).await,
            Err(error) => vec![Err(error); alarms.len()],
        }
    }

    async fn call(&self, region: &Region, call: &Call) -> Result<(), CallError> {
        calls::make(self.place(call.action(), region)?, call).await
    }
}

impl Scope {
    /// Whether tags carry this environment's code, exactly.
    fn holds(&self, tags: &Tags) -> bool {
        tags.get(&self.environment_tag) == Some(&self.environment)
    }
}

/// The action that reads a kind, for errors before any call.
const fn reading(kind: Kind) -> &'static str {
    match kind {
        Kind::AutoScalingGroup => "autoscaling:DescribeAutoScalingGroups",
        Kind::Ec2Instance => "ec2:DescribeInstances",
        Kind::NodeGroup => "eks:DescribeNodegroup",
        Kind::DbInstance => "rds:DescribeDBInstances",
        Kind::DbCluster => "rds:DescribeDBClusters",
        Kind::EcsService => "ecs:DescribeServices",
    }
}

/// A number of things; AWS counts in signed integers.
fn count(number: Option<i32>) -> u32 {
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}

/// Tags from AWS's pairs of optional texts.
fn tags<'a>(pairs: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Tags {
    pairs
        .filter_map(|(key, value)| Some((key?.to_owned(), value.unwrap_or_default().to_owned())))
        .collect()
}

/// An ARN as AWS gave it; what has none that can be read is left out of the
/// sweep and said in the log, as it could be neither recorded nor guarded.
fn arn(kind: Kind, text: Option<&str>) -> Option<Arn> {
    match text.unwrap_or_default().parse() {
        Ok(arn) => Some(arn),
        Err(problem) => {
            tracing::warn!(%kind, %problem, "left out: its ARN cannot be read");
            None
        }
    }
}
