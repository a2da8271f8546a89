//! Numbers as YAML has them, made bounds of the type that they bound.

use super::super::condition::{Comparison, Condition};
use super::super::integer::Integer;
use super::refused::Refused;
use crate::context::Decimal;
use crate::source::Value;

/// A number as it is written in YAML.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Integer(Integer),
    Float(f64),
}

/// So many digits of a decimal number survive as a float.
const SAFE_DIGITS: usize = 15;

pub(super) fn read(value: &Value) -> Option<Number> {
    let number = value.as_number()?;
    let integer = number.as_i128().map(Integer::Small).or_else(|| number.as_u128().map(Integer::from));
    integer.map(Number::Integer).or_else(|| number.as_f64().map(Number::Float))
}

/// A decimal, from a number or a text; `Some(None)` where a number is one that a float cannot carry through.
pub(super) fn decimal(value: &Value) -> Option<Option<Decimal>> {
    if let Some(text) = value.as_str() {
        return Decimal::parse(text).map(Some);
    }
    match read(value)? {
        Number::Integer(Integer::Small(mantissa)) => Some(Decimal::new(mantissa, 0)),
        Number::Integer(Integer::Huge(_)) => Some(None),
        Number::Float(float) if !float.is_finite() => None,
        Number::Float(float) => {
            // YAML has made a float of it: its shortest form is what was written, if that was short enough.
            let shortest = format!("{float:e}");
            let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
            Some(if digits <= SAFE_DIGITS { Decimal::parse(&shortest) } else { None })
        }
    }
}

impl Number {
    /// The greatest whole distance that this one allows.
    pub(super) fn as_whole_distance(self) -> Option<u128> {
        let whole = match self {
            Self::Integer(integer) => integer,
            Self::Float(float) => Integer::from_whole(float.floor())?,
        };
        match whole {
            Integer::Small(small) => u128::try_from(small).ok(),
            Integer::Huge(huge) => Some(huge),
        }
    }

    /// The float that this is exactly.
    pub(super) fn as_float(self) -> Option<f64> {
        match self {
            Self::Integer(integer) => integer.to_float(),
            Self::Float(float) => Some(float),
        }
    }
}

/// A bound on an integer. A fractional `min` or `max` is turned into the integer that bounds the same integers.
pub(super) fn integer(
    comparison: Comparison,
    number: Number,
    (least, most): (Integer, Integer),
    field: &str,
    is_listed: bool,
) -> Result<Condition, String> {
    let bound = match number {
        Number::Integer(bound) => Ok(bound),
        Number::Float(float) if !float.is_finite() => {
            return Err(format!("{} bounds no integer: {field} is an integer", yaml(float)));
        }
        Number::Float(float) => match comparison {
            Comparison::Eq | Comparison::Neq if float.fract() != 0.0 => {
                let outcome = if comparison == Comparison::Eq { "no value equals" } else { "every value differs from" };
                return Err(format!("{field} is an integer: {outcome} {float:?}"));
            }
            Comparison::Min => Integer::from_whole(float.ceil()).ok_or(float),
            Comparison::Max => Integer::from_whole(float.floor()).ok_or(float),
            Comparison::Eq | Comparison::Neq => Integer::from_whole(float).ok_or(float),
        },
    };
    let (below, above) = match bound {
        Ok(bound) => (bound < least, bound > most),
        Err(float) => (float < 0.0, float > 0.0),
    };
    let outcome = match comparison {
        _ if is_listed => "no value equals it",
        Comparison::Min if above => "no value passes",
        Comparison::Max if below => "no value passes",
        Comparison::Eq if below || above => "no value passes",
        _ => "every value passes",
    };
    match bound {
        Ok(bound) if !below && !above => Ok(Condition::integer(comparison, bound)),
        bound => {
            let bound = bound.map_or_else(|float| format!("{float:?}"), |bound| bound.to_string());
            Err(format!("{bound} is outside the range of {field}, {least} to {most}: {outcome}"))
        }
    }
}

/// A bound on a float. What is written must be what is compared, but for the rounding that decimal fractions need.
pub(super) fn float(comparison: Comparison, number: Number, single: bool, field: &str) -> Result<Condition, Refused> {
    let kind = if single { "f32" } else { "f64" };
    let bound = match number {
        Number::Float(float) if float.is_nan() => {
            return Err(Refused::value(format!("NaN satisfies no condition: it cannot bound {field}")));
        }
        Number::Float(float) if single => f64::from(float as f32),
        Number::Float(float) => return Ok(Condition::Float(comparison, float)),
        Number::Integer(integer) => {
            let exact = integer.to_float().filter(|float| !single || f64::from(*float as f32) == *float);
            return exact.map(|float| Condition::Float(comparison, float)).ok_or_else(|| {
                let message = format!("{integer} is no {kind} exactly: {field} would be compared with another number");
                Refused::value(message).help("write the number that is meant as a float, with a `.0`")
            });
        }
    };
    match number {
        Number::Float(float) if float.is_finite() && bound.is_infinite() => {
            Err(Refused::value(format!("{float:?} is outside the range of {field}, an f32")))
        }
        _ => Ok(Condition::Float(comparison, bound)),
    }
}

fn yaml(float: f64) -> &'static str {
    match float {
        _ if float.is_nan() => ".nan",
        _ if float > 0.0 => ".inf",
        _ => "-.inf",
    }
}
