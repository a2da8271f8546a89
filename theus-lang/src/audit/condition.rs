//! Conditions with typed bounds: what was resolved when the recipe was loaded.

use std::fmt;

use regex::Regex;

use super::against::Against;
use super::delta::Change;
use super::integer::Integer;
use super::looks::in_one_line;
pub use super::operator::Operator;
use super::over_time::OverTime;
use super::set::{Set, all_differ};
use crate::condition::Expression;
use crate::context::{Decimal, Time, Value};

/// A test on an ordered value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Min,
    Max,
    Eq,
    Neq,
}

/// A test on a value that only is or is not another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    Eq,
    Neq,
}

/// A test on a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthBound {
    Min,
    Max,
}

/// A test with its bound. A value of another kind than the bound satisfies none, and so does NaN.
#[derive(Clone, Debug)]
pub enum Condition {
    Int(Comparison, i128),
    /// A bound above `i128::MAX`.
    Huge(Comparison, u128),
    Float(Comparison, f64),
    Decimal(Comparison, Decimal),
    Time(Comparison, Time),
    Text(Same, Box<str>),
    Char(Same, char),
    Bool(Same, bool),
    Uuid(Same, u128),
    /// A variant of an enum, by its position; its name is for records.
    Variant(Same, usize, &'static str),
    /// Characters of a string, or entries of a collection.
    Length(LengthBound, usize),
    /// A lower and an upper bound in one.
    Between(Box<[Self; 2]>),
    /// Whether it is one of a list.
    OneOf(Same, Box<Set>),
    Regex(Box<Regex>),
    NotRegex(Box<Regex>),
    Exists(bool),
    Unique,
    Finite,
    MultipleOf(u128),
    DecimalMultipleOf(Decimal),
    /// On the committed value too: see `Change::passes`.
    Change(Change),
    /// A bound that is a value of the global context: see `Rule::passes`.
    Against(Box<Against>),
    /// On what was seen last too, and by the clock: see `Rule::judge_over_time`.
    OverTime(OverTime),
    /// On all that it names: see `Rule::judge`.
    That(Expression),
}

impl Condition {
    pub(super) const fn integer(comparison: Comparison, bound: Integer) -> Self {
        match bound {
            Integer::Small(bound) => Self::Int(comparison, bound),
            Integer::Huge(bound) => Self::Huge(comparison, bound),
        }
    }

    #[inline]
    pub(super) fn passes(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Int(comparison, bound), Value::Int(value)) => comparison.holds(value, *bound),
            (Self::Float(comparison, bound), Value::Float(value)) => !value.is_nan() && comparison.holds(value, *bound),
            _ => self.passes_otherwise(value),
        }
    }

    /// The less frequent kinds, out of the way of numbers.
    fn passes_otherwise(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Decimal(comparison, bound), Value::Decimal { mantissa, scale }) => {
                comparison.holds(Decimal::of(mantissa, scale), *bound)
            }
            (Self::Time(comparison, bound), Value::Time { kind, nanos }) => {
                kind == bound.kind && comparison.holds(nanos, bound.nanos)
            }
            (Self::Length(limit, bound), Value::Collection { elements, .. }) => limit.holds(elements.len(), *bound),
            (Self::Length(limit, bound), Value::Count(length)) => limit.holds(length, *bound),
            (Self::Bool(same, bound), Value::Bool(value)) => same.holds(value == *bound),
            (Self::Char(same, bound), Value::Char(value)) => same.holds(value == *bound),
            (Self::Text(same, bound), Value::Text(value)) => same.holds(value == &**bound),
            (Self::Uuid(same, bound), Value::Uuid(value)) => same.holds(value == *bound),
            (Self::Variant(same, bound, _), Value::Record(record)) => {
                record.variant().is_some_and(|variant| same.holds(variant == *bound))
            }
            (Self::Length(limit, bound), Value::Text(text)) => limit.holds_for(text, *bound),
            (Self::Between(bounds), value) => bounds.iter().all(|bound| bound.passes(value)),
            (Self::OneOf(same, set), value) => set.contains(value).is_some_and(|contained| same.holds(contained)),
            (Self::Regex(regex), Value::Text(text)) => regex.is_match(text),
            (Self::NotRegex(regex), Value::Text(text)) => !regex.is_match(text),
            (Self::Exists(wanted), value) => *wanted != matches!(value, Value::Missing),
            (Self::Unique, Value::Collection { elements, part }) => all_differ(elements, part),
            (Self::Finite, Value::Float(value)) => value.is_finite(),
            (Self::MultipleOf(step), Value::Int(value)) => value.unsigned_abs().is_multiple_of(*step),
            (Self::MultipleOf(step), Value::Huge(value)) => value.is_multiple_of(*step),
            (Self::DecimalMultipleOf(step), Value::Decimal { mantissa, scale }) => {
                Decimal::of(mantissa, scale).is_multiple_of(*step)
            }
            // The one of different kinds that can be compared: everything huge is above everything that is not.
            (Self::Int(comparison, _), Value::Huge(_)) => matches!(comparison, Comparison::Min | Comparison::Neq),
            (Self::Huge(comparison, _), Value::Int(_)) => matches!(comparison, Comparison::Max | Comparison::Neq),
            (Self::Huge(comparison, bound), Value::Huge(value)) => comparison.holds(value, *bound),
            _ => false,
        }
    }

    /// The test of a change, where this is one.
    #[inline]
    pub(super) const fn change(&self) -> Option<&Change> {
        match self {
            Self::Change(change) => Some(change),
            _ => None,
        }
    }

    /// The condition on several values, where this is one.
    #[inline]
    pub const fn that(&self) -> Option<&Expression> {
        match self {
            Self::That(that) => Some(that),
            _ => None,
        }
    }

    /// The condition that goes by the clock, where this is one.
    #[inline]
    pub const fn over_time(&self) -> Option<&OverTime> {
        match self {
            Self::OverTime(over_time) => Some(over_time),
            _ => None,
        }
    }

    /// Whether no value satisfies both a lower bound and this upper bound.
    pub(super) const fn least(of: i128) -> Self {
        Self::Int(Comparison::Min, of)
    }

    /// Every integer up to this one satisfies it.
    pub(super) fn most(of: u128) -> Self {
        Self::integer(Comparison::Max, Integer::from(of))
    }

    pub(super) fn is_above(&self, upper: &Self) -> bool {
        match (self, upper) {
            (Self::Int(_, min), Self::Int(_, max)) => min > max,
            (Self::Huge(_, min), Self::Huge(_, max)) => min > max,
            (Self::Huge(..), Self::Int(..)) => true,
            (Self::Float(_, min), Self::Float(_, max)) => min > max,
            (Self::Decimal(_, min), Self::Decimal(_, max)) => min > max,
            (Self::Time(_, min), Self::Time(_, max)) => min.nanos > max.nanos,
            (Self::Length(_, min), Self::Length(_, max)) => min > max,
            _ => false,
        }
    }
}

