//! From what was read to a plan, or to the reasons against it.

mod access_key;
mod bucket;
mod ingress;
mod instance;
mod principal;
mod select;

use jiff::Timestamp;

use super::Playbook;
use super::guards::{Policy, Tagged};
use super::observed::Observed;
use super::plan::{Deed, Plan, Step, StepKind, Target};
use super::refusal::{Refusal, Refusals};
use crate::incident::Incident;

pub use select::select;

pub(super) use instance::quarantine_name;
pub(super) use principal::POLICY;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The playbook.
    pub playbook: Playbook,
    /// What it is to contain.
    pub target: Target,
    /// Who asks, where that is known.
    pub requester: Option<String>,
    /// When it was asked for.
    pub created: Timestamp,
    /// Until when the answer may be approved.
    pub expires: Timestamp,
}

/// The steps of a playbook while they are put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    steps: Vec<Step>,
    notes: Vec<String>,
    refusals: Vec<Refusal>,
    evidence: Vec<String>,
}

/// Makes a plan, or says everything that speaks against it. The same request
/// and the same observation make the same plan, to its hash.
///
/// # Errors
/// All refusals at once.
pub fn compile(
    request: &Request<'_>,
    observed: &Observed,
    policy: &Policy<'_>,
    now: Timestamp,
) -> Result<Plan, Refusals> {
    let key = &request.incident.key;
    let id = Plan::id(request.playbook, key, &request.target, request.created);
    let mut draft = Draft {
        refusals: policy.incident(request.incident, now),
        ..Draft::default()
    };
    draft.refuse(policy.enrolment(request.playbook, &key.account));
    match (&request.target, observed) {
        (Target::Instance { id: instance }, Observed::Instance(observed)) => {
            draft.refuse(policy.region(&key.region));
            instance::steps(&mut draft, &id, instance, observed, policy);
        }
        (Target::AccessKey { id: access_key }, Observed::AccessKey(observed)) => {
            access_key::steps(&mut draft, access_key, observed, policy);
        }
        (Target::Principal { id: principal }, Observed::Principal(observed)) => {
            principal::steps(&mut draft, principal, observed, policy);
        }
        (Target::Bucket { name }, Observed::Bucket(observed)) => {
            bucket::steps(&mut draft, name, key.account.as_str(), observed, policy);
        }
        (Target::SecurityGroup { id: group, rule }, Observed::SecurityGroup(observed)) => {
            draft.refuse(policy.region(&key.region));
            ingress::steps(&mut draft, group, rule.as_deref(), observed, policy);
        }
        (_, Observed::Gone) => draft.refusals.push(Refusal::Unfit {
            resource: request.target.name().to_owned(),
            problem: "it is not there any more; nothing is to be done unless it should be"
                .to_owned(),
        }),
        (_, Observed::Unreadable(problem)) => draft.refusals.push(Refusal::Unknown {
            what: request.target.name().to_owned(),
            problem: problem.clone(),
        }),
        _ => draft.refusals.push(Refusal::Unknown {
            what: request.target.name().to_owned(),
            problem: "something else was read".to_owned(),
        }),
    }
    let has_changes = draft.steps.iter().any(|step| step.kind == StepKind::Change);
    if draft.refusals.is_empty() && !has_changes {
        draft.refusals.push(Refusal::NothingToDo {
            resource: request.target.name().to_owned(),
        });
    }
    if !draft.refusals.is_empty() {
        return Err(Refusals(draft.refusals));
    }
    Ok(Plan {
        version: Plan::VERSION,
        id,
        incident: key.clone(),
        playbook: request.playbook,
        account: key.account.clone(),
        region: key.region.clone(),
        target: request.target.clone(),
        requester: request.requester.clone(),
        created: request.created,
        expires: request.expires,
        steps: draft.steps,
        notes: draft.notes,
        hash: String::new(),
    }
    .sealed())
}

impl Draft {
    fn refuse(&mut self, refusals: Vec<Refusal>) {
        self.refusals.extend(refusals);
    }

    /// What could be read; what could not is a refusal.
    fn known<'a, T>(&mut self, what: &str, known: &'a Result<T, String>) -> Option<&'a T> {
        match known {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refusals.push(Refusal::Unknown {
                    what: what.to_owned(),
                    problem: problem.clone(),
                });
                None
            }
        }
    }

    fn tags(&mut self, playbook: Playbook, policy: &Policy<'_>, tagged: Tagged<'_>) {
        self.refuse(policy.tags(playbook, tagged));
    }

    /// A step that keeps what a change may destroy. Everything after it needs it.
    fn evidence(&mut self, name: &str, why: &str, deed: Deed) {
        self.evidence.push(name.to_owned());
        self.steps.push(Step {
            name: name.to_owned(),
            kind: StepKind::Evidence,
            why: why.to_owned(),
            needs: Vec::new(),
            deed,
        });
    }

    /// A step that contains. It needs all evidence, and what it names.
    fn change(&mut self, name: String, why: &str, needs: &[&str], change: super::plan::Change) {
        let mut all = self.evidence.clone();
        all.extend(needs.iter().map(|name| (*name).to_owned()));
        self.steps.push(Step {
            name,
            kind: StepKind::Change,
            why: why.to_owned(),
            needs: all,
            deed: Deed::Change(Box::new(change)),
        });
    }

    /// A step that looks whether something holds.
    fn verify(
        &mut self,
        name: String,
        why: &str,
        look: super::look::Look,
        expected: super::look::Seen,
    ) {
        self.steps.push(Step {
            name,
            kind: StepKind::Verify,
            why: why.to_owned(),
            needs: Vec::new(),
            deed: Deed::Check { look, expected },
        });
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl Target {
    /// The name that a person knows it by.
    pub fn name(&self) -> &str {
        match self {
            Self::Instance { id } | Self::AccessKey { id } | Self::SecurityGroup { id, .. } => id,
            Self::Principal { id } => id.name(),
            Self::Bucket { name } => name,
        }
    }
}
