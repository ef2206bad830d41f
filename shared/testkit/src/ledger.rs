use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use nightshift_core::Region;
use nightshift_runtime::{CallClass, CallError, Entry, Ledger, LedgerError};

/// Where a process dies relative to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The write never reached the table.
    Before,
    /// The write was done, the answer never came.
    After,
}

/// A ledger in memory with the real one's conditions, and faults on demand.
///
/// Writes are counted from 1 over the ledger's whole life, over all partitions.
#[derive(Debug, Default)]
pub struct FakeLedger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<(String, String), Entry>,
    writes: usize,
    reads: usize,
    dead: bool,
    crash: Option<(usize, Crash)>,
    conflicts: Vec<usize>,
    failing_writes: BTreeMap<usize, CallClass>,
    failing_reads: BTreeMap<usize, CallClass>,
}

impl FakeLedger {
    /// An empty ledger without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the process die at its `nth` write from now on, counted from 1:
    /// this and every later operation fails until [`Self::restart`].
    pub fn crash_at_write(&self, nth: usize, crash: Crash) {
        let mut state = self.state();
        state.crash = Some((state.writes + nth, crash));
    }

    /// A new process comes to the same table.
    pub fn restart(&self) {
        let mut state = self.state();
        state.dead = false;
        state.crash = None;
    }

    /// Whether the planned crash has come.
    pub fn crashed(&self) -> bool {
        self.state().dead
    }

    /// Lets the `nth` write from now on meet somebody else's write.
    pub fn conflict_at_write(&self, nth: usize) {
        let mut state = self.state();
        let write = state.writes + nth;
        state.conflicts.push(write);
    }

    /// Lets the `nth` write from now on fail without effect.
    pub fn fail_write(&self, nth: usize, class: CallClass) {
        let mut state = self.state();
        let write = state.writes + nth;
        state.failing_writes.insert(write, class);
    }

    /// Lets the `nth` read or load from now on fail.
    pub fn fail_read(&self, nth: usize, class: CallClass) {
        let mut state = self.state();
        let read = state.reads + nth;
        state.failing_reads.insert(read, class);
    }

    /// How many writes were tried.
    pub fn writes(&self) -> usize {
        self.state().writes
    }

    /// What a partition holds, by key.
    pub fn entries(&self, partition: &str) -> Vec<Entry> {
        self.state().partition(partition)
    }

    /// Puts an entry there as it stands, without condition or fault.
    pub fn seed(&self, partition: &str, entry: Entry) {
        self.state()
            .entries
            .insert((partition.to_owned(), entry.key.clone()), entry);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test thread died")
    }
}

impl State {
    fn partition(&self, partition: &str) -> Vec<Entry> {
        self.entries
            .iter()
            .filter(|((of, _), _)| of == partition)
            .map(|(_, entry)| entry.clone())
            .collect()
    }

    fn begin_read(&mut self, operation: &'static str) -> Result<(), LedgerError> {
        self.reads += 1;
        match self.failing_reads.get(&self.reads) {
            _ if self.dead => Err(error(operation, CallClass::Unavailable)),
            Some(class) => Err(error(operation, *class)),
            None => Ok(()),
        }
    }

    fn put(&mut self, partition: &str, entry: &Entry) -> Result<u64, LedgerError> {
        let place = (partition.to_owned(), entry.key.clone());
        let stored = self.entries.get(&place).map_or(0, |entry| entry.version);
        if stored != entry.version || self.conflicts.contains(&self.writes) {
            return Err(LedgerError::Conflict {
                key: entry.key.clone(),
            });
        }
        let version = entry.version + 1;
        let entry = Entry {
            version,
            ..entry.clone()
        };
        self.entries.insert(place, entry);
        Ok(version)
    }
}

impl Ledger for FakeLedger {
    async fn load(&self, partition: &str) -> Result<Vec<Entry>, LedgerError> {
        let mut state = self.state();
        state.begin_read("dynamodb:Query")?;
        Ok(state.partition(partition))
    }

    async fn read(&self, partition: &str, key: &str) -> Result<Option<Entry>, LedgerError> {
        let mut state = self.state();
        state.begin_read("dynamodb:GetItem")?;
        let place = (partition.to_owned(), key.to_owned());
        Ok(state.entries.get(&place).cloned())
    }

    async fn write(&self, partition: &str, entry: &Entry) -> Result<u64, LedgerError> {
        const OPERATION: &str = "dynamodb:PutItem";
        let mut state = self.state();
        if state.dead {
            return Err(error(OPERATION, CallClass::Unavailable));
        }
        state.writes += 1;
        let write = state.writes;
        match state.crash {
            Some((nth, Crash::Before)) if nth == write => {
                state.dead = true;
                return Err(error(OPERATION, CallClass::Unavailable));
            }
            Some((nth, Crash::After)) if nth == write => {
                let _ = state.put(partition, entry);
                state.dead = true;
                return Err(error(OPERATION, CallClass::Unavailable));
            }
            _ => {}
        }
        if let Some(class) = state.failing_writes.get(&write) {
            return Err(error(OPERATION, *class));
        }
        state.put(partition, entry)
    }
}

fn error(operation: &'static str, class: CallClass) -> LedgerError {
    LedgerError::Call(CallError {
        operation,
        resource: "fake ledger".to_owned(),
        region: Region::new("us-east-1"),
        code: None,
        class,
        message: "the fake ledger was told to fail".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightshift_runtime::Body;
    use serde_json::json;

    fn entry(version: u64) -> Entry {
        Entry {
            key: "run".to_owned(),
            version,
            body: Body::new(&json!({"at": version})).unwrap(),
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn writes_are_conditional() {
        let ledger = FakeLedger::new();
        assert_eq!(ledger.write("p", &entry(0)).await, Ok(1));
        let conflict = LedgerError::Conflict {
            key: "run".to_owned(),
        };
        assert_eq!(ledger.write("p", &entry(0)).await, Err(conflict));
        assert_eq!(ledger.write("p", &entry(1)).await, Ok(2));
        assert_eq!(ledger.write("other", &entry(0)).await, Ok(1));
        assert_eq!(ledger.load("p").await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_crash_before_leaves_nothing_and_one_after_leaves_all() {
        for (crash, left) in [(Crash::Before, None), (Crash::After, Some(1))] {
            let ledger = FakeLedger::new();
            ledger.crash_at_write(1, crash);
            assert!(ledger.write("p", &entry(0)).await.is_err());
            assert!(ledger.crashed());
            assert!(ledger.read("p", "run").await.is_err());
            ledger.restart();
            let found = ledger.read("p", "run").await.unwrap();
            assert_eq!(found.map(|entry| entry.version), left);
        }
    }

    #[tokio::test]
    async fn single_faults_pass() {
        let ledger = FakeLedger::new();
        ledger.fail_write(1, CallClass::Throttled);
        ledger.conflict_at_write(2);
        ledger.fail_read(1, CallClass::Denied);
        assert!(ledger.write("p", &entry(0)).await.is_err());
        assert!(ledger.write("p", &entry(0)).await.is_err());
        assert_eq!(ledger.write("p", &entry(0)).await, Ok(1));
        assert!(ledger.load("p").await.is_err());
        assert_eq!(ledger.entries("p").len(), 1);
    }
}
