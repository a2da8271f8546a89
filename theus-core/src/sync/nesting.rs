//! Which engines the current thread is inside of, so that a nested run is an error instead of a deadlock.
//!
//! A body inside another session of the same engine would be as bad: two threads could wait for each other.

use std::cell::{Cell, RefCell};

use super::thread_local;

thread_local! {
    /// The engine of the session that this thread holds; 0 where it holds none.
    static HELD: Cell<usize> = const { Cell::new(0) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The others around that, and the bodies that hold nothing: whether the session is held.
    static INSIDE: RefCell<Vec<(usize, bool)>> = const { RefCell::new(Vec::new()) };
}

/// Whether the current thread is inside a body that runs on `engine`, or holds a session of it.
#[inline]
pub(crate) fn is_inside(engine: usize) -> bool {
    held() == engine || (DEPTH.with(Cell::get) != 0 && search(engine, false))
}

/// Whether the current thread holds a session of `engine`: it must wait for no other one.
#[inline]
pub(crate) fn holds(engine: usize) -> bool {
    held() == engine || (DEPTH.with(Cell::get) != 0 && search(engine, true))
}

/// Whether this thread holds a session, of whatever engine: then it must not wait for what others do.
pub(crate) fn holds_a_session() -> bool {
    held() != 0
}

#[inline]
fn held() -> usize {
    HELD.with(Cell::get)
}

#[cold]
#[inline(never)]
fn search(engine: usize, only_held: bool) -> bool {
    INSIDE.with(|inside| inside.borrow().iter().any(|(other, held)| *other == engine && (*held || !only_held)))
}

/// The current thread holds a session of an engine, until this is dropped.
pub(crate) struct Holding {
    before: usize,
}

impl Holding {
    #[inline]
    pub(crate) fn enter(engine: usize) -> Self {
        let before = HELD.with(|held| held.replace(engine));
        if before != 0 {
            push(before, true);
        }
        Self { before }
    }
}

impl Drop for Holding {
    #[inline]
    fn drop(&mut self) {
        HELD.with(|held| held.set(self.before));
        if self.before != 0 {
            pop();
        }
    }
}

#[cold]
#[inline(never)]
fn push(engine: usize, held: bool) {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    INSIDE.with(|inside| inside.borrow_mut().push((engine, held)));
}

#[cold]
#[inline(never)]
fn pop() {
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    INSIDE.with(|inside| inside.borrow_mut().pop());
}

/// The current thread is inside a body of an engine, until this is dropped.
pub(crate) struct Inside;

impl Inside {
    pub(crate) fn enter(engine: usize) -> Self {
        push(engine, false);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        pop();
    }
}
