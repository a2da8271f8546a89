//! The arguments of a command as a list of types, `(A, (B, ()))`: what is done with them is written here, once for all.

use serde::Serialize;
use serde::de::{DeserializeOwned, Error};
use serde::ser::SerializeStruct;

/// A list of arguments.
pub trait Values: Sized {
    /// The arguments that have been read so far: an option for each.
    type Read;
    /// References to them.
    type References<'a>
    where
        Self: 'a;
    /// Nothing has been read.
    fn start() -> Self::Read;
    /// Reads the argument of this index; says whether there was one.
    ///
    /// # Errors
    /// What the deserializer refuses.
    fn read<'de, S: Source<'de>>(read: &mut Self::Read, field: usize, source: S) -> Result<bool, S::Error>;
    /// All of them; where one is missing, its index.
    ///
    /// # Errors
    /// The index of the first one that is missing.
    fn finish(read: Self::Read) -> Result<Self, usize>;
    /// Copies them.
    fn copied(references: Self::References<'_>) -> Self
    where
        Self: 'static;
    /// Writes them under these names.
    ///
    /// # Errors
    /// What the serializer refuses.
    fn put<S: SerializeStruct>(
        references: Self::References<'_>,
        names: &'static [&'static str],
        fields: &mut S,
    ) -> Result<(), S::Error>;
}

/// Where the next value comes from.
pub trait Source<'de> {
    /// What can go wrong.
    type Error: Error;
    /// The next value, if there is one.
    ///
    /// # Errors
    /// What the deserializer refuses.
    fn value<T: DeserializeOwned>(self) -> Result<Option<T>, Self::Error>;
}

impl Values for () {
    type Read = ();
    type References<'a> = ();
    fn start() {}
    fn read<'de, S: Source<'de>>((): &mut (), _: usize, _: S) -> Result<bool, S::Error> {
        Ok(false)
    }
    fn finish((): ()) -> Result<(), usize> {
        Ok(())
    }
    #[inline]
    fn copied((): ()) {}
    fn put<S: SerializeStruct>((): (), _: &'static [&'static str], _: &mut S) -> Result<(), S::Error> {
        Ok(())
    }
}

impl<T: Clone + Serialize + DeserializeOwned + 'static, Rest: Values + 'static> Values for (T, Rest) {
    type Read = (Option<T>, Rest::Read);
    type References<'a> = (&'a T, Rest::References<'a>);
    fn start() -> Self::Read {
        (None, Rest::start())
    }
    fn read<'de, S: Source<'de>>(read: &mut Self::Read, field: usize, source: S) -> Result<bool, S::Error> {
        match field.checked_sub(1) {
            None => {
                read.0 = source.value()?;
                Ok(read.0.is_some())
            }
            Some(field) => Rest::read(&mut read.1, field, source),
        }
    }
    fn finish((value, rest): Self::Read) -> Result<Self, usize> {
        match (value, Rest::finish(rest)) {
            (None, _) => Err(0),
            (Some(_), Err(missing)) => Err(missing + 1),
            (Some(value), Ok(rest)) => Ok((value, rest)),
        }
    }
    #[inline]
    fn copied((value, rest): Self::References<'_>) -> Self {
        (value.clone(), Rest::copied(rest))
    }
    fn put<S: SerializeStruct>(
        (value, rest): Self::References<'_>,
        names: &'static [&'static str],
        fields: &mut S,
    ) -> Result<(), S::Error> {
        let Some((name, names)) = names.split_first() else { return Ok(()) };
        fields.serialize_field(name, value)?;
        Rest::put(rest, names, fields)
    }
}
