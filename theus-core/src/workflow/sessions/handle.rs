//! The pool, as its users hold it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dashmap::{DashMap, Entry};
use parking_lot::{Condvar, Mutex};

use super::alarm::Alarm;
use super::builder::{Drive, Happening, Observer, SessionsBuilder};
use super::error::SessionError;
use super::rota::{Rota, Turn};
use super::slot::Slot;
use super::worker::{Crew, work_async};
use crate::context::Context;
use crate::engine::Engine;
use crate::source::did_you_mean;
use crate::workflow::chart::{Definition, State};
use crate::workflow::clock::Clock;
use crate::workflow::conductor::{Options, Session, Status, has_use};

/// What the pool and its sessions share.
pub(super) struct Shared<D: Context, G: Context, E> {
    pub(super) engine: Engine<D, G, E>,
    pub(super) definition: Arc<Definition>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rota: Arc<Rota>,
    pub(super) alarm: Arc<Alarm>,
    pub(super) is_stepped: bool,
    pub(super) random: Mutex<fastrand::Rng>,
    sessions: DashMap<Arc<str>, Arc<Slot<D, G, E>>>,
    observer: Option<Observer>,
    traced: usize,
    seed: u64,
    opened: AtomicU64,
    handled: AtomicU64,
    troubles: AtomicU64,
    /// Where those wait who want to see a session come to a state.
    watchers: Mutex<()>,
    seen: Condvar,
}

/// Many sessions of one workflow, side by side. Dropping it lets the workers finish what is in their hands.
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
pub struct Sessions<D: Context, G: Context = (), E = ()> {
    pub(super) shared: Arc<Shared<D, G, E>>,
    crew: Mutex<Crew>,
}

