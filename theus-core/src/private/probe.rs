//! Looks at a value whose type may or may not be one that the audit, or `Debug`, can look into.
//!
//! Three traits with one method name, asked through two references: the compiler takes the first where its bound holds, else
//! the second, else the third. So a context may have fields of any type, and rules can ask what can be known of them.

use std::fmt;
use std::marker::PhantomData;

use crate::context::{Inspect, Shape, Value};

use super::partly::Partly;

/// A value to look at.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// A type whose shape is asked.
#[derive(Debug)]
pub struct ShapeOf<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> ShapeOf<T> {
    /// The question about `T`.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: ?Sized> Default for ShapeOf<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// For types that implement [`Inspect`].
pub trait ProbeInspect<'a> {
    /// The value.
    fn look(&self) -> Value<'a>;
}

impl<'a, T: Inspect + ?Sized> ProbeInspect<'a> for &Probe<'a, T> {
    #[inline]
    fn look(&self) -> Value<'a> {
        self.0.inspect()
    }
}

/// For collections and options of other types.
pub trait ProbePartly<'a> {
    /// What can be known of the value.
    fn look(&self) -> Value<'a>;
}

impl<'a, T: Partly> ProbePartly<'a> for &&Probe<'a, T> {
    #[inline]
    fn look(&self) -> Value<'a> {
        self.0.partly()
    }
}

/// For all other types.
pub trait ProbeOpaque<'a> {
    /// Opaque.
    fn look(&self) -> Value<'a>;
}

impl<'a, T: ?Sized> ProbeOpaque<'a> for Probe<'a, T> {
    #[inline]
    fn look(&self) -> Value<'a> {
        Value::Opaque
    }
}

/// For types that implement [`Inspect`].
pub trait ShapeInspect {
    /// The shape.
    fn shape(&self) -> Shape;
}

impl<T: Inspect + ?Sized> ShapeInspect for &ShapeOf<T> {
    fn shape(&self) -> Shape {
        T::shape()
    }
}

/// For collections and options of other types.
pub trait ShapePartly {
    /// What can be known of the shape.
    fn shape(&self) -> Shape;
}

impl<T: Partly> ShapePartly for &&ShapeOf<T> {
    fn shape(&self) -> Shape {
        T::shape()
    }
}

/// For all other types.
pub trait ShapeOpaque {
    /// Opaque.
    fn shape(&self) -> Shape;
}

impl<T: ?Sized> ShapeOpaque for ShapeOf<T> {
    fn shape(&self) -> Shape {
        Shape::Opaque
    }
}

/// For types that implement `Debug`.
pub trait ShowDebug<'a> {
    /// The value, as `Debug` shows it.
    fn show(&self) -> &'a dyn fmt::Debug;
}

impl<'a, T: fmt::Debug> ShowDebug<'a> for Probe<'a, T> {
    fn show(&self) -> &'a dyn fmt::Debug {
        self.0
    }
}

/// For all other types.
pub trait ShowNothing<'a> {
    /// Two dots.
    fn show(&self) -> &'a dyn fmt::Debug;
}

impl<'a, T> ShowNothing<'a> for &Probe<'a, T> {
    fn show(&self) -> &'a dyn fmt::Debug {
        &Unshown
    }
}

/// Stands for a value that has no `Debug`.
struct Unshown;

impl fmt::Debug for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
