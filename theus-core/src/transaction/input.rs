//! The view of a declared input: read only.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;

/// A declared input. It dereferences to the committed value; there is no way to write through it.
///
/// It is not `Clone` itself, so that `ctx.domain.name.clone()` is a copy of the value and not of the view.
pub struct Input<'a, T> {
    value: &'a T,
}

impl<'a, T> Input<'a, T> {
    #[inline]
    pub(crate) const fn new(value: &'a T) -> Self {
        Self { value }
    }
}

impl<T> Input<'_, T> {
    /// Always refused, with an error that says how to declare an output.
    #[doc(hidden)]
    pub fn set(&mut self, _: T)
    where
        Self: DeclaredOutput,
    {
    }
}

/// Implemented by nothing: the words of the error when an input is written.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an input cannot be written",
    label = "this path is declared under `inputs` only",
    note = "to write it, list the path under `outputs` too"
)]
pub trait DeclaredOutput {}

impl<T> Deref for Input<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Input<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Input<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq<T> for Input<'_, T> {
    fn eq(&self, other: &T) -> bool {
        self.value == other
    }
}

impl<T: PartialOrd> PartialOrd<T> for Input<'_, T> {
    fn partial_cmp(&self, other: &T) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
