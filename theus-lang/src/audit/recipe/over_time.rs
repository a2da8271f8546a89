//! Bounds that go by the clock: `max_rate` and `stuck`.

use std::time::Duration;

use super::super::condition::{Condition, Operator};
use super::super::over_time::{Most, OverTime};
use super::atom::{decimal, expected};
use super::bound::{NoChange, Place};
use super::code;
use super::number;
use super::parse::instead;
use super::refused::Refused;
use crate::context::{Decimal, Shape};
use crate::source::{Value, duration};

const RATE: &str = "as in `max_rate: 2` (per second), `max_rate: 5 per 1m`";
const MISSING: &str = "as in `missing: 10m`, `missing: 1h 30m`";
const STUCK: &str = "as in `stuck: 30m`, `stuck: 1h 30m`";

/// Why it cannot be asked of a place.
pub(super) fn misplaced(test: Operator, place: &Place<'_>) -> Option<Refused> {
    let field = place.field;
    if matches!(place.changes, Err(NoChange::OfEach)) {
        let message = format!("`{test}` compares with what was seen last: not each element, as of {field}");
        let refused = Refused::test(message).code(code::NO_CHANGE);
        return Some(refused.help("ask it of one of them, by its position or its key, or of what is computed of all"));
    }
    if field.starts_with("global.") {
        let refused = Refused::test(format!("`{test}` of {field}: the configuration never changes"));
        return Some(refused.code(code::NO_CHANGE).help("it fits arguments, and paths that start with `domain.`"));
    }
    None
}

pub(super) fn stuck(value: &Value, field: &str) -> Result<Condition, Refused> {
    let test = Operator::Stuck;
    let limit = match value {
        Value::Number(number) if !number.is_f64() => {
            let refused = Refused::value(format!("`{test}` of {field} has no unit"));
            return Err(refused.help(format!("write `{number}s`, `{number}m` or `{number}h`")));
        }
        Value::Text(text) => time(text, || format!("`{test}` of {field}"), STUCK)?,
        other => return Err(expected(test, field, "a time", other).help(STUCK)),
    };
    Ok(Condition::OverTime(OverTime::Stuck(limit)))
}

pub(super) fn missing(value: &Value) -> Result<Condition, Refused> {
    let limit = match value {
        Value::Number(number) if !number.is_f64() => {
            let refused = Refused::value("`missing` has no unit".to_owned());
            return Err(refused.help(format!("write `{number}s`, `{number}m` or `{number}h`")));
        }
        Value::Text(text) => time(text, || "`missing`".to_owned(), MISSING)?,
        other => {
            let refused = Refused::value(format!("`missing` must be a time{}", instead(other)));
            return Err(refused.help(MISSING));
        }
    };
    Ok(Condition::OverTime(OverTime::Missing(limit)))
}

pub(super) fn max_rate(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Operator::MaxRate;
    let (number, per) = match value.as_str().map(str::trim).and_then(|text| text.split_once(" per ")) {
        None => (None, Duration::from_secs(1)),
        Some((number, per)) => {
            let per = per.trim();
            // One of a unit: `2 per s`.
            let one = format!("1{per}");
            let per = if per.starts_with(char::is_alphabetic) { &one } else { per };
            (Some(number.trim()), time(per, || format!("`{test}` of {field}: what it is per"), RATE)?)
        }
    };
    let no_number = || expected(test, field, "a number above 0, and per how long", value).help(RATE);
    let most = match shape {
        Shape::Float32 | Shape::Float64 => {
            let float = match number {
                Some(text) => text.parse().ok(),
                None => number::read(value).and_then(number::Number::as_float),
            };
            Most::Float(float.filter(|float: &f64| float.is_finite()).ok_or_else(no_number)?)
        }
        _ => Most::Exact(match number {
            Some(text) => Decimal::parse(text).ok_or_else(no_number)?,
            None if value.as_number().is_some() => decimal(test, value, field)?,
            None => return Err(no_number()),
        }),
    };
    let is_above_0 = match most {
        Most::Exact(decimal) => decimal.mantissa() > 0,
        Most::Float(float) => float > 0.0,
    };
    match is_above_0 {
        true => Ok(Condition::OverTime(OverTime::MaxRate { most, per })),
        false if matches!(most, Most::Float(0.0)) || matches!(most, Most::Exact(zero) if zero.mantissa() == 0) => {
            Err(expected(test, field, "above 0", value).help("where it is never to move, write `unchanged: true`"))
        }
        false => {
            Err(expected(test, field, "above 0", value)
                .help("it bounds how fast the value rises and how fast it falls"))
        }
    }
}

/// A length of time above 0.
fn time(text: &str, what: impl Fn() -> String, as_in: &str) -> Result<Duration, Refused> {
    match duration::parse(text) {
        Ok(time) if time.is_zero() => Err(Refused::value(format!("{} is no time at all", what())).help(as_in)),
        Ok(time) => Ok(time),
        Err(why) => {
            let help = duration::of_iso(text).map_or(as_in.to_owned(), |ours| format!("write `{ours}`"));
            Err(Refused::value(format!("{} is no time: {why}", what())).help(help))
        }
    }
}
