//! An adapter is code of others: what it panics with goes no further.

use theus_core::audit::AuditRecord;
use theus_core::prelude::*;
use theus_core::store::{
    Beginning, Done, Field, JournalEntry, MemoryStore, SessionRow, SessionState, Store, StoreError, Write,
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
    fn first(&self, _: &str) -> Result<Option<Vec<Field>>, StoreError> {
        panic!("no first state")
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
