//! Which values a condition lets pass, as far as conditions can be weighed against each other.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;

use super::super::condition::{Comparison, Condition, LengthBound, Same};
use super::super::integer::Integer;
use super::super::set::Set;
use crate::context::{Decimal, Time, Value};

/// A number that bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(Integer),
    Float(f64),
    Decimal(Decimal),
    Time(Time),
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(this), Self::Integer(other)) => this.partial_cmp(other),
            (Self::Float(this), Self::Float(other)) => this.partial_cmp(other),
            (Self::Decimal(this), Self::Decimal(other)) => this.partial_cmp(other),
            (Self::Time(this), Self::Time(other)) => this.nanos.partial_cmp(&other.nanos),
            // Rules on one field have bounds of one kind.
            _ => None,
        }
    }
}

/// One value that a condition names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Point {
    Number(Number),
    Text(Box<str>),
    Char(char),
    Bool(bool),
    Uuid(u128),
    /// A variant of an enum.
    Variant(&'static str),
}

impl Point {
    pub(super) fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// What two points share that are the same value, for sets of them.
    pub(super) fn key(&self) -> String {
        match self {
            // Minus zero is zero.
            Self::Number(Number::Float(float)) => (float + 0.0).to_string(),
            // However many zeros it is written with.
            Self::Number(Number::Decimal(decimal)) => decimal.normalized().to_string(),
            point => point.to_string(),
        }
    }

    /// The value that a condition would see; of a variant none that can be judged.
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Number(Number::Integer(Integer::Small(small))) => Value::Int(*small),
            Self::Number(Number::Integer(Integer::Huge(huge))) => Value::Huge(*huge),
            Self::Number(Number::Float(float)) => Value::Float(*float),
            Self::Number(Number::Decimal(decimal)) => (*decimal).into(),
            Self::Number(Number::Time(time)) => Value::Time { kind: time.kind, nanos: time.nanos },
            Self::Text(text) => Value::Text(text),
            Self::Char(character) => Value::Char(*character),
            Self::Bool(value) => Value::Bool(*value),
            Self::Uuid(uuid) => Value::Uuid(*uuid),
            Self::Variant(_) => Value::Opaque,
        }
    }

    /// The length that a condition on lengths would see.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            _ => None,
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Number::Integer(integer)) => integer.fmt(f),
            Self::Number(Number::Float(float)) => float.fmt(f),
            Self::Number(Number::Decimal(decimal)) => decimal.fmt(f),
            Self::Number(Number::Time(time)) => time.fmt(f),
            Self::Uuid(uuid) => Value::Uuid(*uuid).fmt(f),
            Self::Variant(name) => f.write_str(name),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Char(character) => write!(f, "{character:?}"),
            Self::Bool(value) => value.fmt(f),
        }
    }
}

/// What passes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Interval {
    /// The numbers from one to another, both of them included.
    Numbers { least: Option<Number>, most: Option<Number> },
    /// The lengths from one to another, both of them included.
    Lengths { least: Option<usize>, most: Option<usize> },
    /// These and no others.
    Only(Vec<Point>),
    /// All but these.
    AllBut(Vec<Point>),
    /// What cannot be weighed, as it is written: it is the same as itself only.
    Other(String),
}

impl Interval {
    pub(super) fn of(condition: &Condition) -> Self {
        let ordered = |comparison: Comparison, number| match comparison {
            Comparison::Min => Self::Numbers { least: Some(number), most: None },
            Comparison::Max => Self::Numbers { least: None, most: Some(number) },
            Comparison::Eq => Self::Only(vec![Point::Number(number)]),
            Comparison::Neq => Self::AllBut(vec![Point::Number(number)]),
        };
        let same = |same: Same, point| match same {
            Same::Eq => Self::Only(vec![point]),
            Same::Neq => Self::AllBut(vec![point]),
        };
        match condition {
            Condition::Int(comparison, bound) => ordered(*comparison, Number::Integer(Integer::Small(*bound))),
            Condition::Huge(comparison, bound) => ordered(*comparison, Number::Integer(Integer::Huge(*bound))),
            Condition::Float(comparison, bound) => ordered(*comparison, Number::Float(*bound)),
            Condition::Decimal(comparison, bound) => ordered(*comparison, Number::Decimal(*bound)),
            Condition::Time(comparison, bound) => ordered(*comparison, Number::Time(*bound)),
            Condition::Uuid(kind, bound) => same(*kind, Point::Uuid(*bound)),
            Condition::Variant(kind, _, name) => same(*kind, Point::Variant(name)),
            Condition::OneOf(Same::Eq, set) => Self::Only(points(set)),
            Condition::OneOf(Same::Neq, set) => Self::AllBut(points(set)),
            Condition::Between(bounds) => match [Self::of(&bounds[0]), Self::of(&bounds[1])] {
                [Self::Numbers { least, .. }, Self::Numbers { most, .. }] => Self::Numbers { least, most },
                _ => Self::Other(condition.to_string()),
            },
            Condition::Regex(_)
            | Condition::NotRegex(_)
            | Condition::Against(_)
            | Condition::Exists(_)
            | Condition::Unique
            | Condition::Finite
            | Condition::MultipleOf(_)
            | Condition::DecimalMultipleOf(_)
            | Condition::Change(_)
            | Condition::OverTime(_)
            | Condition::That(_) => Self::Other(condition.to_string()),
            Condition::Text(kind, bound) => same(*kind, Point::Text(bound.clone())),
            Condition::Char(kind, bound) => same(*kind, Point::Char(*bound)),
            Condition::Bool(kind, bound) => same(*kind, Point::Bool(*bound)),
            Condition::Length(LengthBound::Min, bound) => Self::Lengths { least: Some(*bound), most: None },
            Condition::Length(LengthBound::Max, bound) => Self::Lengths { least: None, most: Some(*bound) },
        }
    }

