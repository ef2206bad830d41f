//! The way through the rooms: event, observe, decide, act, report.

mod advice;
mod commands;
mod detect;
mod explain;
mod feedback;
mod month;

pub use advice::{RecommendationsReport, advised};
pub use commands::{BacktestReport, ForecastReport};
pub use detect::{Round, Rounds};
pub use explain::{ExplainedDay, ExplainedNews, ExplainedSeries, Explanation, explained};
pub use feedback::FeedbackReport;
pub use month::{Around, DocumentReport, Reporter, facts};

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Document, Region};
use nightshift_runtime::{
    Deadline, DynamoLedger, Failure, Function, Https, Invocation, Response, Settings, SnsPublisher,
    batch_item_failures, emit, sdk_config,
};
use serde_json::Value;

use crate::act::{Desk, Finished, Word, placed};
use crate::config::{Config, NAME};
use crate::event::{Command, Record, Trigger};
use crate::matter::Place;
use crate::messages::home;
use crate::observe::aws::{Aws, billing_region};
use crate::observe::{Estate, Surveyor, estate};
use crate::report::Report;
use crate::sources::News;

/// How long a contested entry rests before it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// The function, with what outlives an invocation.
#[derive(Debug)]
pub struct CostAnomaly {
    sdk: SdkConfig,
    settings: Settings,
    aws: Aws,
}

/// The configuration of one invocation.
struct Setup {
    document: Arc<Document>,
    config: Config,
    ledger: DynamoLedger,
    account: AccountId,
    region: Region,
    prefix: String,
}

impl Setup {
    /// What off-hours remembers; why that is not known, otherwise.
    async fn estate(&self, now: Timestamp) -> Result<Estate, String> {
        estate(&self.ledger, now)
            .await
            .map_err(|error| error.to_string())
    }

    /// Who looks around matters, as long as the invocation lets it.
    fn surveyor<'a>(
        &'a self,
        look_ups: &'a Aws,
        estate: &'a Result<Estate, String>,
        deadline: &'a Deadline,
    ) -> Surveyor<'a, Aws> {
        Surveyor {
            look_ups,
            own: estate
                .as_ref()
                .map(|estate| estate.own.as_slice())
                .map_err(String::as_str),
            account: &self.account,
            home: &self.region,
            prefix: &self.prefix,
            settings: &self.config.changes,
            deadline,
        }
    }
}

impl CostAnomaly {
    /// Makes the clients and reads the configuration once, so that the first
    /// event finds both. A configuration that cannot be had now is asked for
    /// again, and told, by the first event that needs it.
    pub async fn start() -> Self {
        let sdk = sdk_config(&Https::new()).await;
        let settings = Settings::from_environment(&sdk);
        let partition = match settings.document().await {
            Ok(document) => document
                .notifications_topic
                .parse::<Arn>()
                .map(|topic| topic.partition().to_owned()),
            Err(error) => {
                tracing::debug!(%error, "no configuration yet");
                Ok("aws".to_owned())
            }
        };
        Self {
            aws: Aws::new(&sdk, partition.as_deref().unwrap_or("aws")),
            settings,
            sdk,
        }
    }

    async fn setup(&self) -> Result<Setup, Failure> {
        let document = self
            .settings
            .document()
            .await
            .map_err(|error| Failure::new("Configuration", &error))?;
        let config =
            Config::of(&document).map_err(|error| Failure::new("Configuration", &error))?;
        let topic = document.notifications_topic.parse::<Arn>().ok();
        Ok(Setup {
            account: home(&document),
            region: topic.map_or_else(|| billing_region("aws"), |topic| topic.region()),
            prefix: format!("{}-{}-", document.project, document.environment),
            ledger: DynamoLedger::new(&self.sdk, &document.ledger_table),
            document,
            config,
        })
    }

