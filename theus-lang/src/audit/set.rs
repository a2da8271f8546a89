//! The list of an `in` or a `not_in`, sorted once, and what is seen of a collection whose elements must differ.

use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;

use super::integer::Integer;
use crate::context::{Decimal, Elements, Part, Time, TimeKind, Value};

/// So many values are shown in records.
pub(super) const MOST_SHOWN: usize = 8;

/// So many elements are compared with each other in place; more are hashed.
const FEW: usize = 32;

/// Values of one kind, in order: looked up by halving.
#[derive(Clone, Debug, PartialEq)]
pub enum Set {
    Ints(Box<[Integer]>),
    /// Without NaN; zero has one sign.
    Floats(Box<[f64]>),
    Decimals(Box<[Decimal]>),
    Times(TimeKind, Box<[i128]>),
    Texts(Box<[Box<str>]>),
    Chars(Box<[char]>),
    Uuids(Box<[u128]>),
    /// Variants of an enum: their positions and names.
    Variants(Box<[(usize, &'static str)]>),
}

impl Set {
    /// Whether its values are shown in quotes.
    pub(super) const fn is_quoted(&self) -> bool {
        matches!(self, Self::Texts(_) | Self::Chars(_))
    }

    /// Whether the value is one of them; `None` where it is of another kind, or no number.
    pub(super) fn contains(&self, value: Value<'_>) -> Option<bool> {
        Some(match (self, value) {
            (Self::Ints(set), Value::Int(value)) => set.binary_search(&Integer::Small(value)).is_ok(),
            (Self::Ints(set), Value::Huge(value)) => set.binary_search(&Integer::from(value)).is_ok(),
            (Self::Floats(set), Value::Float(value)) if !value.is_nan() => {
                // Adding zero makes the negative zero the positive one.
                set.binary_search_by(|one| one.total_cmp(&(value + 0.0))).is_ok()
            }
            (Self::Decimals(set), Value::Decimal { mantissa, scale }) => {
                set.binary_search(&Decimal::of(mantissa, scale)).is_ok()
            }
            (Self::Times(kind, set), Value::Time { kind: of, nanos }) if *kind == of => {
                set.binary_search(&nanos).is_ok()
            }
            (Self::Texts(set), Value::Text(value)) => set.binary_search_by(|one| (**one).cmp(value)).is_ok(),
            (Self::Chars(set), Value::Char(value)) => set.binary_search(&value).is_ok(),
            (Self::Uuids(set), Value::Uuid(value)) => set.binary_search(&value).is_ok(),
            (Self::Variants(set), Value::Record(record)) => {
                let variant = record.variant()?;
                set.binary_search_by_key(&variant, |(index, _)| *index).is_ok()
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ints(set) => list(f, set, |one, f| one.fmt(f)),
            Self::Floats(set) => list(f, set, |one, f| one.fmt(f)),
            Self::Decimals(set) => list(f, set, |one, f| one.fmt(f)),
            Self::Times(kind, set) => list(f, set, |nanos, f| Time { kind: *kind, nanos: *nanos }.fmt(f)),
            Self::Texts(set) => list(f, set, |one, f| write!(f, "{one:?}")),
            Self::Chars(set) => list(f, set, |one, f| write!(f, "{one:?}")),
            Self::Uuids(set) => list(f, set, |one, f| Value::Uuid(*one).fmt(f)),
            Self::Variants(set) => list(f, set, |(_, name), f| f.write_str(name)),
        }
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    set: &[T],
    show: impl Fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    // `{:#}` shows all: where two lists are told apart by their text.
    let most = if f.alternate() { set.len() } else { MOST_SHOWN };
    f.write_str("[")?;
    for (index, one) in set.iter().take(most).enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        show(one, f)?;
    }
    match set.len().saturating_sub(most) {
        0 => f.write_str("]"),
        more => write!(f, " and {more} more]"),
    }
}

/// A value that can be told from others of its kind by its hash.
#[derive(PartialEq, Eq, Hash)]
enum Seen<'a> {
    Bool(bool),
    Int(i128),
    Huge(u128),
    Float(u64),
    Text(&'a str),
    Char(char),
    Decimal(Decimal),
    Time(i128),
    Uuid(u128),
    Variant(usize),
}

impl<'a> Seen<'a> {
    /// `None` for what is missing, no number, or cannot be looked into: it is different from nothing.
    fn of(value: Value<'a>) -> Option<Self> {
        Some(match value.seen_through() {
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Int(value),
            Value::Huge(value) => Self::Huge(value),
            Value::Float(value) if !value.is_nan() => Self::Float((value + 0.0).to_bits()),
            Value::Text(value) => Self::Text(value),
            Value::Char(value) => Self::Char(value),
            Value::Decimal { mantissa, scale } => Self::Decimal(Decimal::of(mantissa, scale)),
            Value::Time { nanos, .. } => Self::Time(nanos),
            Value::Uuid(value) => Self::Uuid(value),
            Value::Record(record) => Self::Variant(record.variant()?),
            _ => return None,
        })
    }
}

/// Whether no two elements are the same. A few are compared without allocating.
pub(super) fn all_differ(elements: &dyn Elements, part: Part) -> bool {
    let mut differ = true;
    if elements.len() <= FEW {
        let mut few: [Option<Seen<'_>>; FEW] = [const { None }; FEW];
        let mut count = 0;
        elements.each(part, &mut |value| {
            let seen = Seen::of(value);
            differ = seen.is_some() && count < FEW && !few[..count].contains(&seen);
            if !differ {
                return ControlFlow::Break(());
            }
            few[count] = seen;
            count += 1;
            ControlFlow::Continue(())
        });
        return differ;
    }
    let mut all = HashSet::with_capacity(elements.len());
    elements.each(part, &mut |value| {
        differ = Seen::of(value).is_some_and(|seen| all.insert(seen));
        if differ { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    differ
}
