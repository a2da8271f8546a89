//! What an engine is, and what one session of it is.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::defaults::Defaults;
#[cfg(feature = "store")]
use super::durable::{DurableEngine, DurableSession};
#[cfg(feature = "store")]
use super::live::Live;
use super::locking::Locking;
use super::registry::Registry;
use super::rules::Rules;
use super::session::State;
use crate::audit::{AuditSession, Auditor};
use crate::context::{Context, EventNames};
use crate::process::{Process, RunError};
use crate::signal::{BusOptions, SignalBus};
use crate::sync::nesting;
use crate::telemetry::{Watch, WatchedRun};
use crate::transaction::{Held, Limit, Request, SessionLock};

/// What the sessions of one engine share.
pub(super) struct SharedEngine<D: Context, G: Context, E> {
    pub(super) global: G::Fields,
    pub(super) effects: E,
    pub(super) defaults: Defaults<D>,
    /// What its files can include.
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    pub(super) fragments: Box<[crate::source::Fragment]>,
    pub(super) auditor: Auditor,
    pub(super) registry: Registry<D, Core<D, G, E>>,
    pub(super) rules: Rules,
    /// What the signals of the domain raise.
    pub(super) events: EventNames,
    pub(super) locking: Locking,
    /// How often a run is attempted before it has the session to itself; at least once.
    pub(super) attempts: u32,
    /// How long a run waits at most while the session does not change hands.
    pub(super) lock_timeout: Duration,
    /// What tells it from every other one, for keys of effects; drawn by chance.
    #[cfg(feature = "store")]
    pub(super) identity: u128,
    /// What the bus of each session is like.
    pub(super) bus: Arc<BusOptions>,
    /// Who is told what the engine does.
    pub(super) telemetry: Option<Watch>,
    /// The store, where there is one.
    #[cfg(feature = "store")]
    pub(super) durable: Option<DurableEngine<D>>,
    /// What stands in the place of the world, in a test.
    #[cfg(all(feature = "store", feature = "test"))]
    pub(super) deck: Option<Arc<dyn crate::effect::Deck>>,
    /// The sessions of the store that are open, so that each is one.
    #[cfg(feature = "store")]
    pub(super) live: Live<Core<D, G, E>>,
}

/// One session of an engine, and what all handles on it share.
pub(super) struct Core<D: Context, G: Context, E> {
    pub(super) shared: Arc<SharedEngine<D, G, E>>,
    pub(super) session: SessionLock<State<D>>,
    /// The version of the committed state, as the last commit has left it.
    version: Arc<AtomicU64>,
    pub(super) bus: SignalBus,
    /// Its name and its counters.
    pub(super) audit: AuditSession,
    /// What it knows of itself in the store, where one keeps it.
    #[cfg(feature = "store")]
    pub(super) durable: Option<Arc<DurableSession>>,
}

impl<D: Context, G: Context, E> Core<D, G, E> {
    pub(super) fn new(shared: Arc<SharedEngine<D, G, E>>, audit: AuditSession, domain: D) -> Self {
        let (engine, state) = (identity(&shared), State::new(domain, shared.rules.table()));
        let (version, bus) = (state.shown_version(), SignalBus::sharing(Arc::clone(&shared.bus)));
        Self {
            version,
            session: SessionLock::new(engine, state),
            bus,
            audit,
            shared,
            #[cfg(feature = "store")]
            durable: None,
        }
    }

    /// Tells this session's engine from every other one alive. One thread cannot be inside two sessions of an engine: two
    /// threads could wait for each other.
    #[inline]
    pub(super) fn identity(&self) -> usize {
        identity(&self.shared)
    }

    /// Whether nothing is run on it any more.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.bus.refuses_runs()
    }

    /// From now on nothing is run on it. A run has committed before, is under way with what it has done outside, or is
    /// refused.
    pub(super) fn end(&self) {
        let held = self.session.hold_beside_lease(|| self.request("end", None));
        self.bus.end_runs();
        drop(held);
        self.bus.close();
    }

    /// A run begins; none where nobody is told of it.
    #[inline]
    pub(super) fn watch<P: Process>(&self) -> Option<WatchedRun<'_>> {
        let telemetry = self.shared.telemetry.as_ref()?;
        Some(telemetry.run(P::CONTRACT.process, self.audit.name()))
    }

    /// The version of the committed state, without holding the session.
    pub(super) fn shown_version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The number of the step that a run would be that began now: for keys of effects.
    #[cfg(any(feature = "store", feature = "workflow"))]
    pub(super) fn step_number(&self) -> u64 {
        #[cfg(feature = "store")]
        if let Some(durable) = &self.durable {
            return durable.carriage.as_ref().map_or_else(|| durable.step().0 + 1, |carriage| carriage.run.turn);
        }
        self.shown_version()
    }

    /// What a run of this session says of itself where it has to wait.
    pub(super) fn request(&self, process: &'static str, limit: Option<Limit>) -> Request<'_> {
        let (session, lock_timeout) = (self.audit.name(), self.shared.lock_timeout);
        Request { process, contracts: None, session, limit, lock_timeout }
    }

    /// Holds the committed state, whoever has a lease; not from inside a body, which sees what its contract declares.
    pub(super) fn hold_beside_lease(
        &self,
        what: &'static str,
        limit: Option<Limit>,
    ) -> Result<Held<'_, State<D>>, RunError<Infallible>> {
        if nesting::is_inside(self.identity()) {
            return Err(RunError::Nested { process: what });
        }
        self.session.hold_beside_lease(|| self.request(what, limit)).map_err(|why| RunError::not_held(what, why))
    }
}

#[inline]
fn identity<T>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).addr()
}
