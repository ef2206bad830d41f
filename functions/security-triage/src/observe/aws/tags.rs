use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use nightshift_core::{Arn, Tags};
use nightshift_runtime::CallError;

use super::Place;

const RESOURCES: &str = "tag:GetResources";

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
