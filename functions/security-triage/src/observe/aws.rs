//! The look-ups in AWS: one file per service. The SDKs' types end here.

mod accounts;
mod buckets;
mod network;
mod tags;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Region, Tags};
use nightshift_runtime::{CallError, regional};
use nightshift_trail::{Subject, Trail};

use super::look_ups::{BucketAccess, Doors, LookUps};
use accounts::Accounts;

/// The clients of one Region.
#[derive(Debug)]
struct Place {
    region: Region,
    trail: Trail,
    ec2: aws_sdk_ec2::Client,
    iam: aws_sdk_iam::Client,
    s3: aws_sdk_s3::Client,
    tagging: aws_sdk_resourcegroupstagging::Client,
}

/// The look-ups in AWS, with what outlives an invocation: clients, names of accounts,
/// and CloudTrail's pace.
#[derive(Debug)]
pub struct AwsLookUps {
    config: SdkConfig,
    accounts: Accounts,
    places: Mutex<BTreeMap<Region, Arc<Place>>>,
}

impl AwsLookUps {
    /// Look-ups with this configuration; clients of a Region are made when a finding
    /// is about it.
    pub fn new(config: SdkConfig) -> Self {
        Self {
            accounts: Accounts::new(&config),
            places: Mutex::default(),
            config,
        }
    }

    fn place(&self, region: &Region) -> Arc<Place> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places
            .entry(region.clone())
            .or_insert_with(|| Arc::new(Place::new(&self.config, region)));
        Arc::clone(place)
    }
}

impl Place {
    fn new(config: &SdkConfig, region: &Region) -> Self {
        let config = regional(config, region);
        // With the bucket in the path, TLS holds for names with dots as well.
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            .force_path_style(true)
            .build();
        Self {
            region: region.clone(),
            trail: Trail::new(&config, region),
            ec2: aws_sdk_ec2::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            tagging: aws_sdk_resourcegroupstagging::Client::new(&config),
        }
    }
}

impl LookUps for AwsLookUps {
    async fn account_name(&self, account: &AccountId) -> Result<String, CallError> {
        self.accounts.name(account).await
    }

    async fn tags(&self, region: &Region, arn: &Arn) -> Result<Tags, CallError> {
        tags::of(&self.place(region), arn).await
    }

    async fn user_tags(&self, region: &Region, name: &str) -> Result<Tags, CallError> {
        tags::of_user(&self.place(region), name).await
    }

    async fn role_tags(&self, region: &Region, name: &str) -> Result<Tags, CallError> {
        tags::of_role(&self.place(region), name).await
    }

    async fn bucket_access(&self, region: &Region, name: &str) -> Result<BucketAccess, CallError> {
        buckets::access(&self.place(region), name).await
    }

    async fn instance_doors(&self, region: &Region, id: &str) -> Result<Doors, CallError> {
        network::of_instance(&self.place(region), id).await
    }

    async fn group_doors(&self, region: &Region, id: &str) -> Result<Doors, CallError> {
        network::of_group(&self.place(region), id).await
    }

    async fn records(
        &self,
        region: &Region,
        name: &str,
        since: Timestamp,
    ) -> Result<Vec<String>, CallError> {
        let place = self.place(region);
        place
            .trail
            .records(Subject::Resource(name), since, None)
            .await
    }
}
