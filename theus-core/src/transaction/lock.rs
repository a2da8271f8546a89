//! The lock of a session: held by a thread through one step, or given to one async run as its turn.
//!
//! A turn keeps every other run out from begin to commit without holding a mutex across an await.

use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::task::{Poll, Waker};

use crate::sync::{AtomicUsize, Condvar, Mutex, MutexGuard, Ordering, thread_mark};

const NOBODY: usize = 0;

/// Guards the state of one session.
pub(crate) struct SessionLock<S> {
    gate: Mutex<Gate<S>>,
    turn_over: Condvar,
    /// The mark of the thread that holds the gate: how a nested hold is told from contention.
    holder: AtomicUsize,
}

struct Gate<S> {
    state: S,
    turn_taken: bool,
    waiting: Vec<Waker>,
}

impl<S> Gate<S> {
    /// Has this waker woken when the turn is over. A future that is polled often while it waits is in the list once.
    fn wait(&mut self, waker: &Waker) {
        if !self.waiting.iter().any(|waiting| waiting.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
    }
}

/// The calling thread holds this session already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NestedHold;

/// The state, for as long as this thread holds it.
pub(crate) struct Held<'a, S> {
    gate: MutexGuard<'a, Gate<S>>,
    holder: &'a AtomicUsize,
}

/// The session to oneself, across awaits. Others wait until it is dropped; reading the committed state does not.
pub(crate) struct Turn<'a, S> {
    lock: &'a SessionLock<S>,
    /// What was put off until the turn is over.
    at_the_end: fn(&mut S),
}

impl<S> SessionLock<S> {
    pub(crate) fn new(state: S) -> Self {
        Self {
            gate: Mutex::new(Gate { state, turn_taken: false, waiting: Vec::new() }),
            turn_over: Condvar::new(),
            holder: AtomicUsize::new(NOBODY),
        }
    }

    /// Waits until no other thread holds the state and nobody has a turn.
    #[inline]
    pub(crate) fn hold(&self) -> Result<Held<'_, S>, NestedHold> {
        let mut gate = self.enter()?;
        if gate.turn_taken {
            self.wait_for_turn(&mut gate);
        }
        Ok(self.held(gate))
    }

    /// Waits for other threads only: for looking at the committed state while somebody has a turn.
    pub(crate) fn peek(&self) -> Result<Held<'_, S>, NestedHold> {
        let gate = self.enter()?;
        Ok(self.held(gate))
    }

    /// As [`hold`](Self::hold), but waits for a turn without blocking the thread.
    pub(crate) async fn hold_async(&self) -> Result<Held<'_, S>, NestedHold> {
        poll_fn(|task| match self.enter() {
            Err(nested) => Poll::Ready(Err(nested)),
            Ok(mut gate) if gate.turn_taken => {
                gate.wait(task.waker());
                Poll::Pending
            }
            Ok(gate) => Poll::Ready(Ok(self.held(gate))),
        })
        .await
    }

    /// Waits until nobody else has a turn, and takes it. `at_the_end` is done in the hold that ends it: whoever finds the
    /// turn taken, and so leaves something for later, can rely on it.
    pub(crate) async fn take_turn(&self, at_the_end: fn(&mut S)) -> Result<Turn<'_, S>, NestedHold> {
        poll_fn(|task| match self.enter() {
            Err(nested) => Poll::Ready(Err(nested)),
            Ok(mut gate) if gate.turn_taken => {
                gate.wait(task.waker());
                Poll::Pending
            }
            Ok(mut gate) => {
                gate.turn_taken = true;
                Poll::Ready(Ok(Turn { lock: self, at_the_end }))
            }
        })
        .await
    }

    #[inline]
    fn enter(&self) -> Result<MutexGuard<'_, Gate<S>>, NestedHold> {
        match self.gate.try_lock() {
            Some(gate) => Ok(gate),
            None => self.enter_contended(),
        }
    }

    #[cold]
    fn enter_contended(&self) -> Result<MutexGuard<'_, Gate<S>>, NestedHold> {
        // Only this thread can have stored its own mark, so what is read here is true for this thread.
        if self.holder.load(Ordering::Relaxed) == thread_mark() {
            return Err(NestedHold);
        }
        Ok(self.gate.lock())
    }

    #[inline]
    fn held<'a>(&'a self, gate: MutexGuard<'a, Gate<S>>) -> Held<'a, S> {
        self.holder.store(thread_mark(), Ordering::Relaxed);
        Held { gate, holder: &self.holder }
    }

    #[cold]
    fn wait_for_turn(&self, gate: &mut MutexGuard<'_, Gate<S>>) {
        while gate.turn_taken {
            self.turn_over.wait(gate);
        }
    }
}

impl<S> Turn<'_, S> {
    /// Holds the state, for the short while of a begin or a commit.
    pub(crate) fn hold(&self) -> Result<Held<'_, S>, NestedHold> {
        self.lock.peek()
    }
}

impl<S> Drop for Turn<'_, S> {
    fn drop(&mut self) {
        // A turn ends outside any hold of its own, so this cannot be nested.
        let mut held = self.lock.held(self.lock.gate.lock());
        (self.at_the_end)(&mut held);
        held.gate.turn_taken = false;
        let waiting = std::mem::take(&mut held.gate.waiting);
        drop(held);
        self.lock.turn_over.notify_all();
        for waker in waiting {
            waker.wake();
        }
    }
}

impl<S> Held<'_, S> {
    /// Whether somebody has a turn: the state is theirs to change.
    pub(crate) fn turn_is_taken(&self) -> bool {
        self.gate.turn_taken
    }
}

impl<S> Drop for Held<'_, S> {
    #[inline]
    fn drop(&mut self) {
        self.holder.store(NOBODY, Ordering::Relaxed);
    }
}

impl<S> Deref for Held<'_, S> {
    type Target = S;
    #[inline]
    fn deref(&self) -> &S {
        &self.gate.state
    }
}

impl<S> DerefMut for Held<'_, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S {
        &mut self.gate.state
    }
}
