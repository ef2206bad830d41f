//! The way through the rooms: event, observe, decide, act, report.

mod plans;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use nightshift_core::{AccountId, Arn, Document, Guard};
use nightshift_runtime::{
    Deadline, DynamoLedger, Failure, Function, Https, Invocation, Ledger, Response, Settings,
    SnsPublisher, batch_item_failures, emit, sdk_config,
};
use serde_json::Value;

use crate::act::{Allowed, Desk, Finished, Surroundings, verdict};
use crate::aws::Aws;
use crate::config::Config;
use crate::decide::Telling;
use crate::event::{self, Command, Record, Trigger};
use crate::explain::explain;
use crate::finding::{Finding, FindingKey};
use crate::incident::Incident;
use crate::matter::{Matter, PARTITION, is_incident};
use crate::messages;
use crate::observe::aws::AwsLookUps;
use crate::observe::{Home, Surveyor};
use crate::playbooks;
use crate::replay::replay;
use crate::report::{Explanation, MOST_OPEN, OpenIncident, Report, StatusReport};
use crate::rules::{RuleFile, RuleSet};

const NAME: &str = "security-triage";
/// How long a contested entry or update rests before it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// The function, with what outlives an invocation.
#[derive(Debug)]
pub struct SecurityTriage {
    sdk: SdkConfig,
    settings: Settings,
    sources: Aws,
    look_ups: AwsLookUps,
    /// The rules of the document that was read last: checking them takes longer
    /// than asking them.
    rules: Mutex<Option<(Arc<Document>, Arc<RuleSet>)>>,
    /// AWS as playbooks reach it, once one was asked for.
    contained: Mutex<Option<Arc<playbooks::aws::Aws>>>,
}

/// The configuration of one invocation.
struct Setup {
    document: Arc<Document>,
    config: Config,
    rules: Arc<RuleSet>,
    home: Home,
    ledger: DynamoLedger,
}

impl Setup {
    /// Who looks around findings, as long as the invocation lets it.
    fn surveyor<'a>(
        &'a self,
        look_ups: &'a AwsLookUps,
        deadline: &'a Deadline,
    ) -> Surveyor<'a, AwsLookUps, DynamoLedger> {
        Surveyor {
            look_ups,
            ledger: &self.ledger,
            home: &self.home,
            settings: &self.config.enrichment,
            deadline,
        }
    }
}

