//! What a pool can be asked about its sessions.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::awaited::{Ticket, Unpark};
use super::channel::{EntryChannel, SessionWatch, TraceSubscription};
use super::error::SessionError;
use super::handle::Sessions;
use super::inner::Inner;
use super::slot::{Slot, must_not_wait};
use super::status::{Census, SessionStatus};
use crate::context::Context;
use crate::engine::Engine;
use crate::source::did_you_mean;
use crate::workflow::chart::{Definition, State, StateId};
use crate::workflow::interpreter::{Cycle, Environment, Interpreter, Position};
use crate::workflow::trace::Trace;

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// How a session stands.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn status(&self, name: &str) -> Result<SessionStatus, SessionError> {
        let (slot, interlock) = (self.shared.reach(name)?, self.shared.interlock());
        let status = slot.look()?.status(interlock.as_deref());
        Ok(status)
    }

    /// The names of the innermost states that a session is in, in the order of the file.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn states(&self, name: &str) -> Result<Vec<String>, SessionError> {
        Ok(names(&self.shared.definition, &self.shared.reach(name)?.look()?.session))
    }

    /// The trace of a session; empty unless [`traced`](super::SessionsBuilder::traced) was asked for.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn trace(&self, name: &str) -> Result<Trace, SessionError> {
        Ok(self.shared.reach(name)?.look()?.session.trace().clone())
    }

    /// How the cycles (`every`) of a session keep their time: how often, how late, how many were missed.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn cycles(&self, name: &str) -> Result<Vec<Cycle>, SessionError> {
        Ok(self.shared.reach(name)?.look()?.session.cycles())
    }

    /// What a session that has finished gives: the `result` of its final state.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn result(&self, name: &str) -> Result<Option<serde_json::Value>, SessionError> {
        Ok(self.shared.reach(name)?.look()?.session.result().cloned())
    }

    /// What a session could not handle last, if anything.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn trouble(&self, name: &str) -> Result<Option<String>, SessionError> {
        Ok(self.shared.reach(name)?.look()?.trouble.as_deref().map(str::to_owned))
    }

    /// Where a session is, to be stored, between two of its steps. With the domain of its [engine](Self::engine), it is what
    /// [`restore`](Self::restore) needs; the events that wait on its bus are not part of it. A session that is not held up may
    /// make its next step before its domain is looked at: [`pause`](Self::pause) it first, or [shut down](Self::shut_down).
    ///
    /// # Errors
    /// [`SessionError::UnderWay`] where it is paused and the run that was under way is not over yet; [`SessionError::Unknown`];
    /// [`SessionError::Nested`].
    pub fn position(&self, name: &str) -> Result<Position, SessionError> {
        let (slot, shared) = (self.shared.reach(name)?, &self.shared);
        let mut inner = slot.look()?;
        let environment = Environment::new(&slot.engine, &shared.keeper);
        slot.listen(&mut inner, &environment);
        if let Some(process) = inner.session.under_way() {
            if shared.is_shut.load(Ordering::Acquire) {
                // Nobody drives it any more.
                inner.session.interrupt(&environment);
            } else if inner.session.is_paused() && !shared.is_stepped {
                return Err(SessionError::UnderWay { session: name.to_owned(), process });
            }
        }
        Ok(inner.session.position(&shared.keeper))
    }

    /// What a session does from now on, as it happens. At most `capacity` entries wait for whoever looks on.
    ///
    /// # Errors
    /// [`SessionError::Unknown`]; [`SessionError::Nested`].
    pub fn watch(&self, name: &str, capacity: usize) -> Result<SessionWatch, SessionError> {
        let (slot, watch) = (self.shared.reach(name)?, SessionWatch::new(capacity));
        let mut inner = slot.look()?;
        let subscription = match inner.subscription.take() {
            Some(subscription) => subscription,
            None => TraceSubscription::on(inner.session.trace_mut()),
        };
        inner.subscription.insert(subscription).add(watch.channel());
        Ok(watch)
    }

    /// What all sessions do from now on, as it happens, those included that are opened later.
    #[must_use]
    pub fn watch_all(&self, capacity: usize) -> SessionWatch {
        let watch = SessionWatch::new(capacity);
        let mut channels = self.shared.channels.lock();
        channels.retain(EntryChannel::is_watched);
        channels.push(watch.channel());
        self.shared.is_watched.store(true, Ordering::Release);
        watch
    }

    /// How many sessions there are and how they stand, and how many are in each state. It is counted now, and nothing is kept for it: each
    /// session is looked at, between two of its steps and without any other being held up meanwhile, so that they are not of one moment.
    /// Not for every second of very many. From inside a process, those that are being
    /// driven count as running.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { cmd_open: bool }
    /// # let engine = Engine::builder(Door::default()).build()?;
    /// # let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { final: true } }";
    /// let doors = Sessions::of_text(&engine, "door.yaml", flow)?.stepped(1).start()?;
    /// for name in ["front", "back", "side"] {
    ///     doors.open(name, Door::default())?;
    /// }
    /// doors.emit("back", "CMD_OPEN")?;
    /// doors.step_until_idle(100);
    /// let census = doors.census();
    /// assert_eq!((census.running, census.finished), (2, 1));
    /// assert_eq!((census.by_state["CLOSED"], census.by_state["OPEN"]), (2, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn census(&self) -> Census {
        let mut census = Census {
            handled: self.shared.handled.get(),
            troubles: self.shared.troubles.get(),
            discarded: self.shared.discarded.get(),
            ..Census::default()
        };
        let (interlock, definition) = (self.shared.interlock(), &self.shared.definition);
        let mut in_states: BTreeMap<StateId, usize> = BTreeMap::new();
        for slot in self.shared.all() {
            census.waiting += slot.engine.bus().len() as u64;
            let status = slot.look().map(|inner| {
                for leaf in inner.session.configuration().leaves() {
                    *in_states.entry(*leaf).or_default() += 1;
                }
                inner.status(interlock.as_deref())
            });
            census.count(&status.unwrap_or(SessionStatus::Running));
        }
        for (state, sessions) in in_states {
            if let Some(state) = definition.state(state) {
                *census.by_state.entry(state.name.clone()).or_default() += sessions;
            }
        }
        census
    }

    /// The engine that the pool stands on: its processes, rules, ledger and interlock are those of all sessions. Its own session is none of
    /// the pool's.
    #[must_use]
    pub fn pool_engine(&self) -> &Engine<D, G, E> {
        &self.shared.engine
    }

    /// Whether the pool is [shut down](Self::shut_down), or about to be: nothing new begins.
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        self.shared.is_closing()
    }

    /// Whether the pool is [shut down](Self::shut_down): nothing is done any more, and who waits for an answer waits in vain.
    #[must_use]
    pub fn is_shut_down(&self) -> bool {
        self.shared.is_shut.load(Ordering::Acquire)
    }

    /// The names of the open sessions, in order.
    #[must_use]
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.shared.sessions.iter().map(|slot| Arc::clone(slot.key())).collect();
        names.sort();
        names
    }

    /// Waits until no session has anything to do at once: no event, no step, no timer that is due. A step that awaits something, or a
    /// session that somebody else holds, is not waited for: [`wait_for`](Self::wait_for) the state that it leads to. False where it takes
    /// longer, and from inside a process, whose session always has something to do.
    pub fn wait_until_idle(&self, at_most: Duration) -> bool {
        !must_not_wait() && self.shared.run_queue.wait_until_idle(at_most)
    }

    /// Waits until a session is in a state of this name, at any depth. No state is passed unseen: it is enough that the
    /// session was there at the end of some step. Where the sessions are [`stepped`](super::SessionsBuilder::stepped), it
    /// steps meanwhile.
    ///
    /// # Errors
    /// [`SessionError::NotInTime`] with where it is instead; at once where it is over and is not in that state.
    pub fn wait_for(&self, name: &str, state: &str, at_most: Duration) -> Result<(), SessionError> {
        let begin = Instant::now();
        let end = begin.checked_add(at_most);
        let mut waits = self.waits(name, state)?;
        if must_not_wait() && !waits.ticket.is_reached() {
            return Err(SessionError::Nested { session: name.to_owned() });
        }
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        loop {
            if let Poll::Ready(answer) = self.poll_state(&mut waits, &waker) {
                return answer;
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let is_stuck = self.shared.is_stepped && !self.step() && !self.wait_for_what_is_real(None);
            if is_stuck || left.is_some_and(|left| left.is_zero()) {
                return Err(self.not_in_time(&waits, begin.elapsed()));
            }
            match left {
                _ if self.shared.is_stepped => {}
                Some(left) => std::thread::park_timeout(left),
                None => std::thread::park(),
            }
        }
    }

    /// As [`wait_for`](Self::wait_for), without blocking a thread, and without an end of its own.
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for), where the session is over and is not in that state.
    pub async fn wait_for_async(&self, name: &str, state: &str) -> Result<(), SessionError> {
        let mut waits = self.waits(name, state)?;
        poll_fn(|task| self.poll_state(&mut waits, task.waker())).await
    }

    fn waits(&self, name: &str, state: &str) -> Result<Waits<D, G, E>, SessionError> {
        self.waits_in(name, self.state(state)?)
    }

    fn waits_in(&self, name: &str, state: StateId) -> Result<Waits<D, G, E>, SessionError> {
        let slot = self.shared.reach(name)?;
        let ticket = {
            let mut inner = slot.look()?;
            let Inner { session, awaited, .. } = &mut *inner;
            awaited.add(state, session)
        };
        Ok(Waits { slot, state, ticket })
    }

    /// The state of this name.
    pub(super) fn state(&self, state: &str) -> Result<StateId, SessionError> {
        let definition = &self.shared.definition;
        definition.state_named(state).ok_or_else(|| {
            let known = definition.states().iter().map(|state| state.name.as_str());
            let help = did_you_mean(state, known).map_or_else(String::new, |help| format!(": {help}"));
            SessionError::UnknownState { state: state.to_owned(), help }
        })
    }

    fn poll_state(&self, waits: &mut Waits<D, G, E>, waker: &Waker) -> Poll<Result<(), SessionError>> {
        #[cfg(feature = "store")]
        if waits.slot.is_elsewhere.load(Ordering::Acquire) && !waits.ticket.is_reached() {
            // It goes on without this slot: it is waited for where it is read again; where another program has it, that is the answer.
            *waits = self.waits_in(&Arc::clone(&waits.slot.name), waits.state)?;
        }
        let Waits { slot, ticket, .. } = waits;
        ticket.wakes(waker);
        if ticket.is_reached() {
            return Poll::Ready(Ok(()));
        }
        #[cfg(feature = "store")]
        if slot.is_elsewhere.load(Ordering::Acquire) {
            // Given up meanwhile: whoever waited by then has been woken, and this one may have come too late for it.
            waker.wake_by_ref();
            return Poll::Pending;
        }
        if !slot.is_over.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        // It may have come there with its last step.
        let reached = ticket.is_reached();
        Poll::Ready(if reached { Ok(()) } else { Err(self.not_in_time(waits, Duration::ZERO)) })
    }

    fn not_in_time(&self, waits: &Waits<D, G, E>, waited: Duration) -> SessionError {
        let (definition, session) = (&self.shared.definition, waits.slot.name.to_string());
        if waits.slot.is_closed() {
            return SessionError::Unknown { session };
        }
        let state = definition.state(waits.state).map(|state| state.name.clone()).unwrap_or_default();
        match waits.slot.look() {
            Err(nested) => nested,
            Ok(inner) => SessionError::NotInTime {
                session,
                state,
                waited,
                at: names(definition, &inner.session).join(", "),
                status: inner.status(self.shared.interlock().as_deref()).to_string(),
            },
        }
    }
}

/// One who waits for a state.
struct Waits<D: Context, G: Context, E> {
    slot: Arc<Slot<D, G, E>>,
    state: StateId,
    ticket: Arc<Ticket>,
}

pub(super) fn names(definition: &Definition, session: &Interpreter) -> Vec<String> {
    let state = |id| definition.state(id).map(|state: &State| state.name.clone());
    session.configuration().leaves().iter().filter_map(|leaf| state(*leaf)).collect()
}
