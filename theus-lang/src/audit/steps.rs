//! The steps of a path below its field, resolved when the recipe is loaded.

use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::aggregate::{self, Numbers};
use crate::context::{Part, Value};

/// One step from a value to a part of it, or to what is computed from it. No step allocates.
#[derive(Clone)]
pub(super) enum PathStep {
    /// A field of a struct or a tuple.
    Field(usize),
    /// A field of a variant; missing where it is another variant.
    Variant(usize, usize),
    /// A method of the user's.
    Method(usize),
    /// An element, counted from the first.
    Index(usize),
    /// An element, counted from the last, which is 1.
    Back(usize),
    /// The value under a key, which is of the map's own type of keys.
    Key(Arc<dyn Any + Send + Sync>),
    Len,
    Keys,
    Values,
    First,
    Last,
    Min,
    Max,
    Sum(Numbers),
    Mean(Numbers),
    /// Every element: the rest of the steps is taken from each.
    Each(Naming),
}

/// What an element is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// By its position.
    Position,
    /// By its key.
    Key,
    /// By its key, in no order.
    HashKey,
    /// By itself.
    Itself,
    /// By itself, in no order.
    HashItself,
}

impl Naming {
    pub(super) const fn is_ordered(self) -> bool {
        !matches!(self, Self::HashKey | Self::HashItself)
    }

    pub(super) const fn is_of_map(self) -> bool {
        matches!(self, Self::Key | Self::HashKey)
    }
}

/// Takes one step after the other.
#[inline]
pub(super) fn walk<'a>(value: Value<'a>, steps: &[PathStep]) -> Value<'a> {
    let mut value = value;
    for step in steps {
        value = step.take(&value);
    }
    value
}

impl PathStep {
    fn take<'a>(&self, value: &Value<'a>) -> Value<'a> {
        match *value {
            Value::Record(record) => match self {
                Self::Field(index) => record.field(*index),
                Self::Variant(variant, index) if record.variant() == Some(*variant) => record.field(*index),
                Self::Variant(..) => Value::Missing,
                Self::Method(index) => record.method(*index),
                _ => Value::Opaque,
            },
            Value::Collection { elements, part } => match self {
                Self::Len => Value::Int(elements.len() as i128),
                Self::Index(index) => elements.at(*index).unwrap_or(Value::Missing),
                Self::Back(back) => {
                    elements.len().checked_sub(*back).and_then(|index| elements.at(index)).unwrap_or(Value::Missing)
                }
                Self::Key(key) => elements.find(&**key).unwrap_or(Value::Missing),
                Self::Keys => Value::Collection { elements, part: Part::Keys },
                Self::Values => Value::Collection { elements, part: Part::Values },
                Self::First => elements.ends(part).map_or(Value::Missing, |(first, _)| first),
                Self::Last => elements.ends(part).map_or(Value::Missing, |(_, last)| last),
                Self::Min => aggregate::extreme(elements, part, Ordering::Less),
                Self::Max => aggregate::extreme(elements, part, Ordering::Greater),
                Self::Sum(numbers) => aggregate::sum(elements, part, *numbers),
                Self::Mean(numbers) => aggregate::mean(elements, part, *numbers),
                _ => Value::Opaque,
            },
            Value::Text(text) => match self {
                Self::Len => Value::Int(text.chars().count() as i128),
                Self::First => text.chars().next().map_or(Value::Missing, Value::Char),
                Self::Last => text.chars().next_back().map_or(Value::Missing, Value::Char),
                _ => Value::Opaque,
            },
            Value::Count(len) if matches!(self, Self::Len) => Value::Int(len as i128),
            Value::Missing => Value::Missing,
            _ => Value::Opaque,
        }
    }
}

impl fmt::Debug for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(index) => write!(f, ".{index}"),
            Self::Variant(variant, index) => write!(f, ".{variant}.{index}"),
            Self::Method(index) => write!(f, ".{index}()"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Back(back) => write!(f, "[-{back}]"),
            Self::Key(_) => f.write_str("[..]"),
            Self::Len => f.write_str(".len()"),
            Self::Keys => f.write_str(".keys()"),
            Self::Values => f.write_str(".values()"),
            Self::First => f.write_str(".first()"),
            Self::Last => f.write_str(".last()"),
            Self::Min => f.write_str(".min()"),
            Self::Max => f.write_str(".max()"),
            Self::Sum(_) => f.write_str(".sum()"),
            Self::Mean(_) => f.write_str(".mean()"),
            Self::Each(_) => f.write_str("[*]"),
        }
    }
}
