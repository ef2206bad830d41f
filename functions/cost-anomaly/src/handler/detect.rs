//! The daily round: read the bill, judge it, tell what changed, and close what is
//! over.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use nightshift_core::Document;
use nightshift_runtime::{
    Deadline, Failure, Invocation, Ledger, LedgerError, Publisher, Response, SnsPublisher,
};

use super::{CostAnomaly, PAUSE, milliseconds, written};
use crate::act::{Desk, Finished, Word, placed, remembered};
use crate::config::{Config, NAME};
use crate::decide::{credits, day_of, detect, standing, watch};
use crate::matter::{Matter, Place, State};
use crate::observe::{Bills, Cut, Meter, MeterError, Read, Reader, Spent, Surroundings, shut_out};
use crate::report::{Bill, Report};
use crate::sources::News;

const ANOMALIES: &str = "ce:GetAnomalies";
/// Anomalies that ended longer ago are not asked for.
const ASKED_DAYS: i64 = 14;
/// More pages than this have no end.
const PAGES: usize = 20;

/// Everything that a round works with.
#[derive(Debug)]
pub struct Rounds<'a, L, P, A, B> {
    /// The memory.
    pub ledger: &'a L,
    /// Where messages go.
    pub publisher: &'a P,
    /// Who looks around.
    pub around: &'a A,
    /// Who is asked about money.
    pub bills: &'a B,
    /// The environment's configuration.
    pub document: &'a Document,
    /// The function's own.
    pub config: &'a Config,
    /// What counts as now.
    pub now: Timestamp,
    /// How long there is.
    pub deadline: &'a Deadline,
    /// How long a contested entry rests before it is tried again.
    pub pause: Duration,
}

/// What a round has brought.
#[derive(Debug)]
pub struct Round {
    /// What was done about matters.
    pub finished: Finished,
    /// What could not be read, and why.
    pub gaps: Vec<String>,
    /// How many series were judged.
    pub judged: usize,
    /// How many pages were asked for.
    pub pages: u32,
    /// What was asked this month; None where that is not known.
    pub spent: Option<Spent>,
}

