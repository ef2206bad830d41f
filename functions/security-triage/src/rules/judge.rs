//! What the rules say of an incident.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use nightshift_core::Severity;

use super::condition::{Answer, Condition};
use super::file::{Loudness, Outcome, Rule, Terms};
use super::matter::Matter;
use super::{Placed, RuleSet};
use crate::finding::Band;
use crate::playbooks::Playbook;

/// What the rules say of an incident.
#[derive(Clone, Debug, Default)]
pub struct Judgement<'r> {
    /// The rule that decides; None where none does.
    pub decided: Option<&'r Rule>,
    /// The rules whose playbook is proposed, and whether it is used without asking.
    pub playbooks: Vec<(&'r Rule, Playbook, bool)>,
    /// What a rule would have done, and why it does not.
    pub refused: Vec<Refused<'r>>,
    /// Rules that would tell or escalate, and that nobody can judge.
    doubtful: Vec<&'r Rule>,
}

/// What a rule would have done, and why it does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Why, in words.
    pub why: String,
}

impl RuleSet {
    /// Reads the rules from the top. What a look-up should have told and did not is
    /// never held for harmless: a suppression below a rule that might have told does
    /// not count, and neither does a playbook that might not match.
    pub fn judge(&self, matter: &Matter<'_>, now: Timestamp) -> Judgement<'_> {
        let mut judgement = Judgement::default();
        for Placed { rule, .. } in &self.rules {
            if rule.is_over(now) {
                continue;
            }
            match rule.matches.answer(matter) {
                Answer::Fails => {}
                Answer::Unknown => judgement.doubt(rule, matter),
                Answer::Holds => judgement.take(rule, matter, &self.playbooks),
            }
        }
        if judgement.is_suppressed() {
            judgement.playbooks.clear();
        }
        judgement
    }
}

impl<'r> Judgement<'r> {
    /// Whether nobody is told.
    pub fn is_suppressed(&self) -> bool {
        matches!(
            self.decided.map(|rule| &rule.outcome),
            Some(Outcome::Suppress(_))
        )
    }

    /// How loud an incident of this band is told.
    pub fn severity(&self, band: Band) -> Severity {
        let own = band.severity();
        match self.decided.map(|rule| &rule.outcome) {
            Some(Outcome::Tell(tell)) => match tell.severity {
                // Somebody might have raised it.
                Loudness::LoweredTo(_) if !self.doubtful.is_empty() => own,
                loudness => loudness.of(own),
            },
            Some(Outcome::Escalate(escalate)) => escalate.of(own),
            Some(Outcome::Suppress(_) | Outcome::Playbook(_)) | None => own,
        }
    }

    fn refuse(&mut self, rule: &'r Rule, why: impl Into<String>) {
        self.refused.push(Refused {
            rule,
            why: why.into(),
        });
    }

    /// Nobody can say whether the rule matches.
    fn doubt(&mut self, rule: &'r Rule, matter: &Matter<'_>) {
        let unknown: Vec<String> = Condition::ALL
            .into_iter()
            .filter(|one| one.answer(&rule.matches, matter) == Answer::Unknown)
            .map(|one| one.found(matter))
            .collect();
        let unknown = unknown.join(", ");
        match &rule.outcome {
            Outcome::Playbook(playbook) => {
                let name = playbook.name.as_str();
                self.refuse(rule, format!("{name} is not proposed ({unknown})"));
            }
            _ if self.decided.is_some() => {}
            Outcome::Suppress(_) => {
                self.refuse(rule, format!("it is not suppressed ({unknown})"));
            }
            Outcome::Tell(_) | Outcome::Escalate(_) => self.doubtful.push(rule),
        }
    }

    /// The rule matches.
    fn take(&mut self, rule: &'r Rule, matter: &Matter<'_>, terms: &BTreeMap<Playbook, Terms>) {
        match &rule.outcome {
            Outcome::Playbook(playbook) => {
                let name = playbook.name.as_str();
                if matter.sample {
                    let why = format!("{name} is not proposed: the finding was made up");
                    return self.refuse(rule, why);
                }
                // Without terms the playbook is switched off, and nobody misses it.
                let Some(terms) = terms.get(&playbook.name) else {
                    return;
                };
                if !terms.accounts.contains(matter.account) {
                    let why = format!(
                        "{name} is not proposed: account {} does not allow it",
                        matter.account
                    );
                    return self.refuse(rule, why);
                }
                let mut automatic = playbook.automatic && terms.automatic;
                if automatic && let Some(why) = wants_a_person(matter) {
                    automatic = false;
                    self.refuse(rule, format!("{name} is only proposed: {why}"));
                }
                let known = self.playbooks.iter_mut().find(|one| one.1 == playbook.name);
                match known {
                    Some(known) if !known.2 && automatic => *known = (rule, playbook.name, true),
                    Some(_) => {}
                    None => self.playbooks.push((rule, playbook.name, automatic)),
                }
            }
            _ if self.decided.is_some() => {}
            Outcome::Suppress(_) => {
                if let Some(doubtful) = self.doubtful.first() {
                    let why = format!(
                        "it is not suppressed: `{}` before it might match, and a look-up failed",
                        doubtful.name
                    );
                    self.refuse(rule, why);
                } else {
                    self.decided = Some(rule);
                }
            }
            Outcome::Tell(tell) => {
                if let (Loudness::LoweredTo(_), Some(doubtful)) =
                    (tell.severity, self.doubtful.first())
                {
                    let why = format!(
                        "it is not lowered: `{}` before it might match, and a look-up failed",
                        doubtful.name
                    );
                    self.refuse(rule, why);
                }
                self.decided = Some(rule);
            }
            Outcome::Escalate(_) => self.decided = Some(rule),
        }
    }
}

/// Why a playbook is not used without asking, if so.
fn wants_a_person(matter: &Matter<'_>) -> Option<&'static str> {
    let names = matter.principals.iter().map(|one| one.name.as_str());
    if names.collect::<BTreeSet<_>>().len() > 1 {
        Some("more than one principal acts in it, and a person has to say which")
    } else if matter.context.ours.is_some() {
        Some("Nightshift itself seems to have caused it")
    } else {
        None
    }
}
