//! The draft of one field, and the order in which a run wrote its signals.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What a run has written to one field and not yet committed.
#[derive(Debug)]
pub struct Draft<T> {
    /// The value, if something was written.
    pub(crate) value: Option<T>,
    /// When it was last written, among the signals of this run.
    pub(crate) order: u32,
}

impl<T> Draft<T> {
    #[inline]
    pub(crate) const fn none() -> Self {
        Self { value: None, order: 0 }
    }
}

/// Counts the writes to signals within one run, so that they leave in the order in which they were written.
///
/// Only one thread at a time works on a run; the atomic makes the views `Send`, and is never contended.
#[derive(Debug, Default)]
pub struct Order(AtomicU32);

impl Order {
    #[inline]
    pub(crate) fn next(&self) -> u32 {
        let next = self.0.load(Relaxed).wrapping_add(1);
        self.0.store(next, Relaxed);
        next
    }
}

/// A signal that a run has raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// The field's path, with the layer.
    pub path: &'static str,
    /// When it was written, among the signals of its run.
    pub order: u32,
}
