//! What is done about matters: read what is known, join what has come, judge,
//! tell, write down, and then tell the sources.
//!
//! The order is what makes a crash harmless. What people are about to be told
//! is written down first, so that whoever comes next, in whatever order, knows
//! that they may have heard it; that they were told is written down after the
//! message was taken, together with what the sources are owed. A run that ends
//! in between leaves the next one to say the same under the same id, and to pay.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use nightshift_core::{Document, printable};
use nightshift_runtime::{Deadline, Ledger, LedgerError, Publisher};
use thiserror::Error;

use crate::back::{self, Sources, Written};
use crate::decide::{Called, Case, Telling, Verdict, decide};
use crate::finding::{Finding, FindingKey, Handle};
use crate::incident::Incident;
use crate::matter::{Matter, Owed, PARTITION, sort_key};
use crate::messages;
use crate::observe::{Context, LookUps, Surveyor};
use crate::report::Line;
use crate::rules::RuleSet;

/// How many matters are worked on at once.
const AT_ONCE: usize = 8;
/// How often a matter is read anew because somebody else wrote meanwhile.
const ATTEMPTS: u32 = 5;
/// A matter is not begun when less than this is left.
const NEEDED: Duration = Duration::from_secs(5);
/// A plan is not begun when less than this is left: it reads a dozen things.
const NEEDED_TO_PLAN: Duration = Duration::from_secs(20);

/// Looks around an incident.
pub trait Surroundings {
    /// What is known around it; what could not be had is a gap.
    fn look(&self, incident: &Incident) -> impl Future<Output = Context>;
}

impl<L: LookUps, M: Ledger> Surroundings for Surveyor<'_, L, M> {
    async fn look(&self, incident: &Incident) -> Context {
        // All look-ups are in this future at once: it is large, and there is one for
        // each matter that is worked on.
        Box::pin(self.look_around(&incident.latest)).await
    }
}

/// Which updates of sources are allowed now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Security Hub's workflow and notes.
    pub security_hub: bool,
    /// GuardDuty's archive.
    pub guardduty: bool,
}

/// Makes plans of playbooks that rules call for.
pub trait Planner {
    /// Makes the plan and shows it to people, or tells them why there is none; one
    /// that needs nobody's yes is approved.
    ///
    /// # Errors
    /// When that has to be tried again, in words.
    fn plan(
        &self,
        incident: &Incident,
        called: &Called,
    ) -> impl Future<Output = Result<(), String>>;
}

/// Everything that one run works with.
#[derive(Debug)]
pub struct Desk<'a, L, P, A, S, C> {
    /// The memory.
    pub ledger: &'a L,
    /// Where messages go.
    pub publisher: &'a P,
    /// The rules.
    pub rules: &'a RuleSet,
    /// Who looks around.
    pub around: &'a A,
    /// Who takes updates.
    pub sources: &'a S,
    /// Who makes plans; None where no playbook may be used.
    pub planner: Option<&'a C>,
    /// The environment's configuration.
    pub document: &'a Document,
    /// Which updates are allowed.
    pub allowed: Allowed,
    /// What counts as now.
    pub now: Timestamp,
    /// How long there is.
    pub deadline: &'a Deadline,
    /// How long a contested entry or update rests before it is tried again.
    pub pause: Duration,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Finished {
    /// Each matter, in the order of keys.
    pub lines: Vec<Line>,
    /// Matters whose events have to come again.
    pub again: BTreeSet<FindingKey>,
    /// What the sources were told.
    pub written: Written,
    /// Plans that rules call for and that were not made yet, and why.
    pub unplanned: Vec<String>,
}

