//! What is done about an incident: who is told, what is written back, what is
//! proposed.
//!
//! **Architecture invariant:** pure. The same incident, context, rules and instant
//! end in the same verdict; whoever tells people writes down that it did, after
//! it did.

use jiff::Timestamp;
use nightshift_core::{Severity, printable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Band, Finding, Standing};
use crate::incident::Incident;
use crate::observe::Context;
use crate::playbooks::Playbook;
use crate::rules::{Judgement, Matter, Outcome, RuleSet, Workflow};

/// The last message that people were given about an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastWord {
    /// When it was delivered.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// How loud it was.
    pub severity: Severity,
    /// Whether it left the matter open.
    pub open: bool,
}

/// An incident, as it has to be decided about.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// What rules see of it.
    pub matter: Matter<'a>,
    /// What it wants.
    pub standing: Standing,
    /// Whether the event has brought anything that was not known before.
    pub is_news: bool,
    /// What people were told last.
    pub last: Option<LastWord>,
}

/// What is done about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The rule that decides; none where the band alone does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, in words.
    pub why: String,
    /// What people are told.
    pub tell: Telling,
    /// How loud.
    pub severity: Severity,
    /// Whether somebody is called, whatever the hour.
    pub page: bool,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the rule adds for a person to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// Why nobody is told, where a rule suppresses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
    /// What Security Hub is told: after the message was delivered, or at once where
    /// there is none. Nothing where it is left as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_back: Option<Workflow>,
    /// Whether GuardDuty archives the finding, at the same moment.
    pub archive: bool,
    /// The playbooks that an open incident calls for, each time the same: who
    /// proposes or uses them does so once for an incident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub playbooks: Vec<Called>,
    /// What rules would have done, and why they do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<String>,
    /// What a reader should know of how the matter came about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Telling {
    /// Nothing.
    None,
    /// That there is an incident.
    Open,
    /// That it goes on, or has become worse.
    Update,
    /// That it is back.
    Reopened,
    /// That it is over.
    Resolved,
}

/// Why nobody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Suppressed {
    /// The reason that the rule gives.
    pub reason: String,
    /// Who answers for it.
    pub author: String,
    /// Until when.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// A playbook that an incident calls for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Called {
    /// Which.
    pub playbook: Playbook,
    /// The rule that says so.
    pub rule: String,
    /// Whether it is used without asking; otherwise it is proposed.
    pub automatic: bool,
}

impl<'a> Case<'a> {
    /// An incident, before and after an event.
    pub fn of_incident(
        before: Option<&Incident>,
        after: &'a Incident,
        standing: Standing,
        context: &'a Context,
        last: Option<LastWord>,
    ) -> Self {
        Self {
            matter: Matter::of_incident(after, context),
            standing,
            is_news: before != Some(after),
            last,
        }
    }

    /// A finding alone, as if nothing had been known before.
    pub fn of_finding(finding: &'a Finding, context: &'a Context) -> Self {
        Self {
            matter: Matter::of_finding(finding, context),
            standing: finding.standing,
            is_news: true,
            last: None,
        }
    }
}

