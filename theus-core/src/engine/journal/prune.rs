//! What of a journal is kept.

use super::super::handle::Engine;
use super::{Journal, JournalError, Source};
use crate::context::Context;
use crate::store::{Base, Field, StoreError, called};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Keeps the last so many steps of a session's journal: it begins with the state before them, and what was earlier is gone. The
    /// chain goes on, so what is kept can be verified and replayed as before. Tells how many steps are gone.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// # let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// for amount in 1..=10 {
    ///     engine.run(Deposit { amount })?;
    /// }
    /// assert_eq!(engine.prune_journal("main", 3)?, 7);
    /// let journal = engine.journal("main")?;
    /// assert_eq!((journal.begins_after(), journal.verify()?), (7, 10));
    /// assert_eq!(engine.replay("main")?.made, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the journal cannot be read or is damaged, which leaves it as it is, or cannot be written.
    pub fn prune_journal(&self, session: &str, keep: u64) -> Result<u64, JournalError> {
        let journal = self.journal(session)?;
        let steps = journal.verify()?;
        let step = steps.saturating_sub(keep);
        let gone = step.saturating_sub(journal.base.step);
        if gone == 0 {
            return Ok(0);
        }
        let base = journal.base_at(step)?;
        if let Source::Store(store) = &journal.source {
            called(&**store, |store| store.prune(session, base))?;
        }
        Ok(gone)
    }

    /// The session is gone from the store, with its journal, its events, its messages and its answers; records of the audit stay. No
    /// handle on it may be left in this program.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where there is one; [`StoreError::Conflict`] where it is not at this step, which says that somebody has
    /// gone on with it.
    pub fn remove_stored(&self, session: &str, step: u64) -> Result<(), StoreError> {
        let durable = self.durable_engine()?;
        let (live, name) = (&self.core.shared.live, crate::audit::Text::from(session));
        let _opening = live.opening(&name);
        if live.get(&name).is_some() {
            return Err(StoreError::InUse { session: session.to_owned() });
        }
        called(&*durable.store.store, |store| store.remove(session, step))
    }
}

impl Journal {
    /// The state after a step, for a journal to begin with.
    pub(super) fn base_at(&self, step: u64) -> Result<Base, JournalError> {
        let mut base = Base { fields: Vec::new(), ..(*self.base).clone() };
        self.each(|entry| {
            if entry.step > step {
                return Ok(false);
            }
            (base.step, base.version, base.chain) = (entry.step, entry.version, entry.chain);
            base.schema = entry.schema.unwrap_or(base.schema);
            Ok(entry.step < step)
        })?;
        for field in self.fields_at(step)?.into_values() {
            let value = self.whole(&field, step)?;
            base.fields.push(Field::whole(field.path, value, field.written));
        }
        Ok(base)
    }
}
