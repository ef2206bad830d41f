//! Why a finding is told or not: every rule, and what of it did not hold. Pure: no
//! look-up is made, and what look-ups would have told is taken as it is given.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::decide::{Case, Verdict, decide};
use crate::finding::{Finding, FindingKey};
use crate::observe::Context;
use crate::rules::{Answer, Condition, Matter, Placed, Problem, RuleSet, Suppression};

/// The answer to `explain`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExplainReport {
    /// The version of this shape; 1.
    pub version: u32,
    /// Always `security-triage`.
    pub function: &'static str,
    /// Always `explain`.
    pub command: &'static str,
    /// What counted as now.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Every finding of the event.
    pub findings: Vec<Explained>,
    /// Every suppression of the file, ended or not.
    pub suppressions: Vec<Suppression>,
    /// What somebody should look at in the rule file.
    pub warnings: Vec<Problem>,
}

/// A finding, what the rules say of it, and what would be done if nothing had been
/// known of it before.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Explained {
    /// The finding, as it is understood.
    pub finding: Finding,
    /// What was known around it.
    pub context: Context,
    /// Every rule, in the order in which they are read.
    pub rules: Vec<Asked>,
    /// What would be done.
    pub verdict: Verdict,
}

/// A rule that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asked {
    /// Its name.
    pub rule: String,
    /// Whether Nightshift ships it.
    pub shipped: bool,
    /// What becomes of what it matches: `tell`, `suppress`, `escalate`, `playbook`.
    pub outcome: &'static str,
    /// Whether it matches.
    pub answer: Matched,
    /// What did not hold, or is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Objection>,
}

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Matched {
    /// It matches, and decides or adds.
    Decides,
    /// It matches, and another rule before it decides, or a look-up failed that
    /// what it does depends on.
    MatchesOnly,
    /// Nobody knows: a look-up failed.
    Unknown,
    /// It does not match.
    No,
    /// It has ended.
    Over,
}

/// A condition that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Objection {
    /// Which.
    pub condition: Condition,
    /// What the rule asks for.
    pub wanted: String,
    /// What there is.
    pub found: String,
    /// Whether it fails, or is not known.
    pub answer: Answer,
}

/// Explains findings. `contexts` has what is known around them.
pub fn explain(
    findings: &[Finding],
    contexts: &BTreeMap<FindingKey, Context>,
    rules: &RuleSet,
    now: Timestamp,
) -> ExplainReport {
    ExplainReport {
        version: 1,
        function: "security-triage",
        command: "explain",
        at: now,
        findings: findings
            .iter()
            .map(|finding| {
                let context = contexts.get(&finding.key).cloned().unwrap_or_default();
                one(finding, context, rules, now)
            })
            .collect(),
        suppressions: rules.suppressions(now),
        warnings: rules.warnings().to_vec(),
    }
}

fn one(finding: &Finding, context: Context, rules: &RuleSet, now: Timestamp) -> Explained {
    let case = Case::of_finding(finding, &context);
    let verdict = decide(&case, rules, now);
    let asked = rules
        .rules()
        .iter()
        .map(|placed| ask(placed, &case.matter, &verdict, now))
        .collect();
    Explained {
        finding: finding.clone(),
        rules: asked,
        verdict,
        context,
    }
}

fn ask(placed: &Placed, matter: &Matter<'_>, verdict: &Verdict, now: Timestamp) -> Asked {
    let Placed { rule, shipped } = placed;
    let is_used = verdict.rule.as_ref() == Some(&rule.name)
        || verdict.playbooks.iter().any(|one| one.rule == rule.name);
    let answer = if rule.is_over(now) {
        Matched::Over
    } else {
        match rule.matches.answer(matter) {
            Answer::Holds if is_used => Matched::Decides,
            Answer::Holds => Matched::MatchesOnly,
            Answer::Unknown => Matched::Unknown,
            Answer::Fails => Matched::No,
        }
    };
    let against = Condition::ALL
        .into_iter()
        .filter_map(|condition| {
            let answer = condition.answer(&rule.matches, matter);
            let wanted = condition.wanted(&rule.matches)?;
            (answer != Answer::Holds).then(|| Objection {
                condition,
                wanted,
                found: condition.found(matter),
                answer,
            })
        })
        .collect();
    Asked {
        rule: rule.name.clone(),
        shipped: *shipped,
        outcome: rule.outcome.word(),
        answer,
        against,
    }
}
