//! Those who wait for a session to come to a state.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};
use std::thread::Thread;

use parking_lot::Mutex;

use crate::workflow::chart::{Configuration, Definition, StateId};

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
        self.waker.lock().clone_from(&Some(waker.clone()));
    }
}

/// Those who wait, as the session knows them: it looks after each step, so that no state is passed unseen.
#[derive(Default)]
pub(super) struct Awaited(Vec<(StateId, Weak<Ticket>)>);

impl Awaited {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, state: StateId) -> Arc<Ticket> {
        let ticket = Arc::new(Ticket::default());
        self.0.retain(|(_, ticket)| ticket.strong_count() > 0);
        self.0.push((state, Arc::downgrade(&ticket)));
        ticket
    }

    /// Whom to wake, now that these states are active, or that the session is over.
    pub(super) fn look(&mut self, definition: &Definition, at: &Configuration, is_over: bool) -> Vec<Waker> {
        let mut woken = Vec::new();
        self.0.retain(|(state, ticket)| {
            let Some(ticket) = ticket.upgrade() else { return false };
            let reached = definition.is_active(at, *state);
            if reached {
                ticket.reached.store(true, Ordering::Release);
            }
            if reached || is_over {
                woken.extend(ticket.waker.lock().take());
            }
            !(reached || is_over)
        });
        if self.0.is_empty() {
            self.0 = Vec::new();
        }
        woken
    }
}

/// Wakes a thread that is parked.
pub(super) struct Unpark(pub(super) Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