impl<L, P, A, B> Rounds<'_, L, P, A, B>
where
    L: Ledger,
    P: Publisher,
    A: Surroundings,
    B: Bills,
{
    /// One round.
    ///
    /// # Errors
    /// When what is known of matters cannot be read: then nothing is told, for it
    /// might be told twice.
    pub async fn round(&self, dry_run: bool) -> Result<Round, LedgerError> {
        let (matters, mut gaps) = remembered(self.ledger).await?;
        let mut words: Vec<(Place, Word)> = Vec::new();
        let (mut judged, mut pages) = (0, 0);
        let read = if self.config.sources.detector {
            Some(self.reader().read(&Cut::ALL, self.from()).await)
        } else {
            None
        };
        if let Some(read) = &read {
            pages += read.pages;
            judged = self.judge(read, &matters, &mut words, &mut gaps);
        }
        let shut_out = self.shut_out().await.unwrap_or_else(|gap| {
            gaps.push(gap);
            None
        });
        let lag = self.config.detection.lag_days;
        let known = matters.iter().find_map(|matter| match &matter.state {
            State::Watch(watch) => Some(watch),
            _ => None,
        });
        let watch = watch::state(read.as_ref(), shut_out.as_deref(), known, lag, self.now);
        if known.is_some() || !watch.blind.is_empty() || watch.tried_since.is_some() {
            words.push((Place::Watch, Word::Watch(watch)));
        }
        gaps.extend(read.map(|read| read.gaps).unwrap_or_default());
        gaps.extend(shut_out);
        if self.config.sources.ask_anomaly_detection {
            match self.anomalies(&mut pages).await {
                Ok(news) => words.extend(
                    news.into_iter()
                        .map(|news| placed(news, self.config, self.document)),
                ),
                Err(error) => gaps.push(error.to_string()),
            }
        }
        // What nobody has said anything of may be over by the time that passed.
        let open = matters
            .iter()
            .filter(|matter| matter.is_open() && !matches!(matter.place, Place::Note(_)))
            .chain(matters.iter().filter(|matter| matter.saying.is_some()));
        words.extend(open.map(|matter| (matter.place.clone(), Word::Time)));
        let desk = Desk {
            ledger: self.ledger,
            publisher: self.publisher,
            around: self.around,
            document: self.document,
            config: self.config,
            now: self.now,
            deadline: self.deadline,
            pause: self.pause,
            dry_run,
        };
        let finished = desk.settle(words).await;
        let spent = match self.meter().spent().await {
            Ok(spent) => Some(spent),
            Err(error) => {
                gaps.push(error.to_string());
                None
            }
        };
        Ok(Round {
            finished,
            gaps,
            judged,
            pages,
            spent,
        })
    }

    /// The first day that is read.
    pub fn from(&self) -> Date {
        let days = i64::from(self.config.cost_explorer.history_days);
        let today = day_of(self.now);
        today.checked_sub(days.days()).unwrap_or(today)
    }

    /// Who reads the bill.
    pub fn reader(&self) -> Reader<'_, L, B> {
        Reader {
            ledger: self.ledger,
            bills: self.bills,
            meter: self.meter(),
            settings: &self.config.cost_explorer,
            environment_tag: self.config.tag(self.document),
            now: self.now,
            deadline: self.deadline,
        }
    }

    /// Who counts requests.
    pub fn meter(&self) -> Meter<'_, L> {
        Meter {
            ledger: self.ledger,
            cap: self.config.requests_per_month.0,
            now: self.now,
            pause: self.pause,
        }
    }

    fn judge(
        &self,
        read: &Read,
        matters: &[Matter],
        words: &mut Vec<(Place, Word)>,
        gaps: &mut Vec<String>,
    ) -> usize {
        let settings = &self.config.detection;
        let judgement = detect::judgement(&read.history, settings, self.now);
        let over = matters.iter().filter_map(|matter| match &matter.state {
            State::Spend(spend) => detect::vanished(spend, &judgement, self.now),
            _ => None,
        });
        let over: Vec<_> = over.collect();
        let judged = judgement.judged.len();
        for sighting in judgement.sightings.into_iter().chain(over) {
            words.push((
                Place::Spend(sighting.cause.clone()),
                Word::Sighting(Box::new(sighting)),
            ));
        }
        let (standings, unknown) = standing::standings(&read.history, self.config, self.now);
        gaps.extend(unknown);
        for standing in standings {
            let place = Place::Budget {
                name: standing.environment.clone(),
                month: crate::decide::month_of(self.now),
            };
            let state = crate::matter::BudgetState {
                own: Some(standing.clone()),
                ..Default::default()
            };
            // A budget that is far from spent is no matter, until it was one.
            let known = matters.iter().any(|matter| matter.place == place);
            if known || state.level().is_some() {
                words.push((place, Word::Standing(standing)));
            }
        }
        let state = credits::state(
            &read.history,
            self.config.credits.as_ref(),
            settings,
            self.now,
        );
        words.extend(state.map(|state| (Place::Credits, Word::Credits(state))));
        judged
    }

    /// Why AWS cannot say something about spending, where that is so; an error
    /// where that is not known.
    async fn shut_out(&self) -> Result<Option<String>, String> {
        let Some(topic) = self.config.alerts_topic.as_deref() else {
            return Ok(None);
        };
        let policy = self.bills.topic_policy(topic).await;
        let policy = policy.map_err(|error| error.to_string())?;
        let out = shut_out(policy.as_deref().unwrap_or_default());
        Ok((!out.is_empty()).then(|| {
            format!(
                "The policy of {topic} does not let {} publish, so what they say is lost; apply the environment's Terraform again.",
                out.join(" and ")
            )
        }))
    }

    async fn anomalies(&self, pages: &mut u32) -> Result<Vec<News>, MeterError> {
        let today = day_of(self.now);
        let since = today.checked_sub(ASKED_DAYS.days()).unwrap_or(today);
        let meter = self.meter();
        let (mut news, mut next) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let request = || self.bills.anomalies(since, next.as_deref(), self.now);
            let (found, more) = meter.ask(ANOMALIES, request).await?;
            *pages += 1;
            news.extend(found.into_iter().map(|one| News::Sighting(Box::new(one))));
            next = more;
            if next.is_none() {
                break;
            }
        }
        Ok(news)
    }
}

impl CostAnomaly {
    pub(super) async fn detect(
        &self,
        now: Timestamp,
        dry_run: bool,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let estate = setup.estate(now).await;
        let around = setup.surveyor(&self.aws, &estate, &invocation.deadline);
        let rounds = Rounds {
            ledger: &setup.ledger,
            publisher: &SnsPublisher::new(&self.sdk, &setup.document.notifications_topic),
            around: &around,
            bills: &self.aws,
            document: &setup.document,
            config: &setup.config,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
        };
        let round = rounds
            .round(dry_run)
            .await
            .map_err(|error| Failure::new("Ledger", &error))?;
        let cap = setup.config.requests_per_month.0;
        let report = Report {
            version: Report::VERSION,
            function: NAME,
            command: "detect",
            request_id: invocation.request_id.clone(),
            environment: setup.document.environment.clone(),
            at: now,
            dry_run,
            matters: round.finished.lines,
            judged: round.judged,
            cost_explorer: round.spent.map(|spent| Bill::new(round.pages, spent, cap)),
            gaps: round.gaps,
            messages: if dry_run {
                round.finished.messages
            } else {
                Vec::new()
            },
            milliseconds: milliseconds(&invocation.deadline),
        };
        written(&report)
    }
}
