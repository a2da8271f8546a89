//! Code that is not the engine's: of a user's types, of log subscribers, wakers, sinks and clocks. It can panic wherever it is
//! called and wherever it is dropped. What is called through here is caught, so that nothing of the engine's is left half done.
//!
//! A value whose drop panics while another panic unwinds through it aborts the program: that is Rust's own rule. Values that
//! the engine drops are dropped one by one, and none of them while another panic is under way.

use std::mem::needs_drop;
use std::ops::Deref;
use std::sync::Arc;
use std::task::Waker;

pub(crate) use theus_model::panics::caught;

/// Writes to the log. A subscriber is a user's code too: it may write to a pipe that nobody reads.
pub(crate) fn tell(log: impl FnOnce()) {
    drop(caught(log));
}

/// Drops a value of a user's type: where that panics it is logged, and goes no further.
#[inline]
pub(crate) fn drop_caught<T>(value: T) {
    if needs_drop::<T>() && caught(move || drop(value)).is_err() {
        told::<T>();
    }
}

#[cold]
#[inline(never)]
fn told<T>() {
    let type_name = std::any::type_name::<T>();
    tell(|| tracing::error!(target: "theus::engine", type_name, "a value panicked when dropped"));
}

/// A value of a user's type that the engine drops by [`drop_caught`], on every way out.
pub(crate) struct DropCaught<T>(Option<T>);

impl<T> DropCaught<T> {
    #[inline]
    pub(crate) const fn new(value: T) -> Self {
        Self(Some(value))
    }

    #[inline]
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    #[inline]
    pub(crate) const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }

    #[inline]
    pub(crate) const fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    #[inline]
    pub(crate) const fn get_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }

    #[inline]
    pub(crate) fn insert(&mut self, value: T) {
        drop_caught(self.0.replace(value));
    }

    #[inline]
    pub(crate) fn get_or_insert_with(&mut self, make: impl FnOnce() -> T) -> &mut T {
        self.0.get_or_insert_with(make)
    }
}

impl<T> Drop for DropCaught<T> {
    #[inline]
    fn drop(&mut self) {
        if needs_drop::<T>() {
            drop_caught(self.0.take());
        }
    }
}

/// A handle that may be the last one: then values of a user's types go with it, by [`drop_caught`].
pub(crate) struct Handle<T> {
    /// Dropped first, and never the last.
    shared: Arc<T>,
    _last: DropCaught<Arc<T>>,
}

impl<T> Handle<T> {
    pub(crate) fn of(shared: &Arc<T>) -> Self {
        Self { shared: Arc::clone(shared), _last: DropCaught::new(Arc::clone(shared)) }
    }
}

impl<T> Deref for Handle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.shared
    }
}

/// Wakes a task or a thread. A waker is an executor's code: where it panics, those after it are woken all the same.
pub(crate) fn wake(waker: Waker) {
    if caught(move || waker.wake()).is_err() {
        tell(|| tracing::error!(target: "theus::engine", "a waker panicked"));
    }
}

/// Wakes all of them.
pub(crate) fn wake_all(wakers: impl IntoIterator<Item = Waker>) {
    wakers.into_iter().for_each(wake);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use std::panic::panic_any;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Panics when dropped, with another of its kind, so many times.
    struct Bomb(usize, Arc<AtomicUsize>);

    impl Drop for Bomb {
        fn drop(&mut self) {
            self.1.fetch_add(1, Ordering::Relaxed);
            if self.0 > 0 {
                panic_any(Self(self.0 - 1, Arc::clone(&self.1)));
            }
        }
    }

    #[test]
    fn what_is_dropped_goes_no_further() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let bomb = || Bomb(1, Arc::clone(&dropped));
        drop_caught(bomb());
        drop(DropCaught::new(bomb()));
        let mut taken = DropCaught::new(bomb());
        drop_caught(taken.take());
        drop(taken);
        assert_eq!(dropped.load(Ordering::Relaxed), 6, "each, and what it panicked with");
    }
}
