//! The typed answer of a run.

use jiff::Timestamp;
use nightshift_core::{Notification, printable};
use nightshift_runtime::{Metric, Unit};
use schemars::JsonSchema;
use serde::Serialize;

use crate::decide::{Telling, Verdict};
use crate::explain::ExplainReport;
use crate::finding::{Band, FindingKey, Route, Standing};
use crate::matter::Matter;
use crate::playbooks::Playbook;
use crate::rules::Workflow;

/// The most incidents that a status lists; an answer of Lambda may have 6 MB.
pub const MOST_OPEN: usize = 1_000;

/// What one run saw, decided and did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `security-triage`.
    pub function: &'static str,
    /// Always `triage`.
    pub command: &'static str,
    /// Lambda's request id.
    pub request_id: String,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How many findings came.
    pub findings: usize,
    /// Each matter that they are about.
    pub incidents: Vec<Line>,
    /// How many findings were updated at their sources.
    pub updated: usize,
    /// Updates that were not made, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_updated: Vec<String>,
    /// Plans that rules call for and that were not made yet, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unplanned: Vec<String>,
    /// Why no source was updated at all, where that was so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    /// How long the run took.
    pub milliseconds: u64,
}

/// One matter in a report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// What it is merged by.
    pub key: FindingKey,
    /// How many findings about it came in this run.
    pub findings: usize,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// What it is, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What people were told.
    pub told: Telling,
    /// Why, in words.
    pub why: String,
    /// The rule that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What Security Hub is to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_back: Option<Workflow>,
    /// The playbooks that a plan is made of, because a rule calls for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Playbook>,
    /// Why it was not settled; its events come again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Line {
    /// A matter that was settled.
    pub fn new(matter: &Matter, verdict: &Verdict, findings: usize) -> Self {
        let incident = &matter.incident;
        Self {
            key: incident.key.clone(),
            findings,
            standing: Some(incident.standing()),
            band: Some(incident.band),
            title: Some(printable(&incident.latest.title, 150)),
            told: verdict.tell,
            why: verdict.why.clone(),
            rule: verdict.rule.clone(),
            write_back: matter.owed.as_ref().and_then(|owed| owed.workflow),
            plans: matter
                .owed
                .iter()
                .flat_map(|owed| owed.plans.iter().map(|called| called.playbook))
                .collect(),
            trouble: None,
        }
    }

    /// A matter of which nothing new has come.
    pub fn known(matter: &Matter, findings: usize) -> Self {
        let incident = &matter.incident;
        Self {
            findings,
            standing: Some(incident.standing()),
            band: Some(incident.band),
            title: Some(printable(&incident.latest.title, 150)),
            why: "the event brings nothing new".to_owned(),
            ..Self::echo(&incident.key)
        }
    }

    /// Nothing but echoes of our own updates.
    pub fn echo(key: &FindingKey) -> Self {
        Self {
            key: key.clone(),
            findings: 0,
            standing: None,
            band: None,
            title: None,
            told: Telling::None,
            why: "the event only tells what was written back, and nothing is known of the matter"
                .to_owned(),
            rule: None,
            write_back: None,
            plans: Vec::new(),
            trouble: None,
        }
    }

    /// A matter that was not settled.
    pub fn troubled(key: &FindingKey, trouble: &str) -> Self {
        Self {
            why: "it was not settled".to_owned(),
            trouble: Some(printable(trouble, 600)),
            ..Self::echo(key)
        }
    }
}

impl Report {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// The run in numbers.
    pub fn metrics(&self) -> Vec<Metric> {
        let count = |name, value: usize| Metric {
            name,
            value: u32::try_from(value).map_or(f64::MAX, f64::from),
            unit: Unit::Count,
        };
        let told = |tell: &[Telling]| {
            let lines = self.incidents.iter();
            lines.filter(|line| tell.contains(&line.told)).count()
        };
        let troubled = self.incidents.iter().filter(|line| line.trouble.is_some());
        vec![
            count("Findings", self.findings),
            count("Incidents", self.incidents.len()),
            count("Opened", told(&[Telling::Open, Telling::Reopened])),
            count("Repeated", told(&[Telling::Update])),
            count("Resolved", told(&[Telling::Resolved])),
            count("Updated", self.updated),
            count("Failed", troubled.count() + self.not_updated.len()),
        ]
    }
}

/// The answer to `status`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `security-triage`.
    pub function: &'static str,
    /// Always `status`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How many incidents are remembered.
    pub remembered: usize,
    /// Those that are open, the worst first, then the latest.
    pub open: Vec<OpenIncident>,
    /// How many open ones were left out, where there are more than a thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
    /// Entries of the ledger that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// An incident that is open.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OpenIncident {
    /// What it is merged by.
    pub key: FindingKey,
    /// How bad it is.
    pub band: Band,
    /// What it is, in a line.
    pub title: String,
    /// Its type.
    pub kind: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How often it was seen.
    pub count: u64,
    /// When it was first seen.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was last seen.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// Every way it came by.
    pub routes: Vec<Route>,
    /// When people were last told; None where no rule wants that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub told_at: Option<Timestamp>,
}

impl OpenIncident {
    /// The line of a matter.
    pub fn new(matter: &Matter) -> Self {
        let incident = &matter.incident;
        Self {
            key: incident.key.clone(),
            band: incident.band,
            title: printable(&incident.latest.title, 150),
            kind: printable(&incident.latest.kind, 150),
            resource: incident
                .latest
                .subjects
                .first()
                .map(|subject| printable(&subject.id, 150)),
            count: incident.count,
            first_seen: incident.first_seen,
            last_seen: incident.last_seen,
            routes: incident.routes.keys().copied().collect(),
            told_at: matter.said.map(|said| said.word.at),
        }
    }
}

/// The answer to `explain`, with what people would read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// What the rules say.
    #[serde(flatten)]
    pub report: ExplainReport,
    /// The environment's code.
    pub environment: String,
    /// What people would be told, a message for each matter.
    pub messages: Vec<Notification>,
}