impl Comparison {
    #[inline]
    fn holds<T: PartialOrd>(self, value: T, bound: T) -> bool {
        match self {
            Self::Min => value >= bound,
            Self::Max => value <= bound,
            Self::Eq => value == bound,
            Self::Neq => value != bound,
        }
    }
}

impl Same {
    #[inline]
    fn holds(self, equal: bool) -> bool {
        equal == matches!(self, Self::Eq)
    }
}

impl LengthBound {
    #[inline]
    fn holds(self, length: usize, bound: usize) -> bool {
        match self {
            Self::Min => length >= bound,
            Self::Max => length <= bound,
        }
    }

    /// Counts no further than the bound, however long the text is.
    fn holds_for(self, text: &str, bound: usize) -> bool {
        self.holds(text.chars().take(bound.saturating_add(1)).count(), bound)
    }
}

/// The bound as records show it.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(_, bound) => bound.fmt(f),
            Self::Huge(_, bound) => bound.fmt(f),
            Self::Float(_, bound) => bound.fmt(f),
            Self::Text(_, bound) => write!(f, "{bound:?}"),
            Self::Char(_, bound) => write!(f, "{bound:?}"),
            Self::Bool(_, bound) => bound.fmt(f),
            Self::Length(_, bound) => bound.fmt(f),
            Self::Decimal(_, bound) => bound.fmt(f),
            Self::Time(_, bound) => bound.fmt(f),
            Self::Uuid(_, bound) => Value::Uuid(*bound).fmt(f),
            Self::Variant(_, _, name) => f.write_str(name),
            Self::Between(bounds) => write!(f, "[{}, {}]", bounds[0], bounds[1]),
            Self::OneOf(_, set) => set.fmt(f),
            // As in the file: a backslash is one. What would break the line is escaped.
            Self::Regex(regex) | Self::NotRegex(regex) => {
                f.write_str("\"")?;
                for character in regex.as_str().chars() {
                    match character.is_control() {
                        true => write!(f, "{}", character.escape_default())?,
                        false => write!(f, "{character}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::Exists(wanted) => wanted.fmt(f),
            Self::Unique | Self::Finite => f.write_str("true"),
            Self::MultipleOf(step) => step.fmt(f),
            Self::DecimalMultipleOf(step) => step.fmt(f),
            Self::Change(change) => change.fmt(f),
            Self::OverTime(over_time) => over_time.fmt(f),
            Self::Against(against) => against.fmt(f),
            // In one line, however the file has it.
            Self::That(that) => f.write_str(&in_one_line(that.text())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::context::Inspect as _;

    const COMPARISONS: [Comparison; 4] = [Comparison::Min, Comparison::Max, Comparison::Eq, Comparison::Neq];

    fn orders(condition: impl Fn(Comparison) -> Condition, value: Value<'_>) -> [bool; 4] {
        COMPARISONS.map(|comparison| condition(comparison).passes(value))
    }

    #[test]
    fn integers_compare_exactly_at_their_extremes() {
        let int = |bound| move |comparison| Condition::Int(comparison, bound);
        let huge = |bound| move |comparison| Condition::Huge(comparison, bound);
        let top = i128::from(u64::MAX);
        assert_eq!(orders(int(top), Value::Int(top - 1)), [false, true, false, true], "one apart beyond 2^53");
        assert_eq!(orders(int(top), Value::Int(top)), [true, true, true, false]);
        assert_eq!(orders(int(i128::MIN), Value::Int(i128::MIN)), [true, true, true, false]);
        assert_eq!(orders(int(i128::MAX), Value::Huge(u128::MAX)), [true, false, false, true]);
        assert_eq!(orders(huge(u128::MAX), Value::Int(i128::MAX)), [false, true, false, true]);
        assert_eq!(orders(huge(u128::MAX), Value::Huge(u128::MAX)), [true, true, true, false]);
        assert_eq!(orders(huge(u128::MAX), Value::Huge(u128::MAX - 1)), [false, true, false, true]);
    }

    #[test]
    fn nan_satisfies_nothing_and_infinities_are_the_ends() {
        let float = |bound| move |comparison| Condition::Float(comparison, bound);
        assert_eq!(orders(float(1.0), Value::Float(f64::NAN)), [false; 4]);
        assert_eq!(orders(float(f64::INFINITY), Value::Float(f64::NAN)), [false; 4]);
        assert_eq!(orders(float(1.0), Value::Float(f64::INFINITY)), [true, false, false, true]);
        assert_eq!(orders(float(1.0), Value::Float(f64::NEG_INFINITY)), [false, true, false, true]);
        assert_eq!(orders(float(f64::INFINITY), Value::Float(f64::MAX)), [false, true, false, true]);
        assert_eq!(orders(float(0.0), Value::Float(-0.0)), [true, true, true, false]);
    }

    #[test]
    fn missing_opaque_and_other_kinds_satisfy_nothing() {
        let conditions = [
            Condition::Int(Comparison::Neq, 1),
            Condition::Huge(Comparison::Neq, u128::MAX),
            Condition::Float(Comparison::Neq, 1.0),
            Condition::Text(Same::Neq, "a".into()),
            Condition::Char(Same::Neq, 'a'),
            Condition::Bool(Same::Neq, true),
            Condition::Length(LengthBound::Min, 0),
        ];
        for condition in &conditions {
            assert!(!condition.passes(Value::Missing) && !condition.passes(Value::Opaque), "{condition:?}");
        }
        assert!(!conditions[0].passes(Value::Float(2.0)) && !conditions[2].passes(Value::Int(2)));
    }

    #[test]
    fn times_and_decimals_compare_exactly_at_their_bounds() {
        let noon = Time::parse(crate::context::TimeKind::Instant, "2024-05-01T12:00:00Z").unwrap();
        let time = |nanos: i128| Value::Time { kind: noon.kind, nanos: noon.nanos + nanos };
        let bound = |comparison| Condition::Time(comparison, noon);
        assert_eq!(orders(bound, time(0)), [true, true, true, false]);
        assert_eq!(orders(bound, time(1)), [true, false, false, true]);
        assert_eq!(orders(bound, time(-1)), [false, true, false, true]);
        let other = Value::Time { kind: crate::context::TimeKind::Date, nanos: noon.nanos };
        assert_eq!(orders(bound, other), [false; 4], "of another kind");
        let decimal = |comparison| Condition::Decimal(comparison, Decimal::of(15, 1));
        assert_eq!(orders(decimal, Value::Decimal { mantissa: 150, scale: 2 }), [true, true, true, false]);
        assert_eq!(orders(decimal, Value::Decimal { mantissa: 151, scale: 2 }), [true, false, false, true]);
    }

    #[test]
    fn lengths_count_characters_and_entries() {
        let (two, three) = (Condition::Length(LengthBound::Min, 2), Condition::Length(LengthBound::Max, 3));
        assert!(!two.passes(Value::Text("ü")) && two.passes(Value::Text("üb")));
        assert!(three.passes(Value::Text("übe")) && !three.passes(Value::Text("über")));
        assert!(!two.passes(Value::Count(0)) && three.passes(vec![1_u8].inspect()));
        assert!(Condition::Length(LengthBound::Max, 0).passes(Value::Text("")));
        assert!(Condition::Length(LengthBound::Max, usize::MAX).passes(Value::Text("a")));
    }
}
