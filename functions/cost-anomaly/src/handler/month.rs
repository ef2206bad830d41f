//! What a month cost and saved: everything is read here, and added up and written
//! by the report of `nightshift-cost`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::ToSpan;
use nightshift_core::{AccountId, printable};
use nightshift_cost::recommendations::Judged;
use nightshift_cost::report::{
    AnomalyLine, Baseline, Commitment, EnvironmentFacts, Facts, Forecast, Known, Month, OwnCost,
    Report, Slept, SleptKind, Spending,
};
use nightshift_cost::{Class, Reach, forecast};
use nightshift_runtime::{Failure, Invocation, Ledger, Publisher, Response, SnsPublisher};
use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{advised, commitments};
use super::{CostAnomaly, PAUSE, Rounds, Setup};
use crate::act::remembered;
use crate::config::NAME;
use crate::decide::{day_of, standing};
use crate::event::Format;
use crate::matter::{Matter, State};
use crate::messages::monthly;
use crate::observe::{Cut, Estate, Meter, Read};

/// Days before a month that say what is ordinary in it.
const BEFORE: i64 = 60;

/// What a report is asked for.
pub(super) struct Asked {
    pub(super) period: Option<String>,
    pub(super) format: Format,
    pub(super) publish: bool,
}

/// The answer to `report` in a form for people.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DocumentReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `report`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The month.
    pub period: Month,
    /// How it is written.
    pub format: Format,
    /// The document.
    pub content: String,
}

/// What was read for a month's report, besides the bill.
#[derive(Debug)]
pub struct Around<'a> {
    /// What off-hours remembers.
    pub estate: &'a Result<Estate, String>,
    /// What was unusual.
    pub matters: &'a Result<Vec<Matter>, String>,
    /// Reservations.
    pub reservations: Known<Commitment>,
    /// Savings Plans.
    pub savings_plans: Known<Commitment>,
    /// What AWS recommends.
    pub recommendations: Known<Judged>,
    /// What reading cost.
    pub own: Known<OwnCost>,
}

impl CostAnomaly {
    pub(super) async fn report(
        &self,
        asked: Asked,
        now: Timestamp,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let month = match &asked.period {
            Some(text) => text
                .parse::<Month>()
                .map_err(|error| Failure::new("Input", &error))?,
            None => Month::of(day_of(now)).former(),
        };
        if month.first() > day_of(now) {
            return Err(Failure::new("Input", "the month has not begun"));
        }
        let setup = self.setup().await?;
        let estate = setup.estate(now).await;
        let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
        let publisher = SnsPublisher::new(&self.sdk, &setup.document.notifications_topic);
        let rounds = Rounds {
            ledger: &setup.ledger,
            publisher: &publisher,
            around: &around,
            bills: &self.aws,
            document: &setup.document,
            config: &setup.config,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
        };
        let first = month.former().first();
        let from = first.checked_sub(BEFORE.days()).unwrap_or(first);
        let cuts = [Cut::ServiceEnvironment, Cut::ServiceRecordType];
        let read = rounds.reader().read(&cuts, from).await;
        let meter = setup.meter(now);
        let until = month
            .last()
            .tomorrow()
            .unwrap_or(month.last())
            .min(day_of(now));
        let (reservations, savings_plans) = if until > month.first() {
            commitments(&meter, &self.aws, month.first(), until).await
        } else {
            let why = || Known::Missing("the month has no day yet".to_owned());
            (why(), why())
        };
        let recommendations = advised(&self.aws, &estate, now).await;
        let matters = remembered(&setup.ledger)
            .await
            .map(|(matters, _)| matters)
            .map_err(|error| error.to_string());
        let around = Around {
            estate: &estate,
            matters: &matters,
            reservations,
            savings_plans,
            recommendations,
            own: own(&meter, month).await,
        };
        let facts = facts(&setup.reporter(now), month, &read, around);
        let report = Report::of(&facts);
        if asked.publish {
            publisher
                .publish(&monthly(&report, &setup.document, &setup.account, now))
                .await
                .map_err(|error| Failure::new("Publish", &error))?;
        }
        let content = match asked.format {
            Format::Json => return Response::new(&report),
            Format::Markdown => report.markdown(),
            Format::Html => report.html(),
        };
        Response::new(&DocumentReport {
            version: 1,
            function: NAME,
            command: "report",
            environment: setup.document.environment.clone(),
            at: now,
            period: month,
            format: asked.format,
            content,
        })
    }
}

/// Where and when a report is made.
#[derive(Debug)]
pub struct Reporter<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The environment whose ledger is read.
    pub environment: &'a str,
    /// The account that was asked.
    pub account: &'a AccountId,
    /// The function's configuration.
    pub config: &'a crate::config::Config,
    /// What counts as now.
    pub now: Timestamp,
}

impl Setup {
    fn reporter(&self, now: Timestamp) -> Reporter<'_> {
        Reporter {
            project: &self.document.project,
            environment: &self.document.environment,
            account: &self.account,
            config: &self.config,
            now,
        }
    }
}

/// What Cost Explorer was asked in a month.
async fn own<L: Ledger>(meter: &Meter<'_, L>, month: Month) -> Known<OwnCost> {
    let noon = month.first().at(12, 0, 0, 0);
    let Ok(at) = noon.to_zoned(jiff::tz::TimeZone::UTC) else {
        return Known::Missing("the month is beyond the calendar".to_owned());
    };
    let of = Meter {
        ledger: meter.ledger,
        cap: meter.cap,
        now: at.timestamp(),
        pause: meter.pause,
    };
    match of.spent().await {
        Ok(spent) => Known::Known(OwnCost {
            requests: spent.total(),
            cap: meter.cap,
            cost: spent.money(),
        }),
        Err(error) => Known::Missing(error.to_string()),
    }
}

