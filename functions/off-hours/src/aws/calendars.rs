use aws_config::SdkConfig;
use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError};

use crate::config::{CalendarPlace, CalendarSource};
use crate::observe::Calendars;

const PARAMETER: &str = "ssm:GetParameter";
const DOCUMENT: &str = "ssm:GetDocument";

/// Calendars in Systems Manager, in the function's own Region.
#[derive(Clone, Debug)]
pub struct SsmCalendars {
    client: aws_sdk_ssm::Client,
    region: Region,
}

impl SsmCalendars {
    /// Calendars in the configuration's Region.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            client: aws_sdk_ssm::Client::new(config),
            region: Region::new(config.region().map_or("", AsRef::as_ref)),
        }
    }
}

impl Calendars for SsmCalendars {
    async fn text(&self, source: &CalendarSource) -> Result<String, CallError> {
        let name = &source.name;
        let (operation, text) = match source.source {
            CalendarPlace::SsmParameter => {
                let answer = self
                    .client
                    .get_parameter()
                    .name(name)
                    .with_decryption(true)
                    .send();
                let answer = answer
                    .await
                    .map_err(|error| CallError::from_sdk(PARAMETER, name, &self.region, &error))?;
                let value = answer.parameter().and_then(|parameter| parameter.value());
                (PARAMETER, value.map(str::to_owned))
            }
            CalendarPlace::SsmChangeCalendar => {
                let answer = self.client.get_document().name(name).send();
                let answer = answer
                    .await
                    .map_err(|error| CallError::from_sdk(DOCUMENT, name, &self.region, &error))?;
                (DOCUMENT, answer.content().map(str::to_owned))
            }
        };
        text.ok_or_else(|| CallError {
            operation,
            resource: name.clone(),
            region: self.region.clone(),
            code: None,
            class: CallClass::Invalid,
            message: "it has no text".to_owned(),
        })
    }
}
