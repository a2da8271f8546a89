//! A session that is carried as a value, by who keeps it in a way of his own.

use std::sync::Arc;

use super::super::core::Core;
use super::super::durable::{Carriage, DurableSession, Gathered, Handle, Log, RunId, next_number};
use super::super::handle::Engine;
use super::{fill, migrate, unexpected};
use crate::audit::Text;
use crate::context::Context;
use crate::store::{ChainHash, SessionState, StoreError};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Opens a session that somebody carries as a [value](SessionState), who keeps it in a way of his own: by an engine for durable
    /// execution, in a queue, in a file. It is a session by itself, whatever others of its name are open. With no state it begins
    /// with `first`, of which Signal and Meta fields are in either case.
    ///
    /// What its runs commit is [gathered](Self::gathered); then [`dehydrate`](Self::dehydrate) makes a value of it again. The engine is
    /// built as one [whose sessions are carried](crate::EngineBuilder::carried).
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::engine::RunId;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().carried().build()?;
    /// let mut state = None;
    /// for turn in 0..3 {
    ///     let account = engine.carry("a-17", Account::default(), state, RunId { life: 1, turn })?;
    ///     account.run(Deposit { amount: 5 })?;
    ///     assert_eq!(account.gathered().entries[0].step, turn + 1);
    ///     state = Some(account.dehydrate()?);
    /// }
    /// assert_eq!(state.map(|state| (state.step, state.version)), Some((3, 3)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the state does not fit this program: it says which field does not; [`NoStore`](StoreError::NoStore) of an engine whose
    /// sessions are not carried.
    pub fn carry(
        &self,
        name: impl Into<Arc<str>>,
        first: D,
        state: Option<SessionState>,
        run: RunId,
    ) -> Result<Self, StoreError> {
        let (name, shared) = (Text::from(name.into()), &self.core.shared);
        let durable = shared.durable.as_ref().filter(|durable| durable.store.is_apart()).ok_or(StoreError::NoStore)?;
        let log = Arc::new(Log::default());
        let store: Arc<Handle> = Arc::new(durable.store.beside(Arc::clone(&log) as _));
        let recorded = state.as_ref().map(|state| state.recorded).unwrap_or_default();
        let audit = shared.auditor.carried(shared.auditor.session(name.clone()).with_ledger(recorded));
        let mut core = Core::new(Arc::clone(shared), audit, first);
        let (step, chain, next, last_message) = match state {
            Some(mut state) => {
                migrate(&core, durable, &store, &name, &mut state)?;
                let of_session = (state.step, state.chain, next_number(&state.events), state.last_message);
                fill(&core, &durable.fields, &name, state, true)?;
                of_session
            }
            None => {
                let held = core.session.hold_beside_lease(|| core.request("carry", None)).map_err(|_| unexpected())?;
                (0, ChainHash::of_first(&(durable.fields.whole)(&held.fields)?), 1, 0)
            }
        };
        let session = DurableSession::new(name.as_str().into(), store, step, chain, next, last_message);
        core.durable = Some(Arc::new(session.carried_by(Carriage::new(run, log))));
        Ok(Self { core: Arc::new(core) })
    }

    /// What the runs of this [carried](Self::carry) session have committed since this was asked last; nothing of any other one.
    #[must_use]
    pub fn gathered(&self) -> Gathered {
        let Some(carriage) = self.carriage() else { return Gathered::default() };
        let audit = &self.core.audit;
        let counted = self.core.shared.auditor.added_for_all(audit);
        Gathered { records: audit.take_records(), counted, ..carriage.log.take() }
    }

    /// Whether a process with effects has begun in this [carried](Self::carry) session: what it has done outside is done, whatever
    /// becomes of the value.
    #[must_use]
    pub fn has_touched_world(&self) -> bool {
        self.carriage().is_some_and(Carriage::has_asked)
    }

    fn carriage(&self) -> Option<&Carriage> {
        self.core.durable.as_ref()?.carriage.as_ref()
    }
}
