//! The pool, as its users hold it: sessions come and go, are held up and let go on.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dashmap::{DashMap, Entry};
use parking_lot::Mutex;

use super::apart::{Count, Names};
use super::asking::Questions;
use super::builder::{SessionsBuilder, is_kept};
use super::channel::EntryChannel;
use super::drive::Drive;
use super::error::SessionError;
use super::firsts::Firsts;
use super::keys::Keys;
use super::pending::Pending;
use super::real::Real;
use super::rooms::Rooms;
use super::run_queue::{BATCH, RunQueue, Runnable};
use super::runs::Runs;
#[cfg(feature = "store")]
use super::shared::Cold;
use super::shared::SharedPool;
use super::slot::{SLICE, STEP_BUDGET, Slot};
use super::timer_queue::TimerQueue;
use super::worker::{Workers, work_async};
#[cfg(feature = "recipes")]
use crate::audit::ResetError;
use crate::context::Context;
use crate::engine::Engine;
use crate::signal::Now;
use crate::workflow::chart::Definition;
use crate::workflow::clock::Timekeeper;
use crate::workflow::interpreter::{Interpreter, Options, Position, has_timers};

/// Many sessions of one workflow, side by side. Dropping it lets the workers finish the steps that are in their hands; a run
/// that is awaited is rolled back. [`shut_down`](Self::shut_down) waits for what is under way.
///
/// ```
/// use std::time::Duration;
/// use theus_core::prelude::*;
/// use theus_core::workflow::Sessions;
///
/// #[derive(Clone, Default, Context)]
/// struct Order { items: u32, cmd_add: bool, cmd_ship: bool }
///
/// #[process(inputs = [domain.items], outputs = [domain.items])]
/// fn add(ctx: Ctx<Order>) { *ctx.domain.items += 1; }
///
/// let engine = Engine::builder(Order::default()).process::<Add>().build()?;
/// let orders = Sessions::of_text(&engine, "order.yaml", "
/// states:
///   OPEN: { events: { CMD_ADD: { steps: add }, CMD_SHIP: SHIPPED } }
///   SHIPPED: { final: true }
/// ")?.workers(2).start()?;
/// for number in 0..1_000 {
///     let name = format!("order-{number}");
///     orders.open(&name, Order::default())?;
///     orders.emit(&name, "CMD_ADD")?;
///     orders.emit(&name, "CMD_SHIP")?;
/// }
/// orders.wait_for("order-7", "SHIPPED", Duration::from_secs(5))?;
/// assert!(orders.wait_until_idle(Duration::from_secs(5)));
/// assert_eq!(orders.census().finished, 1_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A process, or an observer, may use the pool that it runs in: it emits, opens, pauses and cancels. What would have to wait
/// for a session is refused there, as [`SessionError::Nested`].
pub struct Sessions<D: Context, G: Context = (), E = ()> {
    pub(super) shared: Arc<SharedPool<D, G, E>>,
    pub(super) worker_threads: Mutex<Workers>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    pub(super) fn start(builder: SessionsBuilder<D, G, E>) -> std::io::Result<Self> {
        #[cfg(feature = "store")]
        let warm = builder.warm;
        let SessionsBuilder { engine, definition, drive, clock, observer, traced, seed, pending, .. } = builder;
        let queues = match &drive {
            Drive::Threads(workers) | Drive::Futures(workers, _) => *workers,
            Drive::Steps => 1,
        };
        let keeper = Arc::new(Timekeeper::new(clock));
        let (run_queue, timer_queue) =
            (Arc::new(RunQueue::new(queues)), Arc::new(TimerQueue::new(Arc::clone(&keeper))));
        let is_stepped = matches!(drive, Drive::Steps);
        // A future gives way early: a `fn` that takes long holds up one of its executor's threads.
        let (budget, slice) = match &drive {
            Drive::Threads(_) => (STEP_BUDGET, None),
            Drive::Futures(..) => (STEP_BUDGET, Some(SLICE)),
            Drive::Steps => (1, None),
        };
        // Who waits for a store keeps no other session waiting.
        let at_a_time = if is_kept(&engine) { 1 } else { BATCH };
        let worker_threads = match drive {
            Drive::Threads(workers) => Workers::start(&run_queue, &timer_queue, workers, at_a_time)?,
            Drive::Steps => Workers::default(),
            Drive::Futures(workers, mut spawn) => {
                let worker_threads = Workers::start(&run_queue, &timer_queue, 0, at_a_time)?;
                for worker in 0..workers {
                    spawn(Box::pin(work_async(Arc::clone(&run_queue), worker)));
                }
                worker_threads
            }
        };
        #[cfg(feature = "store")]
        let leased_for = engine.leased_for();
        let names = Names::of(&definition);
        let arrivals = arrivals_by(&keeper, &definition);
        let shared = SharedPool {
            engine,
            definition,
            keeper,
            arrivals,
            run_queue,
            timer_queue,
            is_stepped,
            budget,
            slice,
            real: Real::default(),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            sessions: DashMap::new(),
            observer,
            traced,
            seed,
            opened: AtomicUsize::new(0),
            names,
            handled: Count::new(),
            discarded: Count::new(),
            troubles: Count::new(),
            channels: Mutex::default(),
            is_watched: AtomicBool::new(false),
            firsts: Firsts::default(),
            rooms: Rooms::new(pending.is_some()),
            pending: pending.map(Pending::new),
            runs: Runs::default(),
            questions: Questions::default(),
            keys: Keys::default(),
            is_closing: AtomicBool::new(false),
            is_shut: AtomicBool::new(false),
            #[cfg(feature = "store")]
            cold: Cold::new(warm, leased_for),
        };
        let shared = Arc::new(shared);
        #[cfg(feature = "store")]
        {
            shared.open_under_way();
            shared.looks_out();
        }
        Ok(Self { shared, worker_threads: Mutex::new(worker_threads) })
    }

