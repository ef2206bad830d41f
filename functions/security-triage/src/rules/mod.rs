//! The rules: one typed file, checked before it is used, and what it says of an
//! incident.

mod check;
mod condition;
mod cover;
mod file;
mod glob;
mod judge;
mod matter;

pub use check::{Level, Problem};
pub use condition::{Answer, Condition, Exposure, Match};
pub use file::{
    Escalate, Loudness, Otherwise, Outcome, Repeat, Rule, RuleFile, Suppress, Tell, Terms,
    UsePlaybook, Workflow,
};
pub use glob::{Glob, GlobError};
pub use judge::{Judgement, Refused};
pub use matter::Matter;

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightshift_core::{AccountId, printable};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::playbooks::Playbook;

/// The rules that Nightshift ships.
const SHIPPED: &str = include_str!("shipped.json");

/// A rule file that was found to be in order, with the shipped rules where it asks
/// for them.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Placed>,
    otherwise: Otherwise,
    repeat: Repeat,
    playbooks: BTreeMap<Playbook, Terms>,
    warnings: Vec<Problem>,
}

/// A rule, and whose it is.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The rule.
    pub rule: Rule,
    /// Whether Nightshift ships it.
    pub shipped: bool,
}

/// Why a rule file is refused.
#[derive(Clone, Debug, Error)]
pub enum RulesError {
    /// Rules that cannot be meant so.
    #[error("functions.security-triage.rules: {}", words(.0))]
    Refused(Vec<Problem>),
    /// The rules that Nightshift ships cannot be read.
    #[error("the rules that this build ships cannot be read ({0}): deploy another build")]
    Shipped(String),
}

/// The most problems that an error names; the rest is counted.
const NAMED: usize = 5;

fn words(problems: &[Problem]) -> String {
    let named: Vec<String> = problems
        .iter()
        .take(NAMED)
        .map(Problem::to_string)
        .collect();
    let more = problems.len().saturating_sub(NAMED);
    let more = if more == 0 {
        String::new()
    } else {
        format!("; and {more} more")
    };
    printable(&format!("{}{more}", named.join("; ")), 2_000)
}

impl RuleFile {
    /// The rules that Nightshift ships.
    ///
    /// # Errors
    /// When this build has been damaged.
    pub fn shipped_rules() -> Result<Vec<Rule>, RulesError> {
        serde_json::from_str(SHIPPED).map_err(|error| RulesError::Shipped(error.to_string()))
    }
}

impl RuleSet {
    /// Checks a file. `changeable` are the accounts in which Nightshift may change
    /// anything at all.
    ///
    /// # Errors
    /// Everything that is wrong with it, by rule, each with a remedy.
    pub fn new(
        file: RuleFile,
        changeable: &[AccountId],
        now: Timestamp,
    ) -> Result<Self, RulesError> {
        let shipped = if file.shipped {
            RuleFile::shipped_rules()?
        } else {
            Vec::new()
        };
        let own = file.order.into_iter().map(|rule| Placed {
            rule,
            shipped: false,
        });
        let shipped = shipped.into_iter().map(|rule| Placed {
            rule,
            shipped: true,
        });
        let mut set = Self {
            rules: own.chain(shipped).collect(),
            otherwise: file.otherwise,
            repeat: file.repeat,
            playbooks: file.playbooks,
            warnings: Vec::new(),
        };
        let (errors, warnings): (Vec<_>, Vec<_>) = check::check(&set, changeable, now)
            .into_iter()
            .partition(|problem| problem.level == Level::Error);
        if !errors.is_empty() {
            return Err(RulesError::Refused(errors));
        }
        set.warnings = warnings;
        Ok(set)
    }

    /// The rules, in the order in which they are read.
    pub fn rules(&self) -> &[Placed] {
        &self.rules
    }

    /// After how long an open incident is told again.
    pub const fn repeat(&self) -> &Repeat {
        &self.repeat
    }

    /// Where playbooks may be used.
    pub const fn playbooks(&self) -> &BTreeMap<Playbook, Terms> {
        &self.playbooks
    }

    /// What somebody should look at, although the file can be used: as it was when
    /// the file was read.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Every suppression, ended or not, for the status.
    pub fn suppressions(&self, now: Timestamp) -> Vec<Suppression> {
        self.rules
            .iter()
            .filter_map(|placed| match &placed.rule.outcome {
                Outcome::Suppress(suppress) => Some(Suppression {
                    rule: placed.rule.name.clone(),
                    reason: suppress.reason.clone(),
                    author: suppress.author.clone(),
                    until: suppress.until,
                    is_over: placed.rule.is_over(now),
                }),
                Outcome::Tell(_) | Outcome::Escalate(_) | Outcome::Playbook(_) => None,
            })
            .collect()
    }
}

/// A rule that keeps something from people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppression {
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub author: String,
    /// Until when.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// Whether it has ended, so that the rule matches nothing any more.
    pub is_over: bool,
}
