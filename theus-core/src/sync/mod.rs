//! The primitives that the lock of a session is built from, in one place, so that a test can put a scheduler under them.

pub(crate) mod nesting;
#[cfg(test)]
mod tests;
pub(crate) mod timer;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
pub(crate) use std::thread_local;

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};

thread_local! {
    static MARK: u8 = const { 0 };
}

/// A number that no other living thread has: the address of one of its own variables.
#[inline]
pub(crate) fn thread_mark() -> usize {
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}
