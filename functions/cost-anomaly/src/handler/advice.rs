//! What AWS recommends, what Nightshift's own schedules make of it, and how far
//! commitments are used.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::{Fact, Notification};
use nightshift_cost::recommendations::{Context, Judged, digest, judge};
use nightshift_cost::report::{self, Held, Known, Month, Percent};
use nightshift_runtime::{Failure, Invocation, Ledger, Publisher, Response, SnsPublisher};
use schemars::JsonSchema;
use serde::Serialize;

use super::{CostAnomaly, PAUSE, Setup};
use crate::config::NAME;
use crate::decide::day_of;
use crate::observe::{Bills, Commitment, Estate, Meter, MeterError};

/// Days over which commitments are looked at.
const DAYS: i64 = 30;

/// The answer to `recommendations`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RecommendationsReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `recommendations`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What AWS recommends and what is true of it; why that is not known,
    /// otherwise.
    pub recommendations: Known<Judged>,
    /// Reservations.
    pub reservations: Known<report::Commitment>,
    /// Savings Plans.
    pub savings_plans: Known<report::Commitment>,
    /// What people read.
    pub message: Notification,
    /// Whether people were told.
    pub published: bool,
}

/// What AWS recommends, judged by what sleeps; why that is not known, otherwise.
pub async fn advised<B: Bills>(
    bills: &B,
    estate: &Result<Estate, String>,
    now: Timestamp,
) -> Known<Judged> {
    let schedules = match estate {
        Ok(estate) => &estate.schedules,
        // Without the schedules a recommendation may be wrong and look right.
        Err(why) => return Known::Missing(format!("off-hours' memory: {why}")),
    };
    match bills.advice().await {
        Ok(Some(advised)) => Known::Known(judge(advised, schedules, now)),
        Ok(None) => Known::Missing(
            "the account takes part neither in Cost Optimization Hub nor in Compute Optimizer"
                .to_owned(),
        ),
        Err(error) => Known::Missing(error.to_string()),
    }
}

/// How far reservations, and Savings Plans, are used and cover what they could.
pub async fn commitments<L: Ledger, B: Bills>(
    meter: &Meter<'_, L>,
    bills: &B,
    from: Date,
    to: Date,
) -> (Known<report::Commitment>, Known<report::Commitment>) {
    let ask = async |figure: Commitment| {
        let answer = || bills.commitment(figure, from, to);
        match meter.ask(figure.operation(), answer).await {
            Ok(percent) => Ok(percent),
            // There is no commitment of the kind.
            Err(MeterError::Call(error))
                if error.code.as_deref() == Some("DataUnavailableException") =>
            {
                Ok(None)
            }
            Err(error) => Err(error.to_string()),
        }
    };
    let reservations = held(
        ask(Commitment::ReservationsUtilization).await,
        ask(Commitment::ReservationsCoverage).await,
    );
    let plans = held(
        ask(Commitment::PlansUtilization).await,
        ask(Commitment::PlansCoverage).await,
    );
    (reservations, plans)
}

fn held(
    utilisation: Result<Option<f64>, String>,
    coverage: Result<Option<f64>, String>,
) -> Known<report::Commitment> {
    let share = |percent: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a share; what is beyond is held at the limit"
        )]
        let hundredths = (percent * 100.0).round() as i64;
        Percent::from_hundredths(hundredths)
    };
    match utilisation {
        Err(why) => Known::Missing(why),
        Ok(None) => Known::Known(report::Commitment::NoneHeld),
        Ok(Some(utilisation)) => Known::Known(report::Commitment::Held(Held {
            utilisation: share(utilisation),
            coverage: match coverage {
                Ok(Some(coverage)) => Known::Known(share(coverage)),
                Ok(None) => Known::Missing("AWS says nothing of it".to_owned()),
                Err(why) => Known::Missing(why),
            },
            unused: None,
            net_savings: None,
        })),
    }
}

impl Setup {
    /// Who counts requests.
    pub(super) const fn meter(
        &self,
        now: Timestamp,
    ) -> Meter<'_, nightshift_runtime::DynamoLedger> {
        Meter {
            ledger: &self.ledger,
            cap: self.config.requests_per_month.0,
            now,
            pause: PAUSE,
        }
    }
}

impl CostAnomaly {
    pub(super) async fn recommendations(
        &self,
        publish: bool,
        now: Timestamp,
        _: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let estate = setup.estate(now).await;
        let today = day_of(now);
        let from = today.checked_sub(DAYS.days()).unwrap_or(today);
        let meter = setup.meter(now);
        let (reservations, savings_plans) = commitments(&meter, &self.aws, from, today).await;
        let recommendations = advised(&self.aws, &estate, now).await;
        let context = Context {
            environment: setup.document.environment.clone(),
            account: setup.account.clone(),
            month: Month::of(today).to_string(),
            commitments: [
                ("Reservations", &reservations),
                ("Savings Plans", &savings_plans),
            ]
            .iter()
            .filter_map(|(name, known)| fact(name, known.get()?))
            .collect(),
            not_known: [
                recommendations.why(),
                reservations.why(),
                savings_plans.why(),
            ]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect(),
            now,
        };
        let none = Judged::default();
        let message = digest(recommendations.get().unwrap_or(&none), &context);
        if publish {
            let topic = &setup.document.notifications_topic;
            SnsPublisher::new(&self.sdk, topic)
                .publish(&message)
                .await
                .map_err(|error| Failure::new("Publish", &error))?;
        }
        Response::new(&RecommendationsReport {
            version: 1,
            function: NAME,
            command: "recommendations",
            environment: setup.document.environment.clone(),
            at: now,
            recommendations,
            reservations,
            savings_plans,
            message,
            published: publish,
        })
    }
}

fn fact(name: &str, held: &report::Commitment) -> Option<Fact> {
    let report::Commitment::Held(held) = held else {
        return None;
    };
    let used = format!("{} used", held.utilisation);
    let words = match held.coverage.get() {
        Some(coverage) => format!("{used}, {coverage} covered"),
        None => used,
    };
    Some(Fact::new(name, words))
}
