//! A small AWS with a ledger in memory, for whoever plays an operator.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use nightshift_core::{Document, Guard, StopSwitch};
use nightshift_runtime::{CallError, Deadline};
use nightshift_testkit::FakeLedger;

use super::world::World;
use super::{config, document, incident_of, noon};
use crate::finding::FindingKey;
use crate::incident::Incident;
use crate::playbooks::Playbook;
use crate::playbooks::approval::Key;
use crate::playbooks::call::Call;
use crate::playbooks::cloud::{Cloud, Place};
use crate::playbooks::commands::{Incidents, Proposal};
use crate::playbooks::config::Config;
use crate::playbooks::engine;
use crate::playbooks::guards::Policy;
use crate::playbooks::journal::{Phase, Said};
use crate::playbooks::look::{Look, Seen};
use crate::playbooks::observed::Observed;
use crate::playbooks::plan::Target;
use crate::playbooks::run::Hands;
use crate::playbooks::store;

/// The small AWS, shared by runs.
pub struct Shared(pub Mutex<World>);

impl Cloud for Shared {
    async fn observe(&self, _: &Place, target: &Target) -> Observed {
        self.0.lock().unwrap().observe(target)
    }

    async fn look(&self, _: &Place, look: &Look) -> Result<Seen, CallError> {
        self.0.lock().unwrap().look(look)
    }

    async fn call(&self, _: &Place, call: &Call) -> Result<(), CallError> {
        self.0.lock().unwrap().call(call).map(drop)
    }
}

/// The one incident that there is.
pub struct Known(pub Incident);

impl Incidents for Known {
    async fn incident(&self, _: &FindingKey) -> Result<Option<Incident>, String> {
        Ok(Some(self.0.clone()))
    }
}

/// What stands around an operator.
pub struct Stage {
    pub world: Shared,
    pub ledger: FakeLedger,
    pub document: Document,
    pub config: Config,
    pub switch: StopSwitch,
    pub dry_run: bool,
    pub now: Mutex<Timestamp>,
    pub key: Key,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            world: Shared(Mutex::new(World::new())),
            ledger: FakeLedger::new(),
            document: document(),
            config: config(),
            switch: StopSwitch::Run,
            dry_run: false,
            now: Mutex::new(noon()),
            key: Key::new("0123456789abcdef0123456789abcdef").unwrap(),
        }
    }

    pub fn world(&self) -> World {
        self.world.0.lock().unwrap().clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.0.lock().unwrap());
    }

    pub async fn with<T>(&self, act: impl AsyncFnOnce(Hands<'_, Shared, FakeLedger>) -> T) -> T {
        let guard = Guard::new(&self.document, self.switch.clone());
        let deadline = Deadline::after(Duration::from_mins(15));
        let clock = || *self.now.lock().unwrap();
        act(Hands {
            cloud: &self.world,
            ledger: &self.ledger,
            guard: &guard,
            policy: Policy {
                document: &self.document,
                config: &self.config,
            },
            dry_run: self.dry_run,
            deadline: &deadline,
            clock: &clock,
        })
        .await
    }

    pub async fn plan(&self, playbook: Playbook, by: Option<&str>) -> Result<Proposal, String> {
        let incident = incident_of(playbook);
        let by = by.map(str::to_owned);
        let plan = self.with(async |hands| {
            hands
                .plan(&incident, playbook, None, by, Ok(&self.key))
                .await
        });
        plan.await.map_err(|error| error.to_string())
    }

    pub async fn approve(&self, proposal: &Proposal, by: Option<&str>) -> Result<Phase, String> {
        let known = Known(incident_of(proposal.plan.playbook));
        let token = proposal.token.clone().unwrap_or_default();
        let id = &proposal.plan.id;
        let approved =
            self.with(async |hands| hands.approve(id, &token, by, Ok(&self.key), &known).await);
        approved
            .await
            .map(|progressed| progressed.stored.unwrap().journal.phase)
            .map_err(|error| error.to_string())
    }

    /// What a person says, without the run that would come with it.
    pub async fn say_yes(&self, proposal: &Proposal) {
        let id = &proposal.plan.id;
        let (version, stored) = store::read(&self.ledger, id).await.unwrap().unwrap();
        let said = Said {
            by: "alice".to_owned(),
            at: noon(),
        };
        let approved = engine::approve(&stored.plan, &stored.journal, said).unwrap();
        store::write(&self.ledger, &stored.plan, &approved, version)
            .await
            .unwrap();
    }

    pub async fn undo(&self, proposal: &Proposal, forced: bool) -> Result<Phase, String> {
        let id = &proposal.plan.id;
        let undone = self.with(async |hands| hands.undo(id, Some("bob"), forced).await);
        undone
            .await
            .map(|progressed| progressed.stored.unwrap().journal.phase)
            .map_err(|error| error.to_string())
    }
}
