//! The lock of a session: held by a thread through one step, or given to one async run under its lease.
//!
//! A lease keeps every other run out from begin to commit without holding a mutex across an await. Threads wait for the mutex
//! as for any other; tasks, and all who wait for a lease, wait in a line. A run whose contract conflicts with none of those that have the
//! session under a lease comes in beside them, unless somebody waits already.

use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::gate::{Gate, Guard, Owner, Wants};
use super::patience::{NotHeld, Request};
use super::waiter::Waiter;
use super::waits::Drivers;
use crate::process::Contract;
use crate::sync::nesting::{Holding, is_inside};
use crate::sync::next_number;

/// Guards the state of one session.
pub(crate) struct SessionLock<S> {
    gate: Gate<S>,
}

/// The state, for as long as this thread holds it.
pub(crate) struct Held<'a, S> {
    /// Dropped before the gate opens: until then this thread is known to hold the session.
    holding: Holding,
    behind: Guard<'a, S>,
    /// Dropped after the gate was opened.
    relay: Relay<'a, S>,
}

/// Lets the next one in who waits.
struct Relay<'a, S>(&'a Gate<S>);

/// The session to oneself, across awaits. Others wait until it is dropped; reading the committed state does not.
pub(crate) struct Lease<'a, S> {
    lock: &'a SessionLock<S>,
    drivers: &'a Drivers,
    /// By which it is told from others.
    number: u64,
    /// What was put off until the lease is over.
    at_the_end: fn(&mut S),
}

impl<S> SessionLock<S> {
    /// The lock of one session of an engine; `engine` is not 0, and no other one alive has it.
    pub(crate) fn new(engine: usize, state: S) -> Self {
        Self { gate: Gate::new(engine, state) }
    }

    /// Waits until no other thread holds the state and nobody has a lease. Nobody waits inside a body of the same engine: it
    /// would wait for itself.
    #[inline]
    pub(crate) fn hold<'r>(&self, request: impl FnOnce() -> Request<'r>) -> Result<Held<'_, S>, NotHeld> {
        match self.gate.mutex.try_lock() {
            Some(behind) if behind.owner == Owner::Nobody => Ok(self.held(behind)),
            other => self.wait_to_hold(other, request()),
        }
    }

    /// As [`hold`](Self::hold), and waits for nobody.
    #[inline(always)]
    pub(crate) fn try_hold(&self) -> Option<Held<'_, S>> {
        let behind = self.gate.mutex.try_lock()?;
        if behind.owner == Owner::Nobody {
            return Some(self.held(behind));
        }
        self.leave(behind);
        None
    }

    #[cold]
    #[inline(never)]
    fn leave<'a>(&'a self, behind: Guard<'a, S>) {
        drop(self.held(behind));
    }

    /// Waits for other threads only, not for the end of a lease: for a look at the committed state, and for what its lease itself
    /// begins and commits.
    #[inline]
    pub(crate) fn hold_beside_lease<'r>(&self, request: impl FnOnce() -> Request<'r>) -> Result<Held<'_, S>, NotHeld> {
        match self.gate.mutex.try_lock() {
            Some(behind) => Ok(self.held(behind)),
            None => self.wait_for_threads(request()),
        }
    }

    /// As [`hold_beside_lease`](Self::hold_beside_lease), and waits for nobody.
    pub(crate) fn try_hold_beside_lease(&self) -> Option<Held<'_, S>> {
        self.gate.mutex.try_lock().map(|behind| self.held(behind))
    }

    /// As [`hold`](Self::hold), without blocking the thread.
    pub(crate) async fn hold_async(&self, request: Request<'_>) -> Result<Held<'_, S>, NotHeld> {
        let mut waiter = Waiter::new(&self.gate, request, Wants::Hold);
        poll_fn(|task| self.poll(&mut waiter, task).map_ok(|behind| self.held(behind))).await
    }

    /// Waits until the session is nobody's, and takes it under a lease. `at_the_end` is done in the hold that ends it: whoever
    /// finds the lease taken, and so leaves something for later, can rely on it.
    pub(crate) async fn take_lease(
        &self,
        request: Request<'_>,
        at_the_end: fn(&mut S),
    ) -> Result<Lease<'_, S>, NotHeld> {
        let process = request.process;
        let mut waiter = Waiter::new(&self.gate, request, Wants::Lease);
        poll_fn(|task| {
            self.poll(&mut waiter, task).map_ok(|mut behind| {
                let drivers = self.gate.drivers.get_or_init(Arc::default);
                let number = next_number();
                drivers.begin(number, process);
                behind.owner = Owner::Lease;
                Lease { lock: self, drivers, number, at_the_end }
            })
        })
        .await
    }

    #[inline(always)]
    fn held<'a>(&'a self, behind: Guard<'a, S>) -> Held<'a, S> {
        Held { holding: Holding::enter(self.gate.engine, self.gate.number), behind, relay: Relay(&self.gate) }
    }

    /// Through the gate, once the session is nobody's or this waiter's. A task waits in the line.
    fn poll<'a>(
        &'a self,
        waiter: &mut Waiter<'a, '_, S>,
        task: &mut Context<'_>,
    ) -> Poll<Result<Guard<'a, S>, NotHeld>> {
        if is_inside(self.gate.engine) {
            return Poll::Ready(Err(NotHeld::Nested));
        }
        if let Some(behind) = waiter.try_enter_soon() {
            return Poll::Ready(Ok(behind));
        }
        waiter.join(task.waker(), true);
        // Who opened the gate since did not see it in the line.
        if let Some(behind) = waiter.try_enter() {
            return Poll::Ready(Ok(behind));
        }
        match waiter.stay(task) {
            Ok(()) => Poll::Pending,
            Err(why) => Poll::Ready(Err(why)),
        }
    }

    #[cold]
    #[inline(never)]
    fn wait_to_hold<'a>(&'a self, behind: Option<Guard<'a, S>>, request: Request<'_>) -> Result<Held<'a, S>, NotHeld> {
        if is_inside(self.gate.engine) {
            drop(behind);
            self.gate.relay();
            return Err(NotHeld::Nested);
        }
        let mut waiter = Waiter::new(&self.gate, request, Wants::Hold);
        // Held before the waiter goes, and with it wakers of others.
        waiter.wait(behind).map(|behind| self.held(behind))
    }

    #[cold]
    #[inline(never)]
    fn wait_for_threads(&self, request: Request<'_>) -> Result<Held<'_, S>, NotHeld> {
        Waiter::new(&self.gate, request, Wants::Hold).lock().map(|behind| self.held(behind))
    }
}

