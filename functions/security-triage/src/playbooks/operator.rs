//! What an operator's hands do with plans: make one, say yes, undo, list, go on.

use jiff::Timestamp;
use nightshift_core::printable;
use nightshift_runtime::Ledger;

use super::Playbook;
use super::approval::Key;
use super::cloud::{Cloud, Place};
use super::commands::{CommandError, Incidents, Listed, Progressed, Proposal};
use super::compile::{Request, compile, select};
use super::engine;
use super::journal::{Journal, Phase, Said, Stored};
use super::look::Seen;
use super::plan::Plan;
use super::refusal::Refusal;
use super::run::Hands;
use super::store;
use super::tick::End;
use crate::finding::FindingKey;
use crate::incident::Incident;

/// What a token's holder is called who does not say who they are.
const SOMEBODY: &str = "whoever held the token";

impl<C: Cloud, L: Ledger> Hands<'_, C, L> {
    /// Makes a plan and keeps it until somebody says yes. Asked again while
    /// nothing has changed, the same plan comes back.
    ///
    /// # Errors
    /// All refusals at once.
    pub async fn plan(
        &self,
        incident: &Incident,
        playbook: Playbook,
        resource: Option<&str>,
        by: Option<String>,
        key: Result<&Key, &Refusal>,
    ) -> Result<Proposal, CommandError> {
        let now = (self.clock)();
        let target = select(incident, playbook, resource)?;
        let place = Place {
            account: incident.key.account.clone(),
            region: incident.key.region.clone(),
            playbook,
        };
        let observed = self.cloud.observe(&place, &target).await;
        let request = Request {
            incident,
            playbook,
            target,
            requester: by.map(|by| printable(by.trim(), 120)),
            created: now,
            expires: now + self.policy.config.approval.valid_for.as_duration(),
        };
        let plan = compile(&request, &observed, &self.policy, now)?;
        if self.dry_run {
            return Ok(Proposal { plan, token: None });
        }
        let key = key.map_err(Clone::clone)?;
        for (_, stored) in store::all(self.ledger).await? {
            let Stored {
                plan: other,
                journal,
                ..
            } = stored;
            if other.target != request.target || other.account != incident.key.account {
                continue;
            }
            if journal.phase.is_under_way() {
                return Err(Refusal::Phase {
                    plan: other.id,
                    phase: journal.phase.as_str(),
                    wish: "joined by another plan for the same resource",
                    hint: "; wait until it has ended",
                }
                .into());
            }
            let waits = journal.phase == Phase::Planned && now < other.expires;
            if waits && other.incident == incident.key && other.playbook == playbook {
                let theirs = Request {
                    created: other.created,
                    expires: other.expires,
                    requester: other.requester.clone(),
                    ..request.clone()
                };
                let is_same = compile(&theirs, &observed, &self.policy, now)
                    .is_ok_and(|again| again.hash == other.hash);
                if is_same {
                    let token = Some(key.token(&other)?);
                    return Ok(Proposal { plan: other, token });
                }
            }
        }
        store::write(self.ledger, &plan, &Journal::new(now), 0).await?;
        let token = Some(key.token(&plan)?);
        Ok(Proposal { plan, token })
    }

    /// Says yes to a plan, and carries it out as far as it gets.
    ///
    /// # Errors
    /// All that speaks against it now: the guards are asked again, and the
    /// resource has to be as it was when the plan was made.
    pub async fn approve(
        &self,
        plan: &str,
        token: &str,
        by: Option<&str>,
        key: Result<&Key, &Refusal>,
        incidents: &impl Incidents,
    ) -> Result<Progressed, CommandError> {
        let now = (self.clock)();
        let (version, Stored { plan, journal, .. }) = self.stored(plan).await?;
        let key = key.map_err(Clone::clone)?;
        // First of all: who has no token learns nothing about the plan.
        key.check(&plan, token, now)?;
        let said = Said {
            by: by.map_or_else(|| SOMEBODY.to_owned(), |by| printable(by.trim(), 120)),
            at: now,
        };
        let approved = engine::approve(&plan, &journal, said)?;
        self.second_person(&plan, by)?;
        self.allow()?;
        self.recheck(&plan, incidents, now).await?;
        let limit = self.policy.config.per_hour;
        if let Err(begun) = store::count_begun(self.ledger, &plan.id, limit, now).await? {
            return Err(Refusal::TooMany {
                begun,
                allowed: limit,
            }
            .into());
        }
        store::write(self.ledger, &plan, &approved, version).await?;
        Ok(self.progress(&plan.id).await)
    }

    /// Brings back what a plan has changed, or withdraws it.
    ///
    /// # Errors
    /// When the world is not as the plan has left it, unless forced.
    pub async fn undo(
        &self,
        plan: &str,
        by: Option<&str>,
        forced: bool,
    ) -> Result<Progressed, CommandError> {
        let (version, Stored { plan, journal, .. }) = self.stored(plan).await?;
        let said = Said {
            by: by.map_or_else(|| SOMEBODY.to_owned(), |by| printable(by.trim(), 120)),
            at: (self.clock)(),
        };
        let ordered = engine::order_undo(&plan, &journal, said, forced)?;
        let steps = engine::to_undo(&plan, &journal);
        if !steps.is_empty() {
            self.allow()?;
        }
        if !forced {
            self.compare(&plan, &journal, &steps).await?;
        }
        store::write(self.ledger, &plan, &ordered, version).await?;
        Ok(self.progress(&plan.id).await)
    }

    /// All plans, the latest first.
    ///
    /// # Errors
    /// When the ledger does not serve.
    pub async fn plans(&self) -> Result<Vec<Listed>, CommandError> {
        let now = (self.clock)();
        let mut plans = store::all(self.ledger).await?;
        plans.sort_by_key(|(_, stored)| std::cmp::Reverse(stored.plan.created));
        let line = |(_, Stored { plan, journal, .. }): (u64, Stored)| Listed {
            incident: plan.incident.to_string(),
            playbook: plan.playbook,
            target: plan.target,
            phase: journal.phase,
            expired: journal.phase == Phase::Planned && now >= plan.expires,
            created: plan.created,
            updated: journal.updated,
            approved_by: journal.approved.map(|said| said.by),
            problem: journal.problem,
            plan: plan.id,
        };
        Ok(plans.into_iter().map(line).collect())
    }

    /// Goes on with every plan that is under way. Those come back as well that
    /// have come to rest and nobody was told of: a run may die in between.
    ///
    /// # Errors
    /// When the ledger does not serve.
    pub async fn go_on_with_all(&self) -> Result<Vec<Progressed>, CommandError> {
        let now = (self.clock)();
        let mut all = Vec::new();
        for (_, stored) in store::all(self.ledger).await? {
            let Stored {
                plan,
                journal,
                told,
            } = &stored;
            let phase = journal.phase;
            let is_over = phase == Phase::Planned && now >= plan.expires;
            if phase.is_under_way() {
                all.push(self.progress(&plan.id).await);
            } else if told.is_none() && !is_over {
                all.push(Progressed {
                    end: End::Rests(phase),
                    stored: Some(stored),
                });
            }
        }
        Ok(all)
    }

    /// Whether a playbook is at work on an incident, or has been.
    ///
    /// # Errors
    /// When the ledger does not serve.
    pub async fn is_contained(
        &self,
        incident: &FindingKey,
        playbook: Playbook,
    ) -> Result<bool, CommandError> {
        let plans = store::all(self.ledger).await?;
        Ok(plans.iter().any(|(_, Stored { plan, journal, .. })| {
            let phase = journal.phase;
            plan.incident == *incident
                && plan.playbook == playbook
                && (phase.is_under_way() || phase == Phase::Done)
        }))
    }

    async fn progress(&self, plan: &str) -> Progressed {
        let (end, stored) = self.go_on(plan).await;
        Progressed { end, stored }
    }

    async fn stored(&self, plan: &str) -> Result<(u64, Stored), CommandError> {
        let found = store::read(self.ledger, plan).await?;
        Ok(found.ok_or_else(|| Refusal::NoPlan {
            plan: printable(plan, 80),
        })?)
    }

    fn second_person(&self, plan: &Plan, by: Option<&str>) -> Result<(), Refusal> {
        if !self.policy.config.approval.second_person {
            return Ok(());
        }
        let problem = match (by.map(str::trim), plan.requester.as_deref()) {
            (None | Some(""), _) => "say who you are: add \"by\":\"<you>\"",
            (_, None) => {
                "nobody knows who asked for the plan; ask for a new one with \"by\":\"<you>\""
            }
            (Some(by), Some(requester)) if by.eq_ignore_ascii_case(requester.trim()) => {
                "you have asked for the plan yourself"
            }
            _ => return Ok(()),
        };
        Err(Refusal::SecondPerson {
            problem: problem.to_owned(),
        })
    }

    /// Makes the plan again from what is there now.
    async fn recheck(
        &self,
        plan: &Plan,
        incidents: &impl Incidents,
        now: Timestamp,
    ) -> Result<(), CommandError> {
        let unknown = |problem| Refusal::Unknown {
            what: format!("the incident {}", plan.incident),
            problem,
        };
        let incident = incidents.incident(&plan.incident).await.map_err(unknown)?;
        let incident = incident.ok_or_else(|| unknown("there is none".to_owned()))?;
        let observed = self.cloud.observe(&Place::of(plan), &plan.target).await;
        let request = Request {
            incident: &incident,
            playbook: plan.playbook,
            target: plan.target.clone(),
            requester: plan.requester.clone(),
            created: plan.created,
            expires: plan.expires,
        };
        let again = compile(&request, &observed, &self.policy, now)?;
        if again.hash == plan.hash {
            return Ok(());
        }
        Err(Refusal::Changed {
            plan: plan.id.clone(),
        }
        .into())
    }

    /// Whether everything is still as the plan has left it, before anything is
    /// brought back.
    async fn compare(
        &self,
        plan: &Plan,
        journal: &Journal,
        steps: &[&super::plan::Step],
    ) -> Result<(), CommandError> {
        let place = Place::of(plan);
        let mut looks = Vec::new();
        for step in steps {
            let Some(look) = journal.bind(|bindings| step.look().bound(bindings)) else {
                continue;
            };
            match self.cloud.look(&place, &look).await {
                Ok(seen) => looks.push((*step, seen)),
                Err(error) if error.class == nightshift_runtime::CallClass::NotFound => {
                    looks.push((*step, Seen::Gone));
                }
                Err(error) => {
                    return Err(Refusal::Unknown {
                        what: step.name.clone(),
                        problem: error.to_string(),
                    }
                    .into());
                }
            }
        }
        // Of several steps on one thing only the last has left what is there.
        let mut shown = std::collections::BTreeSet::new();
        looks.retain(|(step, _)| shown.insert(step.look().clone()));
        let differing = engine::differing(journal, looks);
        if differing.is_empty() {
            return Ok(());
        }
        Err(Refusal::Differs {
            plan: plan.id.clone(),
            differing,
        }
        .into())
    }
}