/// How many sessions there are, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// All that are open.
    pub open: usize,
    /// Those that handle events.
    pub running: usize,
    /// Those that are paused.
    pub paused: usize,
    /// Those that wait for the engine's interlock to be reset.
    pub halted: usize,
    /// Those that have come to a final state.
    pub finished: usize,
    /// Those that a violation of level A ended.
    pub aborted: usize,
    /// Those that were cancelled.
    pub cancelled: usize,
    /// Those that broke: a defect of the engine, not of a process.
    pub broken: usize,
    /// How many events and other causes were handled, by all sessions that ever were.
    pub handled: u64,
    /// How often something could not be handled.
    pub troubles: u64,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Shared<D, G, E> {
    pub(super) fn tell(&self, session: &str, happening: &Happening<'_>) {
        let count = match happening {
            Happening::Handled(_) => &self.handled,
            Happening::Trouble(_) => &self.troubles,
        };
        count.fetch_add(1, Ordering::Relaxed);
        if let Some(observer) = &self.observer {
            observer(session, happening);
        }
    }

    pub(super) fn seen_by_watchers(&self) {
        let _watchers = self.watchers.lock();
        self.seen.notify_all();
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    pub(super) fn start(builder: SessionsBuilder<D, G, E>) -> std::io::Result<Self> {
        let SessionsBuilder { engine, definition, drive, clock, observer, traced, seed } = builder;
        let queues = match &drive {
            Drive::Threads(workers) | Drive::Futures(workers, _) => *workers,
            Drive::Steps => 1,
        };
        let (rota, alarm) = (Arc::new(Rota::new(queues)), Arc::new(Alarm::new(Arc::clone(&clock))));
        let is_stepped = matches!(drive, Drive::Steps);
        let crew = match drive {
            Drive::Threads(workers) => Crew::start(&rota, &alarm, workers)?,
            Drive::Steps => Crew::default(),
            Drive::Futures(workers, mut spawn) => {
                let crew = Crew::start(&rota, &alarm, 0)?;
                for worker in 0..workers {
                    spawn(Box::pin(work_async(Arc::clone(&rota), worker)));
                }
                crew
            }
        };
        let shared = Shared {
            engine,
            definition,
            clock,
            rota,
            alarm,
            is_stepped,
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            sessions: DashMap::new(),
            observer,
            traced,
            seed,
            opened: AtomicU64::new(0),
            handled: AtomicU64::new(0),
            troubles: AtomicU64::new(0),
            watchers: Mutex::new(()),
            seen: Condvar::new(),
        };
        Ok(Self { shared: Arc::new(shared), crew: Mutex::new(crew) })
    }

    /// The workflow of all these sessions.
    #[must_use]
    pub fn definition(&self) -> &Arc<Definition> {
        &self.shared.definition
    }

    /// Opens a session with the first state of its domain. It enters the initial state as soon as a worker has it.
    ///
    /// # Errors
    /// [`SessionError::Exists`].
    pub fn open(&self, name: &str, domain: D) -> Result<(), SessionError> {
        let number = self.shared.opened.fetch_add(1, Ordering::Relaxed);
        let options = Options { traced: self.shared.traced, seed: self.shared.seed ^ number };
        self.admit(name, domain, Session::new(Arc::clone(&self.shared.definition), options))
    }

    fn admit(&self, name: &str, domain: D, session: Session) -> Result<(), SessionError> {
        let name: Arc<str> = name.into();
        let Entry::Vacant(place) = self.shared.sessions.entry(Arc::clone(&name)) else {
            return Err(SessionError::Exists { session: name.to_string() });
        };
        let engine = self.shared.engine.open(Arc::clone(&name), domain);
        let slot = Slot::new(name, engine, session, Arc::downgrade(&self.shared));
        place.insert(Arc::clone(&slot));
        Turn::wake(slot);
        Ok(())
    }

    /// Takes a session out of the pool, after the step that it is at: what had not been handled is let go.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn close(&self, name: &str) -> Result<Engine<D, G, E>, SessionError> {
        let Some((_, slot)) = self.shared.sessions.remove(name) else { return Err(unknown(name)) };
        slot.leave(&self.shared);
        Ok(slot.engine.clone())
    }

    fn slot(&self, name: &str) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        self.shared.sessions.get(name).map(|slot| Arc::clone(&slot)).ok_or_else(|| unknown(name))
    }

    /// The engine of one session: its snapshot, its bus, its runs. After a run of one's own, [`nudge`](Self::nudge) it.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn engine(&self, name: &str) -> Result<Engine<D, G, E>, SessionError> {
        Ok(self.slot(name)?.engine.clone())
    }

    /// Has a worker look at a session: signals of a run of one's own wait on its bus, say.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn nudge(&self, name: &str) -> Result<(), SessionError> {
        Turn::wake(self.slot(name)?);
        Ok(())
    }

    /// Has a worker look at every session: after the interlock was reset, say.
    pub fn nudge_all(&self) {
        let all: Vec<_> = self.shared.sessions.iter().map(|slot| Arc::clone(&slot)).collect();
        all.into_iter().for_each(Turn::wake);
    }

    /// Keeps a session from going on, after the step that it is at.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn pause(&self, name: &str) -> Result<(), SessionError> {
        self.slot(name)?.look().session.control().pause();
        self.nudge(name)
    }

    /// Lets a session go on.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn resume(&self, name: &str) -> Result<(), SessionError> {
        self.slot(name)?.look().session.control().resume();
        self.nudge(name)
    }

    /// Ends a session: a run that awaits is dropped, which rolls it back; what its chain has committed is made good by the
    /// compensations.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn cancel(&self, name: &str, reason: &str) -> Result<(), SessionError> {
        self.slot(name)?.look().session.control().cancel(reason);
        self.nudge(name)
    }

    /// How a session stands.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn status(&self, name: &str) -> Result<Status, SessionError> {
        let slot = self.slot(name)?;
        let status = slot.look().status(self.interlock().as_deref());
        Ok(status)
    }

    /// The names of the innermost states that a session is in, in the order of the file.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn states(&self, name: &str) -> Result<Vec<String>, SessionError> {
        Ok(names(&self.shared.definition, &self.slot(name)?.look().session))
    }

    /// The trace of a session, as text; empty unless [`traced`](SessionsBuilder::traced) was asked for.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn trace(&self, name: &str) -> Result<crate::workflow::trace::Trace, SessionError> {
        Ok(self.slot(name)?.look().session.trace().clone())
    }

    /// What a session that has finished gives: the `result` of its final state.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn result(&self, name: &str) -> Result<Option<serde_json::Value>, SessionError> {
        Ok(self.slot(name)?.look().session.result().cloned())
    }

    /// What a session could not handle last, if anything.
    ///
    /// # Errors
    /// [`SessionError::Unknown`].
    pub fn trouble(&self, name: &str) -> Result<Option<String>, SessionError> {
        let slot = self.slot(name)?;
        let inner = slot.look();
        Ok(inner.broken.clone().or_else(|| inner.trouble.clone()))
    }

    /// Waits until a session is in a state of this name, at any depth.
    ///
    /// # Errors
    /// [`SessionError::NotInTime`] with where it is instead; at once where it is over and is not in that state.
    pub fn wait_for(&self, name: &str, state: &str, at_most: Duration) -> Result<(), SessionError> {
        let Some(awaited) = self.shared.definition.state_named(state) else {
            let known = self.shared.definition.states().iter().map(|state| state.name.as_str());
            let help = did_you_mean(state, known).map_or_else(String::new, |help| format!(": {help}"));
            return Err(SessionError::UnknownState { state: state.to_owned(), help });
        };
        let slot = self.slot(name)?;
        let begin = Instant::now();
        let end = begin.checked_add(at_most);
        loop {
            slot.watched.store(true, Ordering::Release);
            let mut watchers = self.shared.watchers.lock();
            {
                let inner = slot.look();
                if self.shared.definition.is_active(inner.session.configuration(), awaited) {
                    return Ok(());
                }
                let status = inner.status(self.interlock().as_deref());
                let is_late = end.is_some_and(|end| Instant::now() >= end);
                if is_late || !matches!(status, Status::Running | Status::Halted { .. }) {
                    return Err(SessionError::NotInTime {
                        session: name.to_owned(),
                        state: state.to_owned(),
                        waited: begin.elapsed(),
                        at: names(&self.shared.definition, &inner.session).join(", "),
                        status: format!("{status:?}").to_lowercase(),
                    });
                }
            }
            match end {
                Some(end) => {
                    self.shared.seen.wait_until(&mut watchers, end);
                }
                None => self.shared.seen.wait(&mut watchers),
            }
        }
    }

    /// Waits until no session has anything to do: no event, no step, no timer that is due. False where that takes longer.
    pub fn wait_until_idle(&self, at_most: Duration) -> bool {
        self.shared.rota.wait_until_idle(at_most)
    }

    /// Puts an event from outside on the bus of a session.
    ///
    /// # Errors
    /// [`SessionError::Emit`] where it has not the form of an event's name, no state has a use for it, or the bus is full;
    /// [`SessionError::Over`] where the session has ended.
    pub fn emit(&self, name: &str, event: &str) -> Result<(), SessionError> {
        let slot = self.slot(name)?;
        let refused = |source| SessionError::Emit { session: name.to_owned(), source };
        has_use(&self.shared.definition, event).map_err(refused)?;
        slot.engine.bus().emit(event).map_err(refused)?;
        Turn::wake(slot);
        Ok(())
    }

    /// How many sessions there are and how they stand. It looks at each: not for every second.
    #[must_use]
    pub fn census(&self) -> Census {
        let mut census = Census {
            handled: self.shared.handled.load(Ordering::Relaxed),
            troubles: self.shared.troubles.load(Ordering::Relaxed),
            ..Census::default()
        };
        let interlock = self.interlock();
        for slot in &self.shared.sessions {
            census.open += 1;
            let inner = slot.look();
            if inner.broken.is_some() {
                census.broken += 1;
                continue;
            }
            match inner.status(interlock.as_deref()) {
                Status::Running if inner.session.is_paused() => census.paused += 1,
                Status::Running => census.running += 1,
                Status::Halted { .. } => census.halted += 1,
                Status::Finished => census.finished += 1,
                Status::Aborted { .. } if inner.session.cancelled().is_some() => census.cancelled += 1,
                Status::Aborted { .. } => census.aborted += 1,
            }
        }
        census
    }

    fn interlock(&self) -> Option<String> {
        self.shared.engine.interlock().map(|interlock| interlock.to_string())
    }

    /// The names of the open sessions, in order.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.shared.sessions.iter().map(|slot| Arc::clone(slot.key())).collect();
        names.sort();
        names
    }
}

fn names(definition: &Definition, session: &Session) -> Vec<String> {
    let state = |id| definition.state(id).map(|state: &State| state.name.clone());
    session.configuration().leaves().iter().filter_map(|leaf| state(*leaf)).collect()
}

fn unknown(name: &str) -> SessionError {
    SessionError::Unknown { session: name.to_owned() }
}

impl<D: Context, G: Context, E> Drop for Sessions<D, G, E> {
    fn drop(&mut self) {
        self.crew.get_mut().end(&self.shared.rota, &self.shared.alarm);
        self.shared.rota.clear();
    }
}

impl<D: Context, G: Context, E> fmt::Debug for Sessions<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("open", &self.shared.sessions.len()).finish_non_exhaustive()
    }
}
