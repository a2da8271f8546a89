//! What happens in a pool of sessions, as who observes it is told.

use crate::workflow::interpreter::Handled;

/// What an observer is told of a session.
#[derive(Debug)]
#[non_exhaustive]
pub enum Happening<'a> {
    /// One event, or another cause, was handled to the end of its chain.
    Handled(&'a Handled),
    /// Something could not be handled as the file says: a guard without a value, or too much that came of one event. The
    /// session goes on.
    Trouble {
        /// What is wrong.
        problem: &'a str,
        /// The event, with what had committed of it.
        handled: &'a Handled,
    },
}

/// Who observes the sessions of a pool.
pub(super) type Observer = Box<dyn Fn(&str, &Happening<'_>) + Send + Sync>;
