//! What people read about plans: what would be done and how to say yes, and
//! what came of it.

use jiff::Timestamp;
use nightshift_core::{
    AccountId, Command, Document, Fact, Notification, Region, Section, Severity, Status,
};
use serde_json::{Value, json};

use super::command_line::quoted;
use super::commands::{Progressed, Proposal};
use super::journal::{Journal, Phase, Progress, Stored};
use super::plan::{Deed, Plan, Step, StepKind};
use super::refusal::Refusals;
use super::tick::End;
use crate::decide::Called;
use crate::incident::Incident;

/// How many calls one list shows: Slack takes 3,000 characters for a list, and few
/// calls have more than 400.
const IN_A_SECTION: usize = 6;

/// Puts plans into words.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    /// The environment's configuration.
    pub document: &'a Document,
    /// What `cargo lambda invoke --remote` takes.
    pub function: &'a str,
    /// Whether the token may be shown to whoever reads the channel.
    pub shows_token: bool,
    /// Now.
    pub now: Timestamp,
}

impl Teller<'_> {
    /// A plan that waits for somebody to say yes, or that was only printed.
    pub fn proposed(&self, proposal: &Proposal) -> Notification {
        let plan = &proposal.plan;
        let mut next_steps = vec![format!(
            "Look at the calls; approve before {:.0} if they are right, or let the plan expire",
            plan.expires
        )];
        let mut commands = Vec::new();
        match (&proposal.token, self.shows_token) {
            (None, _) => {
                next_steps = vec!["This is a dry run: nothing can be approved; set guards.dry_run to false to allow it".to_owned()];
            }
            (Some(token), true) => {
                let payload =
                    json!({"command": "approve", "plan": plan.id, "token": token, "by": "<you>"});
                commands.push(self.command("approve", &payload));
            }
            (Some(_), false) => {
                let payload = json!({
                    "command": "plan",
                    "incident": plan.incident.to_string(),
                    "playbook": plan.playbook,
                    "resource": plan.target.name(),
                });
                next_steps.push(
                    "The token is in the answer to the command; then approve with it".to_owned(),
                );
                commands.push(self.command("get the token", &payload));
            }
        }
        if proposal.token.is_some() {
            let payload = json!({"command": "undo", "plan": plan.id});
            commands.push(self.command("withdraw", &payload));
        }
        Notification {
            title: format!("Plan: {} {}", plan.playbook, plan.target.name()),
            summary: "Nothing has been changed. These are exactly the calls that would be made, in this order; each is looked at before and after, and the plan ends at the first that fails.".to_owned(),
            sections: sections(plan),
            next_steps,
            commands,
            ..self.about(plan, "planned")
        }
    }

    /// Why a playbook that a rule calls for comes to no plan.
    pub fn refused(&self, incident: &Incident, called: &Called, why: &Refusals) -> Notification {
        let playbook = called.playbook;
        let key = &incident.key;
        let reasons: Vec<String> = why.0.iter().map(ToString::to_string).collect();
        Notification {
            title: format!("No plan: {playbook}"),
            summary: format!(
                "Rule {} calls for {playbook}, and nothing has been planned or changed.",
                called.rule
            ),
            facts: vec![Fact::new("Incident", key.to_string())],
            sections: vec![Section {
                title: "Why not".to_owned(),
                items: reasons,
            }],
            next_steps: vec![
                "Contain it by hand where it has to be, or allow it as said above and ask for the plan".to_owned(),
            ],
            commands: vec![self.command(
                "ask for the plan",
                &json!({"command": "plan", "incident": key.to_string(), "playbook": playbook, "by": "<you>"}),
            )],
            ..self.message(
                format!("security-triage/no-plan/{key}/{playbook}/{}", incident.first_seen),
                &key.account,
                &key.region,
            )
        }
    }

    /// What came of a plan.
    pub fn progressed(&self, progressed: &Progressed) -> Option<Notification> {
        let Stored { plan, journal, .. } = progressed.stored.as_ref()?;
        let name = plan.target.name();
        let playbook = plan.playbook;
        let problem = journal.problem.clone().unwrap_or_default();
        let (severity, title, summary) = match (journal.phase, &progressed.end) {
            (Phase::Done, _) => (
                Severity::Notice,
                format!("Done: {playbook} {name}"),
                "Every step has succeeded and was seen to have. It stays so until somebody undoes it.".to_owned(),
            ),
            (Phase::Failed, _) => (
                Severity::Error,
                format!("Failed: {playbook} {name}"),
                format!("{problem}. What was done before stands; undo brings it back, and a new plan does what is left."),
            ),
            (Phase::Undone, _) if journal.approved.is_none() => (
                Severity::Notice,
                format!("{playbook} {name} is withdrawn"),
                "The plan was withdrawn; nothing has been changed.".to_owned(),
            ),
            (Phase::Undone, _) => (
                Severity::Notice,
                format!("{playbook} {name} is undone"),
                "What the plan has changed is as it was before.".to_owned(),
            ),
            (_, End::Refused(why)) => (
                Severity::Error,
                format!("Held up: {playbook} {name}"),
                format!("{why}. The plan goes on when that is so."),
            ),
            // Another run tells; or the next one does.
            (_, End::AnotherRun | End::Waits(_) | End::NoPlan | End::Rests(_)) => return None,
            (_, End::Unsure(why)) => (
                Severity::Error,
                format!("Held up: {playbook} {name}"),
                format!("{why}. The next run looks again and goes on."),
            ),
        };
        let is_over = journal.phase == Phase::Undone;
        let can_undo = journal.phase != Phase::Undone;
        let undo = json!({"command": "undo", "plan": plan.id, "by": "<you>"});
        Some(Notification {
            severity,
            status: if is_over {
                Status::Resolved
            } else {
                Status::Open
            },
            title,
            summary,
            sections: vec![Section {
                title: "Steps".to_owned(),
                items: plan
                    .steps
                    .iter()
                    .map(|step| standing(step, journal))
                    .collect(),
            }],
            commands: can_undo
                .then(|| self.command("undo", &undo))
                .into_iter()
                .collect(),
            ..self.about(
                plan,
                &format!("{}/{}", journal.updated, progressed.end.word()),
            )
        })
    }

    /// What all words about a plan have in common; each has another id.
    fn about(&self, plan: &Plan, word: &str) -> Notification {
        let mut facts = vec![
            Fact::new("Plan", &plan.id),
            Fact::new("Incident", plan.incident.to_string()),
            Fact::new("Hash", plan.hash.get(..16).unwrap_or(&plan.hash)),
        ];
        if let Some(requester) = &plan.requester {
            facts.push(Fact::new("Asked for by", requester));
        }
        Notification {
            dedup_key: Some(format!("security-triage/plan/{}", plan.id)),
            facts,
            ..self.message(
                format!("security-triage/{}/{word}", plan.id),
                &plan.account,
                &plan.region,
            )
        }
    }

    fn message(&self, id: String, account: &AccountId, region: &Region) -> Notification {
        Notification {
            version: Notification::VERSION,
            id,
            source: "security-triage".to_owned(),
            environment: self.document.environment.clone(),
            account: account.clone(),
            region: Some(region.clone()),
            severity: Severity::Warning,
            kind: "security-triage.plan".to_owned(),
            dedup_key: None,
            status: Status::Open,
            owner: None,
            title: String::new(),
            summary: String::new(),
            facts: Vec::new(),
            sections: Vec::new(),
            next_steps: Vec::new(),
            commands: Vec::new(),
            links: Vec::new(),
            attachment: None,
            occurred_at: self.now,
        }
    }

    fn command(&self, label: &str, payload: &Value) -> Command {
        Command {
            label: label.to_owned(),
            text: format!(
                "cargo lambda invoke --remote --retry-attempts 6 {} --data-ascii {}",
                self.function,
                quoted(&payload.to_string())
            ),
        }
    }
}

