//! Which engines the current thread is inside of, so that a nested run is an error instead of a deadlock.
//!
//! A run that holds the session through its body is recognised by the lock itself; this is for the bodies that run
//! without holding it.

use std::cell::{Cell, RefCell};

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static INSIDE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Whether the current thread is inside a body that runs on `engine`.
#[inline]
pub(super) fn is_inside(engine: usize) -> bool {
    DEPTH.get() != 0 && search(engine)
}

#[cold]
#[inline(never)]
fn search(engine: usize) -> bool {
    INSIDE.with_borrow(|inside| inside.contains(&engine))
}

/// The current thread is inside a body of an engine, until this is dropped.
pub(super) struct Inside;

impl Inside {
    pub(super) fn enter(engine: usize) -> Self {
        DEPTH.set(DEPTH.get() + 1);
        INSIDE.with_borrow_mut(|inside| inside.push(engine));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        INSIDE.with_borrow_mut(|inside| inside.pop());
    }
}

/// Enters when it is dropped. Declared after a body, and [`LeavesOnDrop`] before it, so that a body that is dropped half-way
/// is inside while what it holds is dropped: the destructor of a local is the body's code too.
pub(super) struct EntersOnDrop(pub(super) usize);

impl Drop for EntersOnDrop {
    fn drop(&mut self) {
        std::mem::forget(Inside::enter(self.0));
    }
}

/// Leaves when it is dropped what [`EntersOnDrop`] has entered.
pub(super) struct LeavesOnDrop;

impl Drop for LeavesOnDrop {
    fn drop(&mut self) {
        drop(Inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_inside_of_every_engine_entered_and_of_none_after() {
        let outer = Inside::enter(1);
        let inner = Inside::enter(2);
        assert!(is_inside(1) && is_inside(2) && !is_inside(3));
        drop(inner);
        assert!(is_inside(1) && !is_inside(2));
        drop(outer);
        assert!(!is_inside(1));
    }
}
