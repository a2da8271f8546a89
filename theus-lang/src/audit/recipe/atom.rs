//! A comparison with one value.

use super::super::condition::{Comparison, Condition, Operator, Same};
use super::super::integer::Integer;
use super::number;
use super::parse::{instead, written_as};
use super::refused::Refused;
use crate::context::{Decimal, EnumShape, Shape, Time, parse_uuid};
use crate::source::{Value, did_you_mean};

/// What is said where a value is of no kind that a condition can take.
pub(super) fn expected(test: Operator, field: &str, what: &str, value: &Value) -> Refused {
    let refused = Refused::value(format!("`{test}` of {field} must be {what}{}", instead(value)));
    match value.as_str().filter(|text| is_path(text)) {
        Some(other) => {
            let sign = match test {
                Operator::Min => ">=",
                Operator::Eq => "==",
                Operator::Neq => "!=",
                _ => "<=",
            };
            let rule = format!("`- that: \"{field} {sign} {other}\"`");
            refused.help(format!("a bound is written out, and is no other value: to compare two values write {rule}"))
        }
        None => refused,
    }
}

/// A comparison with one value. `test` says how it is compared, `named` what the recipe calls it.
pub(super) fn atom(
    test: Operator,
    named: Operator,
    value: &Value,
    shape: &Shape,
    field: &str,
) -> Result<Condition, Refused> {
    let comparison = match test {
        Operator::Min => Comparison::Min,
        Operator::Max => Comparison::Max,
        Operator::Neq => Comparison::Neq,
        _ => Comparison::Eq,
    };
    let same = if test == Operator::Neq { Same::Neq } else { Same::Eq };
    let expected = |what: &str| expected(named, field, what, value);
    match shape {
        Shape::Int { min, max } => {
            // A fraction bounds integers too.
            let kind = if matches!(comparison, Comparison::Min | Comparison::Max) { "a number" } else { "an integer" };
            let number = number::read(value).ok_or_else(|| pointed(value, expected(kind)))?;
            let is_listed = matches!(named, Operator::In | Operator::NotIn);
            number::integer(comparison, number, (Integer::Small(*min), Integer::from(*max)), field, is_listed)
                .map_err(Refused::value)
        }
        Shape::Float32 | Shape::Float64 => {
            let number = number::read(value).ok_or_else(|| pointed(value, expected("a number")))?;
            number::float(comparison, number, *shape == Shape::Float32, field)
        }
        Shape::Decimal => decimal(named, value, field).map(|bound| Condition::Decimal(comparison, bound)),
        Shape::Time(kind) => match value.as_str().and_then(|text| Time::parse(*kind, text)) {
            Some(time) => Ok(Condition::Time(comparison, time)),
            None => Err(expected(kind.example())),
        },
        Shape::Bool => {
            value.as_bool().map(|bound| Condition::Bool(same, bound)).ok_or_else(|| expected("true or false"))
        }
        Shape::Char => {
            let mut characters = value.as_str().unwrap_or_default().chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => Ok(Condition::Char(same, only)),
                _ => Err(quoted(value, expected("one character"))),
            }
        }
        Shape::Uuid => match value.as_str().and_then(parse_uuid) {
            Some(number) => Ok(Condition::Uuid(same, number)),
            None => Err(expected("a UUID such as \"67e55044-10b1-426f-9247-bb680e5fe0c8\"")),
        },
        Shape::Enum(shape) => variant(value, shape, field, expected("the name of a variant"))
            .map(|(index, name)| Condition::Variant(same, index, name)),
        _ => match value.as_str() {
            Some(text) => Ok(Condition::Text(same, text.into())),
            None => Err(quoted(value, expected("a string"))),
        },
    }
}

fn variant(value: &Value, shape: &EnumShape, field: &str, expected: Refused) -> Result<(usize, &'static str), Refused> {
    let Some(name) = value.as_str() else { return Err(expected) };
    let variants = shape.variants.get();
    if let Some(index) = variants.iter().position(|variant| variant.name == name) {
        return Ok((index, variants[index].name));
    }
    let refused = Refused::value(format!("{field} is never {name:?}: {} has no such variant", shape.name));
    Err(match did_you_mean(name, variants.iter().map(|variant| variant.name)) {
        Some(help) => refused.help(help),
        None => refused,
    })
}

/// Whether a text is meant as the place of another value.
fn is_path(text: &str) -> bool {
    let layers = ["global", "domain", "local"];
    text.split_once(['.', '_']).is_some_and(|(layer, _)| layers.contains(&layer)) && !text.contains(char::is_whitespace)
}

/// A comma where a decimal has a point.
pub(super) fn pointed(value: &Value, refused: Refused) -> Refused {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match value.as_str().and_then(|text| text.split_once(',')) {
        Some((whole, fraction)) if digits(whole.trim_start_matches('-')) && digits(fraction) => {
            refused.help(format!("a decimal is written with a point: {whole}.{fraction}"))
        }
        _ => refused,
    }
}

/// YAML takes `12` and `true` for a number and a boolean unless they are quoted.
pub(super) fn quoted(value: &Value, refused: Refused) -> Refused {
    match value {
        Value::Bool(_) | Value::Number(_) => refused.help(format!("put it in quotes: \"{}\"", written_as(value))),
        _ => refused,
    }
}

pub(super) fn decimal(test: Operator, value: &Value, field: &str) -> Result<Decimal, Refused> {
    match number::decimal(value) {
        Some(Some(decimal)) => Ok(decimal),
        Some(None) => Err(Refused::value(format!("{} is not kept exactly as a number", written_as(value)))
            .help("put the number in quotes: it is then read as a decimal")),
        None => Err(pointed(value, expected(test, field, "a number", value))),
    }
}
