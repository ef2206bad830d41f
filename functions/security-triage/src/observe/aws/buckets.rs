use aws_sdk_s3::types::{PolicyStatus, PublicAccessBlockConfiguration};
use nightshift_runtime::CallError;

use super::Place;
use crate::observe::look_ups::BucketAccess;

const STATUS: &str = "s3:GetBucketPolicyStatus";
const BLOCK: &str = "s3:GetBucketPublicAccessBlock";

/// What stands between a bucket and the world: two calls.
pub(super) async fn access(place: &Place, name: &str) -> Result<BucketAccess, CallError> {
    let status = place.s3.get_bucket_policy_status().bucket(name).send();
    let status = match status.await {
        Ok(answer) => answer.policy_status,
        Err(error) => {
            let error = CallError::from_sdk(STATUS, name, &place.region, &error);
            absent(error, "NoSuchBucketPolicy")?
        }
    };
    let block = place.s3.get_public_access_block().bucket(name).send();
    let block = match block.await {
        Ok(answer) => answer.public_access_block_configuration,
        Err(error) => {
            let error = CallError::from_sdk(BLOCK, name, &place.region, &error);
            absent(error, "NoSuchPublicAccessBlockConfiguration")?
        }
    };
    let blocks = |which: fn(&PublicAccessBlockConfiguration) -> Option<bool>| {
        block.as_ref().and_then(which).unwrap_or_default()
    };
    Ok(BucketAccess {
        policy_is_public: status
            .as_ref()
            .and_then(PolicyStatus::is_public)
            .unwrap_or_default(),
        restricts_policies: blocks(PublicAccessBlockConfiguration::restrict_public_buckets),
        ignores_acls: blocks(PublicAccessBlockConfiguration::ignore_public_acls),
    })
}

/// Nothing, where the error only says that there is none.
fn absent<T>(error: CallError, code: &str) -> Result<Option<T>, CallError> {
    if error.code.as_deref() == Some(code) {
        Ok(None)
    } else {
        Err(error)
    }
}
