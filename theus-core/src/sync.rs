//! The primitives that the lock of a session is built from, in one place, so that a test can put a scheduler under them.

use std::cell::Cell;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};

thread_local! {
    static MARK: u8 = const { 0 };
    /// The engine of the session that this thread holds; 0 where it holds none.
    pub(crate) static HELD: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread holds a session, of whatever engine: then it must not wait for what others do.
pub(crate) fn holds_a_session() -> bool {
    HELD.get() != 0
}

/// A number that no other living thread has: the address of one of its own variables.
#[inline]
pub(crate) fn thread_mark() -> usize {
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}
