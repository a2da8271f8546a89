//! An adapter is code of others: what it panics with goes no further.

use std::time::Duration;

use theus_core::audit::AuditRecord;
use theus_core::prelude::*;
use theus_core::store::{
    Base, Beginning, Done, JournalEntry, Lease, MemoryStore, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};

use super::bank::*;

/// Takes writes, and panics wherever else it is asked; or does not even answer them.
#[derive(Clone)]
struct Bad {
    kept: MemoryStore,
    answers: bool,
}

impl Store for Bad {
    fn name(&self) -> String {
        panic!("no name")
    }
    fn begin(&self) -> Result<Beginning, StoreError> {
        self.kept.begin()
    }
    fn submit(&self, write: Write, done: Done) {
        if self.answers || write.first.is_some() {
            self.kept.submit(write, done);
        }
    }
    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        self.kept.load(session)
    }
    fn base(&self, _: &str) -> Result<Option<Base>, StoreError> {
        panic!("no first state")
    }
    fn prune(&self, _: &str, _: Base) -> Result<(), StoreError> {
        panic!("no pruning")
    }
    fn remove(&self, _: &str, _: u64) -> Result<(), StoreError> {
        panic!("no removal")
    }
    fn answer(&self, _: &str, _: &str) -> Result<Option<StoredAnswer>, StoreError> {
        panic!("no answer")
    }
    fn prune_answers(&self, _: u64) -> Result<u64, StoreError> {
        panic!("no pruning")
    }
    fn outbox(&self, _: bool, _: Option<(&str, u64)>, _: usize) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        panic!("no outbox")
    }
    fn lease(&self, _: &str, _: &str, _: Duration) -> Result<Lease, StoreError> {
        panic!("no leases")
    }
    fn give_back(&self, _: &str, _: &Lease) -> Result<(), StoreError> {
        panic!("no leases")
    }
    fn journal(&self, _: &str, _: u64, _: usize) -> Result<Vec<JournalEntry>, StoreError> {
        panic!("no journal")
    }
    fn sessions(&self, _: Option<&str>, _: usize) -> Result<Vec<SessionRow>, StoreError> {
        panic!("no sessions")
    }
    fn ledger(&self, _: u64, _: usize) -> Result<Vec<AuditRecord>, StoreError> {
        panic!("no ledger")
    }
}

#[test]
fn one_that_panics_wherever_it_can_is_an_error() {
    let store = Bad { kept: MemoryStore::new(), answers: true };
    let desk = builder(Locking::ByKind).store(store).build().unwrap();
    assert_eq!(desk.run(booking("a", 1)).unwrap(), 1, "who commits needs no name");
    let error = desk.stored_sessions(None, 1).unwrap_err();
    assert_eq!(error.to_string(), "the store failed: it panicked: no sessions");
    assert!(desk.journal("main").unwrap_err().to_string().contains("no first state"));
}

#[test]
fn one_that_never_answers_is_in_doubt_and_what_it_has_decides() {
    let store = Bad { kept: MemoryStore::new(), answers: false };
    let desk = builder(Locking::ByKind).store(store).build().unwrap();
    let error = desk.run(booking("a", 1)).unwrap_err();
    assert!(matches!(error, RunError::Store(StoreError::Unavailable { .. })), "{error}");
    assert_eq!(*desk.snapshot().unwrap().total, 0);
}
