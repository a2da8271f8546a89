//! Which engines the current thread is inside of, so that a nested run is an error instead of a deadlock.
//!
//! A body inside another session of the same engine would be as bad: two threads could wait for each other.

use std::cell::{Cell, RefCell};

use crate::sync::HELD;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The others around that, and the bodies that hold nothing: whether the session is held.
    static INSIDE: RefCell<Vec<(usize, bool)>> = const { RefCell::new(Vec::new()) };
}

/// Whether the current thread is inside a body that runs on `engine`, or holds a session of it.
#[inline]
pub(super) fn is_inside(engine: usize) -> bool {
    HELD.get() == engine || (DEPTH.get() != 0 && search(engine, false))
}

/// Whether the current thread holds a session of `engine`: it must wait for no other one.
#[inline]
pub(super) fn holds(engine: usize) -> bool {
    HELD.get() == engine || (DEPTH.get() != 0 && search(engine, true))
}

#[cold]
#[inline(never)]
fn search(engine: usize, only_held: bool) -> bool {
    INSIDE.with_borrow(|inside| inside.iter().any(|(other, held)| *other == engine && (*held || !only_held)))
}

/// The current thread holds a session of an engine, until this is dropped.
pub(super) struct Holding {
    before: usize,
}

impl Holding {
    #[inline]
    pub(super) fn enter(engine: usize) -> Self {
        let before = HELD.replace(engine);
        if before != 0 {
            push(before, true);
        }
        Self { before }
    }
}

impl Drop for Holding {
    #[inline]
    fn drop(&mut self) {
        HELD.set(self.before);
        if self.before != 0 {
            pop();
        }
    }
}

fn push(engine: usize, held: bool) {
    DEPTH.set(DEPTH.get() + 1);
    INSIDE.with_borrow_mut(|inside| inside.push((engine, held)));
}

fn pop() {
    DEPTH.set(DEPTH.get() - 1);
    INSIDE.with_borrow_mut(|inside| inside.pop());
}

/// The current thread is inside a body of an engine, until this is dropped.
pub(super) struct Inside;

impl Inside {
    pub(super) fn enter(engine: usize) -> Self {
        push(engine, false);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        pop();
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

    #[test]
    fn who_holds_a_session_is_inside_and_those_around_it_are_remembered() {
        let outer = Holding::enter(1);
        assert!(is_inside(1) && holds(1) && !is_inside(2) && !holds(2));
        let inner = Holding::enter(2);
        assert!(is_inside(1) && holds(1) && is_inside(2) && holds(2));
        drop(inner);
        assert!(holds(1) && !is_inside(2));
        drop(outer);
        assert!(!is_inside(1) && !holds(1));
        let body = Inside::enter(1);
        assert!(is_inside(1) && !holds(1), "a body that awaits holds nothing");
        drop(body);
    }
}