impl<S> Drop for Relay<'_, S> {
    #[inline]
    fn drop(&mut self) {
        self.0.relay();
    }
}

impl<S> Lease<'_, S> {
    /// Holds the state, for the short while of a begin or a commit.
    pub(crate) fn hold<'r>(&self, request: impl FnOnce() -> Request<'r>) -> Result<Held<'_, S>, NotHeld> {
        self.lock.hold_beside_lease(request)
    }

    /// Others may come in beside it whose contracts do not conflict with these: said by its run, which holds the state.
    pub(crate) fn share(&self, held: &Held<'_, S>, contracts: &[&'static Contract]) {
        debug_assert!(held.behind.owner == Owner::Lease, "it has the session");
        self.drivers.share(self.number, contracts);
        self.lock.gate.reconsider();
    }

    /// Whether another one has the session under its lease too.
    pub(crate) fn is_beside_others(&self) -> bool {
        self.drivers.count() > 1
    }

    /// The body of the run is polled by this thread: it must not be blocked by a wait for the end of the lease.
    pub(crate) fn driven_here(&self) {
        self.drivers.driven_here(self.number);
    }

    /// The number of the session.
    pub(crate) const fn session(&self) -> u64 {
        self.lock.gate.number
    }
}

impl<S> Drop for Lease<'_, S> {
    fn drop(&mut self) {
        // A lease ends outside any hold of its own, so this cannot be nested.
        let mut held = self.lock.held(self.lock.gate.mutex.lock());
        if self.drivers.end(self.number) {
            (self.at_the_end)(&mut held);
            held.behind.owner = Owner::Nobody;
        } else {
            self.lock.gate.reconsider();
        }
    }
}

impl<S> Held<'_, S> {
    /// Lets go of it, as a drop does: but what is dropped at many places is a call, and this is none.
    #[inline(always)]
    pub(crate) fn release(self) {
        let Self { holding, behind, relay } = self;
        drop(holding);
        drop(behind);
        drop(relay);
    }

    /// Whether somebody has this field under a lease: it is theirs to change.
    pub(crate) fn is_leased(&self, path: &str) -> bool {
        self.behind.owner == Owner::Lease && self.relay.0.drivers.get().is_none_or(|drivers| drivers.have(path))
    }
}

impl<S> Deref for Held<'_, S> {
    type Target = S;
    #[inline]
    fn deref(&self) -> &S {
        &self.behind.state
    }
}

impl<S> DerefMut for Held<'_, S> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S {
        &mut self.behind.state
    }
}
