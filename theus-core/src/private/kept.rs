//! Copies and serialises a value whose type may, by mistake, not be fit for it.
//!
//! An associated function is found first where its bound holds, and else the one of a trait that is in scope. So a type
//! that does not fit is reported once, where generated code asks for `FieldValue` or `ArgumentValue`, and not again by
//! each of its other uses. What falls back here never runs: it did not compile.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct;

use super::command::Source;

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

impl<T: Serialize> Kept<T> {
    /// Writes one named field.
    ///
    /// # Errors
    /// What the serializer refuses.
    pub fn put<S: SerializeStruct>(value: &T, name: &'static str, fields: &mut S) -> Result<(), S::Error> {
        fields.serialize_field(name, value)
    }
}

impl<T: DeserializeOwned> Kept<T> {
    /// Reads one value into its place; says whether there was one.
    ///
    /// # Errors
    /// What the deserializer refuses.
    pub fn take<'de, S: Source<'de>>(source: S, place: &mut Option<T>) -> Result<bool, S::Error> {
        *place = source.value()?;
        Ok(place.is_some())
    }
}

/// The same functions, for types that are not fit.
pub trait Unfit<T> {
    /// Not a copy.
    fn copied(_: &T) -> T {
        never()
    }
    /// Writes nothing.
    ///
    /// # Errors
    /// None.
    fn put<S: SerializeStruct>(_: &T, _: &'static str, _: &mut S) -> Result<(), S::Error> {
        never()
    }
    /// Reads nothing.
    ///
    /// # Errors
    /// None.
    fn take<'de, S: Source<'de>>(_: S, _: &mut Option<T>) -> Result<bool, S::Error> {
        never()
    }
}

impl<T> Unfit<T> for Kept<T> {}

#[expect(clippy::unreachable, reason = "see above: a program that would come here does not compile")]
fn never<T>() -> T {
    unreachable!("a value that is not fit was refused when this program was built")
}
