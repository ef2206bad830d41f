use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

const LOOK_UP: &str = "cloudtrail:LookupEvents";
/// The most events of one page (CloudTrail API Reference).
const PAGE: i32 = 50;
/// CloudTrail takes two questions a second in an account and Region.
const APART: Duration = Duration::from_millis(500);

/// What changes are looked up by; CloudTrail takes one of them at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The name or id of a resource.
    Resource(&'a str),
    /// The name of a call, such as `RunInstances`.
    Call(&'a str),
}

/// The trail of one Region, asked at most twice a second.
#[derive(Debug)]
pub struct Trail {
    region: Region,
    client: aws_sdk_cloudtrail::Client,
    pace: Pace,
}

/// Keeps questions apart.
#[derive(Debug, Default)]
struct Pace {
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

impl Trail {
    /// The trail of a Region, for which `config` has to be.
    pub fn new(config: &SdkConfig, region: &Region) -> Self {
        Self {
            region: region.clone(),
            client: aws_sdk_cloudtrail::Client::new(config),
            pace: Pace::default(),
        }
    }

    /// CloudTrail's own records of the newest calls about a subject from `since`
    /// on, and before `until` where that is given, as JSON texts, newest first:
    /// one page, for busy resources have thousands.
    pub async fn records(
        &self,
        subject: Subject<'_>,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Vec<String>, CallError> {
        let (key, name) = match subject {
            Subject::Resource(name) => (LookupAttributeKey::ResourceName, name),
            Subject::Call(name) => (LookupAttributeKey::EventName, name),
        };
        let attribute = LookupAttribute::builder()
            .attribute_key(key)
            .attribute_value(name)
            .build()
            .map_err(|problem| CallError {
                operation: LOOK_UP,
                resource: name.to_owned(),
                region: self.region.clone(),
                code: None,
                class: CallClass::Invalid,
                message: problem.to_string(),
            })?;
        self.pace.wait().await;
        let answer = self
            .client
            .lookup_events()
            .lookup_attributes(attribute)
            .start_time(DateTime::from_secs(since.as_second()))
            .set_end_time(until.map(|until| DateTime::from_secs(until.as_second())))
            .max_results(PAGE)
            .send()
            .await
            .map_err(|failed| CallError::from_sdk(LOOK_UP, name, &self.region, &failed))?;
        let events = answer.events().iter();
        Ok(events
            .filter_map(|event| event.cloud_trail_event().map(str::to_owned))
            .collect())
    }
}
