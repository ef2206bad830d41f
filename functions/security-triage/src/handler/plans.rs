//! Commands about plans, and the plans that rules call for.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use nightshift_core::Guard;
use nightshift_runtime::{DynamoLedger, Failure, Invocation, Ledger, Response, SnsPublisher, emit};

use super::{NAME, SecurityTriage, Setup};
use crate::act::Planner;
use crate::decide::Called;
use crate::finding::FindingKey;
use crate::incident::Incident;
use crate::matter::{Matter, PARTITION, sort_key};
use crate::playbooks::approval::Key;
use crate::playbooks::aws::Aws;
use crate::playbooks::commands::{Command, Incidents};
use crate::playbooks::containment::Containment;
use crate::playbooks::guards::Policy;
use crate::playbooks::messages::Teller;
use crate::playbooks::refusal::Refusal;
use crate::playbooks::report::PlansReport;
use crate::playbooks::run::Hands;

/// Incidents as the ledger remembers them.
struct Remembered<'a>(&'a DynamoLedger);

impl Incidents for Remembered<'_> {
    async fn incident(&self, key: &FindingKey) -> Result<Option<Incident>, String> {
        let entry = self.0.read(PARTITION, &sort_key(key)).await;
        let entry = entry.map_err(|error| error.to_string())?;
        let matter = entry.as_ref().map(Matter::read).transpose();
        let matter = matter.map_err(|error| error.to_string())?;
        Ok(matter.map(|matter| matter.incident))
    }
}

/// What containment works with for the length of an invocation.
struct Tools {
    aws: Arc<Aws>,
    guard: Guard,
    key: Result<Key, Refusal>,
    publisher: SnsPublisher,
    function: String,
    dry_run: bool,
}

impl SecurityTriage {
    pub(super) async fn plans(
        &self,
        command: &Command,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let now = Timestamp::now();
        let wants_dry_run = matches!(command, Command::Plan { dry_run: true, .. });
        let tools = self.tools(&setup, wants_dry_run).await;
        let remembered = Remembered(&setup.ledger);
        let containment = tools.containment(&setup, &remembered, invocation, now);
        // Every look-up of a plan is in this future at once.
        let outcome = Box::pin(containment.command(command))
            .await
            .map_err(|error| Failure::new("Ledger", &error))?;
        for problem in &outcome.untold {
            tracing::warn!(%problem, "people were not told of a plan; the next run tells them");
        }
        let report = PlansReport {
            version: PlansReport::VERSION,
            function: NAME,
            command: command.name(),
            request_id: invocation.request_id.clone(),
            environment: setup.document.environment.clone(),
            at: now,
            dry_run: tools.dry_run,
            refused: outcome.refused,
            proposed: outcome.proposed,
            progressed: outcome.progressed,
            plans: outcome.plans,
            untold: outcome.untold,
        };
        for stand in &report.progressed {
            tracing::info!(
                plan = stand.plan,
                phase = stand.phase.as_str(),
                end = stand.end,
                "plan"
            );
        }
        emit(&report.environment, NAME, now, &report.metrics());
        Response::new(&report)
    }

    async fn tools(&self, setup: &Setup, wants_dry_run: bool) -> Tools {
        let document = &setup.document;
        let (project, environment) = (&document.project, &document.environment);
        Tools {
            aws: self.containing(project, environment),
            guard: Guard::new(document, self.settings.stop_switch(document).await),
            key: self.key(setup).await,
            publisher: SnsPublisher::new(&self.sdk, &document.notifications_topic),
            function: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| NAME.to_owned()),
            dry_run: wants_dry_run || document.guards.dry_run,
        }
    }

    /// AWS under the roles of the playbooks: their credentials are good for an
    /// hour, so that they outlive an invocation.
    fn containing(&self, project: &str, environment: &str) -> Arc<Aws> {
        let mut known = self
            .contained
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match known.as_ref() {
            Some(aws) if aws.is_of(project, environment) => Arc::clone(aws),
            _ => {
                let made = Arc::new(Aws::new(&self.sdk, project, environment));
                *known = Some(Arc::clone(&made));
                made
            }
        }
    }

    async fn key(&self, setup: &Setup) -> Result<Key, Refusal> {
        let Some(name) = &setup.config.playbooks.approval.key_parameter else {
            return Err(Refusal::Key {
                problem: "playbooks.approval.key_parameter names no parameter".to_owned(),
            });
        };
        match self.settings.parameter(name).await {
            Ok(value) => Key::new(&value),
            Err(error) => Err(Refusal::Key {
                problem: error.to_string(),
            }),
        }
    }
}

impl Tools {
    fn containment<'a>(
        &'a self,
        setup: &'a Setup,
        remembered: &'a Remembered<'a>,
        invocation: &'a Invocation,
        now: Timestamp,
    ) -> Containment<'a, Aws, DynamoLedger, SnsPublisher, Remembered<'a>> {
        let policy = Policy {
            document: &setup.document,
            config: &setup.config.playbooks,
        };
        Containment {
            hands: Hands {
                cloud: &*self.aws,
                ledger: &setup.ledger,
                guard: &self.guard,
                policy,
                dry_run: self.dry_run,
                deadline: &invocation.deadline,
                clock: &Timestamp::now,
            },
            publisher: &self.publisher,
            teller: Teller {
                document: &setup.document,
                function: &self.function,
                shows_token: policy.config.approval.token_in_message,
                now,
            },
            key: self.key.clone(),
            incidents: remembered,
        }
    }
}

/// Makes plans for rules. What that takes is read when a rule calls for one,
/// which is rare.
pub(super) struct ByRule<'a> {
    pub triage: &'a SecurityTriage,
    pub setup: &'a Setup,
    pub invocation: &'a Invocation,
}

impl Planner for ByRule<'_> {
    async fn plan(&self, incident: &Incident, called: &Called) -> Result<(), String> {
        let tools = self.triage.tools(self.setup, false).await;
        let remembered = Remembered(&self.setup.ledger);
        let containment =
            tools.containment(self.setup, &remembered, self.invocation, Timestamp::now());
        // Every look-up of a plan is in this future at once.
        Box::pin(containment.plan(incident, called)).await
    }
}