/// Everything that a month's report is added up from.
pub fn facts(reporter: &Reporter<'_>, month: Month, read: &Read, around: Around<'_>) -> Facts {
    let lag = reporter.config.detection.lag_days;
    let series = |cut: Cut, classes: &[Class]| -> Vec<Spending> {
        classes
            .iter()
            .flat_map(|class| {
                let all = read.history.series(cut.breakdown(), *class, lag);
                all.into_iter().map(|series| Spending {
                    class: *class,
                    series,
                })
            })
            .collect()
    };
    let mut spending = series(Cut::ServiceEnvironment, &[Class::Usage]);
    spending.extend(series(
        Cut::ServiceRecordType,
        &[
            Class::Fee,
            Class::Credit,
            Class::Refund,
            Class::Tax,
            Class::Other,
        ],
    ));
    let spending = if spending.is_empty() && !read.gaps.is_empty() {
        Known::Missing(read.gaps.join("; "))
    } else {
        Known::Known(spending)
    };
    let mut environments: Vec<&str> = reporter.config.budgets.keys().map(String::as_str).collect();
    if !environments.contains(&reporter.environment) {
        environments.push(reporter.environment);
    }
    Facts {
        project: reporter.project.to_owned(),
        account: reporter.account.clone(),
        month,
        generated_at: reporter.now,
        spending,
        environments: environments
            .into_iter()
            .map(|environment| of_environment(reporter, environment, month, read, around.estate))
            .collect(),
        reservations: around.reservations,
        savings_plans: around.savings_plans,
        baseline: Known::known_or(
            reporter.config.baseline.as_ref().map(|baseline| Baseline {
                name: printable(&baseline.name, 100),
                monthly: baseline.monthly_usd.0,
            }),
            format!("functions.{NAME}.baseline is not configured"),
        ),
        anomalies: match around.matters {
            Ok(matters) => Known::Known(unusual(matters, month)),
            Err(why) => Known::Missing(why.clone()),
        },
        own: around.own,
        recommendations: around.recommendations,
    }
}

fn of_environment(
    reporter: &Reporter<'_>,
    environment: &str,
    month: Month,
    read: &Read,
    estate: &Result<Estate, String>,
) -> EnvironmentFacts {
    let budget = reporter
        .config
        .budgets
        .get(environment)
        .map(|budget| budget.0);
    let today = day_of(reporter.now);
    let ends = (today <= month.last()).then(|| {
        let lag = reporter.config.detection.lag_days;
        let series = standing::spending(&read.history, environment, lag);
        let ends = forecast(&series, &reporter.config.detection, today);
        let ends = ends.map(|ends| Forecast {
            expected: ends.expected,
            low: ends.low,
            high: ends.high,
            reached_on: match budget.map(|budget| ends.reach(budget)) {
                Some(Reach::Reached(day) | Reach::Expected(day)) => Some(day),
                Some(Reach::NotThisMonth) | None => None,
            },
        });
        Known::known_or(ends, "too few days are known to say so")
    });
    EnvironmentFacts {
        environment: environment.to_owned(),
        budget: Known::known_or(
            budget,
            format!("functions.{NAME}.budgets has none for {environment}"),
        ),
        forecast: ends,
        slept: if environment == reporter.environment {
            match estate {
                Ok(estate) => Known::Known(slept(estate, month)),
                Err(why) => Known::Missing(why.clone()),
            }
        } else {
            Known::Missing(format!(
                "what sleeps in {environment} is in the memory of that environment"
            ))
        },
    }
}

fn slept(estate: &Estate, month: Month) -> Slept {
    let none = BTreeMap::new();
    let kinds = estate.saved.get(&month.to_string()).unwrap_or(&none);
    let mut slept = Slept::default();
    for (kind, saved) in kinds {
        slept.seconds = slept.seconds.saturating_add(saved.seconds);
        slept.money += saved.money;
        if saved.seconds > 0 && saved.money == nightshift_core::Money::ZERO {
            slept.not_priced.push(kind.clone());
        }
        slept.kinds.push(SleptKind {
            name: kind.clone(),
            seconds: saved.seconds,
            money: saved.money,
        });
    }
    slept
        .kinds
        .sort_by_key(|kind| std::cmp::Reverse((kind.money, kind.seconds)));
    slept
}

/// The matters about spending that have a day in a month, the largest first.
fn unusual(matters: &[Matter], month: Month) -> Vec<AnomalyLine> {
    let mut lines: Vec<AnomalyLine> = matters
        .iter()
        .filter_map(|matter| {
            let State::Spend(spend) = &matter.state else {
                return None;
            };
            let said = matter.said?;
            let (since, until) = (spend.since()?, spend.until()?);
            let best = spend.best()?;
            (since <= month.last() && until >= month.first()).then(|| AnomalyLine {
                what: printable(&best.cause.service, 120),
                since,
                until: (!said.open).then_some(until),
                impact: spend.impact(),
                cause: spend
                    .roots()
                    .first()
                    .and_then(|root| root.usage_type.clone())
                    .map(|usage| printable(&usage, 120)),
            })
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.impact, line.since)));
    lines
}
