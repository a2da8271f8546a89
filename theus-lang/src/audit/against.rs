//! Bounds that are values of the global context: read when the gate judges.

use std::fmt;

use super::condition::{Comparison, Condition, LengthBound, Same};
use super::looks;
use super::steps::{PathStep, walk};
use crate::context::{Decimal, REDACTED, Time, Value};
use theus_model::audit::{Subject, Text};

/// What is compared with a value of the global context. Where that is missing or NaN, nothing satisfies it.
#[derive(Clone, Debug)]
pub struct Against {
    test: Test,
    /// Where it is in the global context, and the steps from there.
    place: Box<[usize]>,
    steps: Box<[PathStep]>,
    /// As it is written: `global.high`.
    path: Box<str>,
    /// Whether people are not shown it.
    redacts: bool,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    Value(Comparison),
    Length(LengthBound),
}

impl Against {
    pub(super) fn new(test: Test, (place, steps): (&[usize], &[PathStep]), path: &str, redacts: bool) -> Self {
        Self { test, place: place.into(), steps: steps.into(), path: path.into(), redacts }
    }

    fn bound<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        walk(subject.global(&self.place), &self.steps)
    }

    #[inline(never)]
    pub(super) fn passes(&self, value: Value<'_>, subject: &(impl Subject + ?Sized)) -> bool {
        let bound = self.bound(subject);
        match (self.test, value, bound) {
            (Test::Value(Comparison::Eq), Value::Text(value), Value::Text(bound)) => value == bound,
            (Test::Value(Comparison::Neq), Value::Text(value), Value::Text(bound)) => value != bound,
            (Test::Value(comparison), value, bound) => {
                condition(comparison, bound).is_some_and(|condition| condition.passes(value))
            }
            (Test::Length(limit), value, Value::Int(bound)) => match usize::try_from(bound) {
                Ok(bound) => Condition::Length(limit, bound).passes(value),
                // Below 0 and beyond what can be counted: every length is above the one and below the other.
                Err(_) => {
                    let is_above = (bound < 0) == matches!(limit, LengthBound::Min);
                    is_above && Condition::Length(LengthBound::Min, 0).passes(value)
                }
            },
            (Test::Length(_), ..) => false,
        }
    }

    /// The bound as it is, for the account of a violation.
    pub(super) fn shown(&self, subject: &(impl Subject + ?Sized), unit: Option<&Text>) -> String {
        match self.redacts {
            true => format!("{} = {REDACTED}", self.path),
            false => format!("{} = {}", self.path, looks::measured(self.bound(subject), unit)),
        }
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// The condition that a bound makes; none of what is missing, and of NaN.
fn condition(comparison: Comparison, bound: Value<'_>) -> Option<Condition> {
    let same = if matches!(comparison, Comparison::Neq) { Same::Neq } else { Same::Eq };
    Some(match bound {
        Value::Int(bound) => Condition::Int(comparison, bound),
        Value::Huge(bound) => Condition::Huge(comparison, bound),
        Value::Float(bound) if !bound.is_nan() => Condition::Float(comparison, bound),
        Value::Decimal { mantissa, scale } => Condition::Decimal(comparison, Decimal::of(mantissa, scale)),
        Value::Time { kind, nanos } => Condition::Time(comparison, Time { kind, nanos }),
        Value::Bool(bound) => Condition::Bool(same, bound),
        Value::Char(bound) => Condition::Char(same, bound),
        Value::Uuid(bound) => Condition::Uuid(same, bound),
        Value::Record(record) => Condition::Variant(same, record.variant()?, ""),
        _ => return None,
    })
}
