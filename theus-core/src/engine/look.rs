//! What a store has, for who only looks.

use thiserror::Error;

use super::handle::Engine;
use crate::audit::{AuditRecord, Tail, Tampered, Verified, verify_pages};
use crate::context::Context;
use crate::store::{SessionState, StoreError, called};

/// How many records are read at once.
const PAGE: usize = 256;

/// Why the ledger of a store does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoredLedgerError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not what was recorded.
    #[error("the store's ledger: {0}")]
    Tampered(Tampered),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// A session as the store has it, without opening it; none where it has none of that name.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// engine.run(Deposit { amount: 5 })?;
    /// let stored = engine.stored_session("main")?.ok_or("it is there")?;
    /// assert_eq!((stored.step, stored.fields[0].path.as_str()), (1, "balance"));
    /// assert!(engine.stored_session("other")?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read, or there is none.
    pub fn stored_session(&self, name: &str) -> Result<Option<SessionState>, StoreError> {
        called(&*self.durable_engine()?.store.store, |store| store.load(name))
    }

    /// At most so many records of the store's ledger from this number on, in order: of all sessions, and of every program that has
    /// written to it.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90 } ] } }";
    /// let builder = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?;
    /// let engine = builder.store(MemoryStore::new()).build()?;
    /// assert!(engine.run(Record { value: 95.0 }).is_err());
    /// let violations = engine.stored_ledger(1, 100)?.iter().filter(|record| record.violation().is_some()).count();
    /// assert_eq!(violations, 1);
    /// assert_eq!(engine.verify_stored_ledger()?.records, 2, "that the recipe came into force, and the violation");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the store cannot be read, or there is none.
    pub fn stored_ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        called(&*self.durable_engine()?.store.store, |store| store.ledger(from, most))
    }

    /// Follows the chain of the store's ledger from its first record to the last that there was when it began.
    ///
    /// # Errors
    /// [`StoredLedgerError::Tampered`] at the first record that was altered, is missing or is out of its place.
    pub fn verify_stored_ledger(&self) -> Result<Verified, StoredLedgerError> {
        let beginning = called(&*self.durable_engine()?.store.store, |store| store.begin())?;
        let last = beginning.last_record;
        let tail = last.map_or(Tail::START, |last| Tail { sequence: last.sequence, hash: last.hash });
        let verified = verify_pages(tail, |from| self.stored_ledger(from, PAGE))?;
        verified.map_err(StoredLedgerError::Tampered)
    }
}
