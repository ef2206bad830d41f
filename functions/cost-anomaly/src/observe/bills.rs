//! What is asked of AWS about money, as plain values. The real services are in
//! [`super::aws`]; tests put others in their place.

use std::future::Future;

use jiff::Timestamp;
use jiff::civil::Date;
use nightshift_cost::recommendations::Recommendation;
use nightshift_cost::{Breakdown, Dimension};
use nightshift_runtime::CallError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::config::Metric;
use crate::event::Feedback;
use crate::model::Sighting;

/// A way in which the bill is cut: Cost Explorer takes two groups at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// By service and account; this one is judged.
    ServiceAccount,
    /// By service and Region.
    ServiceRegion,
    /// By service and usage type.
    ServiceUsageType,
    /// By service and environment tag.
    ServiceEnvironment,
    /// By service and record type: credits, refunds, fees and tax, which the
    /// others leave out.
    ServiceRecordType,
}

impl Cut {
    /// All of them, in the order in which they are asked: what is judged first.
    pub const ALL: [Self; 5] = [
        Self::ServiceAccount,
        Self::ServiceEnvironment,
        Self::ServiceRecordType,
        Self::ServiceRegion,
        Self::ServiceUsageType,
    ];

    /// What it tells apart, record types aside.
    pub fn breakdown(self) -> Breakdown {
        let second = match self {
            Self::ServiceAccount => Some(Dimension::Account),
            Self::ServiceRegion => Some(Dimension::Region),
            Self::ServiceUsageType => Some(Dimension::UsageType),
            Self::ServiceEnvironment => Some(Dimension::Environment),
            Self::ServiceRecordType => None,
        };
        Breakdown::by([Dimension::Service].into_iter().chain(second))
    }

    /// Whether it reads usage only.
    pub const fn is_usage(self) -> bool {
        !matches!(self, Self::ServiceRecordType)
    }

    /// Its name in keys of the ledger.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ServiceAccount => "service-account",
            Self::ServiceRegion => "service-region",
            Self::ServiceUsageType => "service-usage-type",
            Self::ServiceEnvironment => "service-environment",
            Self::ServiceRecordType => "service-record-type",
        }
    }
}

/// One question to Cost Explorer, a page of which costs a cent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// How the answer is cut.
    pub cut: Cut,
    /// Its first day.
    pub from: Date,
    /// The day after its last.
    pub to: Date,
    /// How amounts are counted.
    pub metric: Metric,
    /// The key of the environment's tag.
    pub environment_tag: String,
}

/// One page of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// It, as the API writes it.
    pub body: Value,
    /// Where the next page is found.
    pub next: Option<String>,
}

/// How far what was committed to is used, and how much it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Commitment {
    /// How much of the Savings Plans was used.
    PlansUtilization,
    /// How much of what Savings Plans could cover they did.
    PlansCoverage,
    /// How much of the reservations was used.
    ReservationsUtilization,
    /// How much of what reservations could cover they did.
    ReservationsCoverage,
}

impl Commitment {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::PlansUtilization,
        Self::PlansCoverage,
        Self::ReservationsUtilization,
        Self::ReservationsCoverage,
    ];

    /// The IAM action.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::PlansUtilization => "ce:GetSavingsPlansUtilization",
            Self::PlansCoverage => "ce:GetSavingsPlansCoverage",
            Self::ReservationsUtilization => "ce:GetReservationUtilization",
            Self::ReservationsCoverage => "ce:GetReservationCoverage",
        }
    }
}

/// The services that know about money. Every call of Cost Explorer that succeeds
/// costs a cent.
pub trait Bills: Send + Sync {
    /// A page of what was spent, day by day.
    fn costs(
        &self,
        ask: &Ask,
        page: Option<&str>,
    ) -> impl Future<Output = Result<Page, CallError>> + Send;

    /// Anomalies that Cost Anomaly Detection knows of since a day: a page, and
    /// where the next is found.
    fn anomalies(
        &self,
        since: Date,
        page: Option<&str>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(Vec<Sighting>, Option<String>), CallError>> + Send;

    /// Tells Cost Anomaly Detection what a person says of an anomaly; free.
    fn feedback(
        &self,
        anomaly: &str,
        feedback: Feedback,
    ) -> impl Future<Output = Result<(), CallError>> + Send;

    /// A figure about commitments in a span of days, in per cent. Where there is
    /// no commitment AWS answers with the error `DataUnavailableException`.
    fn commitment(
        &self,
        figure: Commitment,
        from: Date,
        to: Date,
    ) -> impl Future<Output = Result<Option<f64>, CallError>> + Send;

    /// The policy of a topic, as JSON; None where it has none.
    fn topic_policy(
        &self,
        topic: &str,
    ) -> impl Future<Output = Result<Option<String>, CallError>> + Send;

    /// What AWS recommends: Cost Optimization Hub where the account takes part
    /// in it, otherwise Compute Optimizer; None where it takes part in neither.
    fn advice(&self)
    -> impl Future<Output = Result<Option<Vec<Recommendation>>, CallError>> + Send;
}
