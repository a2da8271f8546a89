//! What `src/sync` gives to the lock, over the primitives of `shuttle`: its scheduler then decides at each of them who
//! goes on. The lock's own file, and that of the marks it leaves, are compiled against this module, unchanged.

use std::ops::{Deref, DerefMut};
use std::sync::{PoisonError, TryLockError};
use std::time::Instant;

#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/sync/nesting.rs"]
pub(crate) mod nesting;
#[path = "../../src/sync/parker.rs"]
pub(crate) mod parker;
pub(crate) mod timer;

use std::sync::atomic::AtomicU64;

pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
pub(crate) use shuttle::thread_local;

shuttle::thread_local! {
    static NUMBER: u64 = next_number();
}

/// A number that no other thread has.
pub(crate) fn thread_number() -> u64 {
    NUMBER.with(|number| *number)
}

/// A number that nothing else has. It decides nothing, so the scheduler need not know of it.
pub(crate) fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// Once is enough where the scheduler lets others go on.
pub(crate) const SPINS: usize = 1;

pub(crate) fn fence_after_unlock() {
    fence(Ordering::SeqCst);
}

/// As the mutex of `parking_lot`: no poisoning.
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

/// There but for the moment of a wait.
pub(crate) struct MutexGuard<'a, T>(Option<shuttle::sync::MutexGuard<'a, T>>);

/// How a wait ended.
pub(crate) struct Wait(bool);

impl Wait {
    pub(crate) fn timed_out(&self) -> bool {
        self.0
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

    /// Time stands still here.
    pub(crate) fn try_lock_until(&self, _: Instant) -> Option<MutexGuard<'_, T>> {
        Some(self.lock())
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

    /// Time stands still here: nobody waits in vain but in a schedule that has no way on, which is a failure. What was over
    /// before is over.
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, time: Instant) -> Wait {
        let is_over = time <= Instant::now();
        if !is_over {
            self.wait(guard);
        }
        Wait(is_over)
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
