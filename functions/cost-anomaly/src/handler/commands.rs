//! Operators' commands that look and change nothing.

use jiff::Timestamp;
use nightshift_cost::backtest::{self, Labelled, back_test};
use nightshift_cost::{Class, History, Query, RecordType, Series, read_cost_explorer, read_csv};
use nightshift_runtime::{Failure, Invocation, Response, SnsPublisher};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{CostAnomaly, PAUSE, Rounds, Setup};
use crate::act::remembered;
use crate::config::NAME;
use crate::decide::standing;
use crate::matter::BudgetStanding;
use crate::observe::aws::Aws;
use crate::observe::{Cut, Read, Surveyor};
use crate::report::{Bill, OpenMatter, StatusReport};

/// The seed of every back-test: the same history gives the same figures.
const SEED: u64 = 20_261_127;

/// The answer to `backtest`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BacktestReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `backtest`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Where the history came from: `csv`, `cost-explorer` or `live`.
    pub history: &'static str,
    /// How the methods did.
    pub report: backtest::Report,
    /// What could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// The answer to `forecast`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ForecastReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `forecast`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Every environment that has a budget and a line on the bill.
    pub environments: Vec<BudgetStanding>,
    /// What could not be read, and is not known therefore.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

impl Setup {
    /// What was read of the bill before; nobody is asked.
    pub(super) async fn remembered(
        &self,
        function: &CostAnomaly,
        around: &Surveyor<'_, Aws>,
        cuts: &[Cut],
        now: Timestamp,
        invocation: &Invocation,
    ) -> Read {
        let rounds = Rounds {
            ledger: &self.ledger,
            publisher: &SnsPublisher::new(&function.sdk, &self.document.notifications_topic),
            around,
            bills: &function.aws,
            document: &self.document,
            config: &self.config,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
        };
        rounds.reader().remembered(cuts, rounds.from()).await
    }
}

impl CostAnomaly {
    pub(super) async fn status(&self, now: Timestamp) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let failed = |error: nightshift_runtime::LedgerError| Failure::new("Ledger", &error);
        let (matters, unreadable) = remembered(&setup.ledger).await.map_err(failed)?;
        let meter = crate::observe::Meter {
            ledger: &setup.ledger,
            cap: setup.config.requests_per_month.0,
            now,
            pause: PAUSE,
        };
        let spent = meter.spent().await.map_err(failed)?;
        let mut open: Vec<OpenMatter> = matters.iter().filter_map(OpenMatter::of).collect();
        open.sort_by_key(|one| std::cmp::Reverse((one.impact, one.told_at)));
        Response::new(&StatusReport {
            version: 1,
            function: NAME,
            command: "status",
            environment: setup.document.environment.clone(),
            at: now,
            remembered: matters.len(),
            open,
            cost_explorer: Bill::new(0, spent, meter.cap),
            unreadable,
        })
    }

    pub(super) async fn backtest(
        &self,
        csv: Option<String>,
        cost_explorer: Option<Value>,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let wrong = |error: nightshift_cost::ReadError| Failure::new("Input", &error);
        let mut gaps = Vec::new();
        let mut history = History::default();
        let from = match (csv, cost_explorer) {
            (Some(_), Some(_)) => {
                let words = "backtest takes `csv` or `cost_explorer`, not both";
                return Err(Failure::new("Input", words));
            }
            (Some(csv), None) => {
                history.add(read_csv(&csv, now).map_err(wrong)?);
                "csv"
            }
            (None, Some(pages)) => {
                let query = Query {
                    read_at: now,
                    metric: None,
                    record_type: &RecordType::Usage,
                };
                history.add(read_cost_explorer(&pages.to_string(), &query).map_err(wrong)?);
                "cost-explorer"
            }
            (None, None) => {
                let estate = Ok(crate::observe::Estate::default());
                let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
                let read = setup
                    .remembered(self, &around, &[Cut::ServiceAccount], now, invocation)
                    .await;
                history = read.history;
                gaps = read.gaps;
                "live"
            }
        };
        let labelled: Vec<Labelled> = usage(&history, setup.config.detection.lag_days)
            .into_iter()
            .map(|series| Labelled {
                series,
                changes: Vec::new(),
            })
            .collect();
        Response::new(&BacktestReport {
            version: 1,
            function: NAME,
            command: "backtest",
            environment: setup.document.environment.clone(),
            at: now,
            history: from,
            report: back_test(&labelled, &setup.config.detection, SEED),
            gaps,
        })
    }

    pub(super) async fn forecast(
        &self,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let estate = Ok(crate::observe::Estate::default());
        let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
        let read = setup
            .remembered(self, &around, &[Cut::ServiceEnvironment], now, invocation)
            .await;
        let (environments, unknown) = standing::standings(&read.history, &setup.config, now);
        let mut gaps = read.gaps;
        gaps.extend(unknown);
        Response::new(&ForecastReport {
            version: 1,
            function: NAME,
            command: "forecast",
            environment: setup.document.environment.clone(),
            at: now,
            environments,
            gaps,
        })
    }
}

/// The usage of every breakdown of a history.
fn usage(history: &History, lag: u8) -> Vec<Series> {
    let cuts: Vec<_> = history.breakdowns().collect();
    cuts.into_iter()
        .flat_map(|cut| history.series(cut, Class::Usage, lag))
        .collect()
}
