//! A store that costs nothing.

use std::hint::black_box;

use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, Committed, Done, JournalEntry, Lease, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};

/// It says that it has all, and keeps nothing: what is left is what the engine does.
pub(crate) struct Nothing;

impl Store for Nothing {
    fn name(&self) -> String {
        "nothing".to_owned()
    }
    fn begin(&self) -> Result<Beginning, StoreError> {
        Ok(Beginning::default())
    }
    fn submit(&self, write: Write, done: Done) {
        black_box(&write);
        done(Ok(Committed));
    }
    fn load(&self, _: &str) -> Result<Option<SessionState>, StoreError> {
        Ok(None)
    }
    fn base(&self, _: &str) -> Result<Option<Base>, StoreError> {
        Ok(None)
    }
    fn prune(&self, _: &str, _: Base) -> Result<(), StoreError> {
        Ok(())
    }
    fn remove(&self, _: &str, _: u64) -> Result<(), StoreError> {
        Ok(())
    }
    fn answer(&self, _: &str, _: &str) -> Result<Option<StoredAnswer>, StoreError> {
        Ok(None)
    }
    fn prune_answers(&self, _: u64) -> Result<u64, StoreError> {
        Ok(0)
    }
    fn outbox(&self, _: bool, _: Option<(&str, u64)>, _: usize) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        Ok(Vec::new())
    }
    fn lease(&self, session: &str, _: &str, _: std::time::Duration) -> Result<Lease, StoreError> {
        Err(StoreError::Conflict { session: session.to_owned(), expected: 0, found: 0 })
    }
    fn give_back(&self, _: &str, _: &Lease) -> Result<(), StoreError> {
        Ok(())
    }
    fn journal(&self, _: &str, _: u64, _: usize) -> Result<Vec<JournalEntry>, StoreError> {
        Ok(Vec::new())
    }
    fn sessions(&self, _: Option<&str>, _: usize) -> Result<Vec<SessionRow>, StoreError> {
        Ok(Vec::new())
    }
    fn ledger(&self, _: u64, _: usize) -> Result<Vec<AuditRecord>, StoreError> {
        Ok(Vec::new())
    }
}