impl SecurityTriage {
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
            sources: Aws::new(sdk.clone()),
            look_ups: AwsLookUps::new(sdk.clone()),
            settings,
            sdk,
            rules: Mutex::new(None),
            contained: Mutex::new(None),
        }
    }

    async fn setup(&self) -> Result<Setup, Failure> {
        let document = self
            .settings
            .document()
            .await
            .map_err(|error| Failure::new("Configuration", &error))?;
        let config: Config = document
            .section(NAME)
            .map_err(|error| Failure::new("Configuration", &error))?;
        config
            .check()
            .map_err(|error| Failure::new("Configuration", &error))?;
        let rules = self.rules(&document, &config)?;
        Ok(Setup {
            home: home(&document),
            ledger: DynamoLedger::new(&self.sdk, &document.ledger_table),
            document,
            config,
            rules,
        })
    }

    fn rules(&self, document: &Arc<Document>, config: &Config) -> Result<Arc<RuleSet>, Failure> {
        let mut known = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, rules)) = known.as_ref()
            && Arc::ptr_eq(of, document)
        {
            return Ok(Arc::clone(rules));
        }
        let rules = RuleSet::new(
            config.with_terms(config.rules.clone()),
            &document.accounts,
            Timestamp::now(),
        )
        .map_err(|error| Failure::new("Configuration", &error))?;
        let rules = Arc::new(rules);
        *known = Some((Arc::clone(document), Arc::clone(&rules)));
        Ok(rules)
    }

    /// Which updates of sources are allowed now, and why none is where the
    /// configuration wants some.
    async fn allowed(&self, setup: &Setup) -> (Allowed, Option<String>) {
        let wanted = Allowed {
            security_hub: setup.config.write_back.security_hub,
            guardduty: setup.config.write_back.guardduty,
        };
        if wanted == Allowed::default() {
            return (wanted, None);
        }
        if setup.document.guards.dry_run {
            let why = "the configuration has guards.dry_run on; set it to false to update findings at their sources";
            return (Allowed::default(), Some(why.to_owned()));
        }
        let switch = self.settings.stop_switch(&setup.document).await;
        match Guard::new(&setup.document, switch).permit_changes() {
            Ok(()) => (wanted, None),
            Err(why) => (Allowed::default(), Some(why.to_string())),
        }
    }

    async fn triage(
        &self,
        findings: &[Finding],
        invocation: &Invocation,
    ) -> Result<Finished, Failure> {
        let setup = self.setup().await?;
        let now = Timestamp::now();
        let (allowed, halted) = self.allowed(&setup).await;
        let document = &setup.document;
        let planner = plans::ByRule {
            triage: self,
            setup: &setup,
            invocation,
        };
        let may_contain = !setup.config.playbooks.enabled.is_empty();
        let desk = Desk {
            ledger: &setup.ledger,
            publisher: &SnsPublisher::new(&self.sdk, &document.notifications_topic),
            rules: &setup.rules,
            around: &setup.surveyor(&self.look_ups, &invocation.deadline),
            sources: &self.sources,
            planner: may_contain.then_some(&planner),
            document,
            allowed,
            now,
            deadline: &invocation.deadline,
            pause: PAUSE,
        };
        // Everything that happens to a matter is in this future, for eight at once.
        let finished = Box::pin(desk.settle(findings)).await;
        let report = Report {
            version: Report::VERSION,
            function: NAME,
            command: "triage",
            request_id: invocation.request_id.clone(),
            environment: document.environment.clone(),
            at: now,
            findings: findings.len(),
            incidents: finished.lines.clone(),
            updated: finished.written.updated,
            not_updated: finished.written.refused.clone(),
            unplanned: finished.unplanned.clone(),
            halted,
            milliseconds: milliseconds(&invocation.deadline),
        };
        let written = Response::new(&report)?;
        tracing::info!(report = written.as_json(), "run finished");
        emit(&report.environment, NAME, now, &report.metrics());
        Ok(finished)
    }

    async fn batch(
        &self,
        records: Vec<Record>,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let findings: Vec<Finding> = records
            .iter()
            .flat_map(|record| record.findings.iter().cloned())
            .collect();
        let again = if findings.is_empty() {
            std::collections::BTreeSet::new()
        } else {
            self.triage(&findings, invocation).await?.again
        };
        let kept: Vec<Option<String>> = records
            .into_iter()
            .filter(|record| record.findings.iter().any(|one| again.contains(&one.key)))
            .map(|record| record.item)
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

    async fn event(
        &self,
        findings: &[Finding],
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let finished = self.triage(findings, invocation).await?;
        let troubles: Vec<&str> = finished
            .lines
            .iter()
            .filter_map(|line| line.trouble.as_deref())
            .collect();
        if !finished.again.is_empty() {
            let words = if troubles.is_empty() {
                "the sources could not be told; the event comes again".to_owned()
            } else {
                troubles.join("; ")
            };
            return Err(Failure::new("NotSettled", &words));
        }
        Response::new(&finished.lines)
    }

    async fn status(&self, at: Option<Timestamp>) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let entries = setup
            .ledger
            .load(PARTITION)
            .await
            .map_err(|error| Failure::new("Ledger", &error))?;
        let mut report = StatusReport {
            version: Report::VERSION,
            function: NAME,
            command: "status",
            environment: setup.document.environment.clone(),
            at: at.unwrap_or_else(Timestamp::now),
            remembered: 0,
            open: Vec::new(),
            left_out: None,
            unreadable: Vec::new(),
        };
        // One after the other: whole matters take much more than their lines.
        for entry in entries.iter().filter(|entry| is_incident(entry)) {
            report.remembered += 1;
            match Matter::read(entry) {
                Ok(matter) if matter.incident.standing().is_open() => {
                    report.open.push(OpenIncident::new(&matter));
                }
                Ok(_) => {}
                Err(error) => report.unreadable.push(error.to_string()),
            }
        }
        report
            .open
            .sort_by_key(|open| std::cmp::Reverse((open.band, open.last_seen)));
        let left_out = report.open.len().saturating_sub(MOST_OPEN);
        report.open.truncate(MOST_OPEN);
        report.left_out = (left_out > 0).then_some(left_out);
        Response::new(&report)
    }

    async fn explain(
        &self,
        event: &Value,
        at: Option<Timestamp>,
        invocation: &Invocation,
    ) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let now = at.unwrap_or_else(Timestamp::now);
        let findings = event::findings(event, None);
        let around = setup.surveyor(&self.look_ups, &invocation.deadline);
        let answer = explained(&findings, &setup.rules, &around, &setup.document, now).await;
        Response::new(&answer)
    }

    async fn replay(&self, events: &[Value], rules: RuleFile) -> Result<Response, Failure> {
        let setup = self.setup().await?;
        let findings: Vec<Finding> = events
            .iter()
            .flat_map(|event| event::findings(event, None))
            .collect();
        let first = findings.iter().map(|finding| finding.emitted).min();
        // Checked as of the first event: what had not ended then counts.
        let now = first.unwrap_or_else(Timestamp::now);
        let rules = setup.config.with_terms(rules);
        let rules = RuleSet::new(rules, &setup.document.accounts, now)
            .map_err(|error| Failure::new("Command", &error))?;
        Response::new(&replay(&findings, &BTreeMap::new(), &setup.rules, &rules))
    }
}

