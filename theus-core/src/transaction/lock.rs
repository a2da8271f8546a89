//! The lock of a session: held by a thread through one step, or given to one async run as its turn.
//!
//! A turn keeps every other run out from begin to commit without holding a mutex across an await.

use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::task::{Poll, Waker};

use crate::panics::wake_all;
use crate::sync::nesting::{Holding, holds, is_inside};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// Guards the state of one session.
pub(crate) struct SessionLock<S> {
    gate: Mutex<Gate<S>>,
    turn_over: Condvar,
    /// The engine, by which a nested hold is told from contention: a thread that holds one session of it waits for none.
    engine: usize,
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
    /// Dropped before the gate opens: until then this thread is known to hold the session.
    _holding: Holding,
    gate: MutexGuard<'a, Gate<S>>,
}

/// The session to oneself, across awaits. Others wait until it is dropped; reading the committed state does not.
pub(crate) struct Turn<'a, S> {
    lock: &'a SessionLock<S>,
    /// What was put off until the turn is over.
    at_the_end: fn(&mut S),
}

impl<S> SessionLock<S> {
    /// The lock of one session of an engine; `engine` is not 0, and no other one alive has it.
    pub(crate) fn new(engine: usize, state: S) -> Self {
        let gate = Gate { state, turn_taken: false, waiting: Vec::new() };
        Self { gate: Mutex::new(gate), turn_over: Condvar::new(), engine }
    }

    /// Waits until no other thread holds the state and nobody has a turn. Nobody waits inside a body of the same engine: it
    /// would wait for itself.
    #[inline]
    pub(crate) fn hold(&self) -> Result<Held<'_, S>, NestedHold> {
        let gate = match self.gate.try_lock() {
            Some(gate) if !gate.turn_taken => gate,
            other => self.wait_to_hold(other)?,
        };
        Ok(self.held(gate))
    }

    /// Waits for other threads only: for looking at the committed state while somebody has a turn.
    pub(crate) fn peek(&self) -> Result<Held<'_, S>, NestedHold> {
        let gate = self.enter()?;
        Ok(self.held(gate))
    }

    /// As [`hold`](Self::hold), but waits for a turn without blocking the thread.
    pub(crate) async fn hold_async(&self) -> Result<Held<'_, S>, NestedHold> {
        poll_fn(|task| match self.enter_from_outside() {
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
        poll_fn(|task| match self.enter_from_outside() {
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

    /// As [`enter`](Self::enter), for who would wait for a turn: a body whose own engine has it would wait for itself.
    fn enter_from_outside(&self) -> Result<MutexGuard<'_, Gate<S>>, NestedHold> {
        if is_inside(self.engine) { Err(NestedHold) } else { self.enter() }
    }

    fn enter(&self) -> Result<MutexGuard<'_, Gate<S>>, NestedHold> {
        match self.gate.try_lock() {
            Some(gate) => Ok(gate),
            None if holds(self.engine) => Err(NestedHold),
            None => Ok(self.gate.lock()),
        }
    }

    #[inline]
    fn held<'a>(&self, gate: MutexGuard<'a, Gate<S>>) -> Held<'a, S> {
        Held { _holding: Holding::enter(self.engine), gate }
    }

    #[cold]
    #[inline(never)]
    fn wait_to_hold<'a>(
        &'a self,
        gate: Option<MutexGuard<'a, Gate<S>>>,
    ) -> Result<MutexGuard<'a, Gate<S>>, NestedHold> {
        if is_inside(self.engine) {
            return Err(NestedHold);
        }
        let mut gate = gate.unwrap_or_else(|| self.gate.lock());
        while gate.turn_taken {
            self.turn_over.wait(&mut gate);
        }
        Ok(gate)
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
        wake_all(waiting);
    }
}

impl<S> Held<'_, S> {
    /// Whether somebody has a turn: the state is theirs to change.
    pub(crate) fn turn_is_taken(&self) -> bool {
        self.gate.turn_taken
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
