//! Those who wait for a session to come to a state.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
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

type Waiting = (StateId, Weak<Ticket>);

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
            waiting.retain(|(_, ticket)| ticket.strong_count() > 0);
            waiting.reserve(waiting.len().max(4));
        }
        waiting.push((state, Arc::downgrade(&ticket)));
        ticket
    }

    /// Whom to wake, now that the session is where it is, or that it is over.
    pub(super) fn look(&mut self, session: &Interpreter, is_over: bool) -> Vec<Waker> {
        let mut woken = Vec::new();
        let Some(waiting) = &mut self.0 else { return woken };
        waiting.retain(|(state, ticket)| {
            let Some(ticket) = ticket.upgrade() else { return false };
            let reached = session.is_in(*state);
            if reached {
                ticket.reached.store(true, Ordering::Release);
            }
            if reached || is_over {
                woken.extend(ticket.waker.lock().take());
            }
            !(reached || is_over)
        });
        if waiting.is_empty() {
            self.0 = None;
        }
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
