//! The way through the rooms: event, observe, decide, act, report.

mod answer;
mod job;

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use futures_util::future::join;
use jiff::Timestamp;
use nightshift_core::{Document, Guard, Notification};
use nightshift_runtime::{
    Body, Deadline, DynamoLedger, Entry, Failure, Function, Https, Invocation, Ledger, Publisher,
    Response, Settings, SettingsError, SnsPublisher, sdk_config,
};
use nightshift_schedule::{Context, Zone};
use serde_json::Value;
use tokio::sync::OnceCell;

use self::answer::{measure, report};
use self::job::Job;

use crate::act::Actor;
use crate::aws::{Aws, Scope, SsmCalendars};
use crate::commands;
use crate::config::Config;
use crate::decide::{self, Cause, Policy};
use crate::event::{Command, Trigger};
use crate::messages::{self, Teller};
use crate::model::EnvironmentRecord;
use crate::observe::{ENVIRONMENT_KEY, PARTITION, observe};
use crate::occasions;
use crate::plan::{Snapshot, Stored};
use crate::report::DigestReport;
use crate::rounds::{self, Finished};
use crate::savings::{self, Prices};

const NAME: &str = "off-hours";
/// How long a throttled batch rests before its first repetition.
const PAUSE: Duration = Duration::from_millis(500);

/// The function, with what outlives an invocation.
#[derive(Debug)]
pub struct OffHours {
    sdk: SdkConfig,
    settings: Settings,
    aws: OnceCell<Aws>,
}

/// The configuration of one invocation.
struct Setup {
    document: Arc<Document>,
    config: Config,
    context: Context,
    prices: Prices,
}

impl OffHours {
    /// Makes the clients and reads the configuration once, so that the first
    /// event finds both. A configuration that cannot be had now is asked for
    /// again, and told, by the first event that needs it.
    pub async fn start() -> Self {
        let sdk = sdk_config(&Https::new()).await;
        let settings = Settings::from_environment(&sdk);
        if let Err(error) = settings.document().await {
            tracing::debug!(%error, "no configuration yet");
        }
        Self {
            sdk,
            settings,
            aws: OnceCell::new(),
        }
    }

    async fn setup(&self) -> Result<Setup, Failure> {
        let document = self
            .settings
            .document()
            .await
            .map_err(|error| Failure::new("Configuration", &error))?;
        let wrong = |error| Failure::new("Configuration", &error);
        let config: Config = document.section(NAME).map_err(wrong)?;
        Ok(Setup {
            context: decide::context(&config).map_err(wrong)?,
            prices: Prices::new(&config.prices).map_err(wrong)?,
            document,
            config,
        })
    }

    async fn aws(&self, setup: &Setup) -> Aws {
        let scope = Scope {
            environment_tag: setup.document.environment_tag.clone(),
            environment: setup.document.environment.clone(),
            auto_scaling: setup.config.auto_scaling,
        };
        let first = scope.clone();
        self.aws
            .get_or_init(|| async { Aws::new(&self.sdk, &setup.document.regions, first) })
            .await
            .begin(scope)
    }

    async fn explain(
        &self,
        schedule: &str,
        syntax: Option<&str>,
        at: Option<Timestamp>,
        days: Option<u16>,
    ) -> Result<Response, Failure> {
        let context = match self.settings.document().await {
            Ok(_) => self.setup().await?.context,
            // What it says of a wrong configuration would not be what the run does.
            Err(SettingsError::Document(error)) => {
                return Err(Failure::new("Configuration", &error));
            }
            // A schedule can be explained without any environment.
            Err(_) => Context::new(Zone::utc()),
        };
        let at = at.unwrap_or_else(Timestamp::now);
        Response::new(&commands::explain(schedule, syntax, &context, at, days)?)
    }

