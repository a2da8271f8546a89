//! Conditions: a test and a YAML value, typed by the shape that they are on.

use super::super::condition::{Condition, LengthBound, Operator};
use super::super::delta::Change;
use super::super::integer::Integer;
use regex::Regex;

use super::atom::{atom, decimal, expected, quoted};
use super::catalog::Catalog;
use super::number::{self, Number};
use super::patterns::Patterns;
use super::refused::Refused;
use super::set;
use super::{against, code, over_time};
use crate::context::Shape;
use crate::source::Value;

/// What a condition is on.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The path, as written.
    pub(super) field: &'a str,
    pub(super) shape: &'a Shape,
    /// In what it is measured, by its field or by the entry.
    pub(super) unit: Option<&'a str>,
    /// Whether there is a committed value to compare with, or why there is none.
    pub(super) changes: Result<(), NoChange>,
}

/// Why nothing is compared with what is committed.
#[derive(Clone, Copy)]
pub(super) enum NoChange {
    AtTheInputGate,
    NotInTheDomain,
    /// Of several there is no one value to compare with.
    OfEach,
}

/// The condition that a test with a value makes.
pub(super) fn condition(
    test: Operator,
    value: &Value,
    (place, catalog): (Place<'_>, &Catalog),
    patterns: &mut Patterns,
) -> Result<Condition, Refused> {
    let Place { field, shape, unit, changes } = place;
    if let (true, Err(why)) = (test.is_of_change(), changes) {
        return Err(no_change(test, field, why));
    }
    if test.is_over_time()
        && let Some(refused) = over_time::misplaced(test, &place)
    {
        return Err(refused);
    }
    let mut fitting = Operator::fitting(shape, changes.is_ok());
    if !fitting.any(|fitting| fitting == test) {
        let fitting = Operator::fitting(shape, changes.is_ok()).map(Operator::as_str).collect::<Vec<_>>().join(", ");
        let refused = Refused::test(format!("`{test}` does not fit {field}, {}", on(test, shape)));
        return Err(match (test, shape.innermost()) {
            (_, Shape::Record(_)) if fitting.is_empty() => refused.help("name one of its fields"),
            (Operator::MultipleOf, Shape::Float32 | Shape::Float64) => {
                refused.help(format!("a float has no exact multiples; conditions that fit: {fitting}"))
            }
            _ => refused.help(format!("conditions that fit: {fitting}")),
        });
    }
    if let Some(against) = against::condition(test, value, (shape, field, unit), catalog) {
        return against;
    }
    let shape = shape.innermost();
    match test {
        Operator::Min | Operator::Max | Operator::Eq | Operator::Neq => atom(test, test, value, shape, field),
        Operator::MinLen | Operator::MaxLen => length(test, value, field),
        Operator::Between => between(value, shape, field),
        Operator::In | Operator::NotIn => set::one_of(test, value, shape, field),
        Operator::Regex => regex(test, value, field, patterns).map(|regex| Condition::Regex(Box::new(regex))),
        Operator::NotRegex => regex(test, value, field, patterns).map(|regex| Condition::NotRegex(Box::new(regex))),
        Operator::Exists => match value.as_bool() {
            Some(wanted) => Ok(Condition::Exists(wanted)),
            None => Err(expected(test, field, "true or false", value)),
        },
        Operator::Unique => switched_on(test, value, field, Condition::Unique),
        Operator::Finite => switched_on(test, value, field, Condition::Finite),
        Operator::Changed => switched_on(test, value, field, Condition::Change(Change::Changed)),
        Operator::Unchanged => switched_on(test, value, field, Condition::Change(Change::Unchanged)),
        Operator::Monotonic => switched_on(test, value, field, Condition::Change(Change::Monotonic)),
        Operator::MultipleOf => multiple_of(value, shape, field),
        Operator::MaxDelta => max_delta(value, shape, field),
        Operator::MaxRate => over_time::max_rate(value, shape, field),
        Operator::Stuck => over_time::stuck(value, field),
        // They fit no field: they are read where they stand.
        Operator::Missing => Err(Refused::test(format!("`missing` is not asked of a field, as of {field}"))),
        Operator::That => Err(Refused::test(format!("`that` is not asked of one field, as of {field}"))),
    }
}

/// The shape that a test is on: whether it is optional is of interest to `exists` alone.
fn on(test: Operator, shape: &Shape) -> &Shape {
    if test == Operator::Exists { shape } else { shape.innermost() }
}

fn no_change(test: Operator, field: &str, why: NoChange) -> Refused {
    match why {
        NoChange::AtTheInputGate => Refused::test(format!(
            "`{test}` compares the proposed {field} with the committed one: not at the input gate"
        ))
        .code(code::NO_CHANGE)
        .help("put the entry under `outputs`"),
        NoChange::OfEach => {
            Refused::test(format!("`{test}` compares with the committed value: not each element, as of {field}"))
                .code(code::NO_CHANGE)
                .help("ask it of one of them, by its position or its key, or of the whole")
        }
        NoChange::NotInTheDomain => {
            Refused::test(format!("`{test}` compares with the committed state, in which {field} is not"))
                .code(code::NO_CHANGE)
                .help("it fits paths that start with `domain.`")
        }
    }
}

fn length(test: Operator, value: &Value, field: &str) -> Result<Condition, Refused> {
    let limit = if test == Operator::MinLen { LengthBound::Min } else { LengthBound::Max };
    let length = value.as_u64().and_then(|length| usize::try_from(length).ok());
    length
        .map(|length| Condition::Length(limit, length))
        .ok_or_else(|| expected(test, field, "a length, an integer from 0 on", value))
}

fn between(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Operator::Between;
    let list = value.as_sequence();
    let Some([low, high]) = list else {
        let refused = match list {
            Some(list) => Refused::value(format!("`{test}` of {field} must have two bounds, not {}", list.len())),
            None => expected(test, field, "a list of two bounds", value),
        };
        return Err(refused.help("write it as `between: [lowest, highest]`"));
    };
    let low = atom(Operator::Min, test, low, shape, field).map_err(|refused| refused.item(0))?;
    let high = atom(Operator::Max, test, high, shape, field).map_err(|refused| refused.item(1))?;
    if low.is_above(&high) {
        let message = format!("{low} is above {high}: no value of {field} is between them");
        return Err(Refused::value(message).code(code::CONTRADICTION).item(0));
    }
    Ok(Condition::Between(Box::new([low, high])))
}

fn regex(test: Operator, value: &Value, field: &str, patterns: &mut Patterns) -> Result<Regex, Refused> {
    let Some(pattern) = value.as_str() else {
        return Err(quoted(value, expected(test, field, "a regular expression", value)));
    };
    patterns.compiled(pattern)
}

/// A condition that is only ever asked for with `true`.
fn switched_on(test: Operator, value: &Value, field: &str, condition: Condition) -> Result<Condition, Refused> {
    match value.as_bool() {
        Some(true) => Ok(condition),
        _ => {
            let refused = expected(test, field, "true", value);
            Err(match (value.as_bool(), test) {
                (None, _) => refused,
                (_, Operator::Changed) => refused.help("write `unchanged: true`"),
                (_, Operator::Unchanged) => refused.help("write `changed: true`"),
                _ => refused.help("leave it out"),
            })
        }
    }
}

fn multiple_of(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Operator::MultipleOf;
    if *shape == Shape::Decimal {
        let step = decimal(test, value, field)?;
        return match step.mantissa() > 0 {
            true => Ok(Condition::DecimalMultipleOf(step)),
            false => Err(expected(test, field, "above 0", value)),
        };
    }
    match number::read(value) {
        Some(Number::Integer(Integer::Small(step))) if step > 0 => match step {
            1 => Err(Refused::value(format!("every value of {field} is a multiple of 1"))),
            step => Ok(Condition::MultipleOf(step.unsigned_abs())),
        },
        Some(Number::Integer(Integer::Huge(step))) => Ok(Condition::MultipleOf(step)),
        _ => Err(expected(test, field, "an integer above 0", value)),
    }
}

fn max_delta(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Operator::MaxDelta;
    Ok(Condition::Change(match shape {
        Shape::Int { min, max } => {
            let Some(most) = number::read(value).and_then(|number| number.as_whole_distance()) else {
                return Err(expected(test, field, "an integer from 0 on", value));
            };
            // The least is below 0 or 0, and the greatest above it, so that their distance may be beyond 128 bits.
            let range = max.saturating_add(min.unsigned_abs());
            if most >= range {
                let message = format!("no value of {field} is further than {range} from another: every value passes");
                return Err(Refused::value(message));
            }
            Change::IntDelta(most)
        }
        Shape::Decimal => match decimal(test, value, field)? {
            most if most.mantissa() >= 0 => Change::DecimalDelta(most),
            _ => return Err(expected(test, field, "0 or more", value)),
        },
        _ => match number::read(value).and_then(|number| number.as_float()) {
            Some(most) if most >= 0.0 && most.is_finite() => Change::FloatDelta(most),
            _ => return Err(expected(test, field, "a finite number from 0 on", value)),
        },
    }))
}
