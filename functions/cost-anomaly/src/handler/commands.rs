//! Operators' commands that look and change nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{Notification, printable};
use nightshift_cost::backtest::{self, Labelled, back_test};
use nightshift_cost::{
    Class, Episode, History, Query, RecordType, Series, Verdict as Judged, judge,
    read_cost_explorer, read_csv,
};
use nightshift_runtime::{Failure, Invocation, Response, SnsPublisher};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{CostAnomaly, PAUSE, Rounds, Setup};
use crate::act::{placed, remembered, taken};
use crate::config::NAME;
use crate::decide::{Verdict, decide, standing};
use crate::event::news;
use crate::matter::{BudgetStanding, Matter, State};
use crate::messages::{Setting, message};
use crate::model::Point;
use crate::observe::aws::Aws;
use crate::observe::{Context, Cut, Read, Surroundings, Surveyor};
use crate::report::{Bill, OpenMatter, StatusReport};

/// Days of a series that an explanation shows.
const SHOWN: usize = 42;
/// The seed of every back-test: the same history gives the same figures.
const SEED: u64 = 20_261_127;

/// What an explanation is asked about.
pub(super) struct Asked {
    pub(super) event: Option<Value>,
    pub(super) service: Option<String>,
    pub(super) account: Option<String>,
}

/// The answer to `explain`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `explain`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What would be made of each part of the event, as if nothing had been
    /// known before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<ExplainedNews>,
    /// What the detector makes of the service's history.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<ExplainedSeries>,
    /// What could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// What would be made of a part of an event.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExplainedNews {
    /// What it would be merged by.
    pub matter: String,
    /// What would be done, and why.
    pub verdict: Verdict,
    /// What people would read.
    pub message: Notification,
}

/// What the detector makes of a series.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExplainedSeries {
    /// Whose cost it is.
    pub of: String,
    /// Its last weeks, day by day.
    pub days: Vec<ExplainedDay>,
    /// What was unusual in it.
    pub episodes: Vec<Episode>,
}

/// What the detector makes of a day.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExplainedDay {
    /// What it cost, and should have.
    #[serde(flatten)]
    pub point: Point,
    /// `above`, `ordinary`, `unknown` and so on.
    pub verdict: &'static str,
}

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
    async fn remembered(
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

    pub(super) async fn explain(
        &self,
        asked: Asked,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let estate = setup.estate(now).await;
        let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
        let mut answer = Explanation {
            version: 1,
            function: NAME,
            command: "explain",
            environment: setup.document.environment.clone(),
            at: now,
            news: Vec::new(),
            series: Vec::new(),
            gaps: Vec::new(),
        };
        if asked.event.is_none() && asked.service.is_none() {
            let words = "explain needs an `event`, or a `service` as the bill names it";
            return Err(Failure::new("Input", words));
        }
        if let Some(event) = &asked.event {
            let setting = Setting {
                document: &setup.document,
                config: &setup.config,
                now,
            };
            answer.news = explained(event, &setting, &around).await;
        }
        if let Some(service) = &asked.service {
            let read = setup
                .remembered(self, &around, &[Cut::ServiceAccount], now, invocation)
                .await;
            answer.series = series(&read.history, service, asked.account.as_deref(), &setup);
            answer.gaps = read.gaps;
            if answer.series.is_empty() {
                answer.gaps.push(format!(
                    "nothing is remembered of `{}`; `detect` reads the bill",
                    printable(service, 100)
                ));
            }
        }
        Response::new(&answer)
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

/// What would be made of an event, as if nothing had been known before.
pub async fn explained<A: Surroundings>(
    event: &Value,
    setting: &Setting<'_>,
    around: &A,
) -> Vec<ExplainedNews> {
    let mut matters: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in news(event) {
        let (place, word) = placed(one, setting.config, setting.document);
        matters.entry(place).or_default().push(word);
    }
    let mut explained = Vec::new();
    for (place, words) in matters {
        let Some(matter) = taken(None, &place, &words) else {
            continue;
        };
        let verdict = decide(&matter, setting.config, setting.now);
        let context = match &matter.state {
            State::Spend(spend) => around.look(spend).await,
            _ => Context::default(),
        };
        explained.push(ExplainedNews {
            matter: named(&matter),
            message: message(&matter, &verdict, &context, setting),
            verdict,
        });
    }
    explained
}

fn named(matter: &Matter) -> String {
    printable(&matter.place.to_string(), 300)
}

fn series(
    history: &History,
    service: &str,
    account: Option<&str>,
    setup: &Setup,
) -> Vec<ExplainedSeries> {
    let settings = &setup.config.detection;
    let cut = Cut::ServiceAccount.breakdown();
    let all = history.series(cut, Class::Usage, settings.lag_days);
    all.iter()
        .filter(|series| series.key.service.as_deref() == Some(service))
        .filter(|series| account.is_none() || series.key.account.as_deref() == account)
        .map(|series| {
            let track = judge(series, settings);
            let days: Vec<ExplainedDay> = series
                .dated()
                .zip(&track.days)
                .map(|((day, known), judged)| ExplainedDay {
                    point: Point {
                        day,
                        actual: known.amount(),
                        expected: judged.expected,
                    },
                    verdict: word(judged.verdict),
                })
                .collect();
            let from = days.len().saturating_sub(SHOWN);
            ExplainedSeries {
                of: printable(&series.key.to_string(), 200),
                days: days[from..].to_vec(),
                episodes: track.told(settings).cloned().collect(),
            }
        })
        .collect()
}

const fn word(verdict: Judged) -> &'static str {
    match verdict {
        Judged::Unknown => "unknown",
        Judged::Learning => "learning",
        Judged::Ordinary => "ordinary",
        Judged::Above => "above",
        Judged::Below => "below",
        Judged::Habit => "habit",
        Judged::Recovery => "recovery",
    }
}
