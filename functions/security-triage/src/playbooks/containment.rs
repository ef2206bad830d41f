//! A command about plans, or a rule's call for one, from the question to what
//! people are told.

use std::fmt;

use nightshift_core::Notification;
use nightshift_runtime::{Ledger, LedgerError, Publisher};

use super::approval::Key;
use super::cloud::Cloud;
use super::commands::{Command, CommandError, Incidents, Progressed, Proposal};
use super::journal::{Phase, Stored};
use super::messages::Teller;
use super::refusal::{Refusal, Refusals};
use super::report::{Proposed, Stand};
use super::run::Hands;
use super::store;
use crate::act::Planner;
use crate::decide::Called;
use crate::finding::FindingKey;
use crate::incident::Incident;

/// What plans are made, carried out and told with, in one invocation.
#[derive(Clone)]
pub struct Containment<'a, C, L, P, I> {
    /// What carries them out.
    pub hands: Hands<'a, C, L>,
    /// Where messages go.
    pub publisher: &'a P,
    /// What they say.
    pub teller: Teller<'a>,
    /// What tokens are signed with.
    pub key: Result<Key, Refusal>,
    /// Where incidents are read.
    pub incidents: &'a I,
}

impl<C, L, P, I> fmt::Debug for Containment<'_, C, L, P, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Containment")
            .field("teller", &self.teller)
            .finish_non_exhaustive()
    }
}

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The plan that was made.
    pub proposed: Option<Proposed>,
    /// Plans that were gone on with.
    pub progressed: Vec<Stand>,
    /// All plans.
    pub plans: Vec<super::commands::Listed>,
    /// What speaks against the command.
    pub refused: Vec<String>,
    /// What people were not told, and why.
    pub untold: Vec<String>,
}

