//! What is to be done about an incident, as the handler needs to know it. The
//! rules say so; whoever asks brings all that they may look at.

use jiff::{SignedDuration, Timestamp};
use nightshift_core::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Band, Standing};
use crate::incident::Incident;
use crate::observe::Context;

/// An incident to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What was known before; None where nothing was.
    pub before: Option<&'a Incident>,
    /// What is known now.
    pub after: &'a Incident,
    /// What is known around it.
    pub context: &'a Context,
    /// What people were told last.
    pub last: Option<LastWord>,
    /// What counts as now.
    pub now: Timestamp,
}

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

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Telling {
    /// Nothing.
    None,
    /// That there is an incident.
    Open,
    /// That it goes on, has become worse, or that a person has sent it.
    Update,
    /// That it is back.
    Reopened,
    /// That it is over.
    Resolved,
}

/// Where Security Hub's workflow of a finding is put.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Workflow {
    /// `NOTIFIED`: somebody has been told.
    Notified,
    /// `SUPPRESSED`: nothing will be done about it.
    Suppressed,
    /// `RESOLVED`: its cause is gone.
    Resolved,
}

/// What is to be done about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ruling {
    /// The rule that decides; None where the band alone does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, in words.
    pub why: String,
    /// What people are told.
    pub tell: Telling,
    /// How loud.
    pub severity: Severity,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What a rule adds for a person to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// What a reader should know of how it came about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What Security Hub is told, once people are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_back: Option<Workflow>,
    /// Whether GuardDuty archives the finding, at the same moment.
    pub archive: bool,
}

/// Whoever knows the rules.
pub trait Judge {
    /// What is to be done. Pure: the same question has the same answer.
    fn judge(&self, question: &Question<'_>) -> Ruling;
}

impl<F: Fn(&Question<'_>) -> Ruling> Judge for F {
    fn judge(&self, question: &Question<'_>) -> Ruling {
        self(question)
    }
}

/// Judges by the band alone: everything above informational is told once, and
/// again when it becomes worse, comes back or goes on after a while.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByBand;

impl Judge for ByBand {
    fn judge(&self, question: &Question<'_>) -> Ruling {
        let band = question.after.band;
        let severity = band.severity();
        let (tell, why) = moment(question, severity);
        let told = tell != Telling::None;
        Ruling {
            rule: None,
            why: why.to_owned(),
            tell,
            severity,
            owner: question.context.owner.clone(),
            next_steps: Vec::new(),
            notes: Vec::new(),
            write_back: (told && tell != Telling::Resolved).then_some(Workflow::Notified),
            archive: false,
        }
    }
}

/// After how long an open incident that goes on is told again.
const fn window(band: Band) -> SignedDuration {
    SignedDuration::from_mins(match band {
        Band::Critical => 15,
        Band::High => 60,
        Band::Medium => 480,
        Band::Low | Band::Informational => 1_440,
    })
}

fn moment(question: &Question<'_>, severity: Severity) -> (Telling, &'static str) {
    let standing = question.after.standing();
    let last = question.last;
    if !standing.is_open() {
        let why = match standing {
            Standing::Suppressed => "a person, or a rule of the service, has put it aside there",
            _ => "its cause is gone, or somebody has resolved it",
        };
        return match last {
            Some(last) if last.open => (Telling::Resolved, why),
            _ => (Telling::None, why),
        };
    }
    if question.after.band == Band::Informational {
        return (Telling::None, "it is informational");
    }
    match last {
        None => (Telling::Open, "nobody was told of it yet"),
        Some(last) if !last.open => (Telling::Reopened, "it was over, and is back"),
        Some(last) if severity > last.severity => (Telling::Update, "it has become worse"),
        Some(_) if question.before == Some(question.after) => {
            (Telling::None, "the event brings nothing new")
        }
        Some(last) if question.now.duration_since(last.at) >= window(question.after.band) => {
            (Telling::Update, "it goes on")
        }
        Some(_) => (Telling::None, "people were told a short while ago"),
    }
}
