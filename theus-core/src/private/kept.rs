//! Copies a value, or asks a nested context, whose type may, by mistake, not be fit for it.
//!
//! An associated function is found first where its bound holds, and else the one of a trait that is in scope. So a type
//! that does not fit is reported once, where generated code asks whether it does, and not again by
//! each of its other uses. What falls back here never runs: it did not compile.

use std::marker::PhantomData;

use crate::context::{Context, Schema, Value};

/// The functions for values of one type.
#[derive(Debug)]
pub struct Kept<T>(PhantomData<T>);

impl<T: Clone> Kept<T> {
    /// A copy.
    #[inline]
    pub fn copied(value: &T) -> T {
        value.clone()
    }
}

/// For a nested context.
impl<T: Context> Kept<T> {
    /// Its schema.
    #[must_use]
    pub fn schema() -> Schema {
        T::schema()
    }
    /// Its mirror.
    #[must_use]
    pub fn into_fields(value: T) -> T::Fields {
        value.into_fields()
    }
    /// A copy of what its mirror holds.
    #[must_use]
    pub fn from_fields(fields: &T::Fields) -> T {
        T::from_fields(fields)
    }
    /// A look at one of its fields.
    pub fn inspect<'a>(value: &'a T, path: &[usize]) -> Value<'a> {
        value.inspect(path)
    }
}

impl<T: Context + Default> Kept<T> {
    /// The mirror of its default.
    #[must_use]
    pub fn default_fields() -> Option<T::Fields> {
        Some(T::default().into_fields())
    }
}

/// For a context that has no default.
pub trait NoDefault {
    /// None.
    #[must_use]
    fn default_fields<F>() -> Option<F> {
        None
    }
}

impl<T> NoDefault for Kept<T> {}

/// The same functions, for types that are not fit.
pub trait Unsupported<T> {
    /// No schema.
    #[must_use]
    fn schema() -> Schema {
        never()
    }
    /// No mirror.
    fn into_fields<F>(_: T) -> F {
        never()
    }
    /// No copy.
    fn from_fields<F>(_: &F) -> T {
        never()
    }
    /// No field.
    fn inspect<'a>(_: &'a T, _: &[usize]) -> Value<'a> {
        never()
    }
    /// Not a copy.
    fn copied(_: &T) -> T {
        never()
    }
}

impl<T> Unsupported<T> for Kept<T> {}

#[expect(clippy::unreachable, reason = "see above: a program that would come here does not compile")]
fn never<T>() -> T {
    unreachable!("a value that is not fit was refused when this program was built")
}