    /// The workflow of all these sessions.
    #[must_use]
    pub fn definition(&self) -> &Arc<Definition> {
        &self.shared.definition
    }

    /// Opens a session with the first state of its domain. It enters the initial state as soon as a worker has it. Where the engine
    /// has a store, it is stored by then: it goes on in the next program if this one ends.
    ///
    /// # Errors
    /// [`SessionError::Exists`]; [`SessionError::ShutDown`].
    pub fn open(&self, name: &str, domain: D) -> Result<(), SessionError> {
        self.admit(name, domain, None)
    }

    /// Opens a session that goes on from a position, with the domain as it was then. Time has gone by meanwhile: a timer
    /// that would have been due is due.
    ///
    /// # Errors
    /// [`SessionError::Position`] where the workflow cannot be there; else as [`open`](Self::open).
    pub fn restore(&self, name: &str, domain: D, position: &Position) -> Result<(), SessionError> {
        self.admit(name, domain, Some(position))
    }

    fn admit(&self, name: &str, domain: D, position: Option<&Position>) -> Result<(), SessionError> {
        let shared = &self.shared;
        if shared.is_closing() {
            return Err(SessionError::ShutDown);
        }
        #[cfg(feature = "store")]
        if shared.engine.has_store() {
            return shared.begin_kept(name, domain, position);
        }
        let number = shared.opened.fetch_add(1, Ordering::Relaxed);
        let options = Options { traced: shared.traced, seed: shared.seed ^ number as u64, is_kept: false };
        let mut session = Interpreter::new(Arc::clone(&shared.definition), options);
        if let Some(position) = position {
            session.restore(position).map_err(Box::new)?;
        }
        let name: Arc<str> = name.into();
        let Entry::Vacant(place) = shared.sessions.entry(Arc::clone(&name)) else {
            return Err(SessionError::Exists { session: name.to_string() });
        };
        let engine = shared.engine.open(Arc::clone(&name), domain);
        if let Some(arrivals) = &shared.arrivals {
            engine.bus().arrivals_by(Arc::clone(arrivals));
        }
        let slot = Slot::new(engine, name, session, shared, number);
        drop(place.insert(Arc::clone(&slot)));
        shared.joins(&slot);
        Runnable::wake(slot);
        Ok(())
    }

    /// Opens a session that the store has, or one with this first state where it has none. True where it is new. One that was in the
    /// store without a workflow begins with this one; nothing else in a pool begins a workflow on a session that has none.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { opened: u32, cmd_open: bool }
    /// # #[process(inputs = [domain.opened], outputs = [domain.opened])]
    /// # fn open(ctx: Ctx<Door>) { *ctx.domain.opened += 1; }
    /// # let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { entry: open, events: { CMD_SHUT: CLOSED } } }";
    /// let store = MemoryStore::new();
    /// let program = || -> Result<_, Box<dyn std::error::Error>> {
    ///     let engine = Engine::builder(Door::default()).process::<Open>().store(store.clone()).build()?;
    ///     Ok(Sessions::of_text(&engine, "door.yaml", flow)?.stepped(1).start()?)
    /// };
    /// let doors = program()?;
    /// assert!(doors.open_or_go_on("front", Door::default)?);
    /// doors.emit("front", "CMD_OPEN")?;
    /// drop(doors); // or the plug is pulled
    ///
    /// let doors = program()?;
    /// doors.step_until_idle(100);
    /// assert_eq!((doors.states("front")?, *doors.engine("front")?.snapshot()?.opened), (vec!["OPEN".to_owned()], 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SessionError::Store`], also where the engine has no store; [`SessionError::Resume`]; [`SessionError::ShutDown`].
    #[cfg(feature = "store")]
    pub fn open_or_go_on(&self, name: &str, first: impl FnOnce() -> D) -> Result<bool, SessionError> {
        if !self.shared.engine.has_store() {
            return Err(SessionError::Store(crate::store::StoreError::NoStore));
        }
        self.open_or(name, first)
    }

