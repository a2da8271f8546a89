//! Those who wait for a session to come to a state.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Wake, Waker};
use std::thread::Thread;

use parking_lot::Mutex;

use super::panicked::message_of;
use crate::panics::drop_caught;
use crate::workflow::chart::StateId;
use crate::workflow::interpreter::Interpreter;

/// What one who waits holds; dropped, it waits no longer.
#[derive(Default)]
pub(super) struct Ticket {
    reached: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Ticket {
    pub(super) fn is_reached(&self) -> bool {
        self.reached.load(Ordering::Acquire)
    }

    pub(super) fn wakes(&self, waker: &Waker) {
        // Wakers are an executor's code: they are copied and dropped with no lock held.
        let waker = Some(waker.clone());
        let replaced = std::mem::replace(&mut *self.waker.lock(), waker);
        drop_caught(replaced);
    }
}

/// Those who wait, as the session knows them: it looks after each step, so that no state is passed unseen.
#[derive(Default)]
#[allow(clippy::box_collection, reason = "a word where there is none, as for nearly all of very many sessions")]
pub(super) struct Awaited(Option<Box<Vec<Waiting>>>);

type Waiting = (StateId, Who);

/// Who waits.
enum Who {
    /// For this session.
    One(Weak<Ticket>),
    /// For the first of several, of which this session is one.
    First(Weak<First>),
}

impl Who {
    fn waits(&self) -> bool {
        match self {
            Self::One(ticket) => ticket.strong_count() > 0,
            Self::First(first) => first.strong_count() > 0,
        }
    }
}

/// What one who waits for the first of several sessions holds; dropped, he waits no longer.
pub(super) struct First {
    found: OnceLock<(Arc<str>, StateId)>,
    /// How many of the sessions may still come there; none where more may come.
    left: Option<AtomicUsize>,
    waker: Mutex<Option<Waker>>,
}

impl First {
    /// Of so many sessions.
    pub(super) fn of(sessions: usize) -> Self {
        Self { left: Some(AtomicUsize::new(sessions)), ..Self::of_all() }
    }

    /// Of all, whoever comes.
    pub(super) fn of_all() -> Self {
        Self { found: OnceLock::new(), left: None, waker: Mutex::default() }
    }

    pub(super) fn found(&self) -> Option<(Arc<str>, StateId)> {
        self.found.get().cloned()
    }

    /// Whether none of the sessions can come there any more.
    pub(super) fn are_over(&self) -> bool {
        self.left.as_ref().is_some_and(|left| left.load(Ordering::Acquire) == 0)
    }

    pub(super) fn wakes(&self, waker: &Waker) {
        // As of a ticket.
        let waker = Some(waker.clone());
        let replaced = std::mem::replace(&mut *self.waker.lock(), waker);
        drop_caught(replaced);
    }

    /// The session is there: whom to wake.
    fn is_reached_by(&self, session: &Arc<str>, state: StateId) -> Option<Waker> {
        let _ = self.found.set((Arc::clone(session), state));
        self.waker.lock().take()
    }

    /// One of the sessions is over, or goes on elsewhere: whom to wake, who looks which of both it is.
    fn is_left_by_one(&self) -> Option<Waker> {
        self.left.as_ref()?.fetch_sub(1, Ordering::AcqRel);
        self.waker.lock().take()
    }
}

impl Awaited {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// One who waits for a state. Whoever comes when the session is there is told at once, and nobody else is looked at.
    pub(super) fn add(&mut self, state: StateId, session: &Interpreter) -> Arc<Ticket> {
        let ticket = Arc::new(Ticket::default());
        if session.is_in(state) {
            ticket.reached.store(true, Ordering::Release);
            return ticket;
        }
        let waiting = self.0.get_or_insert_default();
        // Those who gave up are let go of before the list grows: so it costs each who comes the same, however many wait.
        if waiting.len() == waiting.capacity() {
            waiting.retain(|(_, who)| who.waits());
            waiting.reserve(waiting.len().max(4));
        }
        waiting.push((state, Who::One(Arc::downgrade(&ticket))));
        ticket
    }

    /// One who waits for the first of several sessions, this one of them: whom to wake, as it is there already, or over.
    pub(super) fn add_first(
        &mut self,
        (first, states): (&Arc<First>, &[StateId]),
        name: &Arc<str>,
        session: &Interpreter,
        is_over: bool,
    ) -> Option<Waker> {
        if let Some(state) = states.iter().find(|state| session.is_in(**state)) {
            return first.is_reached_by(name, *state);
        }
        if is_over || states.is_empty() {
            return first.is_left_by_one();
        }
        let waiting = self.0.get_or_insert_default();
        waiting.retain(|(_, who)| who.waits());
        waiting.extend(states.iter().map(|state| (*state, Who::First(Arc::downgrade(first)))));
        None
    }

    /// Whether anybody waits for this session, or for the first of some of which it is one: not of all.
    #[cfg(feature = "store")]
    pub(super) fn holds(&self) -> bool {
        let holds = |who: &Who| match who {
            Who::One(ticket) => ticket.strong_count() > 0,
            Who::First(first) => first.upgrade().is_some_and(|first| first.left.is_some()),
        };
        self.0.as_ref().is_some_and(|waiting| waiting.iter().any(|(_, who)| holds(who)))
    }

    /// Whom to wake, now that the session is where it is, or that it is over.
    pub(super) fn look(&mut self, session: &Interpreter, name: &Arc<str>, is_over: bool) -> Vec<Waker> {
        let mut woken = Vec::new();
        let Some(waiting) = &mut self.0 else { return woken };
        // Those who wait for the first of several are told once that this one is over, whatever states they wait for.
        let mut left: Vec<Arc<First>> = Vec::new();
        waiting.retain(|(state, who)| {
            let reached = session.is_in(*state);
            match who {
                Who::One(ticket) => {
                    let Some(ticket) = ticket.upgrade() else { return false };
                    if reached {
                        ticket.reached.store(true, Ordering::Release);
                    }
                    if reached || is_over {
                        woken.extend(ticket.waker.lock().take());
                    }
                }
                Who::First(first) => {
                    let Some(first) = first.upgrade() else { return false };
                    if reached {
                        woken.extend(first.is_reached_by(name, *state));
                    }
                    if is_over && !left.iter().any(|other| Arc::ptr_eq(other, &first)) {
                        left.push(first);
                    }
                }
            }
            !(reached || is_over)
        });
        if waiting.is_empty() {
            self.0 = None;
        }
        woken.extend(left.iter().filter_map(|first| first.is_left_by_one()));
        woken
    }
}

/// Wakes all of them, though one of them panics: how many have.
#[inline]
pub(super) fn wake_all(woken: Vec<Waker>) -> usize {
    if woken.is_empty() { 0 } else { wake_each(woken) }
}

#[cold]
#[inline(never)]
fn wake_each(woken: Vec<Waker>) -> usize {
    let panics = |waker: Waker| catch_unwind(AssertUnwindSafe(|| waker.wake())).map_err(message_of).is_err();
    woken.into_iter().map(panics).filter(|panicked| *panicked).count()
}

/// Wakes a thread that is parked.
pub(super) struct Unpark(pub(super) Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
