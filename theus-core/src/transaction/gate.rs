//! What the state of a session stands behind: a mutex, whose session it is while nobody holds that, and the line of those who
//! wait.

use std::sync::{Arc, OnceLock};

use super::line::Line;
use super::waits::Drivers;
use crate::panics::wake;
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, fence_after_unlock, next_number};

/// The gate of a session.
pub(super) struct Gate<S> {
    pub(super) mutex: Mutex<Behind<S>>,
    /// How many are in the line.
    pub(super) waiting: AtomicUsize,
    /// There from the moment when somebody waits.
    pub(super) line: OnceLock<Arc<Mutex<Line>>>,
    /// Who has the session under a lease; there from the first lease on.
    pub(super) drivers: OnceLock<Arc<Drivers>>,
    /// The engine, by which a nested hold is told from contention: a thread that holds one session of it waits for none.
    pub(super) engine: usize,
    /// Tells this session from every other one that there is or was.
    pub(super) number: u64,
}

/// What is behind the gate.
pub(super) struct Behind<S> {
    pub(super) state: S,
    pub(super) owner: Owner,
}

/// What is wanted beside those that have the session under a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// To hold it for a while: what it reads is committed, whatever they have drafted.
    Hold,
    /// A lease of its own.
    Lease,
}

/// Whose the session is while nobody holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Nobody,
    /// Of those whose leases it is under.
    Lease,
    /// Somebody's in the line who was woken.
    Promised,
}

/// The open gate. Whoever opened it and leaves calls [`Gate::relay`] afterwards.
pub(super) type Guard<'a, S> = MutexGuard<'a, Behind<S>>;

impl<S> Gate<S> {
    pub(super) fn new(engine: usize, state: S) -> Self {
        Self {
            mutex: Mutex::new(Behind { state, owner: Owner::Nobody }),
            waiting: AtomicUsize::new(0),
            line: OnceLock::new(),
            drivers: OnceLock::new(),
            engine,
            number: next_number(),
        }
    }

    /// Others have the session under a lease than before, or less of it.
    pub(super) fn reconsider(&self) {
        if let Some(line) = self.line.get() {
            line.lock().reconsider();
        }
    }

    /// Lets the next one in who waits in the line, or came there while the gate was shut.
    #[inline]
    pub(super) fn relay(&self) {
        fence_after_unlock();
        if self.waiting.load(Ordering::SeqCst) != 0 {
            self.wake_next();
        }
    }

    #[cold]
    #[inline(never)]
    fn wake_next(&self) {
        // Who holds it instead does the same afterwards, and so does the end of a lease.
        let Some(mut behind) = self.mutex.try_lock() else { return };
        let Some(line) = self.line.get() else { return };
        let mut line = line.lock();
        if behind.owner == Owner::Lease {
            // Somebody may have come to the line because the gate was shut, and may come in beside them.
            let next = line.looks_next();
            drop(behind);
            drop(line);
            next.into_iter().for_each(wake);
            return;
        }
        let next = line.promise_next();
        self.waiting.store(line.len(), Ordering::SeqCst);
        behind.owner = if next.is_some() { Owner::Promised } else { Owner::Nobody };
        // First the gate: who joins or leaves the line after this finds it open, and no one to do this in their place.
        drop(behind);
        drop(line);
        if let Some(next) = next {
            wake(next);
        }
    }
}
