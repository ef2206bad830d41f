//! What another rule file would have made of what has been. Pure: every event is
//! decided at its own instant, by both files, each with its own memory of what
//! people were told.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::Severity;
use schemars::JsonSchema;
use serde::Serialize;

use crate::decide::{Case, LastWord, Telling, Verdict, decide};
use crate::finding::{Band, Finding, FindingKey};
use crate::observe::Context;
use crate::playbooks::Playbook;
use crate::rules::{Matter, Problem, RuleSet, Workflow};

/// The most changes that a report lists; the others are counted.
const LISTED: usize = 500;

/// The answer to `replay`: only what differs, and counts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReplayReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `security-triage`.
    pub function: &'static str,
    /// Always `replay`.
    pub command: &'static str,
    /// How many findings the events had.
    pub findings: usize,
    /// How many matters those were about.
    pub incidents: usize,
    /// What came of the rules in force.
    pub old: Tally,
    /// What would have come of the others.
    pub new: Tally,
    /// How often each rule decided or called for a playbook, where that differs.
    pub rules: BTreeMap<String, Uses>,
    /// What differs, in the order of the events.
    pub changes: Vec<Changed>,
    /// How many more differ and are not listed.
    pub more_changes: usize,
    /// What somebody should look at in the other file.
    pub warnings: Vec<Problem>,
}

/// What came of a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Messages, by how loud they are.
    pub messages: BTreeMap<Severity, usize>,
    /// Messages that would have called somebody.
    pub pages: usize,
    /// Findings that nobody was told of because a rule suppresses them.
    pub suppressed: usize,
    /// Playbooks that were called for, once for an incident, by name.
    pub playbooks: BTreeMap<Playbook, usize>,
    /// Those of them that are used without asking.
    pub automatic: usize,
}

/// How often a rule was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Uses {
    /// In the rules in force.
    pub old: usize,
    /// In the others.
    pub new: usize,
}

/// A finding of which the two make different things.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Changed {
    /// When the event was sent.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The matter.
    pub key: FindingKey,
    /// The finding's type.
    pub kind: String,
    /// The finding's title.
    pub title: String,
    /// What the rules in force make of it.
    pub old: Side,
    /// What the others would have made of it.
    pub new: Side,
}

/// What a rule file makes of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// The rule that decides; none where the band alone does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What people are told.
    pub tell: Telling,
    /// How loud.
    pub severity: Severity,
    /// Whether somebody is called.
    pub page: bool,
    /// Whether a rule suppresses it.
    pub suppressed: bool,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What Security Hub is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_back: Option<Workflow>,
    /// Whether GuardDuty archives it.
    pub archive: bool,
    /// Playbooks that are called for, and whether without asking.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub playbooks: BTreeMap<Playbook, bool>,
    /// Why, in words.
    pub why: String,
}

/// What is known of one matter while it is replayed.
struct Past<'a> {
    first: &'a Finding,
    latest: &'a Finding,
    band: Band,
    old: Memory,
    new: Memory,
}

/// What people were told, and what was proposed, by one rule file.
#[derive(Default)]
struct Memory {
    last: Option<LastWord>,
    called: BTreeMap<Playbook, bool>,
}

