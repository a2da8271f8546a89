//! What `src/sync` gives to the lock, over the primitives of `shuttle`: its scheduler then decides at each of them who
//! goes on. The lock's own file, and that of the marks it leaves, are compiled against this module, unchanged.

use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, TryLockError};
use std::time::Instant;

#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/sync/nesting.rs"]
pub(crate) mod nesting;

pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
pub(crate) use shuttle::thread_local;

/// As the mutex of `parking_lot`: no poisoning.
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

/// There but for the moment of a wait.
pub(crate) struct MutexGuard<'a, T>(Option<shuttle::sync::MutexGuard<'a, T>>);

/// How a wait ended.
pub(crate) struct Wait;

impl Wait {
    pub(crate) fn timed_out(&self) -> bool {
        false
    }
}

pub(crate) struct Condvar(shuttle::sync::Condvar);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(MutexGuard(Some(guard))),
            Err(TryLockError::Poisoned(guard)) => Some(MutexGuard(Some(guard.into_inner()))),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(shuttle::sync::Condvar::new())
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.0.take().unwrap();
        guard.0 = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// Time stands still here: nobody waits in vain but in a schedule that has no way on, which is a failure.
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> Wait {
        self.wait(guard);
        Wait
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.0.as_ref().unwrap()
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().unwrap()
    }
}
