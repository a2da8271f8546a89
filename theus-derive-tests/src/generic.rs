//! Generic contexts and generic processes.

use theus_core::prelude::*;

use crate::contexts::{Bank, Shelf};

/// A generic process over one instance of a generic context, with a where clause.
#[process(outputs = [domain.total])]
pub fn total_of<T>(ctx: Ctx<Bank>, things: Vec<T>)
where
    T: Copy + Into<i64>,
{
    ctx.domain.total.set(things.iter().map(|thing| (*thing).into()).sum());
}

/// A constant as a parameter.
#[process(outputs = [domain.total])]
pub fn count<const N: usize>(ctx: Ctx<Bank>, flags: Flags<N>) {
    ctx.domain.total.set(i64::from(flags.0.iter().any(|flag| *flag)));
}

/// Flags, as many as one likes.
#[derive(Clone, Debug, PartialEq)]
pub struct Flags<const N: usize>(pub [bool; N]);

impl<const N: usize> serde::Serialize for Flags<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de, const N: usize> serde::Deserialize<'de> for Flags<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flags = Vec::<bool>::deserialize(deserializer)?;
        let length = flags.len();
        flags.try_into().map(Self).map_err(|_| serde::de::Error::invalid_length(length, &"as many flags as declared"))
    }
}

/// The context is generic in the same parameter.
#[process(inputs = [domain.things, domain.looks], outputs = [domain.things, domain.looks])]
pub fn put_on<T: Clone + Default + PartialEq + Sync>(ctx: Ctx<Shelf<T, 2>>, thing: T) -> usize {
    if !ctx.domain.things.contains(&thing) {
        ctx.domain.things.push(thing);
    }
    *ctx.domain.looks += 1;
    ctx.domain.things.len()
}
