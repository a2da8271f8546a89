//! The engine as its users hold it.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::task::Waker;

use super::any::AnyProcess;
use super::core::Core;
use super::pipeline::{self, By};
use super::report::Report;
use super::session::State;
use super::snapshot::Snapshot;
use crate::context::{Context, Fields};
use crate::panics::{DropCaught, Handle};
use crate::process::{AsyncProcess, Contract, OnDomain, OnGlobal, RunError, SyncProcess, WithEffects};
use crate::signal::{Event, Origin, SignalBus};
use crate::sync::nesting;
#[cfg(feature = "workflow")]
use crate::telemetry::Watch;
use crate::transaction::{Held, Limit};

/// Runs processes as transactions on one session's state.
///
/// A handle: cloning it is cheap, and every clone is the same session. [`open`](Self::open) makes another session of the same
/// engine. See the [crate documentation](crate) for a tour.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Counter { count: u64 }
///
/// #[process(inputs = [domain.count], outputs = [domain.count])]
/// fn add(ctx: Ctx<Counter>, by: u64) -> u64 {
///     *ctx.domain.count += by;
///     *ctx.domain.count
/// }
///
/// let engine = Engine::builder(Counter::default()).process::<Add>().build()?;
/// assert_eq!(engine.run(Add { by: 2 })?, 2);
/// assert_eq!(*engine.snapshot()?.count, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Engine<D: Context, G: Context = (), E = ()> {
    pub(super) core: Arc<Core<D, G, E>>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    pub(super) fn new(core: Core<D, G, E>) -> Self {
        Self { core: Arc::new(core) }
    }

    /// Opens another session of this engine: a state of its own, with its own version, signal bus and counters of audit
    /// rules, and a name that its records have. Everything else is the engine's: processes, the global layer, effects, the
    /// recipe, the ledger, the interlock. A violation of level S stops all sessions, a reloaded recipe is for all of them.
    ///
    /// Each session runs one thing at a time where it must; different sessions run side by side. A session lives as long as
    /// a handle on it, the engine as long as a session.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, max_threshold: 2 } ] } }";
    /// let one = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// let two = one.open("oven 2", Oven::default());
    /// assert!(one.run(Record { value: 95.0 }).is_ok() && two.run(Record { value: 96.0 }).is_ok(), "one of two, in each");
    /// assert!(two.run(Record { value: 97.0 }).is_err());
    /// assert_eq!((*one.snapshot()?.temperature, *two.snapshot()?.temperature), (95.0, 96.0));
    /// assert_eq!(one.audit_records().last().map(|record| record.session.to_string()).as_deref(), Some("oven 2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn open(&self, name: impl Into<Arc<str>>, domain: D) -> Self {
        let audit = self.core.shared.auditor.session(name.into());
        Self::new(Core::new(Arc::clone(&self.core.shared), audit, domain))
    }

    /// The session's name, as records have it.
    #[must_use]
    pub fn session(&self) -> &str {
        self.core.audit.name()
    }

    /// Lets go of memory that is kept to make the next run faster, for a session that may be idle for long.
    pub(crate) fn rest(&self) {
        if let Some(mut state) = self.core.session.try_hold_beside_lease() {
            state.rest();
        }
        self.core.bus.rest();
    }

    /// Runs one process as one transaction: all of what it wrote is committed, or none of it.
    ///
    /// # Errors
    /// [`RunError`] says whose doing it was; in every case the state is as before.
    #[inline]
    pub fn run<P>(&self, command: P) -> Result<P::Output, RunError<P::Error>>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        pipeline::run(&self.core, DropCaught::new(command), None)
    }

    /// As [`run`](Self::run), with the audit's violations and the version of the state besides the result.
    pub fn run_reported<P>(&self, command: P) -> Report<P>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        pipeline::run_reported(&self.core, DropCaught::new(command), By::Anyone, None)
    }

    /// Runs any process, `fn` or `async fn`, as one transaction, and waits for the session without blocking the thread. The
    /// future is `Send`, owns what it needs and assumes no runtime: it is the way to run in async code.
    ///
    /// The body of a plain `fn` is done within one poll, with the session held, however the engine locks: one that takes long
    /// says [`blocking`](macro@crate::process#a-body-that-blocks), and is done on a thread of its own, in the runtime and the span
    /// of who polls first. Dropping the future before it is ready rolls the run back.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Counter { count: u64 }
    /// #[process(inputs = [domain.count], outputs = [domain.count])]
    /// fn add(ctx: Ctx<Counter>, by: u64) { *ctx.domain.count += by; }
    /// #[process(inputs = [domain.count], outputs = [domain.count])]
    /// async fn add_later(ctx: Ctx<Counter>, by: u64) { *ctx.domain.count += by; }
    ///
    /// async fn both(engine: &Engine<Counter>) -> Result<(), RunError<std::convert::Infallible>> {
    ///     engine.run_async(Add { by: 1 }).await?;
    ///     engine.run_async(AddLater { by: 1 }).await
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_async<P>(
        &self,
        command: P,
    ) -> impl Future<Output = Result<P::Output, RunError<P::Error>>> + Send + use<P, D, G, E>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        let run = self.run_async_reported(command);
        async move { run.await.result }
    }

    /// As [`run_async`](Self::run_async), with the audit's violations and the version of the state besides the result.
    pub fn run_async_reported<P>(&self, command: P) -> impl Future<Output = Report<P>> + Send + use<P, D, G, E>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        let (core, command) = (Handle::of(&self.core), DropCaught::new(command));
        async move { P::run_on(core, command, None).await }
    }

    /// As [`run_reported`](Self::run_reported), for the workflow of this session: what is raised is for the workflow alone.
    pub(crate) fn run_for_workflow<P>(&self, command: P) -> Report<P>
    where
        P: SyncProcess<Domain = D, Global = G, Effects = E>,
    {
        pipeline::run_reported(&self.core, DropCaught::new(command), By::Workflow { step: None }, None)
    }

    /// The same for an `async` process.
    pub(crate) fn run_async_for_workflow<P>(
        &self,
        command: P,
    ) -> impl Future<Output = Report<P>> + Send + use<P, D, G, E>
    where
        P: AsyncProcess<Domain = D, Global = G, Effects = E>,
    {
        let (core, command) = (Handle::of(&self.core), DropCaught::new(command));
        async move { pipeline::run_async(&core, command, By::Workflow { step: None }, None).await }
    }

    /// The committed state. It blocks runs for no longer than it takes to copy the handles, and waits itself while a plain
    /// `fn` is under way, which has the state in its hands; not while an `async` run awaits.
    ///
    /// # Errors
    /// [`RunError::Nested`] from inside a body: a process sees what its contract declares. [`RunError::TimedOut`] and
    /// [`RunError::Deadlock`] as for a run.
    pub fn snapshot(&self) -> Result<Snapshot<D>, RunError<Infallible>> {
        self.look(None)
    }

    pub(super) fn look(&self, limit: Option<Limit>) -> Result<Snapshot<D>, RunError<Infallible>> {
        let state = self.core.hold_beside_lease("snapshot", limit)?;
        Ok(Snapshot::new(state.fields.share(), state.version()))
    }

    /// The committed state at once, or `None` while somebody holds it: a plain `fn` that is under way, which works in place.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Tank { level: i64 }
    /// let engine = Engine::builder(Tank { level: 7 }).build()?;
    /// match engine.try_snapshot()? {
    ///     Some(snapshot) => assert_eq!(*snapshot.level, 7),
    ///     None => println!("busy: show what was shown before"),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RunError::Nested`] from inside a body.
    pub fn try_snapshot(&self) -> Result<Option<Snapshot<D>>, RunError<Infallible>> {
        if self.is_inside() {
            return Err(RunError::Nested { process: "try_snapshot" });
        }
        let state = self.core.session.try_hold_beside_lease();
        Ok(state.map(|state| Snapshot::new(state.fields.share(), state.version())))
    }

    /// The queue of events: signals that were committed, and what was emitted from outside.
    #[must_use]
    pub fn bus(&self) -> &SignalBus {
        &self.core.bus
    }

    /// Takes the next event off the bus and puts the signal that raised it back to rest.
    ///
    /// For programs without a workflow; a [`WorkflowManager`](crate::workflow::WorkflowManager) does it by itself. It waits
    /// for a run that holds the session, and not for an `async` one that awaits with the session to itself: the signal is
    /// then put back to rest when that run is over.
    ///
    /// # Errors
    /// [`RunError::Nested`] from inside a body; no event is taken. [`RunError::TimedOut`] and [`RunError::Deadlock`] as for a
    /// run.
    pub fn next_event(&self) -> Result<Option<Event>, RunError<Infallible>> {
        self.take_event(None)
    }

    pub(super) fn take_event(&self, limit: Option<Limit>) -> Result<Option<Event>, RunError<Infallible>> {
        let mut state = self.core.hold_beside_lease("next_event", limit)?;
        let event = self.core.bus.try_next();
        #[cfg(feature = "store")]
        self.taken_in_store(event.as_ref())?;
        for origin in self.core.bus.take_dropped().iter().chain(event.iter().map(|event| &event.origin)) {
            put_to_rest(&mut state, origin);
        }
        Ok(event)
    }

    /// Its workflow is over: nothing is run on its state any more, and its bus takes no more events.
    pub(crate) fn end_session(&self) {
        self.core.end();
    }

    /// Whether the current thread is inside a process of this engine, where nothing of it can be run or waited for.
    pub(crate) fn is_inside(&self) -> bool {
        nesting::is_inside(self.core.identity())
    }

    /// Who is told what its workflow does, and the session's name.
    #[cfg(feature = "workflow")]
    pub(crate) fn told(&self) -> Option<(&Watch, &str)> {
        let core = &self.core;
        let session: &str = core.audit.name();
        core.shared.telemetry.as_ref().map(|telemetry| (telemetry, session))
    }

    /// Whether a store keeps this session.
    #[cfg(feature = "store")]
    pub(crate) fn is_kept(&self) -> bool {
        self.core.durable.as_ref().is_some_and(|durable| durable.carriage.is_none())
    }

    /// No session is kept.
    #[cfg(not(feature = "store"))]
    #[allow(clippy::unused_self, reason = "as where there are stores")]
    pub(crate) const fn is_kept(&self) -> bool {
        false
    }

    /// The version of the committed state, without holding the session.
    pub(crate) fn version(&self) -> u64 {
        self.core.shown_version()
    }

    /// Has this waker woken by the next change of the state, where it is still at that version; false where it is not.
    pub(crate) fn wake_after(&self, version: u64, waker: &Waker) -> bool {
        let mut state = match self.core.hold_beside_lease("wait", None) {
            Ok(state) => state,
            // From inside a body nobody waits; who could not look in time looks again.
            Err(error) => return matches!(error, RunError::Nested { .. }),
        };
        let is_as_it_was = state.version() == version;
        if is_as_it_was {
            state.wake_by_change(waker);
        }
        is_as_it_was
    }

    /// The global layer.
    pub(crate) fn global_fields(&self) -> &G::Fields {
        &self.core.shared.global
    }

    /// Puts the signal that raised an event back to rest, once the event has been dispatched.
    pub(crate) fn dispatched(&self, origin: &Origin) -> Result<(), RunError<Infallible>> {
        let mut state = self.core.hold_beside_lease("dispatch", None)?;
        for origin in self.core.bus.take_dropped().iter().chain([origin]) {
            put_to_rest(&mut state, origin);
        }
        Ok(())
    }

    /// The contracts of the registered processes, in the order of their names.
    #[must_use]
    pub fn contracts(&self) -> Vec<&'static Contract> {
        self.core.shared.registry.iter().map(|registered| registered.contract).collect()
    }
}

fn put_to_rest<D: Context>(state: &mut Held<'_, State<D>>, origin: &Origin) {
    let is_leased = match origin {
        Origin::Signal { path, .. } => state.is_leased(path),
        Origin::External | Origin::Asked { .. } | Origin::Chain => false,
    };
    if is_leased {
        state.defer_reset(*origin);
    } else {
        state.reset_signal(origin);
    }
}

impl<D: Context, G: Context, E> Clone for Engine<D, G, E> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core) }
    }
}

impl<D: Context, G: Context, E> fmt::Debug for Engine<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
