//! What all handles on one engine share.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::locking::Locking;
use super::registry::Registry;
use super::session::State;
use crate::audit::Auditor;
use crate::context::Context;
use crate::signal::SignalBus;
use crate::transaction::SessionLock;

/// One engine.
pub(super) struct Core<D: Context, G: Context, E> {
    pub(super) session: SessionLock<State<D>>,
    /// The version of the committed state, as the last commit has left it.
    pub(super) version: Arc<AtomicU64>,
    pub(super) global: G::Fields,
    pub(super) effects: E,
    pub(super) auditor: Auditor,
    pub(super) bus: SignalBus,
    pub(super) registry: Registry<D, G, E>,
    pub(super) locking: Locking,
    /// How often a run is attempted before it is a conflict; at least once.
    pub(super) attempts: u32,
}

impl<D: Context, G: Context, E> Core<D, G, E> {
    /// Tells this engine from every other one alive.
    #[inline]
    pub(super) fn identity(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self).addr()
    }
}
