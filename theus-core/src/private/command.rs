//! Reads a command back, for every command alike: what differs between them is a name, a list and two short functions.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What the reading of a command needs to know of it. Written by `#[process]`.
pub trait CommandFields: Sized {
    /// The command's name.
    const NAME: &'static str;
    /// The names of its arguments, in order.
    const FIELDS: &'static [&'static str];
    /// The arguments that have been read so far: an option for each.
    type Read;
    /// Nothing has been read.
    fn start() -> Self::Read;
    /// Reads the argument of this index; says whether there was one.
    ///
    /// # Errors
    /// What the deserializer refuses.
    fn read<'de, S: Source<'de>>(read: &mut Self::Read, field: usize, source: S) -> Result<bool, S::Error>;
    /// The command; where an argument is missing, its name.
    ///
    /// # Errors
    /// The name of the first argument that is missing.
    fn finish(read: Self::Read) -> Result<Self, &'static str>;
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

struct OfMap<'a, A>(&'a mut A);

impl<'de, A: MapAccess<'de>> Source<'de> for OfMap<'_, A> {
    type Error = A::Error;
    fn value<T: DeserializeOwned>(self) -> Result<Option<T>, A::Error> {
        self.0.next_value().map(Some)
    }
}

struct OfSequence<'a, A>(&'a mut A);

impl<'de, A: SeqAccess<'de>> Source<'de> for OfSequence<'_, A> {
    type Error = A::Error;
    fn value<T: DeserializeOwned>(self) -> Result<Option<T>, A::Error> {
        self.0.next_element()
    }
}

/// Reads a command: from a map by the names of its arguments, from a sequence by their order.
///
/// # Errors
/// Where an argument is missing, unknown, given twice or of another type.
pub fn deserialize<'de, C: CommandFields, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    deserializer.deserialize_struct(C::NAME, C::FIELDS, CommandVisitor(PhantomData))
}

/// Reads a command without arguments.
///
/// # Errors
/// Where there is an argument.
pub fn deserialize_empty<'de, D: Deserializer<'de>>(deserializer: D, name: &'static str) -> Result<(), D::Error> {
    deserializer.deserialize_struct(name, &[], EmptyVisitor(name))
}

struct EmptyVisitor(&'static str);

impl<'de> Visitor<'de> for EmptyVisitor {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the command {}", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // No name is known, so any key is an error.
        map.next_key_seed(FieldName(&[])).map(drop)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Ok(())
    }
}

struct CommandVisitor<C>(PhantomData<C>);

impl<'de, C: CommandFields> Visitor<'de> for CommandVisitor<C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the command {}", C::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<C, A::Error> {
        let mut read = C::start();
        let mut seen = vec![false; C::FIELDS.len()];
        while let Some(field) = map.next_key_seed(FieldName(C::FIELDS))? {
            if std::mem::replace(&mut seen[field], true) {
                return Err(A::Error::duplicate_field(C::FIELDS[field]));
            }
            C::read(&mut read, field, OfMap(&mut map))?;
        }
        C::finish(read).map_err(A::Error::missing_field)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<C, A::Error> {
        let mut read = C::start();
        for field in 0..C::FIELDS.len() {
            if !C::read(&mut read, field, OfSequence(&mut sequence))? {
                return Err(A::Error::invalid_length(field, &self));
            }
        }
        C::finish(read).map_err(A::Error::missing_field)
    }
}

/// The index of an argument, read from its name.
struct FieldName(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an argument")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_field(name, self.0))
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<usize, E> {
        usize::try_from(index)
            .ok()
            .filter(|index| *index < self.0.len())
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(index), &self))
    }
}
