//! Bounds: a YAML value typed by the shape that it bounds.

use serde_yaml::Value;

use super::super::condition::{Condition, Limit, Order, Same, Test};
use super::super::integer::Integer;
use super::parse::{instead, written_as};
use crate::context::Shape;
use crate::source::big_integer;

/// Why a condition does not hold water.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether the test is wrong, rather than its value.
    pub(super) at_test: bool,
}

impl Refused {
    fn value(message: String) -> Self {
        Self { message, help: None, at_test: false }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A number as it is written in YAML.
enum Number {
    Integer(Integer),
    Float(f64),
}

/// The condition that a test with a value makes on a field of a shape.
pub(super) fn condition(test: Test, value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let shape = shape.innermost();
    let fitting = Test::fitting(shape);
    if !fitting.contains(&test) {
        let fitting = fitting.iter().map(|test| test.as_str()).collect::<Vec<_>>().join(", ");
        let (message, help) =
            (format!("`{test}` does not fit {field}, {shape}"), format!("conditions that fit: {fitting}"));
        return Err(Refused { message, help: Some(help), at_test: true });
    }
    let order = match test {
        Test::Min | Test::MinLen => Order::Min,
        Test::Max | Test::MaxLen => Order::Max,
        Test::Eq => Order::Eq,
        Test::Neq => Order::Neq,
    };
    let same = if test == Test::Neq { Same::Neq } else { Same::Eq };
    let expected = |what: &str| Refused::value(format!("`{test}` of {field} must be {what}{}", instead(value)));
    match (test, shape) {
        (Test::MinLen | Test::MaxLen, _) => {
            let limit = if test == Test::MinLen { Limit::Min } else { Limit::Max };
            let length = value.as_u64().and_then(|length| usize::try_from(length).ok());
            length
                .map(|length| Condition::Length(limit, length))
                .ok_or_else(|| expected("a length, an integer from 0 on"))
        }
        (_, Shape::Int { min, max }) => {
            let number = number(value).ok_or_else(|| expected("an integer"))?;
            integer(order, number, Integer::Small(*min), Integer::from(*max), field).map_err(Refused::value)
        }
        (_, Shape::Float32 | Shape::Float64) => {
            let number = number(value).ok_or_else(|| expected("a number"))?;
            float(order, number, *shape == Shape::Float32, field)
        }
        (_, Shape::Bool) => {
            value.as_bool().map(|bound| Condition::Bool(same, bound)).ok_or_else(|| expected("true or false"))
        }
        (_, Shape::Char) => {
            let mut characters = value.as_str().unwrap_or_default().chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => Ok(Condition::Char(same, only)),
                _ => Err(quoted(value, expected("one character"))),
            }
        }
        _ => match value.as_str() {
            Some(text) => Ok(Condition::Text(same, text.into())),
            None => Err(quoted(value, expected("a string"))),
        },
    }
}

/// YAML takes `12` and `true` for a number and a boolean unless they are quoted.
fn quoted(value: &Value, refused: Refused) -> Refused {
    match value {
        Value::Bool(_) | Value::Number(_) => refused.help(format!("put it in quotes: \"{}\"", written_as(value))),
        _ => refused,
    }
}

fn number(value: &Value) -> Option<Number> {
    if let Some(digits) = big_integer(value) {
        return Integer::parse(digits).map(Number::Integer);
    }
    let small = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    small.map(|small| Number::Integer(Integer::Small(small))).or_else(|| value.as_f64().map(Number::Float))
}

/// A bound on an integer. A fractional `min` or `max` is turned into the integer that bounds the same integers.
fn integer(order: Order, number: Number, least: Integer, most: Integer, field: &str) -> Result<Condition, String> {
    let bound = match number {
        Number::Integer(bound) => Ok(bound),
        Number::Float(float) if !float.is_finite() => {
            return Err(format!("{} bounds no integer: {field} is an integer", yaml(float)));
        }
        Number::Float(float) => match order {
            Order::Eq | Order::Neq if float.fract() != 0.0 => {
                let outcome = if order == Order::Eq { "no value equals" } else { "every value differs from" };
                return Err(format!("{field} is an integer: {outcome} {float:?}"));
            }
            Order::Min => Integer::from_whole(float.ceil()).ok_or(float),
            Order::Max => Integer::from_whole(float.floor()).ok_or(float),
            Order::Eq | Order::Neq => Integer::from_whole(float).ok_or(float),
        },
    };
    let (below, above) = match bound {
        Ok(bound) => (bound < least, bound > most),
        Err(float) => (float < 0.0, float > 0.0),
    };
    let outcome = match order {
        Order::Min if above => "no value passes",
        Order::Max if below => "no value passes",
        Order::Eq if below || above => "no value passes",
        _ => "every value passes",
    };
    match bound {
        Ok(bound) if !below && !above => Ok(Condition::integer(order, bound)),
        bound => {
            let bound = bound.map_or_else(|float| format!("{float:?}"), |bound| bound.to_string());
            Err(format!("{bound} is outside the range of {field}, {least} to {most}: {outcome}"))
        }
    }
}

/// A bound on a float. What is written must be what is compared, but for the rounding that decimal fractions need.
fn float(order: Order, number: Number, single: bool, field: &str) -> Result<Condition, Refused> {
    let kind = if single { "f32" } else { "f64" };
    let bound = match number {
        Number::Float(float) if float.is_nan() => {
            return Err(Refused::value(format!("NaN satisfies no condition: it cannot bound {field}")));
        }
        Number::Float(float) if single => f64::from(float as f32),
        Number::Float(float) => return Ok(Condition::Float(order, float)),
        Number::Integer(integer) => {
            let exact = integer.to_float().filter(|float| !single || f64::from(*float as f32) == *float);
            return exact.map(|float| Condition::Float(order, float)).ok_or_else(|| {
                let message = format!("{integer} is no {kind} exactly: {field} would be compared with another number");
                Refused::value(message).help("write the number that is meant as a float, with a `.0`")
            });
        }
    };
    match number {
        Number::Float(float) if float.is_finite() && bound.is_infinite() => {
            Err(Refused::value(format!("{float:?} is outside the range of {field}, an f32")))
        }
        _ => Ok(Condition::Float(order, bound)),
    }
}

fn yaml(float: f64) -> &'static str {
    match float {
        _ if float.is_nan() => ".nan",
        _ if float > 0.0 => ".inf",
        _ => "-.inf",
    }
}
