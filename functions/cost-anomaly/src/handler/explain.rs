//! Why something is told, or is not: what would be made of an event, and the days
//! of a service as the detector sees them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{Notification, printable};
use nightshift_cost::{Class, Episode, History, Verdict as Judged, judge};
use nightshift_runtime::{Failure, Invocation, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{CostAnomaly, Setup};
use crate::act::{placed, taken};
use crate::config::NAME;
use crate::decide::{Verdict, decide};
use crate::event::news;
use crate::matter::{Matter, State};
use crate::messages::{Setting, message};
use crate::model::Point;
use crate::observe::{Context, Cut, Surroundings};

/// Days of a series that an explanation shows.
const SHOWN: usize = 42;

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

impl CostAnomaly {
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
                    point: Point::of(day, known, judged.expected),
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
