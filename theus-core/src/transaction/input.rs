//! The view of a declared input: read only.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A declared input. It dereferences to the committed value; there is no way to write through it.
///
/// `Path` names the path that was declared, for the error of a body that writes to it. The view is not `Clone` itself, so
/// that `ctx.domain.name.clone()` is a copy of the value and not of the view.
pub struct Input<'a, T, Path = ()> {
    value: &'a T,
    path: PhantomData<fn() -> Path>,
}

impl<'a, T, Path> Input<'a, T, Path> {
    #[inline]
    pub(crate) const fn new(value: &'a T) -> Self {
        Self { value, path: PhantomData }
    }
}

impl<T, Path> Input<'_, T, Path> {
    /// Always refused, with an error that says how to declare an output.
    #[doc(hidden)]
    pub fn set(&mut self, _: T)
    where
        Path: DeclaredOutput,
    {
    }
}

/// Implemented for the path of no input: the words of the error when one is written.
///
/// Generated code implements it under a condition that never holds and that has the path in its message.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an input cannot be changed: list its path under `outputs` too",
    label = "this is declared under `inputs` only"
)]
pub trait DeclaredOutput {}

impl<T, Path> Deref for Input<'_, T, Path> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

/// Never: it is here so that a body which changes an input is told what to declare, and not that a trait is missing.
#[expect(clippy::unreachable, reason = "no path of an input is a `DeclaredOutput`, so nothing calls it")]
impl<T, Path: DeclaredOutput> DerefMut for Input<'_, T, Path> {
    fn deref_mut(&mut self) -> &mut T {
        unreachable!("an input has no mutable access")
    }
}

impl<T: fmt::Debug, Path> fmt::Debug for Input<'_, T, Path> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display, Path> fmt::Display for Input<'_, T, Path> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq<U>, U: ?Sized, Path> PartialEq<U> for Input<'_, T, Path> {
    fn eq(&self, other: &U) -> bool {
        self.value == other
    }
}

impl<T: PartialOrd<U>, U: ?Sized, Path> PartialOrd<U> for Input<'_, T, Path> {
    fn partial_cmp(&self, other: &U) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
