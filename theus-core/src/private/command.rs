//! What makes a command a value, for every command alike: copies, writes and reads it, and shows it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};

use crate::process::{Process, Source, Values};

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

/// A copy of a command.
#[inline]
pub fn copied<P: Process<Values: 'static>>(command: &P) -> P {
    P::of(P::Values::copied(command.values()))
}

/// Writes a command, as a struct.
///
/// # Errors
/// What the serializer refuses.
pub fn serialize<P: Process, S: Serializer>(command: &P, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_struct(P::NAME, P::ARGUMENTS.len())?;
    P::Values::put(command.values(), P::ARGUMENTS, &mut fields)?;
    fields.end()
}

/// Reads a command: from a map by the names of its arguments, from a sequence by their order.
///
/// # Errors
/// Where an argument is missing, unknown, given twice or of another type.
pub fn deserialize<'de, P: Process, D: Deserializer<'de>>(deserializer: D) -> Result<P, D::Error> {
    deserializer.deserialize_struct(P::NAME, P::ARGUMENTS, CommandVisitor(PhantomData))
}

/// Shows a command, with its arguments as they are shown.
///
/// # Errors
/// What the formatter refuses.
pub fn debug<P: Process>(f: &mut fmt::Formatter<'_>, _: &P, shown: &[&dyn fmt::Debug]) -> fmt::Result {
    let mut all = f.debug_struct(P::NAME);
    for (name, shown) in P::ARGUMENTS.iter().zip(shown) {
        all.field(name, shown);
    }
    all.finish()
}

struct CommandVisitor<P>(PhantomData<P>);

impl<'de, P: Process> Visitor<'de> for CommandVisitor<P> {
    type Value = P;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the command {}", P::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<P, A::Error> {
        let mut read = P::Values::start();
        let mut seen = vec![false; P::ARGUMENTS.len()];
        while let Some(field) = map.next_key_seed(FieldName(P::ARGUMENTS))? {
            if std::mem::replace(&mut seen[field], true) {
                return Err(A::Error::duplicate_field(P::ARGUMENTS[field]));
            }
            P::Values::read(&mut read, field, OfMap(&mut map))?;
        }
        finish(read)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<P, A::Error> {
        let mut read = P::Values::start();
        for field in 0..P::ARGUMENTS.len() {
            if !P::Values::read(&mut read, field, OfSequence(&mut sequence))? {
                return Err(A::Error::invalid_length(field, &self));
            }
        }
        finish(read)
    }
}

fn finish<P: Process, E: Error>(read: <P::Values as Values>::Read) -> Result<P, E> {
    P::Values::finish(read).map(P::of).map_err(|missing| E::missing_field(P::ARGUMENTS[missing]))
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