impl<C, L, P, I> Containment<'_, C, L, P, I>
where
    C: Cloud,
    L: Ledger,
    P: Publisher,
    I: Incidents,
{
    /// Does what an operator asks for, and tells people.
    ///
    /// # Errors
    /// When the ledger does not serve. A refusal is an answer.
    pub async fn command(&self, command: &Command) -> Result<Outcome, LedgerError> {
        let mut outcome = Outcome::default();
        match self.obey(command, &mut outcome).await {
            Ok(()) => {}
            Err(CommandError::Refused(Refusals(refusals))) => {
                outcome.refused = refusals.iter().map(ToString::to_string).collect();
            }
            Err(CommandError::Ledger(error)) => return Err(error),
        }
        Ok(outcome)
    }

    async fn obey(&self, command: &Command, outcome: &mut Outcome) -> Result<(), CommandError> {
        match command {
            Command::Plan {
                incident,
                playbook,
                resource,
                by,
                dry_run: _,
            } => {
                let incident = self.incident(incident).await?;
                let proposal = self
                    .hands
                    .plan(
                        &incident,
                        *playbook,
                        resource.as_deref(),
                        by.clone(),
                        self.key(),
                    )
                    .await?;
                self.propose(&proposal, outcome).await;
                outcome.proposed = Some(proposal.into());
            }
            Command::Approve { plan, token, by } => {
                let progressed = self
                    .hands
                    .approve(plan, token, by.as_deref(), self.key(), self.incidents)
                    .await?;
                self.progressed(&progressed, outcome).await;
            }
            Command::Undo { plan, by, force } => {
                let progressed = self.hands.undo(plan, by.as_deref(), *force).await?;
                self.progressed(&progressed, outcome).await;
            }
            Command::Plans {} => outcome.plans = self.hands.plans().await?,
            Command::Continue {} => {
                for progressed in self.hands.go_on_with_all().await? {
                    self.progressed(&progressed, outcome).await;
                }
            }
        }
        Ok(())
    }

    async fn incident(&self, key: &str) -> Result<Incident, CommandError> {
        let unknown = |problem| Refusal::Unknown {
            what: format!("the incident {}", nightshift_core::printable(key, 200)),
            problem,
        };
        let misread = || unknown("its key is account/region/id, as messages show it".to_owned());
        let key = FindingKey::parse(key).ok_or_else(misread)?;
        let found = self.incidents.incident(&key).await.map_err(unknown)?;
        let none =
            || unknown("there is none; {\"command\":\"status\"} lists the open ones".to_owned());
        Ok(found.ok_or_else(none)?)
    }

    fn key(&self) -> Result<&Key, &Refusal> {
        self.key.as_ref()
    }

    async fn propose(&self, proposal: &Proposal, outcome: &mut Outcome) {
        let message = self.teller.proposed(proposal);
        let told = match store::read(self.hands.ledger, &proposal.plan.id).await {
            Ok(Some((_, stored))) => self.tell(&message, &stored).await,
            // Of a dry run nothing is kept, and nobody asks again.
            Ok(None) => self.publish(&message).await,
            Err(error) => Err(error.to_string()),
        };
        outcome.untold.extend(told.err());
    }

    async fn progressed(&self, progressed: &Progressed, outcome: &mut Outcome) {
        outcome.progressed.extend(Stand::of(progressed));
        let Some(stored) = &progressed.stored else {
            return;
        };
        let message = if stored.journal.phase == Phase::Planned {
            self.proposal(stored)
        } else {
            self.teller.progressed(progressed)
        };
        if let Some(message) = message {
            outcome
                .untold
                .extend(self.tell(&message, stored).await.err());
        }
    }

    /// The message about a plan of which nobody knows yet.
    fn proposal(&self, stored: &Stored) -> Option<Notification> {
        let plan = stored.plan.clone();
        let token = self.key.as_ref().ok()?.token(&plan).ok()?;
        Some(self.teller.proposed(&Proposal {
            plan,
            token: Some(token),
        }))
    }

    /// Tells people where a plan stands, once.
    async fn tell(&self, message: &Notification, stored: &Stored) -> Result<(), String> {
        let known = store::read(self.hands.ledger, &stored.plan.id).await;
        let known = known.map_err(|error| error.to_string())?;
        if known.is_some_and(|(_, known)| known.told.as_ref() == Some(&message.id)) {
            return Ok(());
        }
        self.publish(message).await?;
        store::write_told(self.hands.ledger, stored, &message.id)
            .await
            .map_err(|error| error.to_string())
    }

    async fn publish(&self, message: &Notification) -> Result<(), String> {
        self.publisher
            .publish(message)
            .await
            .map_err(|error| error.to_string())
    }

    /// Makes the plan that a rule calls for, and approves it where the rule and
    /// the configuration need no person for that.
    async fn by_rule(&self, incident: &Incident, called: &Called) -> Result<Outcome, CommandError> {
        let mut outcome = Outcome::default();
        // The event may come again after what it called for.
        if self
            .hands
            .is_contained(&incident.key, called.playbook)
            .await?
        {
            return Ok(outcome);
        }
        let by = format!("rule {}", called.rule);
        let proposal = self
            .hands
            .plan(
                incident,
                called.playbook,
                None,
                Some(by.clone()),
                self.key(),
            )
            .await?;
        match &proposal.token {
            Some(token) if called.automatic => {
                let progressed = self
                    .hands
                    .approve(
                        &proposal.plan.id,
                        token,
                        Some(&by),
                        self.key(),
                        self.incidents,
                    )
                    .await?;
                self.progressed(&progressed, &mut outcome).await;
            }
            _ => self.propose(&proposal, &mut outcome).await,
        }
        Ok(outcome)
    }
}

impl<C, L, P, I> Planner for Containment<'_, C, L, P, I>
where
    C: Cloud,
    L: Ledger,
    P: Publisher,
    I: Incidents,
{
    async fn plan(&self, incident: &Incident, called: &Called) -> Result<(), String> {
        let outcome = match self.by_rule(incident, called).await {
            Ok(outcome) => outcome,
            Err(CommandError::Refused(refusals)) => {
                let message = self.teller.refused(incident, called, &refusals);
                return self.publish(&message).await;
            }
            Err(CommandError::Ledger(error)) => return Err(error.to_string()),
        };
        // A plan that is kept is told by the next `continue` at the latest.
        match outcome.untold.into_iter().next() {
            Some(problem) if self.hands.dry_run => Err(problem),
            _ => Ok(()),
        }
    }
}