    /// Takes in what has come by events.
    async fn hear(&self, news: Vec<News>, invocation: &Invocation) -> Result<Finished, Failure> {
        let setup = self.setup().await?;
        let now = Timestamp::now();
        let words: Vec<(Place, Word)> = news
            .into_iter()
            .map(|news| placed(news, &setup.config, &setup.document))
            .collect();
        let estate = setup.estate(now).await;
        let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
        let desk = Desk {
            ledger: &setup.ledger,
            publisher: &SnsPublisher::new(&self.sdk, &setup.document.notifications_topic),
            around: &around,
            document: &setup.document,
            config: &setup.config,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
            dry_run: false,
        };
        let finished = desk.settle(words).await;
        let report = Report {
            version: Report::VERSION,
            function: NAME,
            command: "events",
            request_id: invocation.request_id.clone(),
            environment: setup.document.environment.clone(),
            at: now,
            dry_run: false,
            matters: finished.lines.clone(),
            judged: 0,
            cost_explorer: None,
            gaps: Vec::new(),
            messages: Vec::new(),
            milliseconds: milliseconds(&invocation.deadline),
        };
        written(&report)?;
        Ok(finished)
    }

    async fn batch(
        &self,
        records: Vec<Record>,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let places: Vec<(Option<String>, Vec<Place>)> = records
            .iter()
            .map(|record| {
                let place = |news: &News| placed(news.clone(), &setup.config, &setup.document).0;
                (record.item.clone(), record.news.iter().map(place).collect())
            })
            .collect();
        let news: Vec<News> = records.into_iter().flat_map(|record| record.news).collect();
        let again = self.hear(news, invocation).await?.again;
        let kept: Vec<Option<String>> = places
            .into_iter()
            .filter(|(_, places)| places.iter().any(|place| again.contains(place)))
            .map(|(item, _)| item)
            .collect();
        let answer = batch_item_failures(kept.iter().map(Option::as_deref)).ok_or_else(|| {
            let words = format!(
                "{} messages were not settled, and the event does not name them; the whole batch has to come again",
                kept.len()
            );
            Failure::new("NotSettled", &words)
        })?;
        Response::new(&answer)
    }

    async fn event(&self, news: Vec<News>, invocation: &Invocation) -> Result<Response, Failure> {
        let finished = self.hear(news, invocation).await?;
        if finished.again.is_empty() {
            return Response::new(&finished.lines);
        }
        let troubles: Vec<&str> = finished
            .lines
            .iter()
            .filter_map(|line| line.trouble.as_deref())
            .collect();
        Err(Failure::new("NotSettled", &troubles.join("; ")))
    }
}

impl Function for CostAnomaly {
    async fn handle(&self, input: Value, invocation: Invocation) -> Result<Response, Failure> {
        let trigger = Trigger::parse(&input).map_err(|error| Failure::new("Input", &error))?;
        match trigger {
            Trigger::Batch(records) => self.batch(records, &invocation).await,
            Trigger::Event(news) => self.event(news, &invocation).await,
            Trigger::Command(command) => Box::pin(self.command(*command, &invocation)).await,
        }
    }
}

impl CostAnomaly {
    async fn command(
        &self,
        command: Command,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let now = |at: Option<Timestamp>| at.unwrap_or_else(Timestamp::now);
        match command {
            Command::Detect { at, dry_run } => self.detect(now(at), dry_run, invocation).await,
            Command::Status { at } => self.status(now(at)).await,
            Command::Explain {
                event,
                service,
                account,
                at,
            } => {
                let asked = explain::Asked {
                    event,
                    service,
                    account,
                };
                self.explain(asked, now(at), invocation).await
            }
            Command::Backtest {
                csv,
                cost_explorer,
                at,
            } => self.backtest(csv, cost_explorer, now(at), invocation).await,
            Command::Forecast { at } => self.forecast(now(at), invocation).await,
            Command::Feedback {
                anomaly,
                feedback,
                dry_run,
                at,
            } => {
                let asked = feedback::Said {
                    anomaly,
                    feedback,
                    dry_run,
                };
                self.feedback(asked, now(at), invocation).await
            }
            Command::Report {
                period,
                format,
                publish,
                at,
            } => {
                let asked = month::Asked {
                    period,
                    format,
                    publish,
                };
                self.report(asked, now(at), invocation).await
            }
            Command::Recommendations { publish, at } => {
                self.recommendations(publish, now(at), invocation).await
            }
        }
    }
}

/// Writes a report to the log and its numbers to the metrics.
fn written(report: &Report) -> Result<Response, Failure> {
    let response = Response::new(report)?;
    tracing::info!(report = response.as_json(), "run finished");
    emit(&report.environment, NAME, report.at, &report.metrics());
    Ok(response)
}

fn milliseconds(deadline: &Deadline) -> u64 {
    u64::try_from(deadline.elapsed().as_millis()).unwrap_or(u64::MAX)
}
