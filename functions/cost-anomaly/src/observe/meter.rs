//! What Cost Explorer has been asked in a month, and what that has cost: counted
//! before each request, and refused beyond the cap.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Money;
use nightshift_runtime::{Body, CallClass, CallError, Entry, Ledger, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::decide::month_of;
use crate::matter::PARTITION;

/// A page of the primary billing view (AWS Cost Management pricing, Cost
/// Explorer API).
pub const PAGE_PRICE: Money = Money::from_micro_usd(10_000);
/// How often a contested count is tried.
const ATTEMPTS: u32 = 6;
/// How often a request is made before it is given up.
const REQUESTS: u32 = 4;
const KEEP: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What was asked in one month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spent {
    /// Requests by operation, such as `ce:GetCostAndUsage`.
    pub requests: BTreeMap<String, u32>,
}

impl Spent {
    /// All requests.
    pub fn total(&self) -> u32 {
        self.requests
            .values()
            .fold(0, |sum, one| sum.saturating_add(*one))
    }

    /// What they have cost.
    pub fn money(&self) -> Money {
        PAGE_PRICE.times(self.total())
    }
}

/// Why a request was not made, or brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MeterError {
    /// The month's cap is reached.
    #[error(
        "{operation} was not asked: the cap of {cap} requests ({}) in {month} is reached; raise functions.cost-anomaly.requests_per_month, or wait for the next month",
        PAGE_PRICE.times(*.cap)
    )]
    Cap {
        /// What was not asked.
        operation: &'static str,
        /// The cap.
        cap: u32,
        /// The month, as `2026-11`.
        month: String,
    },
    /// The meter could not be read or written: then nothing is asked.
    #[error("{operation} was not asked, because what was asked this month is not known: {error}")]
    Ledger {
        /// What was not asked.
        operation: &'static str,
        /// What the ledger says.
        error: LedgerError,
    },
    /// AWS did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Counts requests in the ledger.
#[derive(Debug)]
pub struct Meter<'a, L> {
    /// Where they are counted.
    pub ledger: &'a L,
    /// How many there may be in a month.
    pub cap: u32,
    /// Which month it is.
    pub now: Timestamp,
    /// How long a contested count rests before it is tried again.
    pub pause: Duration,
}

/// Where a month's count is kept.
pub fn month_key(now: Timestamp) -> String {
    format!("meter#{}", month_of(now))
}

impl<L: Ledger> Meter<'_, L> {
    /// What was asked this month.
    pub async fn spent(&self) -> Result<Spent, LedgerError> {
        Ok(self.read().await?.1)
    }

    /// Makes a request, again where it may pass later; each attempt is counted
    /// before it is made, so whoever makes it must not try again by himself. A
    /// request that was refused is free, and is taken off again; where that fails
    /// too, and where no answer came, it stays counted.
    pub async fn ask<T, Answer>(
        &self,
        operation: &'static str,
        request: impl Fn() -> Answer,
    ) -> Result<T, MeterError>
    where
        Answer: Future<Output = Result<T, CallError>>,
    {
        let mut attempt = 1;
        loop {
            self.count(operation, true).await?;
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if error.class != CallClass::Unavailable
                && let Err(problem) = self.count(operation, false).await
            {
                tracing::warn!(operation, %problem, "a failed request stays counted");
            }
            if attempt == REQUESTS || !error.class.is_transient() {
                return Err(error.into());
            }
            tokio::time::sleep(self.pause * 5 * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    async fn read(&self) -> Result<(u64, Spent), LedgerError> {
        let key = month_key(self.now);
        let Some(entry) = self.ledger.read(PARTITION, &key).await? else {
            return Ok((0, Spent::default()));
        };
        let spent = entry.body.read().map_err(|error| LedgerError::Malformed {
            key,
            problem: error.to_string(),
        })?;
        Ok((entry.version, spent))
    }

    async fn count(&self, operation: &'static str, more: bool) -> Result<(), MeterError> {
        let failed = |error| MeterError::Ledger { operation, error };
        let mut attempt = 1;
        loop {
            let (version, mut spent) = self.read().await.map_err(failed)?;
            if more && spent.total() >= self.cap {
                return Err(MeterError::Cap {
                    operation,
                    cap: self.cap,
                    month: month_of(self.now),
                });
            }
            let count = spent.requests.entry(operation.to_owned()).or_default();
            *count = if more {
                count.saturating_add(1)
            } else {
                count.saturating_sub(1)
            };
            let body = Body::new(&spent).map_err(|error| {
                failed(LedgerError::Malformed {
                    key: month_key(self.now),
                    problem: error.to_string(),
                })
            })?;
            let entry = Entry {
                key: month_key(self.now),
                version,
                body,
                expires_at: self.now.checked_add(KEEP).ok(),
            };
            match self.ledger.write(PARTITION, &entry).await {
                Ok(_) => return Ok(()),
                Err(LedgerError::Conflict { .. }) if attempt < ATTEMPTS => {
                    tokio::time::sleep(self.pause * attempt).await;
                    attempt += 1;
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }
}
