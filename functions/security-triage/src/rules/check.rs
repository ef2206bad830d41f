//! What is wrong with a rule file, before any finding has come.

mod together;

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use nightshift_core::{AccountId, printable};
use schemars::JsonSchema;
use serde::Serialize;

use super::condition::Match;
use super::file::{Outcome, Rule, Suppress, UsePlaybook, Workflow};
use super::{Placed, RuleSet};
use crate::finding::Band;

/// The longest that anything is suppressed without anybody looking again.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// How long before its end a suppression is spoken of.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The most characters of a text that people read in a message.
const TEXT: usize = 300;
/// The most next steps of one rule.
const STEPS: usize = 5;
/// The most characters of a rule's name.
const NAME: usize = 64;

/// Something that is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Whether the file can be used.
    pub level: Level,
    /// The rule, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What would be right.
    pub remedy: String,
}

/// Whether a file with the problem can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It cannot.
    Error,
    /// It can; somebody should look.
    Warning,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(rule) = &self.rule {
            write!(f, "rule `{}` ", printable(rule, NAME))?;
        }
        write!(f, "{}: {}", self.problem, self.remedy)
    }
}

/// Collects problems.
#[derive(Debug, Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(
        &mut self,
        level: Level,
        rule: Option<&Rule>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Problem {
            level,
            rule: rule.map(|rule| rule.name.clone()),
            problem: problem.into(),
            remedy: remedy.into(),
        });
    }

    fn error(&mut self, rule: &Rule, problem: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Error, Some(rule), problem, remedy);
    }

    fn warning(&mut self, rule: &Rule, problem: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Warning, Some(rule), problem, remedy);
    }
}

/// Everything that is wrong with the rules.
pub(super) fn check(set: &RuleSet, changeable: &[AccountId], now: Timestamp) -> Vec<Problem> {
    let mut problems = Problems::default();
    names(set, &mut problems);
    for placed in &set.rules {
        shape(&placed.rule, &mut problems);
        match &placed.rule.outcome {
            Outcome::Suppress(suppress) => {
                suppression(&placed.rule, suppress, now, &mut problems);
            }
            Outcome::Playbook(playbook) if !placed.shipped => {
                use_of_playbook(set, &placed.rule, playbook, &mut problems);
            }
            _ => {}
        }
    }
    terms(set, changeable, &mut problems);
    together::reach(set, now, &mut problems);
    together::overlaps(set, now, &mut problems);
    together::routes(set, &mut problems);
    problems.0
}

fn names(set: &RuleSet, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (at, Placed { rule, shipped }) in set.rules.iter().enumerate() {
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if rule.name.is_empty() || rule.name.len() > NAME || !rule.name.chars().all(is_letter) {
            problems.error(
                rule,
                "has a name of another form",
                "use small letters, digits and hyphens, at most 64",
            );
        }
        if !seen.insert(rule.name.as_str()) {
            let remedy = if *shipped {
                "the shipped rules have one of this name too; give yours another"
            } else {
                "give one of the two another name"
            };
            problems.error(rule, "is there twice", remedy);
        }
        for other in &rule.precedes {
            let is_there = |one: &Placed| other.matches(&one.rule.name);
            if !set.rules[at + 1..].iter().any(is_there) {
                problems.error(
                    rule,
                    format!("precedes `{other}`, which does not come after it"),
                    "name a rule further down, or take it out of `precedes`",
                );
            }
        }
    }
}

