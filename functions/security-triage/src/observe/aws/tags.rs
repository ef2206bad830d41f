use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use nightshift_core::{Arn, Tags};
use nightshift_runtime::CallError;

use super::Place;

const RESOURCES: &str = "tag:GetResources";
const USERS: &str = "iam:ListUserTags";
const ROLES: &str = "iam:ListRoleTags";

/// A resource's tags: one call. A resource that was never tagged is not in the answer,
/// and neither is one that is not there.
pub(super) async fn of(place: &Place, arn: &Arn) -> Result<Tags, CallError> {
    let get = place
        .tagging
        .get_resources()
        .resource_arn_list(arn.as_str());
    let answer = get
        .send()
        .await
        .map_err(|error| CallError::from_sdk(RESOURCES, arn.as_str(), &place.region, &error))?;
    // Whatever was made of the filter: another one's tags are not its own.
    let own = answer
        .resource_tag_mapping_list()
        .iter()
        .filter(|one| one.resource_arn() == Some(arn.as_str()));
    Ok(own
        .flat_map(ResourceTagMapping::tags)
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect())
}

/// A user's tags, of which IAM allows fifty: one call. The tagging API knows neither
/// users nor roles.
pub(super) async fn of_user(place: &Place, name: &str) -> Result<Tags, CallError> {
    let answer = place.iam.list_user_tags().user_name(name).send().await;
    let answer = answer.map_err(|error| CallError::from_sdk(USERS, name, &place.region, &error))?;
    Ok(pairs(answer.tags()))
}

/// A role's tags.
pub(super) async fn of_role(place: &Place, name: &str) -> Result<Tags, CallError> {
    let answer = place.iam.list_role_tags().role_name(name).send().await;
    let answer = answer.map_err(|error| CallError::from_sdk(ROLES, name, &place.region, &error))?;
    Ok(pairs(answer.tags()))
}

fn pairs(tags: &[aws_sdk_iam::types::Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}