    /// Opens a session with this first state, unless there is one of the name, in the pool or in its store. True where it is new:
    /// however many come at once, in this program or others on the store, for one of them it is. Whether one that was there is over,
    /// its [status](Self::status) says.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Cart { items: u32, cmd_add: bool }
    /// # #[process(inputs = [domain.items], outputs = [domain.items])]
    /// # fn add(ctx: Ctx<Cart>) { *ctx.domain.items += 1; }
    /// # let engine = Engine::builder(Cart::default()).process::<Add>().build()?;
    /// # let flow = "states: { OPEN: { events: { CMD_ADD: { steps: add } } } }";
    /// let carts = Sessions::of_text(&engine, "cart.yaml", flow)?.stepped(1).start()?;
    /// for is_new in [true, false] {
    ///     assert_eq!(carts.open_or("ann", Cart::default)?, is_new);
    ///     carts.emit("ann", "CMD_ADD")?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `SessionError::Store` and `SessionError::Resume` (feature `store`); [`SessionError::ShutDown`].
    pub fn open_or(&self, name: &str, first: impl FnOnce() -> D) -> Result<bool, SessionError> {
        if self.shared.is_closing() {
            return Err(SessionError::ShutDown);
        }
        #[cfg(feature = "store")]
        if self.shared.engine.has_store() {
            return self.shared.open_or_begin(name, first);
        }
        if self.shared.sessions.contains_key(name) {
            return Ok(false);
        }
        match self.admit(name, first(), None) {
            Ok(()) => Ok(true),
            // Somebody was faster.
            Err(SessionError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes a session out of the pool, after the step that it is at. What it awaits is let go of, and what had not been
    /// handled stays on the bus of its engine.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn close(&self, name: &str) -> Result<Engine<D, G, E>, SessionError> {
        let Some((_, slot)) = self.shared.sessions.remove(name) else {
            return Err(SessionError::Unknown { session: name.to_owned() });
        };
        #[cfg(feature = "store")]
        self.shared.cold.rested.remove(name);
        slot.leave(&self.shared);
        Ok(slot.engine.clone())
    }

    /// The engine of one session: its snapshot, its bus, its runs. Signals of a run of one's own are handled by the session.
    ///
    /// Of a session that is over the state can be looked at, and nothing more: a run is refused as
    /// [`RunError::Over`](crate::RunError::Over), an event as [`EmitError::Over`](crate::signal::EmitError::Over). Each of
    /// them comes before the end or is refused. An event that was accepted before the end and not handled stays on the bus; it
    /// is in the trace as discarded, and counted in the [census](Self::census).
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn engine(&self, name: &str) -> Result<Engine<D, G, E>, SessionError> {
        Ok(self.shared.reach(name)?.engine.clone())
    }

    /// Keeps a session from going on, after the step that it is at.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn pause(&self, name: &str) -> Result<(), SessionError> {
        self.shared.reach(name)?.pause(true);
        Ok(())
    }

    /// Lets a session go on.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn resume(&self, name: &str) -> Result<(), SessionError> {
        self.shared.reach(name)?.pause(false);
        Ok(())
    }

    /// Ends a session: a run that awaits is dropped, which rolls it back; what its chain has committed is made good by the
    /// compensations.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn cancel(&self, name: &str, reason: &str) -> Result<(), SessionError> {
        self.shared.reach(name)?.cancel(reason);
        Ok(())
    }

    /// Has a worker look at every session: after the interlock was reset, or the state changed, by other means.
    pub fn nudge_all(&self) {
        let mut all = self.shared.all();
        // The map has no order, and a stepped pool needs one.
        all.sort_unstable_by_key(|slot| slot.home());
        all.into_iter().for_each(Runnable::wake);
    }

    /// Resets the engine's interlock, and lets all sessions go on.
    ///
    /// # Errors
    /// As [`Engine::reset_interlock`].
    #[cfg(feature = "recipes")]
    pub fn reset_interlock(&self, operator: &str, reason: &str) -> Result<(), ResetError> {
        self.shared.engine.reset_interlock(operator, reason)?;
        self.nudge_all();
        Ok(())
    }
}

/// Beside timers it matters when an event has come.
fn arrivals_by(keeper: &Arc<Timekeeper>, definition: &Definition) -> Option<Now> {
    has_timers(definition).then(|| Arc::clone(keeper) as Now)
}

impl<D: Context, G: Context, E> Drop for Sessions<D, G, E> {
    fn drop(&mut self) {
        self.worker_threads.get_mut().end(&self.shared.run_queue, &self.shared.timer_queue);
        self.shared.run_queue.clear();
        // What was asked for and not begun finds no pool, and no session of a store is opened any more.
        self.shared.is_closing.store(true, Ordering::SeqCst);
        self.shared.is_shut.store(true, Ordering::SeqCst);
        self.shared.ends_waits_for_room();
        self.shared.ends_all_questions();
        // Runs that await go with their sessions, which nothing else keeps alive.
        self.shared.sessions.clear();
        let channels = std::mem::take(&mut *self.shared.channels.lock());
        channels.iter().for_each(EntryChannel::close);
    }
}

impl<D: Context, G: Context, E> fmt::Debug for Sessions<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("open", &self.shared.sessions.len()).finish_non_exhaustive()
    }
}
