//! What the current thread is inside of, so that a nested run is an error instead of a deadlock.
//!
//! A body inside another session of the same engine would be as bad: two threads could wait for each other.

use std::cell::{Cell, RefCell};

use super::thread_local;

/// A session of an engine; engine 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    engine: usize,
    session: u64,
}

const NOWHERE: Place = Place { engine: 0, session: 0 };

/// How a session is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// By this thread: nobody gets at it.
    Thread,
    /// As a lease: it can be looked at.
    Lease,
}

/// One thing that this thread is inside of.
#[derive(Clone, Copy, Debug)]
struct Mark {
    place: Place,
    /// `None` for a body that keeps nothing.
    keeps: Option<Keeps>,
}

/// What each run looks at and changes.
struct Marks {
    /// The engine and the number of the session that this thread holds: a [`Place`], in two parts, for most who look want one.
    engine: Cell<usize>,
    session: Cell<u64>,
    /// How much else there is that it is inside of.
    depth: Cell<usize>,
    /// The engine of one body that holds nothing: hardly ever there is another, and so none in the list below.
    body: Cell<usize>,
}

thread_local! {
    static MARKS: Marks =
        const { Marks { engine: Cell::new(0), session: Cell::new(0), depth: Cell::new(0), body: Cell::new(0) } };
    /// The sessions held around the one that is noted, and the other bodies that hold nothing.
    static INSIDE: RefCell<Vec<Mark>> = const { RefCell::new(Vec::new()) };
}

/// Whether the current thread is inside a body that runs on `engine`, or holds a session of it.
#[inline]
pub(crate) fn is_inside(engine: usize) -> bool {
    MARKS.with(|marks| marks.engine.get() == engine || (marks.depth.get() != 0 && search(engine, false)))
}

/// Whether the current thread holds a session of `engine`: it must wait for no other one.
#[inline]
pub(crate) fn holds(engine: usize) -> bool {
    MARKS.with(|marks| marks.engine.get() == engine || (marks.depth.get() != 0 && search(engine, true)))
}

/// Whether this thread holds a session, of whatever engine: then it must not wait for what others do.
pub(crate) fn holds_a_session() -> bool {
    held() != NOWHERE
}

/// The sessions that wait for this thread, or for the body that it is inside of.
pub(crate) fn kept() -> Vec<(u64, Keeps)> {
    let held = Some(held()).filter(|held| *held != NOWHERE);
    let mut kept: Vec<_> = held.map(|held| (held.session, Keeps::Thread)).into_iter().collect();
    INSIDE.with(|inside| {
        kept.extend(inside.borrow().iter().filter_map(|mark| mark.keeps.map(|keeps| (mark.place.session, keeps))));
    });
    kept
}

#[inline]
fn held() -> Place {
    MARKS.with(Marks::held)
}

#[cold]
#[inline(never)]
fn search(engine: usize, only_held: bool) -> bool {
    if !only_held && MARKS.with(|marks| marks.body.get()) == engine {
        return true;
    }
    let fits = |mark: &Mark| mark.place.engine == engine && (!only_held || mark.keeps == Some(Keeps::Thread));
    INSIDE.with(|inside| inside.borrow().iter().any(fits))
}

impl Marks {
    #[inline]
    const fn held(&self) -> Place {
        Place { engine: self.engine.get(), session: self.session.get() }
    }

    #[inline]
    fn hold(&self, Place { engine, session }: Place) {
        self.engine.set(engine);
        self.session.set(session);
    }
}

/// The current thread holds a session of an engine, until this is dropped.
pub(crate) struct Holding {
    /// Whether it holds another one around this, which is in the list.
    is_around: bool,
}

impl Holding {
    #[inline]
    pub(crate) fn enter(engine: usize, session: u64) -> Self {
        MARKS.with(|marks| {
            let is_around = marks.engine.get() != 0;
            if is_around {
                push(marks.held(), Some(Keeps::Thread));
            }
            marks.hold(Place { engine, session });
            Self { is_around }
        })
    }
}

impl Drop for Holding {
    #[inline]
    fn drop(&mut self) {
        let around = if self.is_around { pop() } else { NOWHERE };
        MARKS.with(|marks| marks.hold(around));
    }
}

#[cold]
#[inline(never)]
fn push(place: Place, keeps: Option<Keeps>) {
    MARKS.with(|marks| marks.depth.set(marks.depth.get() + 1));
    INSIDE.with(|inside| inside.borrow_mut().push(Mark { place, keeps }));
}

#[cold]
#[inline(never)]
fn pop() -> Place {
    MARKS.with(|marks| marks.depth.set(marks.depth.get() - 1));
    INSIDE.with(|inside| inside.borrow_mut().pop()).map_or(NOWHERE, |mark| mark.place)
}

/// The current thread is inside a body of an engine, until this is dropped.
pub(crate) struct Inside {
    /// Whether it is the one that is noted apart.
    is_apart: bool,
}

impl Inside {
    /// `lease` is the session that the body has under its lease, if it has one.
    #[inline]
    pub(crate) fn enter(engine: usize, lease: Option<u64>) -> Self {
        MARKS.with(|marks| {
            let is_apart = lease.is_none() && marks.body.get() == 0;
            if is_apart {
                marks.body.set(engine);
                marks.depth.set(marks.depth.get() + 1);
            } else {
                push(Place { engine, session: lease.unwrap_or(0) }, lease.map(|_| Keeps::Lease));
            }
            Self { is_apart }
        })
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        if self.is_apart {
            MARKS.with(|marks| {
                marks.body.set(0);
                marks.depth.set(marks.depth.get() - 1);
            });
        } else {
            pop();
        }
    }
}
