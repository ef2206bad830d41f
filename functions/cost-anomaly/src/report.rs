//! The typed answers of a run.

use jiff::Timestamp;
use nightshift_core::{Money, Notification, Severity, printable};
use nightshift_runtime::{Metric, Unit};
use schemars::JsonSchema;
use serde::Serialize;

use crate::decide::Verdict;
use crate::matter::{Matter, Place, State, Telling};
use crate::observe::Spent;

/// What one run saw, decided and did.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// `detect`, or `events` for a batch of them.
    pub command: &'static str,
    /// Lambda's request id.
    pub request_id: String,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Whether nobody was told and nothing about matters was written down.
    pub dry_run: bool,
    /// Each matter that there was a word about, or that is open.
    pub matters: Vec<Line>,
    /// How many series were judged.
    pub judged: usize,
    /// What was asked of Cost Explorer this month, and what that has cost; None
    /// where it is not known, or nothing was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_explorer: Option<Bill>,
    /// What could not be read, and why: it is unknown, and was not taken for
    /// nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
    /// What people would have been told, where it is a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Notification>,
    /// How long the run took.
    pub milliseconds: u64,
}

/// What Cost Explorer was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bill {
    /// Pages in this run.
    pub this_run: u32,
    /// Requests in this month, by operation.
    pub this_month: Spent,
    /// What they have cost.
    pub money: Money,
    /// How many requests there may be in a month.
    pub cap: u32,
}

impl Bill {
    /// What was asked.
    pub fn new(this_run: u32, this_month: Spent, cap: u32) -> Self {
        Self {
            this_run,
            money: this_month.money(),
            this_month,
            cap,
        }
    }
}

/// One matter in a report.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Line {
    /// What it is merged by, as messages show it.
    pub matter: String,
    /// How many words about it there were in this run.
    pub words: usize,
    /// What it has cost more than expected, where it is about spending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Money>,
    /// How bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What people were told.
    pub told: Telling,
    /// Why, in words.
    pub why: String,
    /// Look-ups that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
    /// Why it was not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Line {
    /// A matter that was judged.
    pub fn new(matter: &Matter, verdict: &Verdict, words: usize) -> Self {
        Self {
            words,
            impact: match &matter.state {
                State::Spend(spend) => Some(spend.impact()),
                _ => None,
            },
            severity: Some(verdict.severity),
            told: verdict.tell,
            why: verdict.why.clone(),
            ..Self::nothing(&matter.place)
        }
    }

    /// A matter of which nothing is known.
    pub fn nothing(place: &Place) -> Self {
        Self {
            matter: printable(&place.to_string(), 300),
            words: 0,
            impact: None,
            severity: None,
            told: Telling::None,
            why: "nothing is known of it".to_owned(),
            gaps: Vec::new(),
            trouble: None,
        }
    }

    /// A matter that was not settled.
    pub fn troubled(place: &Place, trouble: &str) -> Self {
        Self {
            why: "it was not settled".to_owned(),
            trouble: Some(printable(trouble, 600)),
            ..Self::nothing(place)
        }
    }
}

impl Report {
    /// The version that this code writes.
    pub const VERSION: u32 = 1;

    /// The run in numbers.
    pub fn metrics(&self) -> Vec<Metric> {
        let metric = |name, value: f64, unit| Metric { name, value, unit };
        let count = |name, value: usize| {
            let value = u32::try_from(value).map_or(f64::MAX, f64::from);
            metric(name, value, Unit::Count)
        };
        let told = |tell: &[Telling]| {
            let lines = self.matters.iter();
            lines.filter(|line| tell.contains(&line.told)).count()
        };
        let troubled = self.matters.iter().filter(|line| line.trouble.is_some());
        let mut metrics = vec![
            count("Matters", self.matters.len()),
            count("Opened", told(&[Telling::Open, Telling::Reopened])),
            count("Updated", told(&[Telling::Update])),
            count("Resolved", told(&[Telling::Resolved])),
            count("SeriesJudged", self.judged),
            count("Gaps", self.gaps.len()),
            count("Failed", troubled.count()),
        ];
        if let Some(bill) = &self.cost_explorer {
            let requests = usize::try_from(bill.this_run).unwrap_or(usize::MAX);
            metrics.push(count("CostExplorerRequests", requests));
        }
        metrics
    }
}

/// The answer to `status`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatusReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `cost-anomaly`.
    pub function: &'static str,
    /// Always `status`.
    pub command: &'static str,
    /// The environment's code.
    pub environment: String,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How many matters are remembered.
    pub remembered: usize,
    /// Those that people know of and that are not over, the largest first.
    pub open: Vec<OpenMatter>,
    /// What was asked of Cost Explorer this month.
    pub cost_explorer: Bill,
    /// Entries of the ledger that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// A matter that is open.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OpenMatter {
    /// What it is merged by.
    pub matter: String,
    /// What it has cost more than expected, where it is about spending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Money>,
    /// How loud it was told last.
    pub severity: Severity,
    /// When people were last told.
    #[schemars(with = "String")]
    pub told_at: Timestamp,
    /// Ids under which Cost Anomaly Detection knows it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<String>,
}

impl OpenMatter {
    /// The line of a matter; None where people do not know of it, or it is over.
    pub fn of(matter: &Matter) -> Option<Self> {
        let said = matter.said.filter(|said| said.open)?;
        if matches!(matter.place, Place::Note(_)) {
            return None;
        }
        let spend = match &matter.state {
            State::Spend(spend) => Some(spend),
            _ => None,
        };
        Some(Self {
            matter: printable(&matter.place.to_string(), 300),
            impact: spend.map(crate::matter::Spend::impact),
            severity: said.severity,
            told_at: said.at,
            anomalies: spend
                .map(|spend| spend.anomalies().into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    }
}