/// What can be said of a rule by itself.
fn shape(rule: &Rule, problems: &mut Problems) {
    let mut text = |what: &str, text: &str| {
        if text.trim().is_empty() {
            problems.error(
                rule,
                format!("has an empty {what}"),
                "say it in a few words",
            );
        } else if printable(text, TEXT) != text {
            problems.error(
                rule,
                format!("has a {what} that cannot be shown"),
                "use at most 300 characters on one line",
            );
        }
    };
    text("description", &rule.description);
    if let Some(owner) = rule.outcome.owner() {
        text("owner", owner);
    }
    for step in rule.outcome.next_steps() {
        text("next step", step);
    }
    if let Outcome::Suppress(suppress) = &rule.outcome {
        text("reason", &suppress.reason);
        text("author", &suppress.author);
    }
    if rule.outcome.next_steps().len() > STEPS {
        problems.error(
            rule,
            "has more than five next steps",
            "nobody reads more: link a runbook in one of them",
        );
    }
    if rule.matches.bands().is_empty() {
        problems.error(
            rule,
            "matches nothing: `at_least` is above `at_most`",
            "swap the two",
        );
    }
    if let Outcome::Escalate(escalate) = &rule.outcome
        && escalate.severity.is_none()
        && !escalate.page
    {
        problems.error(
            rule,
            "escalates to nothing",
            "say `severity` or `page`, or make it a `tell`",
        );
    }
    let closes = matches!(
        rule.outcome.workflow(),
        Workflow::Suppressed | Workflow::Resolved
    );
    if closes && !matches!(rule.outcome, Outcome::Suppress(_)) {
        problems.error(
            rule,
            "tells people and closes the finding in Security Hub",
            "use the workflow `notified` or `unchanged`, or suppress",
        );
    }
}

fn suppression(rule: &Rule, suppress: &Suppress, now: Timestamp, problems: &mut Problems) {
    if rule.matches == Match::default() {
        problems.error(
            rule,
            "suppresses everything",
            "say in `match` what is meant",
        );
    }
    if rule.matches.bands().contains(&Band::Critical) && !suppress.even_critical {
        problems.error(
            rule,
            "could suppress a Critical finding",
            "add `\"at_most\": \"high\"` to `match`, or say `\"even_critical\": true`",
        );
    }
    let left = suppress.until.duration_since(now);
    if left > LONGEST {
        problems.error(
            rule,
            format!("suppresses until {}", suppress.until),
            "name a day within a year, and look again then",
        );
    } else if !left.is_positive() {
        problems.warning(
            rule,
            format!("has ended at {}, and matches nothing", suppress.until),
            "take it out, or renew `until` with a fresh reason",
        );
    } else if left < SOON {
        problems.warning(
            rule,
            format!("ends at {}", suppress.until),
            "mend the cause until then, or renew it",
        );
    }
}

fn use_of_playbook(set: &RuleSet, rule: &Rule, playbook: &UsePlaybook, problems: &mut Problems) {
    let name = playbook.name.as_str();
    if rule.matches.sample == Some(true) {
        problems.error(
            rule,
            "would use a playbook on findings that were made up",
            "playbooks never are: take `sample` out",
        );
    }
    let Some(terms) = set.playbooks.get(&playbook.name) else {
        problems.error(
            rule,
            format!("uses {name}, which no account allows"),
            format!("name accounts in `playbooks.{name}.accounts`"),
        );
        return;
    };
    let wanted = &rule.matches.accounts;
    if !wanted.is_empty() && wanted.is_disjoint(&terms.accounts) {
        problems.error(
            rule,
            format!("uses {name} only in accounts that do not allow it"),
            format!("name them in `playbooks.{name}.accounts`, or others in `match`"),
        );
    } else if let Some(account) = wanted.difference(&terms.accounts).next() {
        problems.warning(
            rule,
            format!("names the account {account}, which does not allow {name}"),
            format!("name it in `playbooks.{name}.accounts` if it is to be used there"),
        );
    }
    if playbook.automatic && !terms.automatic {
        problems.error(
            rule,
            format!("uses {name} without asking, and the playbook's terms do not allow that"),
            format!("set `playbooks.{name}.automatic`, or take `automatic` out of the rule"),
        );
    }
}

fn terms(set: &RuleSet, changeable: &[AccountId], problems: &mut Problems) {
    for (playbook, terms) in &set.playbooks {
        let name = playbook.as_str();
        if terms.accounts.is_empty() {
            problems.add(
                Level::Error,
                None,
                format!("playbooks.{name} names no account"),
                "name the accounts in which it may be used, or take it out",
            );
        }
        for account in &terms.accounts {
            if !changeable.contains(account) {
                problems.add(
                    Level::Error,
                    None,
                    format!(
                        "playbooks.{name} names the account {}, in which nothing may be changed",
                        printable(account.as_str(), 20)
                    ),
                    "add it to `accounts` (and keep it out of guards.denied_accounts)",
                );
            }
        }
    }
}
