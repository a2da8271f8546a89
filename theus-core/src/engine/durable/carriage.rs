//! A session that is carried as a value: no store is behind it, and what a store would be given is gathered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::audit::{AuditRecord, Counted};
use crate::store::{
    Base, Beginning, Committed, Done, JournalEntry, Lease, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write, by_chance,
};

/// What the keys of a carried session's [effects](mod@crate::effect) are made of, in the place of the store and the step: whoever repeats
/// what was not noted gives the same, and everything else another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunId {
    /// What tells this session from every other one, also from an earlier one of its name.
    pub life: u128,
    /// How often it was carried before. What is tried again later goes by the number of its first try.
    pub turn: u64,
}

/// What the runs of a carried session have committed since it was opened.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Gathered {
    /// The steps of its journal, in order.
    pub entries: Vec<JournalEntry>,
    /// The messages that were sent, in order.
    pub messages: Vec<StoredMessage>,
    /// The records of its own ledger, in order: behind what the state that it was opened with says is the last, as
    /// [`recorded`](SessionState::recorded). Those of runs that were refused are among them.
    pub records: Vec<AuditRecord>,
    /// What they have added to the counters of rules that count `across: engine`, where those are [kept
    /// elsewhere](crate::Engine::count_elsewhere): one of each rule, those of runs that were refused among them.
    pub counted: Vec<Counted>,
}

/// Of one session, from when it is opened until it is a value again.
pub(in crate::engine) struct Carriage {
    pub(in crate::engine) run: RunId,
    pub(in crate::engine) log: Arc<Log>,
    has_asked: AtomicBool,
}

impl Carriage {
    pub(in crate::engine) const fn new(run: RunId, log: Arc<Log>) -> Self {
        Self { run, log, has_asked: AtomicBool::new(false) }
    }

    /// A process with effects begins.
    pub(in crate::engine) fn asks(&self) {
        self.has_asked.store(true, Ordering::Release);
    }

    pub(in crate::engine) fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Acquire)
    }
}

/// Takes what is written, and has nothing to give.
#[derive(Default)]
pub(in crate::engine) struct Log(Mutex<Gathered>);

impl Log {
    pub(in crate::engine) fn take(&self) -> Gathered {
        std::mem::take(&mut self.0.lock())
    }
}

impl Store for Log {
    fn name(&self) -> String {
        "what carries the sessions".to_owned()
    }

    fn begin(&self) -> Result<Beginning, StoreError> {
        Ok(Beginning { identity: by_chance(), ..Beginning::default() })
    }

    fn submit(&self, write: Write, done: Done) {
        let Write { entry, messages, .. } = write;
        {
            let mut gathered = self.0.lock();
            gathered.entries.extend(entry);
            gathered.messages.extend(messages);
        }
        done(Ok(Committed));
    }

    fn load(&self, _: &str) -> Result<Option<SessionState>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn base(&self, _: &str) -> Result<Option<Base>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn prune(&self, _: &str, _: Base) -> Result<(), StoreError> {
        Err(StoreError::NoStore)
    }

    fn remove(&self, _: &str, _: u64) -> Result<(), StoreError> {
        Err(StoreError::NoStore)
    }

    fn answer(&self, _: &str, _: &str) -> Result<Option<StoredAnswer>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn prune_answers(&self, _: u64) -> Result<u64, StoreError> {
        Err(StoreError::NoStore)
    }

    fn outbox(&self, _: bool, _: Option<(&str, u64)>, _: usize) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn lease(&self, _: &str, _: &str, _: Duration) -> Result<Lease, StoreError> {
        Err(StoreError::NoStore)
    }

    fn give_back(&self, _: &str, _: &Lease) -> Result<(), StoreError> {
        Err(StoreError::NoStore)
    }

    fn journal(&self, _: &str, _: u64, _: usize) -> Result<Vec<JournalEntry>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn sessions(&self, _: Option<&str>, _: usize) -> Result<Vec<SessionRow>, StoreError> {
        Err(StoreError::NoStore)
    }

    fn ledger(&self, _: u64, _: usize) -> Result<Vec<AuditRecord>, StoreError> {
        Err(StoreError::NoStore)
    }
}