fn sections(plan: &Plan) -> Vec<Section> {
    let of = |kind, title: &str| {
        let steps = plan.steps.iter().filter(|step| step.kind == kind);
        let items: Vec<String> = steps.map(|step| line(step, plan)).collect();
        split(title, &items)
    };
    let undo = |step: &Step| {
        let call = &step.change()?.undo.as_ref()?.call;
        Some(format!("`{}`", call.command_line(&plan.region)))
    };
    let undo: Vec<String> = plan.steps.iter().rev().filter_map(undo).collect();
    [
        of(StepKind::Evidence, "Evidence, first"),
        of(StepKind::Change, "Changes"),
        of(StepKind::Verify, "Looked at afterwards"),
        split("Know before", &plan.notes),
        split("An undo, where the step was done", &undo),
    ]
    .concat()
}

/// A list under one heading, or under several of the same name: who approves has to
/// see every call, and a channel folds or cuts what is too long for one.
fn split(title: &str, items: &[String]) -> Vec<Section> {
    let parts = items.chunks(IN_A_SECTION);
    let of = parts.len();
    parts
        .enumerate()
        .map(|(index, items)| Section {
            title: match of {
                1 => title.to_owned(),
                _ => format!("{title} ({} of {of})", index + 1),
            },
            items: items.to_vec(),
        })
        .collect()
}

fn line(step: &Step, plan: &Plan) -> String {
    let command = match &step.deed {
        Deed::Keep(look) | Deed::Check { look, .. } => look.command_line(&plan.region),
        Deed::Change(change) => change.call.command_line(&plan.region),
    };
    format!("`{command}` ({})", step.why)
}

/// Where a step stands, in words.
fn standing(step: &Step, journal: &Journal) -> String {
    let record = journal.record(&step.name);
    let words = match record.progress {
        Progress::Open => "not begun",
        Progress::Attempted => "tried",
        Progress::Done => "done",
        Progress::FoundSo => "was so already",
        Progress::UndoAttempted => "undo tried",
        Progress::Undone => "undone",
    };
    match &record.problem {
        Some(problem) => format!("{}: {words}; {problem}", step.name),
        None => format!("{}: {words}", step.name),
    }
}