/// Replays findings by two rule files. `contexts` has what was known around them;
/// what it lacks counts as unknown for both.
pub fn replay(
    findings: &[Finding],
    contexts: &BTreeMap<FindingKey, Context>,
    old: &RuleSet,
    new: &RuleSet,
) -> ReplayReport {
    let nothing = Context::default();
    let mut in_time: Vec<&Finding> = findings.iter().filter(|one| !one.echo).collect();
    in_time.sort_by_key(|one| (one.emitted, one.updated));
    let mut matters: BTreeMap<&FindingKey, Past<'_>> = BTreeMap::new();
    let mut report = ReplayReport {
        version: 1,
        function: "security-triage",
        command: "replay",
        findings: findings.len(),
        incidents: 0,
        old: Tally::default(),
        new: Tally::default(),
        rules: BTreeMap::new(),
        changes: Vec::new(),
        more_changes: 0,
        warnings: new.warnings().to_vec(),
    };
    for finding in in_time {
        let context = contexts.get(&finding.key).unwrap_or(&nothing);
        let mut is_news = true;
        let past = matters
            .entry(&finding.key)
            .and_modify(|past| is_news = past.join(finding))
            .or_insert_with(|| Past::new(finding));
        let case = |last| Case {
            matter: Matter::of_versions([past.first, past.latest], past.band, context),
            standing: past.latest.standing,
            is_news,
            last,
        };
        let now = finding.emitted;
        let before = decide(&case(past.old.last), old, now);
        let after = decide(&case(past.new.last), new, now);
        past.old.enter(&before, now, &mut report.old);
        past.new.enter(&after, now, &mut report.new);
        for name in used(&before) {
            report.rules.entry(name).or_default().old += 1;
        }
        for name in used(&after) {
            report.rules.entry(name).or_default().new += 1;
        }
        let (before, after) = (Side::of(before), Side::of(after));
        if !before.differs(&after) {
            continue;
        }
        if report.changes.len() == LISTED {
            report.more_changes += 1;
            continue;
        }
        report.changes.push(Changed {
            at: now,
            key: finding.key.clone(),
            kind: finding.kind.clone(),
            title: finding.title.clone(),
            old: before,
            new: after,
        });
    }
    report.incidents = matters.len();
    report.rules.retain(|_, uses| uses.old != uses.new);
    report
}

impl<'a> Past<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            first: finding,
            latest: finding,
            band: finding.band,
            old: Memory::default(),
            new: Memory::default(),
        }
    }

    /// Takes another event in; whether it brings anything new.
    fn join(&mut self, finding: &'a Finding) -> bool {
        let is_news = self.latest != finding && self.first != finding;
        let age = |one: &Finding| (one.updated, one.emitted);
        if age(finding) < age(self.first) {
            self.first = finding;
        }
        if age(finding) >= age(self.latest) {
            self.latest = finding;
        }
        self.band = self.band.max(finding.band);
        is_news
    }
}

impl Memory {
    /// As if all had been done that the verdict says.
    fn enter(&mut self, verdict: &Verdict, now: Timestamp, tally: &mut Tally) {
        for called in &verdict.playbooks {
            if self
                .called
                .insert(called.playbook, called.automatic)
                .is_none()
            {
                *tally.playbooks.entry(called.playbook).or_default() += 1;
                tally.automatic += usize::from(called.automatic);
            }
        }
        tally.suppressed += usize::from(verdict.suppressed.is_some());
        if verdict.tell == Telling::None {
            return;
        }
        *tally.messages.entry(verdict.severity).or_default() += 1;
        tally.pages += usize::from(verdict.page);
        self.last = Some(LastWord {
            at: now,
            severity: verdict.severity,
            open: verdict.tell != Telling::Resolved,
        });
    }
}

impl Side {
    fn of(verdict: Verdict) -> Self {
        Self {
            rule: verdict.rule,
            tell: verdict.tell,
            severity: verdict.severity,
            page: verdict.page,
            suppressed: verdict.suppressed.is_some(),
            owner: verdict.owner,
            write_back: verdict.write_back,
            archive: verdict.archive,
            playbooks: verdict
                .playbooks
                .into_iter()
                .map(|called| (called.playbook, called.automatic))
                .collect(),
            why: verdict.why,
        }
    }

    /// Whether anything is done otherwise; another rule or other words alone are no
    /// difference.
    fn differs(&self, other: &Self) -> bool {
        let done = |side: &Self| Self {
            rule: None,
            why: String::new(),
            ..side.clone()
        };
        done(self) != done(other)
    }
}

fn used(verdict: &Verdict) -> Vec<String> {
    let called = verdict.playbooks.iter().map(|called| called.rule.clone());
    verdict.rule.iter().cloned().chain(called).collect()
}
