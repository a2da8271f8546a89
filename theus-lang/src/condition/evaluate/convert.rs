//! One kind of value as another.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::{Operand, Problem};
use crate::calendar::{CalendarPart, Zone};
use crate::condition::node::{Conversion, Written};
use crate::context::{Decimal, Time, TimeKind, Value, parse_uuid};

/// The text of a string, a character or a variant.
pub(super) fn text<'a>(of: &Operand<'a>) -> Result<Cow<'a, str>, Problem> {
    Ok(match of {
        Operand::Text(text) => text.clone(),
        Operand::Char(character) => character.to_string().into(),
        Operand::Stored(Value::Record(record)) if record.variant().is_some() => record.name().into(),
        other => return Err(format!("{} is not a string", other.kind()).into()),
    })
}

/// A number as a decimal; a float by the digits that it is written with.
pub(super) fn decimal_of(of: &Operand<'_>) -> Result<Decimal, Problem> {
    let parsed = match of {
        Operand::Decimal(decimal) => return Ok(*decimal),
        Operand::Int(value) => return Ok(Decimal::of(*value, 0)),
        Operand::Float(value) => Decimal::parse(&value.to_string()),
        Operand::Text(text) => Decimal::parse(text),
        other => return Err(format!("{} is not a decimal", other.kind()).into()),
    };
    parsed.ok_or_else(|| match of {
        Operand::Text(text) => format!("{text:?} is not a decimal").into(),
        Operand::Float(value) => format!("{value:?} is not a decimal").into(),
        other => format!("{} is not a decimal", other.kind()).into(),
    })
}

/// JSON of a known shape as the value that it stands for.
pub(super) fn read<'a>(of: Operand<'a>, written: Written) -> Result<Operand<'a>, Problem> {
    let no = |what: &str, text: &str| Problem::from(format!("{text:?} is not {what}"));
    Ok(match (written, of) {
        (_, Operand::Null) => Operand::Null,
        #[expect(clippy::cast_precision_loss, reason = "JSON does not tell 2 from 2.0")]
        (Written::Float, Operand::Int(value)) => Operand::Float(value as f64),
        (Written::Decimal, number @ (Operand::Int(_) | Operand::Float(_) | Operand::Text(_))) => {
            Operand::Decimal(decimal_of(&number)?)
        }
        (Written::Decimal, Operand::Json(json)) => span(json).map_or(Operand::Json(json), Operand::Decimal),
        (Written::Time(kind), Operand::Text(text)) => {
            Operand::Time(Time::parse(kind, &text).ok_or_else(|| no("a time", &text))?)
        }
        (Written::Uuid, Operand::Text(text)) => Operand::Uuid(parse_uuid(&text).ok_or_else(|| no("a UUID", &text))?),
        // A variant that holds something is an object with the variant's name.
        (Written::Enum, Operand::Json(Json::Object(entries))) => match entries.keys().next() {
            Some(name) => Operand::Text(Cow::Borrowed(name)),
            None => return Err("an empty map is no variant".into()),
        },
        (_, other) => other,
    })
}

/// A length of time as serde writes it, in seconds: that of the standard library as a map, chrono's as a list.
fn span(json: &Json) -> Option<Decimal> {
    let (seconds, nanos) = match json {
        Json::Object(entries) if entries.len() == 2 => (entries.get("secs")?, entries.get("nanos")?),
        Json::Array(parts) => match parts.as_slice() {
            [seconds, nanos] => (seconds, nanos),
            _ => return None,
        },
        _ => return None,
    };
    let (seconds, nanos) = (i128::from(seconds.as_i64()?), i128::from(nanos.as_i64()?));
    Some(Decimal::of(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?, 9))
}

pub(super) fn convert<'a>(to: Conversion, of: Operand<'a>) -> Result<Operand<'a>, Problem> {
    match to {
        Conversion::Int => integer(&of).map(Operand::Int),
        Conversion::Double => float(&of).map(Operand::Float),
        Conversion::String => match of {
            text @ Operand::Text(_) => Ok(text),
            other => written(&other).map(|text| Operand::Text(text.into())),
        },
    }
}

fn integer(of: &Operand<'_>) -> Result<i128, Problem> {
    match of {
        Operand::Int(value) => Ok(*value),
        #[expect(clippy::cast_possible_truncation, reason = "that is what `int` is for, within the bounds of `i64`")]
        Operand::Float(value) if value.abs() < 9_223_372_036_854_775_808.0 => Ok(value.trunc() as i128),
        Operand::Decimal(value) => {
            let unit = 10_i128.pow(u32::from(value.scale()));
            Ok(value.mantissa() / unit)
        }
        Operand::Text(text) => text.parse().map_err(|_| format!("{text:?} is not an integer").into()),
        Operand::Float(value) => Err(format!("{value:?} is not an integer").into()),
        other => Err(format!("{} cannot be made an integer", other.kind()).into()),
    }
}

fn float(of: &Operand<'_>) -> Result<f64, Problem> {
    match of {
        Operand::Float(value) => Ok(*value),
        #[expect(clippy::cast_precision_loss, reason = "that is what `double` is for")]
        Operand::Int(value) => Ok(*value as f64),
        #[expect(clippy::cast_precision_loss, reason = "that is what `double` is for")]
        Operand::Huge(value) => Ok(*value as f64),
        Operand::Decimal(value) => value.to_string().parse().map_err(|_| Problem::from("the decimal is no float")),
        Operand::Text(text) => text.parse().map_err(|_| format!("{text:?} is not a float").into()),
        other => Err(format!("{} cannot be made a float", other.kind()).into()),
    }
}

/// What the calendar says of a moment.
pub(super) fn calendar<'a>(part: CalendarPart, zone: &Zone, of: &Operand<'_>) -> Result<Operand<'a>, Problem> {
    match of {
        Operand::Time(Time { kind: TimeKind::Instant, nanos }) => match part.of(*nanos, zone) {
            Some(number) => Ok(Operand::Int(number.into())),
            None => Err("it is a time that no calendar has".into()),
        },
        other => Err(format!("{} is no moment in time", other.kind()).into()),
    }
}

fn written(of: &Operand<'_>) -> Result<String, Problem> {
    Ok(match of {
        Operand::Bool(value) => value.to_string(),
        Operand::Int(value) => value.to_string(),
        Operand::Huge(value) => value.to_string(),
        Operand::Float(value) => value.to_string(),
        Operand::Decimal(value) => value.to_string(),
        Operand::Time(value) => value.to_string(),
        Operand::Uuid(value) => Value::Uuid(*value).to_string(),
        other => return text(other).map(Cow::into_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_length_of_time_is_read_as_serde_writes_it() {
        for (json, seconds) in [
            (json!({ "secs": 90, "nanos": 500_000_000 }), Some("90.500000000")),
            (json!([-3, 1]), Some("-2.999999999")),
            (json!({ "secs": 90 }), None),
            (json!({ "secs": "90", "nanos": 0 }), None),
            (json!([1, 2, 3]), None),
            (json!([1.5, 0]), None),
            (json!([]), None),
        ] {
            assert_eq!(span(&json), seconds.and_then(Decimal::parse), "{json}");
        }
    }
}