/// Where the function lives: its topic is in its own account.
fn home(document: &Document) -> Home {
    let topic = document.notifications_topic.parse::<Arn>().ok();
    let (account, partition) = match &topic {
        Some(topic) => (topic.account(), topic.partition()),
        None => (AccountId::new(""), "aws"),
    };
    Home::new(document, account, partition)
}

/// What would be done about findings, and what people would read, as if nothing
/// were known of them before.
pub async fn explained<A: Surroundings>(
    findings: &[Finding],
    rules: &RuleSet,
    around: &A,
    document: &Document,
    now: Timestamp,
) -> Explanation {
    let mut matters: BTreeMap<&FindingKey, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        matters.entry(&finding.key).or_default().push(finding);
    }
    let mut contexts = BTreeMap::new();
    let mut messages = Vec::new();
    for (key, findings) in matters {
        let Some(incident) = Incident::after(None, findings) else {
            continue;
        };
        let context = around.look(&incident).await;
        let matter = Matter::new(incident);
        let verdict = verdict(rules, None, &matter, &context, now);
        if verdict.tell != Telling::None {
            let message = messages::message(&matter, &verdict, &context, document, now);
            messages.push(message);
        }
        contexts.insert(key.clone(), context);
    }
    Explanation {
        report: explain(findings, &contexts, rules, now),
        environment: document.environment.clone(),
        messages,
    }
}

impl Function for SecurityTriage {
    async fn handle(&self, input: Value, invocation: Invocation) -> Result<Response, Failure> {
        let trigger = Trigger::parse(&input).map_err(|error| Failure::new("Input", &error))?;
        match trigger {
            Trigger::Batch(records) => self.batch(records, &invocation).await,
            Trigger::Event(findings) => self.event(&findings, &invocation).await,
            Trigger::Plans(command) => self.plans(&command, &invocation).await,
            Trigger::Command(command) => match *command {
                Command::Status { at } => self.status(at).await,
                Command::Explain { event, at } => self.explain(&event, at, &invocation).await,
                Command::Replay { events, rules } => self.replay(&events, rules).await,
            },
        }
    }
}

fn milliseconds(deadline: &Deadline) -> u64 {
    u64::try_from(deadline.elapsed().as_millis()).unwrap_or(u64::MAX)
}
