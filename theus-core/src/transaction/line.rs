//! Those who wait for a session, in the order in which they came.
//!
//! One is woken at a time, and the session is promised to it: nobody else comes between. A task may be alive and yet not
//! polled (the other arm of a `select!` runs), so a promise to a task holds for a while only, if somebody waits behind it.

use std::collections::BTreeMap;
use std::mem::replace;
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use crate::panics::{caught, drop_caught, wake};
use crate::sync::Mutex;
use crate::sync::timer::Timer;

/// How long a session is kept free for a task that was woken, where others wait.
pub(super) const LEASE: Duration = Duration::from_millis(20);

/// Somebody in the line.
pub(super) struct Waiter {
    pub(super) waker: Waker,
    /// Whether it is a task, which may not be polled; a thread that was woken comes.
    pub(super) is_task: bool,
}

/// The session is free for one of them.
struct Promise {
    ticket: u64,
    waker: Waker,
    until: Option<Instant>,
    /// It has come since, and found the gate shut for a moment: it is not woken by itself again.
    has_answered: bool,
    /// Promises it to who is next when the time is over.
    lapse: Option<Timer>,
}

/// The line of a session.
pub(super) struct Line {
    this: Weak<Mutex<Self>>,
    /// In the order of their tickets.
    waiters: BTreeMap<u64, Waiter>,
    promise: Option<Promise>,
    last: u64,
    /// How many got the session out of the line: it goes on.
    served: u64,
    /// Whether the first of them has seen that it may not come in beside those that have the session under a lease, as they are now.
    is_judged: bool,
}

impl Line {
    pub(super) fn new() -> Arc<Mutex<Self>> {
        Arc::new_cyclic(|this| {
            Mutex::new(Self {
                this: Weak::clone(this),
                waiters: BTreeMap::new(),
                promise: None,
                last: 0,
                served: 0,
                is_judged: false,
            })
        })
    }

    /// Takes a place at the end of the line, or keeps the one it has.
    pub(super) fn join(&mut self, ticket: &mut Option<u64>, waiter: Waiter) -> Left {
        let ticket = *ticket.get_or_insert_with(|| {
            self.last += 1;
            self.last
        });
        let before = match &mut self.promise {
            Some(promise) if promise.ticket == ticket => {
                promise.has_answered = true;
                Some(replace(&mut promise.waker, waiter.waker))
            }
            _ => self.waiters.insert(ticket, waiter).map(|before| before.waker),
        };
        // The gate was shut for it, or it has only now come here: nobody has said that it may not come in.
        self.is_judged &= !self.is_first(ticket);
        self.watch();
        Left { _wakers: before.into_iter().collect(), _timer: None }
    }

    /// Leaves the line. What was promised to it is free again.
    pub(super) fn leave(&mut self, ticket: u64, is_served: bool) -> Left {
        self.served += u64::from(is_served);
        self.is_judged &= !self.is_first(ticket);
        let left = self.waiters.remove(&ticket);
        let mut wakers: Vec<Waker> = left.map(|waiter| waiter.waker).into_iter().collect();
        let promise = self.promise.take_if(|promise| promise.ticket == ticket);
        let timer = promise.and_then(|promise| {
            wakers.push(promise.waker);
            promise.lapse
        });
        Left { _wakers: wakers, _timer: timer }
    }

    /// Whether the session, which is kept for somebody, is free for this one: also where that one did not come in time.
    pub(super) fn opens_for(&mut self, ticket: Option<u64>, lapsed: &mut Option<Left>) -> bool {
        match &self.promise {
            None => true,
            Some(promise) if Some(promise.ticket) == ticket => true,
            Some(promise) if promise.until.is_some_and(|until| until <= Instant::now()) => {
                *lapsed = self.promise.take().map(|promise| self.lapse(promise));
                true
            }
            Some(_) => false,
        }
    }

    /// The session goes to somebody else. One who has not been polled since it was woken comes back by itself, if ever.
    fn lapse(&mut self, promise: Promise) -> Left {
        let Promise { ticket, waker, has_answered, lapse, .. } = promise;
        let waker = if has_answered {
            self.waiters.insert(ticket, Waiter { waker, is_task: true }).map(|before| before.waker)
        } else {
            Some(waker)
        };
        Left { _wakers: waker.into_iter().collect(), _timer: lapse }
    }

    /// Promises the session to the first in the line, who is to be woken. One to whom it was promised is woken again.
    pub(super) fn promise_next(&mut self) -> Option<Waker> {
        if self.promise.is_none() {
            let (ticket, Waiter { waker, is_task }) = self.waiters.pop_first()?;
            self.is_judged = false;
            let until = is_task.then(|| Instant::now() + LEASE);
            self.promise = Some(Promise { ticket, waker, until, has_answered: false, lapse: None });
            self.watch();
        }
        self.promise.as_ref().map(|promise| copy(&promise.waker))
    }

    /// Has the session promised to who is next when this promise is over.
    fn watch(&mut self) {
        if let Some(Promise { ticket, until: Some(until), lapse: lapse @ None, .. }) = &mut self.promise
            && !self.waiters.is_empty()
        {
            let lapses = Waker::from(Arc::new(Lapse { line: Weak::clone(&self.this), ticket: *ticket }));
            *lapse = Timer::wake_at(*until, lapses);
        }
    }

    /// Whether nobody is before this one.
    pub(super) fn is_first(&self, ticket: u64) -> bool {
        self.promise.is_none() && self.waiters.first_key_value().is_some_and(|(first, _)| *first == ticket)
    }

    /// The first has looked, and may not come in beside those that have the session under a lease.
    pub(super) const fn judged(&mut self) {
        self.is_judged = true;
    }

    /// Others have it under a lease than before, or less of it: the first may come in now.
    pub(super) const fn reconsider(&mut self) {
        self.is_judged = false;
    }

    /// The first, who is to look whether it may come in beside those that have the session under a lease.
    pub(super) fn looks_next(&mut self) -> Option<Waker> {
        if std::mem::replace(&mut self.is_judged, true) || self.promise.is_some() {
            return None;
        }
        self.waiters.first_key_value().map(|(_, waiter)| copy(&waiter.waker))
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiters.len() + usize::from(self.promise.is_some())
    }

    /// How many got the session out of the line.
    pub(super) const fn served(&self) -> u64 {
        self.served
    }
}

/// A waker is an executor's code; one that cannot be copied is nobody's.
fn copy(waker: &Waker) -> Waker {
    caught(|| waker.clone()).unwrap_or_else(|_| Waker::noop().clone())
}

/// What is to be dropped outside of every lock: wakers are code of executors.
#[derive(Default)]
pub(super) struct Left {
    _wakers: Vec<Waker>,
    _timer: Option<Timer>,
}

/// The time of a promise is over: the session, which is still nobody's, is promised to the next.
struct Lapse {
    line: Weak<Mutex<Line>>,
    ticket: u64,
}

impl Wake for Lapse {
    fn wake(self: Arc<Self>) {
        let Some(line) = self.line.upgrade() else { return };
        let mut line = line.lock();
        let Some(promise) = line.promise.take_if(|promise| promise.ticket == self.ticket) else { return };
        let left = line.lapse(promise);
        let next = line.promise_next();
        drop(line);
        drop_caught(left);
        if let Some(next) = next {
            wake(next);
        }
    }
}
