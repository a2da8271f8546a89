//! An expression after the check: names are positions, macros are loops, literals are of the type that they are compared with.

use std::any::Any;
use std::sync::Arc;

use regex::Regex;

use super::element_test::ElementTest;
use super::operand::Operand;
use crate::aggregate::Numbers;
use crate::calendar::{CalendarPart, Zone};
use crate::context::{Decimal, KeyShape, Time, TimeKind};

/// The name of an entry, and the same as a key of the map's own type.
pub(super) struct Key {
    pub(super) name: Box<str>,
    pub(super) made: Option<Arc<dyn Any + Send + Sync>>,
}

/// A part of a checked expression.
pub(super) enum Node {
    Constant(Constant),
    Domain(Box<[usize]>),
    Global(Box<[usize]>),
    Local(Box<[usize]>),
    Argument(usize),
    Payload,
    /// What time it is.
    Now,
    /// Whether the state of this number is active.
    Active(u32),
    Item(Box<str>),
    /// What a macro's variable stands for, counted from the outermost.
    Variable(usize),
    /// A field of a struct: by position in the state, by name in JSON.
    Field(Box<Node>, usize, Box<str>),
    /// What the variant of an enum holds; null of any other.
    Variant(Box<Node>, Box<str>),
    /// An entry of a map, by its name.
    Entry(Box<Node>, Key),
    Index(Box<Node>, Box<Node>, Option<Box<KeyShape>>),
    /// Whether there is an entry of this name.
    HasEntry(Box<Node>, Key),
    IsThere(Box<Node>),
    /// The keys of a map of the state.
    Keys(Box<Node>),
    /// JSON as a value of the type that it stands for.
    Read(Box<Node>, Written),
    Not(Box<Node>),
    Negate(Box<Node>),
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Choose(Box<[Node; 3]>),
    Equal(Box<[Node; 2]>, bool),
    Order(Ordered, Box<[Node; 2]>),
    Compute(Arithmetic, Box<[Node; 2]>),
    In(Box<[Node; 2]>, Option<Box<KeyShape>>),
    Size(Box<Node>),
    /// What is computed of all elements; the sum of nothing is a zero of this kind.
    Total(Total, Numbers, Box<Node>),
    TextTest(TextTest, Box<[Node; 2]>),
    Matches(Box<Node>, Box<Regex>),
    Convert(Conversion, Box<Node>),
    /// What the calendar says of a moment, in a time zone.
    Calendar(Box<(CalendarPart, Zone)>, Box<Node>),
    /// The list, and the test of each element; the same typed, where it is one that can be.
    Each(Each, Box<[Node; 2]>, Option<Box<ElementTest>>),
    /// The list, which elements are kept, what is made of each.
    Map(Box<[Node; 3]>),
    List(Box<[Node]>),
    Object(Box<[(Box<str>, Node)]>),
}

/// What is written out.
pub(super) enum Constant {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Decimal(Decimal),
    Time(Time),
    Uuid(u128),
    Char(char),
    Text(Box<str>),
}

impl Constant {
    /// The value, without its text being copied.
    pub(super) fn lend(&self) -> Operand<'_> {
        match self {
            Self::Null => Operand::Null,
            Self::Bool(value) => Operand::Bool(*value),
            Self::Int(value) => Operand::Int(*value),
            Self::Float(value) => Operand::Float(*value),
            Self::Decimal(value) => Operand::Decimal(*value),
            Self::Time(value) => Operand::Time(*value),
            Self::Uuid(value) => Operand::Uuid(*value),
            Self::Char(value) => Operand::Char(*value),
            Self::Text(value) => Operand::Text((&**value).into()),
        }
    }
}

/// What JSON of a known shape is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Float,
    Decimal,
    Time(TimeKind),
    Uuid,
    Enum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ordered {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Ordered {
    /// Whether two values are in this order; NaN is in none.
    #[inline]
    pub(super) fn holds<T: PartialOrd + ?Sized>(self, one: &T, two: &T) -> bool {
        match self {
            Self::Less => one < two,
            Self::LessOrEqual => one <= two,
            Self::Greater => one > two,
            Self::GreaterOrEqual => one >= two,
        }
    }

    /// The same order, with the sides exchanged.
    pub(super) const fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    /// `None` where 64 bits do not hold it.
    #[inline]
    pub(super) fn of_integers(self, one: i64, two: i64) -> Option<i64> {
        match self {
            Self::Add => one.checked_add(two),
            Self::Subtract => one.checked_sub(two),
            Self::Multiply => one.checked_mul(two),
            Self::Divide => one.checked_div(two),
            Self::Remainder => one.checked_rem(two),
        }
    }
}

/// What is computed of all elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    Sum,
    Mean,
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    Int,
    Double,
    String,
}

/// What is asked of the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    All,
    Exists,
    ExistsOne,
}
