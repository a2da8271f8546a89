//! A store that hands out something else than was written.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, Done, JournalEntry, Lease, MemoryStore, SessionRow, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};

use crate::desk::{Account, Bank, Deposit, Guess, Ports, Rename, Revalue};
use theus_core::prelude::*;

type Entries = Box<dyn Fn(&mut JournalEntry) + Send + Sync>;
type Records = Box<dyn Fn(&mut Vec<AuditRecord>) + Send + Sync>;

pub(crate) struct Altered {
    store: MemoryStore,
    journal: Option<(String, Entries)>,
    ledger: Option<Records>,
    before: Option<(MemoryStore, AtomicU32)>,
    unreadable: Option<String>,
}

impl Altered {
    pub(crate) fn new(store: &MemoryStore) -> Self {
        Self { store: store.clone(), journal: None, ledger: None, before: None, unreadable: None }
    }

    pub(crate) fn journal(self, session: &str, alter: impl Fn(&mut JournalEntry) + Send + Sync + 'static) -> Self {
        Self { journal: Some((session.to_owned(), Box::new(alter))), ..self }
    }

    pub(crate) fn ledger(self, alter: impl Fn(&mut Vec<AuditRecord>) + Send + Sync + 'static) -> Self {
        Self { ledger: Some(Box::new(alter)), ..self }
    }

    /// The first two states and the first entries that are asked for are from before.
    pub(crate) fn overtaken(self, before: MemoryStore) -> Self {
        Self { before: Some((before, AtomicU32::new(2))), ..self }
    }

    /// The state of this session is no state.
    pub(crate) fn unreadable(self, session: &str) -> Self {
        Self { unreadable: Some(session.to_owned()), ..self }
    }

    /// A program on it, without a recipe: it records nothing of its own.
    pub(crate) fn bank(self) -> Bank {
        let builder = Engine::builder(Account::default()).effects(Ports::default());
        let builder = builder.process::<Deposit>().process::<Rename>().process::<Revalue>().process::<Guess>();
        builder.store(self).session_in_memory().build().unwrap()
    }
}

impl Store for Altered {
    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        if let Some((before, left)) = &self.before
            && left.load(Ordering::Relaxed) == 0
        {
            let entries = before.journal(session, from, most)?;
            if entries.is_empty() {
                left.store(u32::MAX, Ordering::Relaxed);
            }
            return Ok(entries);
        }
        let mut entries = self.store.journal(session, from, most)?;
        if let Some((of, alter)) = &self.journal
            && of == session
        {
            entries.iter_mut().for_each(alter);
        }
        Ok(entries)
    }

    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let mut records = self.store.ledger(1, usize::MAX)?;
        if let Some(alter) = &self.ledger {
            alter(&mut records);
        }
        Ok(records.into_iter().filter(|record| record.sequence >= from).take(most).collect())
    }

    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        self.store.sessions(after, most)
    }
    fn name(&self) -> String {
        self.store.name()
    }
    fn begin(&self) -> Result<Beginning, StoreError> {
        self.store.begin()
    }
    fn submit(&self, write: Write, done: Done) {
        self.store.submit(write, done);
    }
    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        if self.unreadable.as_deref() == Some(session) {
            let (store, place, reason) = (self.name(), format!("session `{session}`"), "it is no state".to_owned());
            return Err(StoreError::Corrupt { store, place, reason });
        }
        match &self.before {
            Some((before, left)) if (1..=2).contains(&left.load(Ordering::Relaxed)) => {
                left.fetch_sub(1, Ordering::Relaxed);
                before.load(session)
            }
            _ => self.store.load(session),
        }
    }
    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        self.store.base(session)
    }
    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError> {
        self.store.prune(session, base)
    }
    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        self.store.remove(session, step)
    }
    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        self.store.answer(session, key)
    }
    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        self.store.prune_answers(before)
    }
    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        self.store.outbox(is_dead, after, most)
    }
    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        self.store.lease(session, owner, lasting)
    }
    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        self.store.give_back(session, lease)
    }
}
