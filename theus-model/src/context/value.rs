//! A value as the audit sees it.

use std::fmt;

use super::decimal::Decimal;
use super::inside::{Elements, Part, Record};
use super::time::{Time, TimeKind};

/// A borrowed look at one value, made without allocating.
///
/// Integers stay integers, floats stay floats and decimals stay decimals: nothing is compared through another.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'a> {
    /// An `Option` that is `None`, or what is not there: it satisfies no condition but `exists: false`.
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
    /// A decimal number: make it from a [`Decimal`].
    Decimal {
        /// The digits, as a whole number.
        mantissa: i128,
        /// How many of them are fractional, at most 38.
        scale: u8,
    },
    /// A time: make it from a [`Time`].
    Time {
        /// What kind of time it is.
        kind: TimeKind,
        /// See [`Time::nanos`].
        nanos: i128,
    },
    /// A UUID, as its number.
    Uuid(u128),
    /// A list, a set, a map, or a part of one.
    Collection {
        /// The collection.
        elements: &'a dyn Elements,
        /// What of it.
        part: Part,
    },
    /// The number of entries of a collection that the audit cannot look into.
    Count(usize),
    /// A struct, a tuple or an enum.
    Record(&'a dyn Record),
    /// What was computed and is beyond every number that could hold it: it satisfies no condition.
    OutOfRange,
    /// Something the audit cannot look into.
    Opaque,
}

impl<'a> Value<'a> {
    /// A whole collection.
    #[inline]
    #[must_use]
    pub const fn collection(elements: &'a dyn Elements) -> Self {
        Self::Collection { elements, part: Part::All }
    }

    /// Any integer.
    #[doc(hidden)]
    pub fn unsigned(value: u128) -> Self {
        i128::try_from(value).map_or(Self::Huge(value), Self::Int)
    }

    /// What a newtype stands for.
    #[doc(hidden)]
    pub fn seen_through(self) -> Self {
        let mut value = self;
        // A loop: newtypes that hold each other are as long as a list.
        while let Self::Record(record) = value
            && record.is_transparent()
        {
            value = record.field(0);
        }
        value
    }

    /// Whether it is what an empty start has: zero, empty, nothing.
    #[doc(hidden)]
    pub fn is_blank(self) -> bool {
        match self.seen_through() {
            Self::Missing | Self::Bool(false) | Self::Int(0) | Self::Char('\0') | Self::Uuid(0) | Self::Count(0) => {
                true
            }
            Self::Float(value) => value == 0.0,
            Self::Text(text) => text.is_empty(),
            Self::Decimal { mantissa, .. } => mantissa == 0,
            Self::Time { nanos, .. } => nanos == 0,
            Self::Collection { elements, .. } => elements.is_empty(),
            _ => false,
        }
    }

    /// Whether two looks show the same. NaN is the same as NaN: this is about change, not about numbers. What is too deep or
    /// too large to be compared is not the same: see [`compare`](super::same::compare).
    #[doc(hidden)]
    pub fn is_same(self, other: Self) -> bool {
        super::same::is_same(self, other)
    }
}

/// As the audit compares: NaN is not equal to itself, and what cannot be looked into is equal to nothing.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Missing, Self::Missing) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Int(one), Self::Int(two)) => one == two,
            (Self::Huge(one), Self::Huge(two)) | (Self::Uuid(one), Self::Uuid(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one == two,
            (Self::Count(one), Self::Count(two)) => one == two,
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Char(one), Self::Char(two)) => one == two,
            (Self::Decimal { mantissa, scale }, Self::Decimal { mantissa: other, scale: at }) => {
                Decimal::of(mantissa, scale) == Decimal::of(other, at)
            }
            (Self::Time { kind, nanos }, Self::Time { kind: of, nanos: other }) => kind == of && nanos == other,
            (one @ (Self::Collection { .. } | Self::Record(_)), two) => match two {
                Self::Collection { .. } | Self::Record(_) => one.is_same(two),
                _ => false,
            },
            _ => false,
        }
    }
}

impl From<Decimal> for Value<'_> {
    #[inline]
    fn from(decimal: Decimal) -> Self {
        Self::Decimal { mantissa: decimal.mantissa(), scale: decimal.scale() }
    }
}

impl From<Time> for Value<'_> {
    #[inline]
    fn from(Time { kind, nanos }: Time) -> Self {
        Self::Time { kind, nanos }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Missing => f.write_str("none"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Huge(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Char(value) => write!(f, "{value:?}"),
            Self::Decimal { mantissa, scale } => Decimal::of(mantissa, scale).fmt(f),
            Self::Time { kind, nanos } => Time { kind, nanos }.fmt(f),
            Self::Uuid(value) => uuid(value, f),
            Self::Collection { elements, .. } => entries(elements.len(), f),
            Self::Count(len) => entries(len, f),
            Self::Record(record) => match self.seen_through() {
                Self::Record(_) => f.write_str(record.name()),
                value => value.fmt(f),
            },
            Self::OutOfRange => f.write_str("out of range (beyond 128 bits)"),
            Self::Opaque => f.write_str("(opaque)"),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn entries(len: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match len {
        1 => f.write_str("1 entry"),
        len => write!(f, "{len} entries"),
    }
}

/// As UUIDs are written: five groups of small hexadecimal digits.
pub(super) fn uuid(value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let group = |shift: u32, digits: u32| (value >> shift) & ((1 << (digits * 4)) - 1);
    let [a, b, c, d, e] = [group(96, 8), group(80, 4), group(64, 4), group(48, 4), group(0, 12)];
    write!(f, "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}

/// Reads a UUID as it is written, with hyphens.
#[doc(hidden)]
pub fn parse_uuid(text: &str) -> Option<u128> {
    let hyphens = [8, 13, 18, 23];
    if text.len() != 36 {
        return None;
    }
    text.bytes().enumerate().try_fold(0, |number, (at, byte)| {
        if hyphens.contains(&at) {
            return (byte == b'-').then_some(number);
        }
        char::from(byte).to_digit(16).map(|digit| number << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_two_registers_and_a_tag() {
        assert_eq!(size_of::<Value<'_>>(), 32);
    }

    #[test]
    fn uuids_are_read_as_they_are_shown() {
        let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        assert_eq!(parse_uuid(text).map(|number| Value::Uuid(number).to_string()).as_deref(), Some(text));
        assert_eq!(parse_uuid(&text.to_uppercase()), parse_uuid(text));
        for wrong in ["", "67e5504410b1426f9247bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0cg", "ü"] {
            assert_eq!(parse_uuid(wrong), None, "{wrong}");
        }
        assert_eq!(Value::Uuid(u128::MAX).to_string(), "ffffffff-ffff-ffff-ffff-ffffffffffff");
    }

    #[test]
    fn nan_is_no_number_but_no_change_either() {
        let nan = Value::Float(f64::NAN);
        assert!(nan != nan && nan.is_same(nan) && !nan.is_same(Value::Float(0.0)));
        assert!(!Value::Opaque.is_same(Value::Opaque), "nothing can be said about it");
    }
}
