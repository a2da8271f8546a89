//! Sessions that a pool has to itself, where several programs have one store: leased before they are read, and read anew where the lease
//! was not kept.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::super::core::Core;
use super::super::durable::Leasing;
use super::super::handle::Engine;
use super::goes_on;
use crate::audit::Text;
use crate::context::Context;
use crate::store::{StoreError, called};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// For how long a session is leased, where sessions are.
    pub(crate) fn leased_for(&self) -> Option<Duration> {
        Some(self.core.shared.durable.as_ref()?.store.leasing.as_ref()?.lasting)
    }

    /// As [`open_kept`](Self::open_kept). Where sessions are leased this one is from now on, before it is read: nobody else changes it then.
    pub(crate) fn open_held(&self, name: &Arc<str>, first: D) -> Result<Option<Self>, StoreError> {
        let durable = self.durable_engine()?;
        let Some(Leasing { owner, lasting }) = &durable.store.leasing else { return self.open_kept(name, first) };
        let (shared, text) = (&self.core.shared, Text::from(Arc::clone(name)));
        let _opening = shared.live.opening(&text);
        if let Some(core) = shared.live.get(&text) {
            let there = Self { core };
            if there.is_held()? {
                return Ok(Some(there));
            }
            // Whoever has it in hand reads it again for himself; where a workflow drove it he is told why it goes on without him.
            there.goes_elsewhere(&read_again(name));
        }
        let since = Instant::now();
        let lease = match called(&*durable.store.store, |store| store.lease(name, owner, *lasting)) {
            Err(StoreError::Conflict { .. }) => return Ok(None),
            lease => lease?,
        };
        let Some(stored) = called(&*durable.store.store, |store| store.load(name))? else { return Ok(None) };
        let mut core = Core::new(Arc::clone(shared), shared.auditor.session(text.clone()), first);
        goes_on(&mut core, durable, &text, stored)?;
        if let Some(session) = &core.durable {
            session.was_leased(lease, since, *lasting);
        }
        let core = Arc::new(core);
        shared.live.insert(text, &core);
        Ok(Some(Self { core }))
    }

    /// Whether the state here is the session's own: it is not known to be another, and where sessions are leased the lease was kept
    /// without a gap. It is kept for longer on the way.
    pub(crate) fn is_held(&self) -> Result<bool, StoreError> {
        let Some(durable) = &self.core.durable else { return Ok(true) };
        if durable.lost().is_some() {
            return Ok(false);
        }
        durable.take_lease().map(|is_doubtful| !is_doubtful)
    }

    /// Why the state here is not the session's any more, where it is not.
    pub(crate) fn lost(&self) -> Option<StoreError> {
        self.core.durable.as_ref()?.lost()
    }

    /// The session goes on elsewhere, or is read again: from now on nothing is written by this handle where a workflow drove it. What was
    /// on its way to the store is there, or refused, when this returns.
    pub(crate) fn goes_elsewhere(&self, why: &StoreError) {
        let Some(durable) = &self.core.durable else { return };
        durable.goes_elsewhere(why.clone());
        self.core.shared.live.forget(&Text::from(Arc::clone(&durable.name)), &self.core);
    }

    /// Nothing more is done with it here: others may have it.
    pub(crate) fn gives_back(&self) {
        if let Some(durable) = &self.core.durable {
            durable.gives_back();
        }
    }

    /// Sessions of the store that have something to do and are nobody's: at most so many of those after this one.
    pub(crate) fn unattended(&self, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        let store = &self.durable_engine()?.store;
        let now = SystemTime::UNIX_EPOCH + Duration::from_nanos(store.now());
        called(&*store.store, |store| store.unattended(now, after, most))
    }
}

/// Why a handle is not used any more whose lease was not kept.
pub(crate) fn read_again(name: &str) -> StoreError {
    let reason = "its lease had run out: it is read again, from the store".to_owned();
    StoreError::Unavailable { store: format!("the session `{name}`"), reason }
}