/// Why a matter was not settled.
#[derive(Debug, Error)]
enum Trouble {
    #[error("no time was left in this run; the event comes again")]
    Time,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("people were not told: {0}")]
    Publish(#[from] nightshift_runtime::CallError),
    #[error("it cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What came of a matter, and what it owes.
type Settled = Result<(Line, Option<Debt>), Trouble>;

/// A matter that owes its sources something.
struct Debt {
    matter: Matter,
    version: u64,
}

impl<L, P, A, S, C> Desk<'_, L, P, A, S, C>
where
    L: Ledger,
    P: Publisher,
    A: Surroundings,
    S: Sources,
    C: Planner,
{
    /// Settles every matter that the findings are about, however many events there
    /// are about each: one read and one write, and where people are told, one
    /// message and one more write before it.
    pub async fn settle(&self, findings: &[Finding]) -> Finished {
        let mut matters: BTreeMap<&FindingKey, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            matters.entry(&finding.key).or_default().push(finding);
        }
        let mut settled: Vec<(FindingKey, Settled)> = stream::iter(matters)
            .map(|(key, findings)| async move { (key.clone(), self.one(key, &findings).await) })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        settled.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut finished = Finished::default();
        let mut debts = Vec::new();
        for (key, result) in settled {
            match result {
                Ok((line, debt)) => {
                    finished.lines.push(line);
                    debts.extend(debt);
                }
                Err(trouble) => {
                    tracing::warn!(incident = %key, %trouble, "a matter was not settled");
                    finished
                        .lines
                        .push(Line::troubled(&key, &trouble.to_string()));
                    finished.again.insert(key);
                }
            }
        }
        self.pay(debts, &mut finished).await;
        finished
    }

    async fn one(&self, key: &FindingKey, findings: &[&Finding]) -> Settled {
        let mut attempt = 1;
        loop {
            if !self.deadline.allows(NEEDED) {
                return Err(Trouble::Time);
            }
            match self.attempt(key, findings).await {
                Err(Trouble::Ledger(LedgerError::Conflict { .. })) if attempt < ATTEMPTS => {
                    tokio::time::sleep(self.pause * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn attempt(&self, key: &FindingKey, findings: &[&Finding]) -> Settled {
        let entry = self.ledger.read(PARTITION, &sort_key(key)).await?;
        let version = entry.as_ref().map_or(0, |entry| entry.version);
        let stored = entry.as_ref().map(Matter::read).transpose()?;
        let before = stored.as_ref().map(|matter| matter.incident.clone());
        let Some(incident) = Incident::after(before.clone(), findings.iter().copied()) else {
            return Ok((Line::echo(key), None));
        };
        let mut matter = match &stored {
            Some(matter) => Matter {
                incident,
                ..matter.clone()
            },
            None => Matter::new(incident),
        };
        let unfinished = matter.saying.is_some() || matter.owed.is_some() || matter.is_asked();
        if before.as_ref() == Some(&matter.incident) && !unfinished {
            return Ok((Line::known(&matter, findings.len()), None));
        }
        // Who looks around for what is over only costs.
        let context = if matter.incident.standing().is_open() {
            self.around.look(&matter.incident).await
        } else {
            Context::default()
        };
        let verdict = verdict(self.rules, before.as_ref(), &matter, &context, self.now);
        let mut version = version;
        if verdict.tell != Telling::None {
            matter.saying = Some(verdict.tell);
            version = self.write(&matter, version).await?;
            let message = messages::message(&matter, &verdict, &context, self.document, self.now);
            self.publisher.publish(&message).await?;
            matter = matter.told(verdict.tell, verdict.severity, self.now);
        }
        matter.owed = self.owed(&matter, &verdict);
        let owed = matter.owed.iter().flat_map(|owed| &owed.plans);
        matter
            .planned
            .extend(owed.map(|called| called.playbook).collect::<Vec<_>>());
        if stored.as_ref() != Some(&matter) {
            version = self.write(&matter, version).await?;
        }
        let line = Line::new(&matter, &verdict, findings.len());
        let debt = matter.owed.is_some().then_some(Debt { matter, version });
        Ok((line, debt))
    }

    async fn write(&self, matter: &Matter, version: u64) -> Result<u64, Trouble> {
        let entry = matter.entry(version, self.now)?;
        Ok(self.ledger.write(PARTITION, &entry).await?)
    }

    /// What is owed now: what an earlier run did not pay, and what this one adds.
    fn owed(&self, matter: &Matter, verdict: &Verdict) -> Option<Owed> {
        let earlier = matter.owed.as_ref();
        let handles = || matter.incident.handles.iter();
        let has_hub = handles().any(|handle| !matches!(handle, Handle::GuardDuty { .. }));
        let has_detector = handles().any(|handle| matches!(handle, Handle::GuardDuty { .. }));
        let workflow = verdict
            .write_back
            .or(earlier.and_then(|owed| owed.workflow))
            .filter(|_| self.allowed.security_hub && has_hub);
        let archive = (verdict.archive || earlier.is_some_and(|owed| owed.archive))
            && self.allowed.guardduty
            && has_detector;
        let mut plans = earlier.map_or_else(Vec::new, |owed| owed.plans.clone());
        if matches!(
            verdict.tell,
            Telling::Open | Telling::Reopened | Telling::Update
        ) {
            let called = verdict.playbooks.iter();
            plans.extend(
                called
                    .filter(|one| !matter.planned.contains(&one.playbook))
                    .cloned(),
            );
        }
        // Nobody is to be asked whether to contain what is over.
        let is_open = matter.incident.standing().is_open();
        plans.retain(|_| is_open && self.planner.is_some());
        let owed = Owed {
            workflow,
            archive,
            plans,
        };
        (!owed.is_nothing()).then_some(owed)
    }

    /// Makes the plans that are owed, tells the sources what people were told, and
    /// writes down that it was done. What may pass later lets the event come again.
    async fn pay(&self, debts: Vec<Debt>, finished: &mut Finished) {
        let matters: Vec<&Matter> = debts.iter().map(|debt| &debt.matter).collect();
        let updates = back::updates(&matters, self.document, self.now);
        finished.written = back::write(self.sources, updates, self.pause, self.deadline).await;
        for debt in debts {
            let handles = debt.matter.incident.handles.iter();
            let key = debt.matter.incident.key.clone();
            let mut later = handles
                .map(back::id)
                .any(|id| finished.written.later.contains(id));
            if let Err(trouble) = self.plan(&debt.matter).await {
                tracing::warn!(incident = %key, %trouble, "no plan was made");
                finished.unplanned.push(printable(&trouble, 400));
                later = true;
            }
            if later {
                finished.again.insert(key);
                continue;
            }
            if let Err(trouble) = self.clear(debt).await {
                tracing::warn!(incident = %key, %trouble, "a paid debt is still written down");
                let words = printable(&trouble.to_string(), 400);
                finished.written.refused.push(words);
                finished.again.insert(key);
            }
        }
    }

    /// Makes the plans that are owed. One that was made before a crash comes to
    /// the same plan again.
    async fn plan(&self, matter: &Matter) -> Result<(), String> {
        let Some(planner) = self.planner else {
            return Ok(());
        };
        for called in matter.owed.iter().flat_map(|owed| &owed.plans) {
            if !self.deadline.allows(NEEDED_TO_PLAN) {
                return Err(
                    "no time was left in this run for a plan; the event comes again".to_owned(),
                );
            }
            planner.plan(&matter.incident, called).await?;
        }
        Ok(())
    }

    /// Writes down that a debt was paid. Whoever wrote meanwhile may have found
    /// the same debt: then it is paid there too. Another one stays.
    async fn clear(&self, debt: Debt) -> Result<(), Trouble> {
        let Debt {
            mut matter,
            mut version,
        } = debt;
        let paid = matter.owed.take();
        let key = sort_key(&matter.incident.key);
        let mut attempt = 1;
        loop {
            match self.write(&matter, version).await {
                Err(Trouble::Ledger(LedgerError::Conflict { .. })) if attempt < ATTEMPTS => {}
                result => return result.map(drop),
            }
            attempt += 1;
            let Some(entry) = self.ledger.read(PARTITION, &key).await? else {
                return Ok(());
            };
            version = entry.version;
            matter = Matter::read(&entry)?;
            if matter.owed != paid {
                return Ok(());
            }
            matter.owed = None;
        }
    }
}

/// What the rules say. What a person has sent by a custom action is told
/// whatever they say, and so is what an earlier run was about to tell.
pub fn verdict(
    rules: &RuleSet,
    before: Option<&Incident>,
    matter: &Matter,
    context: &Context,
    now: Timestamp,
) -> Verdict {
    let incident = &matter.incident;
    let standing = incident.standing();
    let last = matter.said.map(|said| said.word);
    let case = Case::of_incident(before, incident, standing, context, last);
    let mut verdict = decide(&case, rules, now);
    if verdict.tell == Telling::None {
        verdict.tell = matter.unfinished(standing.is_open());
    }
    if verdict.tell == Telling::None && matter.is_asked() {
        verdict.tell = match (standing.is_open(), last) {
            (true, Some(last)) if last.open => Telling::Update,
            (true, Some(_)) => Telling::Reopened,
            (true, None) => Telling::Open,
            (false, _) => Telling::Resolved,
        };
        "a person has sent it by a custom action".clone_into(&mut verdict.why);
    }
    verdict
}