impl Verdict {
    /// A verdict that nothing is done.
    fn quiet(severity: Severity, why: impl Into<String>) -> Self {
        Self {
            rule: None,
            why: why.into(),
            tell: Telling::None,
            severity,
            page: false,
            owner: None,
            next_steps: Vec::new(),
            suppressed: None,
            write_back: None,
            archive: false,
            playbooks: Vec::new(),
            refusals: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// What is done about an incident.
pub fn decide(case: &Case<'_>, rules: &RuleSet, now: Timestamp) -> Verdict {
    let mut verdict = match case.standing {
        Standing::Open => {
            let judgement = rules.judge(&case.matter, now);
            if judgement.is_suppressed() {
                suppressed(case, &judgement)
            } else {
                open(case, &judgement, rules, now)
            }
        }
        Standing::Resolved => over(case, "its cause is gone, or somebody has resolved it"),
        Standing::Suppressed => over(
            case,
            "a person, or a rule of the service, has put it aside there",
        ),
    };
    if let Some(ours) = &case.matter.context.ours {
        verdict.notes.push(printable(ours, 300));
    }
    verdict
}

/// Nobody need look any more: whoever was told is told that, and nobody else.
fn over(case: &Case<'_>, why: &str) -> Verdict {
    let own = case.matter.band.severity();
    match case.last {
        Some(last) if last.open => Verdict {
            tell: Telling::Resolved,
            ..Verdict::quiet(last.severity, why)
        },
        Some(_) => Verdict::quiet(own, format!("{why}, and people know")),
        None => Verdict::quiet(own, format!("{why}, and nobody was told of it")),
    }
}

fn suppressed(case: &Case<'_>, judgement: &Judgement<'_>) -> Verdict {
    let Some(rule) = judgement.decided else {
        return Verdict::quiet(case.matter.band.severity(), "nothing decides");
    };
    let Outcome::Suppress(suppress) = &rule.outcome else {
        return Verdict::quiet(case.matter.band.severity(), "nothing suppresses it");
    };
    let why = format!(
        "`{}` suppresses it until {}: {} ({})",
        rule.name, suppress.until, suppress.reason, suppress.author
    );
    Verdict {
        rule: Some(rule.name.clone()),
        suppressed: Some(Suppressed {
            reason: suppress.reason.clone(),
            author: suppress.author.clone(),
            until: suppress.until,
        }),
        write_back: written(rule.outcome.workflow()),
        archive: suppress.archive,
        refusals: refusals(judgement),
        ..over(case, &why)
    }
}

fn open(case: &Case<'_>, judgement: &Judgement<'_>, rules: &RuleSet, now: Timestamp) -> Verdict {
    let matter = &case.matter;
    let severity = judgement.severity(matter.band);
    let decided = judgement.decided;
    if decided.is_none() && matter.band == Band::Informational {
        let why = "it is informational, and no rule tells it";
        return Verdict {
            refusals: refusals(judgement),
            ..Verdict::quiet(severity, why)
        };
    }
    let by = decided.map_or_else(
        || "no rule decides, so its band does".to_owned(),
        |rule| {
            format!(
                "`{}` {}: {}",
                rule.name,
                verb(&rule.outcome),
                rule.description
            )
        },
    );
    let (tell, moment) = moment(case, severity, rules, now);
    let outcome = decided.map(|rule| &rule.outcome);
    let owner = outcome
        .and_then(Outcome::owner)
        .or(matter.context.owner.as_deref());
    Verdict {
        rule: decided.map(|rule| rule.name.clone()),
        why: format!("{moment}; {by}"),
        tell,
        severity,
        page: matches!(outcome, Some(Outcome::Escalate(escalate)) if escalate.page),
        owner: owner.map(str::to_owned),
        next_steps: outcome.map_or_else(Vec::new, |outcome| outcome.next_steps().to_vec()),
        suppressed: None,
        // What was not delivered is not written back.
        write_back: (tell != Telling::None)
            .then(|| outcome.map_or(Workflow::Notified, Outcome::workflow))
            .and_then(written),
        archive: tell != Telling::None && outcome.is_some_and(Outcome::archive),
        playbooks: judgement
            .playbooks
            .iter()
            .map(|(rule, playbook, automatic)| Called {
                playbook: *playbook,
                rule: rule.name.clone(),
                automatic: *automatic,
            })
            .collect(),
        refusals: refusals(judgement),
        notes: Vec::new(),
    }
}

/// Whether an open incident is told now, and why.
fn moment(
    case: &Case<'_>,
    severity: Severity,
    rules: &RuleSet,
    now: Timestamp,
) -> (Telling, String) {
    let Some(last) = case.last else {
        return (Telling::Open, "nobody was told of it yet".to_owned());
    };
    if !last.open {
        return (Telling::Reopened, "it was over, and is back".to_owned());
    }
    if severity > last.severity {
        return (Telling::Update, "it has become worse".to_owned());
    }
    if !case.is_news {
        return (Telling::None, "the event brings nothing new".to_owned());
    }
    let window = rules.repeat().after(severity);
    if now.duration_since(last.at) >= window.as_duration() {
        (
            Telling::Update,
            format!("it goes on, {window} after the last word"),
        )
    } else {
        (
            Telling::None,
            format!("people were told less than {window} ago"),
        )
    }
}

const fn verb(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Tell(_) => "tells",
        Outcome::Suppress(_) => "suppresses",
        Outcome::Escalate(_) => "escalates",
        Outcome::Playbook(_) => "contains",
    }
}

fn written(workflow: Workflow) -> Option<Workflow> {
    (workflow != Workflow::Unchanged).then_some(workflow)
}

fn refusals(judgement: &Judgement<'_>) -> Vec<String> {
    judgement
        .refused
        .iter()
        .map(|refused| format!("`{}`: {}", refused.rule.name, refused.why))
        .collect()
}
