//! The primitives that the lock of a session is built from, in one place, so that a test can put a scheduler under them.

pub(crate) mod apart;
pub(crate) mod nesting;
pub(crate) mod parker;
pub(crate) mod runtime;
#[cfg(test)]
mod tests;
pub(crate) mod timer;

use std::cell::Cell;
use std::sync::atomic::AtomicU64;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
pub(crate) use std::thread_local;

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};

thread_local! {
    static MARK: u8 = const { 0 };
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// A number that no other living thread has: the address of one of its own variables.
#[inline]
pub(crate) fn thread_mark() -> usize {
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// A number that no other thread has, nor had: what is noted of a thread may outlive it.
pub(crate) fn thread_number() -> u64 {
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(next_number());
        }
        number.get()
    })
}

/// A number that nothing else has: for threads, sessions and waits.
pub(crate) fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// How often a task looks for a session that somebody holds before it waits in the line.
pub(crate) const SPINS: usize = 16;

/// Between the release of a [`Mutex`] and a look at who has come meanwhile: the look must not come first.
///
/// Releasing is an atomic read-modify-write, which on x86 is a full barrier as it is: there only the compiler has to be told.
#[inline(always)]
pub(crate) fn fence_after_unlock() {
    #[cfg(target_arch = "x86_64")]
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
    #[cfg(not(target_arch = "x86_64"))]
    fence(Ordering::SeqCst);
}
