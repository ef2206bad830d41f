//! What stands around security-triage in a test.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::{Document, Notification, Region};
use nightshift_runtime::{CallClass, CallError, Deadline};
use nightshift_testkit::{FakeLedger, FakePublisher};
use security_triage::act::{Allowed, Desk, Finished, Planner, Surroundings};
use security_triage::back::{self, Sources, Unprocessed, Update};
use security_triage::decide::Called;
use security_triage::finding::Finding;
use security_triage::incident::Incident;
use security_triage::matter::{Matter, PARTITION};
use security_triage::observe::Context;
use security_triage::rules::{RuleFile, RuleSet};
use serde_json::{Value, json};

/// What the services answer to one call.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    /// One finding was not updated, for this reason.
    NotOne(&'static str),
    /// The call as a whole was not done.
    Error(CallClass),
}

/// Services that take updates, with faults on demand, which hold that nothing
/// is written back before people were told.
#[derive(Debug, Default)]
pub struct FakeSources {
    pub script: Mutex<VecDeque<Option<Said>>>,
    pub updates: Mutex<Vec<Update>>,
    /// How often each finding was updated.
    pub updated: Mutex<BTreeMap<String, usize>>,
}

impl Sources for FakeSources {
    async fn update(&self, update: &Update) -> Result<Vec<Unprocessed>, CallError> {
        self.updates.lock().unwrap().push(update.clone());
        let said = self.script.lock().unwrap().pop_front().flatten();
        let mut missed = Vec::new();
        match said {
            Some(Said::Error(class)) => {
                return Err(CallError {
                    operation: "securityhub:BatchUpdateFindings",
                    resource: "fake".to_owned(),
                    region: Region::new("us-east-1"),
                    code: None,
                    class,
                    message: "the fake was told to fail".to_owned(),
                });
            }
            Some(Said::NotOne(code)) => missed.push(Unprocessed {
                id: back::id(&update.findings[0]).to_owned(),
                code: code.to_owned(),
            }),
            None => {}
        }
        let mut updated = self.updated.lock().unwrap();
        for handle in &update.findings {
            let id = back::id(handle);
            if !missed.iter().any(|one| one.id == id) {
                *updated.entry(id.to_owned()).or_default() += 1;
            }
        }
        Ok(missed)
    }
}

/// Nobody looks around.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blindfold;

impl Surroundings for Blindfold {
    async fn look(&self, _: &Incident) -> Context {
        Context::default()
    }
}

/// Notes what plans are asked for, with failures on demand.
#[derive(Debug, Default)]
pub struct FakePlanner {
    pub made: Mutex<Vec<(String, Called)>>,
    pub failures: Mutex<usize>,
}

impl Planner for FakePlanner {
    async fn plan(&self, incident: &Incident, called: &Called) -> Result<(), String> {
        let mut failures = self.failures.lock().unwrap();
        if *failures > 0 {
            *failures -= 1;
            return Err("the fake was told to fail".to_owned());
        }
        let made = (incident.key.to_string(), called.clone());
        self.made.lock().unwrap().push(made);
        Ok(())
    }
}

/// One environment: its memory, its topic and its services.
#[derive(Debug)]
pub struct World {
    pub ledger: FakeLedger,
    pub publisher: FakePublisher,
    pub sources: FakeSources,
    pub planner: Option<FakePlanner>,
    pub allowed: Allowed,
    pub rules: RuleSet,
}

impl Default for World {
    /// An environment without rules of its own or shipped ones: bands decide.
    fn default() -> Self {
        Self {
            ledger: FakeLedger::new(),
            publisher: FakePublisher::new(),
            sources: FakeSources::default(),
            planner: None,
            allowed: Allowed::default(),
            rules: rules(json!({"shipped": false})),
        }
    }
}

impl World {
    /// An environment that may write back.
    pub fn writing_back() -> Self {
        Self {
            allowed: Allowed {
                security_hub: true,
                guardduty: true,
            },
            ..Self::default()
        }
    }

    /// An environment whose rules call for a playbook.
    pub fn planning() -> Self {
        Self {
            planner: Some(FakePlanner::default()),
            rules: rules(json!({
                "shipped": false,
                "playbooks": {"isolate-instance": {"accounts": ["123456789012"]}},
                "order": [{
                    "name": "it-mines", "description": "It mines",
                    "match": {"types": ["CryptoCurrency:EC2/*"], "accounts": ["123456789012"]},
                    "outcome": {"playbook": {"name": "isolate-instance"}}
                }]
            })),
            ..Self::default()
        }
    }

    /// One run over these findings at this time.
    pub async fn settle(&self, findings: &[Finding], now: Timestamp) -> Finished {
        self.settle_within(findings, now, Duration::from_mins(1))
            .await
    }

    /// One run that has only so much time.
    pub async fn settle_within(
        &self,
        findings: &[Finding],
        now: Timestamp,
        budget: Duration,
    ) -> Finished {
        let desk = Desk {
            ledger: &self.ledger,
            publisher: &self.publisher,
            rules: &self.rules,
            around: &Blindfold,
            sources: &self.sources,
            planner: self.planner.as_ref(),
            document: &document(),
            allowed: self.allowed,
            now,
            deadline: &Deadline::after(budget),
            pause: Duration::ZERO,
        };
        desk.settle(findings).await
    }

    /// What the ledger holds.
    pub fn matters(&self) -> Vec<Matter> {
        self.ledger
            .entries(PARTITION)
            .iter()
            .map(|entry| Matter::read(entry).unwrap())
            .collect()
    }

    /// What was published about one matter, in order.
    pub fn told(&self, key: &str) -> Vec<Notification> {
        let published = self.publisher.published().into_iter();
        published
            .filter(|message| message.dedup_key.as_deref() == Some(key))
            .collect()
    }
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Checked rules.
pub fn rules(file: Value) -> RuleSet {
    let file: RuleFile = serde_json::from_value(file).unwrap();
    RuleSet::new(file, &document().accounts, at("2026-11-23T19:00:00Z")).unwrap()
}

pub fn document() -> Document {
    Document::from_json(
        &json!({
            "version": 1, "project": "personal-timeline", "environment": "dev",
            "accounts": ["123456789012"], "regions": ["us-east-1"],
            "ledger_table": "t", "notifications_topic": "arn:aws:sns:us-east-1:123456789012:t",
            "guards": {"stop_parameter": "/personal-timeline/dev/nightshift/stop"},
            "functions": {"security-triage": {}}
        })
        .to_string(),
    )
    .unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