    /// Whether this interval lets pass less, as much, or more than another of the same condition: `Less` is stricter. `None`
    /// where each lets something pass that the other does not.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        let within = (other.covers(self), self.covers(other));
        match within {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            (false, false) => None,
        }
    }

    /// Whether everything that `inner` lets pass passes here too.
    fn covers(&self, inner: &Self) -> bool {
        match (self, inner) {
            (Self::Numbers { least, most }, Self::Numbers { least: l, most: m }) => {
                is_at_most(*least, *l) && is_at_least(*most, *m)
            }
            (Self::Lengths { least, most }, Self::Lengths { least: l, most: m }) => {
                is_at_most(*least, *l) && is_at_least(*most, *m)
            }
            (Self::Only(outer), Self::Only(inner)) => has_all(outer, inner),
            (Self::AllBut(outer), Self::AllBut(inner)) => has_all(inner, outer),
            (Self::Other(outer), Self::Other(inner)) => outer == inner,
            _ => false,
        }
    }
}

/// The values of a list, in their order.
fn points(set: &Set) -> Vec<Point> {
    let numbers = |number| Point::Number(number);
    match set {
        Set::Ints(set) => set.iter().map(|one| numbers(Number::Integer(*one))).collect(),
        Set::Floats(set) => set.iter().map(|one| numbers(Number::Float(*one))).collect(),
        Set::Decimals(set) => set.iter().map(|one| numbers(Number::Decimal(*one))).collect(),
        Set::Times(kind, set) => {
            set.iter().map(|nanos| numbers(Number::Time(Time { kind: *kind, nanos: *nanos }))).collect()
        }
        Set::Texts(set) => set.iter().cloned().map(Point::Text).collect(),
        Set::Chars(set) => set.iter().copied().map(Point::Char).collect(),
        Set::Uuids(set) => set.iter().copied().map(Point::Uuid).collect(),
        Set::Variants(set) => set.iter().map(|(_, name)| Point::Variant(name)).collect(),
    }
}

fn has_all(outer: &[Point], inner: &[Point]) -> bool {
    let outer: HashSet<_> = outer.iter().map(Point::key).collect();
    inner.iter().all(|point| outer.contains(&point.key()))
}

/// Of lower bounds: none is the lowest.
fn is_at_most<T: PartialOrd>(outer: Option<T>, inner: Option<T>) -> bool {
    match (outer, inner) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => outer <= inner,
    }
}

/// Of upper bounds: none is the highest.
fn is_at_least<T: PartialOrd>(outer: Option<T>, inner: Option<T>) -> bool {
    match (outer, inner) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => outer >= inner,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A test that fails panics.

    use super::*;
    use crate::context::TimeKind;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn decimals_and_times_are_weighed() {
        let most = |text| Interval::of(&Condition::Decimal(Comparison::Max, decimal(text)));
        assert_eq!(most("0.1").compare(&most("0.10000000000000001")), Some(Ordering::Less));
        assert_eq!(most("1.50").compare(&most("1.5")), Some(Ordering::Equal));
        let least = |nanos| Interval::of(&Condition::Time(Comparison::Min, Time { kind: TimeKind::Instant, nanos }));
        assert_eq!(least(2).compare(&least(1)), Some(Ordering::Less));
        assert_eq!(least(2).compare(&most("2")), None);
    }

    #[test]
    fn decimals_in_lists_are_the_same_however_they_are_written() {
        let only = |text| Interval::of(&Condition::OneOf(Same::Eq, Box::new(Set::Decimals([decimal(text)].into()))));
        assert_eq!(only("1.50").compare(&only("1.5")), Some(Ordering::Equal));
        assert_eq!(only("1.50").compare(&only("1.51")), None);
    }
}
