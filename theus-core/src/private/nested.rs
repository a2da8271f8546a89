//! What answers in the place of a cell that fits, so that a mistake is reported once and not by each use.

use crate::context::zone::Signal as SignalZone;
use crate::transaction::Member;
use crate::transaction::{Cell, Storage};

/// Implemented by every mirror.
pub trait NestedMirror {
    /// The context that it mirrors.
    type Context;
}

impl<M: NestedMirror> Member for M {}

/// Answers for a signal field whose type is no `Signal`; where it is one, the cell's own functions come first.
pub trait NoSignal {
    /// No signal.
    fn reset_signal(&mut self, _: u64, _: u64) -> bool {
        false
    }
}

impl<T, S: Storage<T>> NoSignal for Cell<T, SignalZone, S> {}

/// The first name of a path, and the rest if there is one.
#[must_use]
pub fn split_path(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}
