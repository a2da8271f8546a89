//! A value as the audit sees it, and the shape of the values a field can have.

use std::fmt;

/// A borrowed look at one value, made without allocating.
///
/// Integers stay integers and floats stay floats: nothing is compared through the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// An `Option` that is `None`. It satisfies no condition.
    Missing,
    /// A boolean.
    Bool(bool),
    /// Any integer that fits `i128`: all but the upper half of `u128`.
    Int(i128),
    /// An integer above `i128::MAX`.
    Huge(u128),
    /// A float; `f32` is widened, which is exact.
    Float(f64),
    /// A string or a character's worth of one.
    Text(&'a str),
    /// One character.
    Char(char),
    /// A collection, of which the audit sees the number of entries.
    Collection(usize),
    /// Something the audit cannot look into.
    Opaque,
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("none"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Huge(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Char(value) => write!(f, "{value:?}"),
            Self::Collection(1) => f.write_str("1 entry"),
            Self::Collection(len) => write!(f, "{len} entries"),
            Self::Opaque => f.write_str("(opaque)"),
        }
    }
}

/// What kind of value a field or an argument holds: what a rule on it may ask, known before any value exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `bool`.
    Bool,
    /// An integer type, with the least and the greatest value it can hold.
    Int {
        /// The least value.
        min: i128,
        /// The greatest value; it does not fit `i128` for `u128` only.
        max: u128,
    },
    /// `f32`: a bound on it is rounded to `f32` once, when the recipe is loaded.
    Float32,
    /// `f64`.
    Float64,
    /// A string.
    Text,
    /// A character.
    Char,
    /// A list, set or map: it has a length.
    Collection,
    /// An `Option` of something.
    Optional(Box<Shape>),
    /// A type the audit cannot look into: one that does not implement [`Inspect`](crate::Inspect).
    Opaque,
}

impl Shape {
    /// The shape without its `Option`s.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner.innermost(),
            shape => shape,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("a boolean"),
            Self::Int { .. } => f.write_str("an integer"),
            Self::Float32 | Self::Float64 => f.write_str("a float"),
            Self::Text => f.write_str("a string"),
            Self::Char => f.write_str("a character"),
            Self::Collection => f.write_str("a collection"),
            Self::Optional(inner) => write!(f, "an optional value ({inner})"),
            Self::Opaque => f.write_str("a type the audit cannot look into"),
        }
    }
}
