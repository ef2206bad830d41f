use std::time::Duration;

use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;
use nightshift_runtime::{CallClass, CallError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::Place;

const LOOK_UP: &str = "cloudtrail:LookupEvents";
/// The most events of one page (CloudTrail API Reference).
const PAGE: i32 = 50;
/// CloudTrail takes two questions a second in an account and Region.
const APART: Duration = Duration::from_millis(500);

/// Keeps questions apart.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Waits for its turn. Who gives up while waiting gives its turn up, too.
    async fn wait(&self) {
        let mut next = self.next.lock().await;
        if let Some(at) = *next {
            sleep_until(at).await;
        }
        *next = Some(Instant::now() + APART);
    }
}

/// Records of the newest calls that named a resource: one page, for busy resources
/// have thousands.
pub(super) async fn records(
    place: &Place,
    name: &str,
    since: Timestamp,
) -> Result<Vec<String>, CallError> {
    let by_name = LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::ResourceName)
        .attribute_value(name)
        .build()
        .map_err(|problem| CallError {
            operation: LOOK_UP,
            resource: name.to_owned(),
            region: place.region.clone(),
            code: None,
            class: CallClass::Invalid,
            message: problem.to_string(),
        })?;
    place.pace.wait().await;
    let look = place
        .trail
        .lookup_events()
        .lookup_attributes(by_name)
        .start_time(DateTime::from_secs(since.as_second()))
        .max_results(PAGE);
    let answer = look
        .send()
        .await
        .map_err(|failed| CallError::from_sdk(LOOK_UP, name, &place.region, &failed))?;
    let events = answer.events().iter();
    Ok(events
        .filter_map(|event| event.cloud_trail_event().map(str::to_owned))
        .collect())
}
