//! Buckets.

use std::collections::BTreeMap;

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use nightshift_core::Tags;
use nightshift_runtime::CallError;

use super::clients::{Clients, has_code};
use super::known;
use crate::playbooks::groups::Block;
use crate::playbooks::look::Seen;
use crate::playbooks::observed::{Bucket, Observed};

const NO_BUCKET: &[&str] = &["NoSuchBucket"];

pub(super) async fn observe(
    clients: &Clients,
    bucket: &str,
) -> Result<Option<Observed>, CallError> {
    let block = match block(clients, bucket).await {
        Ok(None) => return Ok(None),
        Ok(Some(block)) => Ok(block),
        Err(error) => Err(error.to_string()),
    };
    Ok(Some(Observed::Bucket(Bucket {
        tags: known(tags(clients, bucket).await),
        block,
        is_website: known(is_website(clients, bucket).await),
        is_public: known(is_public(clients, bucket).await),
    })))
}

/// A bucket's public access block; None where the bucket itself is gone.
pub(super) async fn block(
    clients: &Clients,
    bucket: &str,
) -> Result<Option<Option<Block>>, CallError> {
    let answer = clients
        .s3
        .get_public_access_block()
        .bucket(bucket)
        .expected_bucket_owner(&clients.account)
        .send()
        .await
        .map_err(|error| clients.error("s3:GetBucketPublicAccessBlock", bucket, &error));
    match answer {
        Ok(answer) => Ok(Some(answer.public_access_block_configuration().map(read))),
        Err(error) if has_code(&error, &["NoSuchPublicAccessBlockConfiguration"]) => Ok(Some(None)),
        Err(error) if has_code(&error, NO_BUCKET) => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(one: &PublicAccessBlockConfiguration) -> Block {
    Block {
        acls: one.block_public_acls() == Some(true),
        ignore_acls: one.ignore_public_acls() == Some(true),
        policy: one.block_public_policy() == Some(true),
        restrict: one.restrict_public_buckets() == Some(true),
    }
}

pub(super) fn configuration(block: Block) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.acls)
        .ignore_public_acls(block.ignore_acls)
        .block_public_policy(block.policy)
        .restrict_public_buckets(block.restrict)
        .build()
}

pub(super) async fn exposure(clients: &Clients, bucket: &str) -> Result<Seen, CallError> {
    let facts = [
        ("policy is public", is_public(clients, bucket).await?),
        ("serves a website", is_website(clients, bucket).await?),
    ];
    let told =
        |(label, is): (&str, bool)| (label.to_owned(), if is { "yes" } else { "no" }.to_owned());
    Ok(Seen::Facts(
        facts.into_iter().map(told).collect::<BTreeMap<_, _>>(),
    ))
}

async fn tags(clients: &Clients, bucket: &str) -> Result<Tags, CallError> {
    let answer = clients
        .s3
        .get_bucket_tagging()
        .bucket(bucket)
        .expected_bucket_owner(&clients.account)
        .send()
        .await
        .map_err(|error| clients.error("s3:GetBucketTagging", bucket, &error));
    match answer {
        Ok(answer) => Ok(answer
            .tag_set()
            .iter()
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect()),
        Err(error) if has_code(&error, &["NoSuchTagSet"]) => Ok(Tags::new()),
        Err(error) => Err(error),
    }
}

async fn is_website(clients: &Clients, bucket: &str) -> Result<bool, CallError> {
    let answer = clients
        .s3
        .get_bucket_website()
        .bucket(bucket)
        .expected_bucket_owner(&clients.account)
        .send()
        .await
        .map_err(|error| clients.error("s3:GetBucketWebsite", bucket, &error));
    match answer {
        Ok(_) => Ok(true),
        Err(error) if has_code(&error, &["NoSuchWebsiteConfiguration"]) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn is_public(clients: &Clients, bucket: &str) -> Result<bool, CallError> {
    let answer = clients
        .s3
        .get_bucket_policy_status()
        .bucket(bucket)
        .expected_bucket_owner(&clients.account)
        .send()
        .await
        .map_err(|error| clients.error("s3:GetBucketPolicyStatus", bucket, &error));
    match answer {
        Ok(answer) => Ok(answer
            .policy_status()
            .is_some_and(|status| status.is_public() == Some(true))),
        Err(error) if has_code(&error, &["NoSuchBucketPolicy"]) => Ok(false),
        Err(error) => Err(error),
    }
}
