//! What answers in the place of a cell that fits, so that a mistake is reported once and not by each use.

use crate::context::zone::Signal as SignalZone;
use crate::transaction::Raised;
use crate::transaction::{Cell, Storage};

/// Implemented by every mirror. It answers what a cell is asked, so that a path that names a whole nested context is
/// refused once, by its guard, and not again in each of these places.
pub trait NestedMirror {
    /// The context that it mirrors.
    type Context;
    /// Nothing to pin.
    fn pin(&mut self, _: &Self) {}
    /// Nothing that could change.
    fn is_current(&self, _: &Self) -> bool {
        true
    }
    /// Nothing to propose.
    fn propose(&mut self, _: &mut Self) {}
    /// Nothing to clear.
    fn clear(&mut self) {}
    /// No signal.
    fn collect_raised(&self, _: &'static str, _: &mut Vec<Raised>) {}
    /// Nothing to commit.
    fn commit(&mut self, _: u64) {}
    /// Nothing to discard.
    fn discard(&mut self) {}
}

/// Answers for a signal field whose type is no `Signal`; where it is one, the cell's own functions come first.
pub trait NoSignal {
    /// No signal.
    fn collect_raised(&self, _: &'static str, _: &mut Vec<Raised>) {}
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
