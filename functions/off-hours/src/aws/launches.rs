//! Why Auto Scaling groups do not come up.

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use nightshift_core::printable;
use nightshift_runtime::CallError;

use super::AT_ONCE;
use super::auto_scaling::{Group, sleeps_by_power};
use super::place::Place;
use crate::model::{Health, Sizes};

const ACTIVITIES: &str = "autoscaling:DescribeScalingActivities";
/// Of how many groups that do not come up the reason is asked in one sweep;
/// there is no call for several.
const REASONS: usize = 20;
/// How many activities are read of such a group, the newest first.
const ACTIVITIES_READ: i32 = 10;

/// Asks why groups are short of instances that are not even launching.
pub(super) async fn explain(place: &Place, groups: &mut [Group]) -> Result<(), CallError> {
    let troubled: Vec<_> = groups
        .iter_mut()
        .filter(|group| {
            matches!(group.resource.sizes, Sizes::AutoScalingGroup { desired, .. }
                if group.in_service + group.launching < desired)
                && group.resource.cannot_sleep.is_none()
                && !sleeps_by_power(&group.resource)
        })
        .take(REASONS)
        .map(|group| async move {
            if let Some(reason) = failed_launch(place, &group.resource.name).await?
                && let Some(words) = group.resource.health.why_not()
            {
                let words = format!("{words}; the last launch failed: {reason}");
                group.resource.health = Health::Failing(words);
            }
            Ok(())
        })
        .collect();
    iter(troubled).buffer_unordered(AT_ONCE).try_collect().await
}

/// AWS's words for the newest activity of a group that is over, if it failed.
/// What is still going on says nothing yet: a group without capacity tries again
/// every few minutes.
async fn failed_launch(place: &Place, group: &str) -> Result<Option<String>, CallError> {
    let answer = place
        .auto_scaling
        .describe_scaling_activities()
        .auto_scaling_group_name(group)
        .max_records(ACTIVITIES_READ)
        .send()
        .await
        .map_err(|error| place.error(ACTIVITIES, group, &error))?;
    let newest =
        answer
            .activities()
            .iter()
            .find_map(|activity| match activity.status_code()?.as_str() {
                "Failed" | "Cancelled" => Some(activity.status_message()),
                "Successful" => Some(None),
                _ => None,
            });
    Ok(newest.flatten().map(|words| printable(words, 300)))
}
