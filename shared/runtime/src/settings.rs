use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use nightshift_core::{ConfigError, Document, Region, StopSwitch};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::call_error::{CallClass, CallError};

/// A warm environment sees a changed configuration after this long.
const FRESH: Duration = Duration::from_mins(5);
const VARIABLE: &str = "NIGHTSHIFT_CONFIG";

/// Where the configuration document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An SSM parameter, by name.
    Parameter(String),
    /// A file, for local use.
    File(String),
    /// The document itself.
    Inline(String),
}

/// Why the configuration could not be had.
#[derive(Clone, Debug, Error)]
pub enum SettingsError {
    /// The variable is missing or has no known form.
    #[error(
        "NIGHTSHIFT_CONFIG is {found}: set it to `ssm:<parameter name>`, `file:<path>`, or the JSON document itself"
    )]
    Variable {
        /// What was found.
        found: String,
    },
    /// The file could not be read.
    #[error("configuration file {path}: {problem}")]
    File {
        /// The path.
        path: String,
        /// What went wrong.
        problem: String,
    },
    /// SSM did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The document is wrong.
    #[error(transparent)]
    Document(#[from] ConfigError),
}

impl Source {
    /// Reads the variable's value.
    ///
    /// # Errors
    /// When it has none of the known forms.
    pub fn from_value(value: Option<&str>) -> Result<Self, SettingsError> {
        let found = |found: String| SettingsError::Variable { found };
        match value.map(str::trim) {
            None | Some("") => Err(found("not set".to_owned())),
            Some(text) if text.starts_with('{') => Ok(Self::Inline(text.to_owned())),
            Some(text) => match text.split_once(':') {
                Some(("ssm", name)) => Ok(Self::Parameter(name.to_owned())),
                Some(("file", path)) => Ok(Self::File(path.to_owned())),
                _ => Err(found(format!("`{}`", nightshift_core::printable(text, 60)))),
            },
        }
    }
}

/// The configuration document and the stop switch, as they are now.
#[derive(Debug)]
pub struct Settings {
    source: Result<Source, SettingsError>,
    ssm: aws_sdk_ssm::Client,
    region: Region,
    cached: Mutex<Option<(Instant, Arc<Document>)>>,
}

impl Settings {
    /// Settings from where the environment variable points.
    pub fn from_environment(config: &SdkConfig) -> Self {
        let value = std::env::var(VARIABLE).ok();
        Self::new(config, Source::from_value(value.as_deref()))
    }

    /// Settings from a given source.
    pub fn new(config: &SdkConfig, source: Result<Source, SettingsError>) -> Self {
        Self {
            source,
            ssm: aws_sdk_ssm::Client::new(config),
            region: Region::new(config.region().map_or("", AsRef::as_ref)),
            cached: Mutex::new(None),
        }
    }

    /// The document, at most five minutes old.
    ///
    /// # Errors
    /// When it cannot be had or is wrong.
    pub async fn document(&self) -> Result<Arc<Document>, SettingsError> {
        let mut cached = self.cached.lock().await;
        if let Some((read_at, document)) = cached.as_ref()
            && read_at.elapsed() < FRESH
        {
            return Ok(Arc::clone(document));
        }
        let text = match self.source.as_ref().map_err(Clone::clone)? {
            Source::Inline(text) => text.clone(),
            Source::File(path) => {
                std::fs::read_to_string(path).map_err(|error| SettingsError::File {
                    path: path.clone(),
                    problem: error.to_string(),
                })?
            }
            Source::Parameter(name) => self.parameter(name).await?,
        };
        let document = Arc::new(Document::from_json(&text)?);
        *cached = Some((Instant::now(), Arc::clone(&document)));
        Ok(document)
    }

    /// What the stop switch says at this moment; never cached, and an
    /// unreadable one stops everything.
    pub async fn stop_switch(&self, document: &Document) -> StopSwitch {
        match self.parameter(&document.guards.stop_parameter).await {
            Ok(value) => StopSwitch::from_value(&value),
            Err(error) => StopSwitch::Unreadable(error.to_string()),
        }
    }

    /// A parameter's value, decrypted where it is a `SecureString`.
    ///
    /// # Errors
    /// When SSM does not answer or the parameter is missing.
    pub async fn parameter(&self, name: &str) -> Result<String, CallError> {
        let answer = self
            .ssm
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await
            .map_err(|error| CallError::from_sdk("ssm:GetParameter", name, &self.region, &error))?;
        answer
            .parameter()
            .and_then(|parameter| parameter.value())
            .map(str::to_owned)
            .ok_or_else(|| CallError {
                operation: "ssm:GetParameter",
                resource: name.to_owned(),
                region: self.region.clone(),
                code: None,
                class: CallClass::Invalid,
                message: "the parameter has no value".to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_told_by_its_form() {
        let source = |text| Source::from_value(Some(text)).unwrap();
        assert_eq!(source("ssm:/p/dev/x"), Source::Parameter("/p/dev/x".into()));
        assert_eq!(source("file:dev.json"), Source::File("dev.json".into()));
        assert_eq!(source(" {}"), Source::Inline("{}".into()));
        for wrong in [None, Some(""), Some("/p/dev/x")] {
            let error = Source::from_value(wrong).unwrap_err().to_string();
            assert!(error.contains("NIGHTSHIFT_CONFIG is"), "{error}");
        }
    }
}
