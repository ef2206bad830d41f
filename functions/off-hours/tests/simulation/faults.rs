//! Faults at chosen steps: every change of the world and every write of the
//! ledger is one step, counted over both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError, Entry, Ledger, LedgerError};
use nightshift_testkit::FakeLedger;

/// What befalls a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process dies before the step has an effect.
    DiesBefore,
    /// The process dies after the step has had its effect.
    DiesAfter,
    /// The step fails without an effect.
    Fails(CallClass),
    /// The step has its effect, and the answer is lost.
    AnswerLost,
    /// The process's memory is read elsewhere: nothing happens to the step.
    None,
}

#[derive(Debug, Default)]
struct Plan {
    steps: usize,
    faults: BTreeMap<usize, Fault>,
    is_dead: bool,
    yields: Option<u64>,
}

/// The steps of one process, shared by its world and its ledger.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("no test thread died")
    }

    /// Plans a fault at the `nth` step from now, counted from 1.
    pub fn at(&self, nth: usize, fault: Fault) {
        let mut plan = self.plan();
        let step = plan.steps + nth;
        plan.faults.insert(step, fault);
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.plan().steps
    }

    pub fn is_dead(&self) -> bool {
        self.plan().is_dead
    }

    /// A new process, without further faults.
    pub fn restart(&self) {
        let mut plan = self.plan();
        plan.is_dead = false;
        plan.faults.clear();
    }

    /// Lets tasks that run side by side take turns in an order that depends on the seed.
    pub fn take_turns(&self, seed: Option<u64>) {
        self.plan().yields = seed.map(|seed| seed.wrapping_mul(2).wrapping_add(1));
    }

    pub async fn turn(&self) {
        let times = match &mut self.plan().yields {
            None => 0,
            Some(state) => {
                *state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (*state >> 60) % 4
            }
        };
        for _ in 0..times {
            tokio::task::yield_now().await;
        }
    }

    pub fn next(&self) -> Fault {
        let mut plan = self.plan();
        if plan.is_dead {
            return Fault::DiesBefore;
        }
        plan.steps += 1;
        let fault = plan.faults.get(&plan.steps).copied();
        let fault = fault.unwrap_or(Fault::None);
        if matches!(fault, Fault::DiesBefore | Fault::DiesAfter) {
            plan.is_dead = true;
        }
        fault
    }
}

pub fn error(operation: &'static str, class: CallClass, message: &str) -> CallError {
    CallError {
        operation,
        resource: "simulated".to_owned(),
        region: Region::new("us-east-1"),
        code: None,
        class,
        message: message.to_owned(),
    }
}

/// The fake ledger, its writes counted among the steps.
#[derive(Debug)]
pub struct SteppedLedger {
    pub kept: FakeLedger,
    faults: Faults,
}

impl SteppedLedger {
    pub fn new(faults: Faults) -> Self {
        Self {
            kept: FakeLedger::new(),
            faults,
        }
    }

    fn alive(&self) -> Result<(), LedgerError> {
        if self.faults.is_dead() {
            return Err(error("dynamodb:GetItem", CallClass::Unavailable, "dead").into());
        }
        Ok(())
    }
}

impl Ledger for SteppedLedger {
    async fn load(&self, partition: &str) -> Result<Vec<Entry>, LedgerError> {
        self.faults.turn().await;
        self.alive()?;
        self.kept.load(partition).await
    }

    async fn read(&self, partition: &str, key: &str) -> Result<Option<Entry>, LedgerError> {
        self.faults.turn().await;
        self.alive()?;
        self.kept.read(partition, key).await
    }

    async fn write(&self, partition: &str, entry: &Entry) -> Result<u64, LedgerError> {
        self.faults.turn().await;
        let lost = |class| LedgerError::from(error("dynamodb:PutItem", class, "told to fail"));
        match self.faults.next() {
            Fault::None => self.kept.write(partition, entry).await,
            Fault::DiesBefore => Err(lost(CallClass::Unavailable)),
            Fault::Fails(class) => Err(lost(class)),
            Fault::DiesAfter | Fault::AnswerLost => {
                self.kept.write(partition, entry).await?;
                Err(lost(CallClass::Unavailable))
            }
        }
    }
}