    async fn status(&self, at: Option<Timestamp>) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let snapshot = self.remembered(&setup).await?;
        let now = at.unwrap_or_else(Timestamp::now);
        Response::new(&commands::status(&snapshot, &setup.document, now))
    }

    async fn digest(
        &self,
        month: Option<String>,
        at: Option<Timestamp>,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let now = at.unwrap_or_else(Timestamp::now);
        // Only the schedule tells people; who asks for a month reads the answer.
        let tells = month.is_none();
        let month = month.unwrap_or_else(|| savings::month_before(now));
        let snapshot = self.remembered(&setup).await?;
        let records = snapshot.records.values().map(|stored| &stored.value);
        let digest = savings::digest(&month, now, records);
        let told = if tells {
            let message = messages::monthly(&setup.document, &digest, now);
            self.publisher(&setup)
                .publish(&message)
                .await
                .map_err(|error| Failure::new("Publish", &error))?;
            true
        } else {
            false
        };
        Response::new(&DigestReport {
            version: 1,
            function: NAME,
            command: "digest",
            environment: setup.document.environment.clone(),
            digest,
            told,
        })
    }

    /// The ledger alone, for questions that need no look at AWS.
    async fn remembered(&self, setup: &Setup) -> Result<Snapshot, Failure> {
        self.ledger(setup)
            .load(PARTITION)
            .await
            .map(Snapshot::of_ledger)
            .map_err(|error| Failure::new("Ledger", &error))
    }

    fn ledger(&self, setup: &Setup) -> DynamoLedger {
        DynamoLedger::new(&self.sdk, &setup.document.ledger_table)
    }

    fn publisher(&self, setup: &Setup) -> SnsPublisher {
        SnsPublisher::new(&self.sdk, &setup.document.notifications_topic)
    }

    async fn reconcile(&self, job: Job, invocation: &Invocation) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let document = &setup.document;
        let now = job.at.unwrap_or_else(Timestamp::now);
        let dry_run = job.dry_run.unwrap_or(document.guards.dry_run);
        let (aws, ledger) = (self.aws(&setup).await, self.ledger(&setup));
        let calendars = SsmCalendars::new(&self.sdk);
        let (switch, snapshot) = join(
            self.settings.stop_switch(document),
            observe(&aws, &ledger, &calendars, document, &setup.config, now),
        )
        .await;
        let mut snapshot = snapshot.map_err(|error| Failure::new("Ledger", &error))?;
        if let Some(request) = &job.request {
            commands::enter(request, &mut snapshot, &ledger, document, now, dry_run)
                .await
                .map_err(|error| Failure::new("Command", &error))?;
        }
        let guard = Guard::new(document, switch);
        let hourly = |resource: &_| setup.prices.hourly(resource);
        let policy = Policy {
            document,
            config: &setup.config,
            context: &setup.context,
            guard: &guard,
            hourly: &hourly,
            dry_run,
        };
        let actor = Actor {
            cloud: &aws,
            ledger: &ledger,
            guard: &guard,
            deadline: &invocation.deadline,
            dry_run,
            now,
            pause: PAUSE,
        };
        let before = snapshot.memory();
        let finished = rounds::run(&actor, &policy, &job.forced, snapshot).await;
        let telling = self
            .tell(&setup, &policy, &before, &finished, &ledger, now)
            .await;
        drop(before);
        let report = report(&job, &setup, finished, telling, now, dry_run, invocation);
        measure(&report, now);
        Response::new(&report)
    }

    /// Tells people, then writes down that they were told: a crash in between
    /// tells twice, and never not at all.
    async fn tell(
        &self,
        setup: &Setup,
        policy: &Policy<'_>,
        before: &Snapshot,
        finished: &Finished,
        ledger: &DynamoLedger,
        now: Timestamp,
    ) -> Telling {
        if policy.dry_run {
            return Telling::default();
        }
        let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| NAME.into());
        let teller = Teller::new(
            &setup.document,
            &function,
            &setup.context.default_zone,
            finished,
            now,
        );
        let due = occasions::due(before, finished, policy, now);
        let publisher = self.publisher(setup);
        let mut telling = Telling::default();
        for occasion in &due.occasions {
            let message: Notification = teller.tell(occasion);
            match publisher.publish(&message).await {
                Ok(()) => telling.told.push(message.title),
                Err(error) => telling.untold.push(format!("{}: {error}", message.title)),
            }
        }
        let seen = &finished.snapshot.environment;
        // What was not told is due again in the next run.
        let next = if telling.untold.is_empty() {
            due.environment
        } else {
            seen.value.clone()
        };
        if next != before.environment.value
            && let Err(problem) = keep(ledger, seen, &next).await
        {
            telling.untold.push(problem);
        }
        telling
    }
}

/// What people were told, and what not.
#[derive(Default)]
struct Telling {
    told: Vec<String>,
    untold: Vec<String>,
}

impl Function for OffHours {
    async fn handle(&self, input: Value, invocation: Invocation) -> Result<Response, Failure> {
        let trigger = Trigger::parse(&input).map_err(|error| Failure::new("Input", &error))?;
        let job = match trigger {
            Trigger::Command(Command::Explain {
                schedule,
                at,
                days,
                syntax,
            }) => return self.explain(&schedule, syntax.as_deref(), at, days).await,
            Trigger::Command(Command::Status { at }) => return self.status(at).await,
            Trigger::Command(Command::Digest { month, at }) => return self.digest(month, at).await,
            Trigger::Command(command) => Job::of_command(command),
            Trigger::Hastened(hastening) => Job {
                cause: hastening.words,
                forced: Cause {
                    forced_start: hastening.forced_start,
                },
                ..Job::new("reconcile")
            },
        };
        self.reconcile(job, &invocation).await
    }
}

async fn keep(
    ledger: &DynamoLedger,
    seen: &Stored<EnvironmentRecord>,
    next: &EnvironmentRecord,
) -> Result<(), String> {
    let entry = Entry {
        key: ENVIRONMENT_KEY.to_owned(),
        version: seen.version,
        body: Body::new(next).map_err(|error| error.to_string())?,
        expires_at: None,
    };
    ledger
        .write(PARTITION, &entry)
        .await
        .map(drop)
        .map_err(|error| format!("what was told could not be written down: {error}"))
}

fn milliseconds(deadline: &Deadline) -> u64 {
    u64::try_from(deadline.elapsed().as_millis()).unwrap_or(u64::MAX)
}
