use std::collections::HashMap;
use std::future::Future;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use nightshift_core::Region;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::call_error::{CallClass, CallError};

/// A remembered state as it is stored: JSON. Only who knows its type reads it,
/// straight from the text, for a ledger may hold thousands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(String);

impl Body {
    /// Writes a state.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(state: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_string(state).map(Self)
    }

    /// Reads the state.
    ///
    /// # Errors
    /// When what is stored is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

/// One remembered thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about, such as `resource#arn:...`.
    pub key: String,
    /// Counts the writes; the optimistic lock.
    pub version: u64,
    /// The remembered state.
    pub body: Body,
    /// When DynamoDB may forget it.
    pub expires_at: Option<Timestamp>,
}

/// Why the ledger could not serve.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// Somebody else has written meanwhile.
    #[error("the ledger entry `{key}` was changed by another run; the next run reads it anew")]
    Conflict {
        /// The entry.
        key: String,
    },
    /// What is stored has another shape than this code writes.
    #[error("the ledger entry `{key}` cannot be read: {problem}; correct or remove the item")]
    Malformed {
        /// The entry.
        key: String,
        /// What is wrong.
        problem: String,
    },
    /// DynamoDB did not do it.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Memory that outlives an invocation: read strongly, written conditionally.
pub trait Ledger: Send + Sync {
    /// Everything in a partition.
    fn load(&self, partition: &str)
    -> impl Future<Output = Result<Vec<Entry>, LedgerError>> + Send;

    /// One entry, as last written.
    fn read(
        &self,
        partition: &str,
        key: &str,
    ) -> impl Future<Output = Result<Option<Entry>, LedgerError>> + Send;

    /// Writes `entry` if its version is still the stored one (0: if there is
    /// none yet), and answers the new version.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] when somebody else has written meanwhile.
    fn write(
        &self,
        partition: &str,
        entry: &Entry,
    ) -> impl Future<Output = Result<u64, LedgerError>> + Send;
}

/// The ledger in a DynamoDB table with the string keys `pk` and `sk`.
#[derive(Clone, Debug)]
pub struct DynamoLedger {
    client: aws_sdk_dynamodb::Client,
    table: String,
    region: Region,
}

impl DynamoLedger {
    /// The ledger in `table`, in the configuration's Region.
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self {
            client: aws_sdk_dynamodb::Client::new(config),
            table: table.to_owned(),
            region: Region::new(config.region().map_or("", AsRef::as_ref)),
        }
    }
}

impl Ledger for DynamoLedger {
    async fn load(&self, partition: &str) -> Result<Vec<Entry>, LedgerError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :partition")
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .consistent_read(true)
            .into_paginator()
            .send();
        let mut entries = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| {
                CallError::from_sdk("dynamodb:Query", &self.table, &self.region, &error)
            })?;
            for item in page.items() {
                entries.push(entry(item)?);
            }
        }
        Ok(entries)
    }

    async fn read(&self, partition: &str, key: &str) -> Result<Option<Entry>, LedgerError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(partition.to_owned()))
            .key("sk", AttributeValue::S(key.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| {
                CallError::from_sdk("dynamodb:GetItem", &self.table, &self.region, &error)
            })?;
        answer.item().map(entry).transpose()
    }

    async fn write(&self, partition: &str, entry: &Entry) -> Result<u64, LedgerError> {
        let version = entry.version + 1;
        let mut request = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(partition.to_owned()))
            .item("sk", AttributeValue::S(entry.key.clone()))
            .item("version", AttributeValue::N(version.to_string()))
            .item("body", AttributeValue::S(entry.body.0.clone()));
        if let Some(at) = entry.expires_at {
            request = request.item("expires_at", AttributeValue::N(at.as_second().to_string()));
        }
        request = if entry.version == 0 {
            request.condition_expression("attribute_not_exists(pk)")
        } else {
            request
                .condition_expression("version = :version")
                .expression_attribute_values(
                    ":version",
                    AttributeValue::N(entry.version.to_string()),
                )
        };
        match request.send().await {
            Ok(_) => Ok(version),
            Err(error) => {
                let error =
                    CallError::from_sdk("dynamodb:PutItem", &self.table, &self.region, &error);
                Err(if error.class == CallClass::Conflict {
                    LedgerError::Conflict {
                        key: entry.key.clone(),
                    }
                } else {
                    error.into()
                })
            }
        }
    }
}

fn entry(item: &HashMap<String, AttributeValue>) -> Result<Entry, LedgerError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let number = |name: &str| item.get(name).and_then(|value| value.as_n().ok());
    let key = text("sk").cloned().unwrap_or_default();
    let malformed = |problem: &str| LedgerError::Malformed {
        key: key.clone(),
        problem: problem.to_owned(),
    };
    let version = number("version")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| malformed("`version` is not a number"))?;
    let body = text("body").ok_or_else(|| malformed("`body` is not a text"))?;
    let expires_at = number("expires_at")
        .and_then(|number| number.parse().ok())
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    Ok(Entry {
        key,
        version,
        body: Body(body.clone()),
        expires_at,
    })
}
