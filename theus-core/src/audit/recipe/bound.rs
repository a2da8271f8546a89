//! Conditions: a test and a YAML value, typed by the shape that they are on.

use serde_yaml::Value;

use super::super::condition::{Condition, Limit, Order, Same, Test};
use super::super::delta::Change;
use super::super::integer::Integer;
use super::code;
use super::number::{self, Number};
use super::parse::{instead, written_as};
use super::patterns::Patterns;
use super::set;
use crate::context::{Decimal, EnumShape, Shape, Time, parse_uuid};
use crate::source::did_you_mean;

/// Why a condition does not hold water.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether the test is wrong, rather than its value.
    pub(super) at_test: bool,
    /// Which item of the value is wrong, where it is a list.
    pub(super) item: Option<usize>,
    pub(super) code: &'static str,
}

impl Refused {
    pub(super) const fn value(message: String) -> Self {
        Self { message, help: None, at_test: false, item: None, code: code::BOUND_FIT }
    }

    const fn test(message: String) -> Self {
        Self { message, help: None, at_test: true, item: None, code: code::CONDITION_FIT }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) const fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    pub(super) const fn item(mut self, index: usize) -> Self {
        self.item = Some(index);
        self
    }
}

/// What a condition is on.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The path, as written.
    pub(super) field: &'a str,
    pub(super) shape: &'a Shape,
    /// Whether there is a committed value to compare with, or why there is none.
    pub(super) changes: Result<(), NoChange>,
}

/// Why nothing is compared with what is committed.
#[derive(Clone, Copy)]
pub(super) enum NoChange {
    AtTheInputGate,
    NotInTheDomain,
}

/// The condition that a test with a value makes.
pub(super) fn condition(
    test: Test,
    value: &Value,
    place: Place<'_>,
    patterns: &mut Patterns,
) -> Result<Condition, Refused> {
    let Place { field, shape, changes } = place;
    if let (true, Err(why)) = (test.is_of_change(), changes) {
        return Err(no_change(test, field, why));
    }
    let fitting = Test::fitting(shape, changes.is_ok());
    if !fitting.contains(&test) {
        let fitting = fitting.iter().map(|test| test.as_str()).collect::<Vec<_>>().join(", ");
        let refused = Refused::test(format!("`{test}` does not fit {field}, {}", on(test, shape)));
        return Err(match (test, shape.innermost()) {
            (_, Shape::Record(_)) if fitting.is_empty() => refused.help("name one of its fields"),
            (Test::MultipleOf, Shape::Float32 | Shape::Float64) => {
                refused.help(format!("a float has no exact multiples; conditions that fit: {fitting}"))
            }
            _ => refused.help(format!("conditions that fit: {fitting}")),
        });
    }
    let shape = shape.innermost();
    match test {
        Test::Min | Test::Max | Test::Eq | Test::Neq => atom(test, test, value, shape, field),
        Test::MinLen | Test::MaxLen => length(test, value, field),
        Test::Between => between(value, shape, field),
        Test::In | Test::NotIn => set::one_of(test, value, shape, field),
        Test::Regex => regex(value, field, patterns),
        Test::Exists => match value.as_bool() {
            Some(wanted) => Ok(Condition::Exists(wanted)),
            None => Err(expected(test, field, "true or false", value)),
        },
        Test::Unique => switched_on(test, value, field, Condition::Unique),
        Test::Finite => switched_on(test, value, field, Condition::Finite),
        Test::Changed => switched_on(test, value, field, Condition::Change(Change::Changed)),
        Test::Unchanged => switched_on(test, value, field, Condition::Change(Change::Unchanged)),
        Test::Monotonic => switched_on(test, value, field, Condition::Change(Change::Monotonic)),
        Test::MultipleOf => multiple_of(value, shape, field),
        Test::MaxDelta => max_delta(value, shape, field),
    }
}

/// The shape that a test is on: whether it is optional is of interest to `exists` alone.
fn on(test: Test, shape: &Shape) -> &Shape {
    if test == Test::Exists { shape } else { shape.innermost() }
}

fn no_change(test: Test, field: &str, why: NoChange) -> Refused {
    match why {
        NoChange::AtTheInputGate => Refused::test(format!(
            "`{test}` compares the proposed {field} with the committed one: not at the input gate"
        ))
        .code(code::NO_CHANGE)
        .help("put the entry under `outputs`"),
        NoChange::NotInTheDomain => {
            Refused::test(format!("`{test}` compares with the committed state, in which {field} is not"))
                .code(code::NO_CHANGE)
                .help("it fits paths that start with `domain.`")
        }
    }
}

pub(super) fn expected(test: Test, field: &str, what: &str, value: &Value) -> Refused {
    let refused = Refused::value(format!("`{test}` of {field} must be {what}{}", instead(value)));
    match value.as_str().filter(|text| is_path(text)) {
        Some(_) => refused.help(
            "a bound is written out, and is no other value: to compare two values give the context a method, as \
             `#[inspect(methods(margin -> f64))]`, and ask `field: domain.margin(), min: 0`",
        ),
        None => refused,
    }
}

/// A comparison with one value. `test` says how it is compared, `named` what the recipe calls it.
pub(super) fn atom(test: Test, named: Test, value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let order = match test {
        Test::Min => Order::Min,
        Test::Max => Order::Max,
        Test::Neq => Order::Neq,
        _ => Order::Eq,
    };
    let same = if test == Test::Neq { Same::Neq } else { Same::Eq };
    let expected = |what: &str| expected(named, field, what, value);
    match shape {
        Shape::Int { min, max } => {
            // A fraction bounds integers too.
            let kind = if matches!(order, Order::Min | Order::Max) { "a number" } else { "an integer" };
            let number = number::read(value).ok_or_else(|| pointed(value, expected(kind)))?;
            let is_listed = matches!(named, Test::In | Test::NotIn);
            number::integer(order, number, (Integer::Small(*min), Integer::from(*max)), field, is_listed)
                .map_err(Refused::value)
        }
        Shape::Float32 | Shape::Float64 => {
            let number = number::read(value).ok_or_else(|| pointed(value, expected("a number")))?;
            number::float(order, number, *shape == Shape::Float32, field)
        }
        Shape::Decimal => decimal(named, value, field).map(|bound| Condition::Decimal(order, bound)),
        Shape::Time(kind) => match value.as_str().and_then(|text| Time::parse(*kind, text)) {
            Some(time) => Ok(Condition::Time(order, time)),
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
    let variants = (shape.variants)();
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
fn pointed(value: &Value, refused: Refused) -> Refused {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match value.as_str().and_then(|text| text.split_once(',')) {
        Some((whole, fraction)) if digits(whole.trim_start_matches('-')) && digits(fraction) => {
            refused.help(format!("a decimal is written with a point: {whole}.{fraction}"))
        }
        _ => refused,
    }
}

/// YAML takes `12` and `true` for a number and a boolean unless they are quoted.
fn quoted(value: &Value, refused: Refused) -> Refused {
    match value {
        Value::Bool(_) | Value::Number(_) => refused.help(format!("put it in quotes: \"{}\"", written_as(value))),
        _ => refused,
    }
}

fn length(test: Test, value: &Value, field: &str) -> Result<Condition, Refused> {
    let limit = if test == Test::MinLen { Limit::Min } else { Limit::Max };
    let length = value.as_u64().and_then(|length| usize::try_from(length).ok());
    length
        .map(|length| Condition::Length(limit, length))
        .ok_or_else(|| expected(test, field, "a length, an integer from 0 on", value))
}

fn decimal(test: Test, value: &Value, field: &str) -> Result<Decimal, Refused> {
    match number::decimal(value) {
        Some(Some(decimal)) => Ok(decimal),
        Some(None) => Err(Refused::value(format!("{} is not kept exactly as a number", written_as(value)))
            .help("put the number in quotes: it is then read as a decimal")),
        None => Err(pointed(value, expected(test, field, "a number", value))),
    }
}

fn between(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Test::Between;
    let list = value.as_sequence().map(Vec::as_slice);
    let Some([low, high]) = list else {
        let refused = match list {
            Some(list) => Refused::value(format!("`{test}` of {field} must have two bounds, not {}", list.len())),
            None => expected(test, field, "a list of two bounds", value),
        };
        return Err(refused.help("write it as `between: [lowest, highest]`"));
    };
    let low = atom(Test::Min, test, low, shape, field).map_err(|refused| refused.item(0))?;
    let high = atom(Test::Max, test, high, shape, field).map_err(|refused| refused.item(1))?;
    if low.is_above(&high) {
        let message = format!("{low} is above {high}: no value of {field} is between them");
        return Err(Refused::value(message).code(code::CONTRADICTION).item(0));
    }
    Ok(Condition::Between(Box::new([low, high])))
}

fn regex(value: &Value, field: &str, patterns: &mut Patterns) -> Result<Condition, Refused> {
    let Some(pattern) = value.as_str() else {
        return Err(quoted(value, expected(Test::Regex, field, "a regular expression", value)));
    };
    patterns.compiled(pattern).map(|regex| Condition::Regex(Box::new(regex)))
}

/// A condition that is only ever asked for with `true`.
fn switched_on(test: Test, value: &Value, field: &str, condition: Condition) -> Result<Condition, Refused> {
    match value.as_bool() {
        Some(true) => Ok(condition),
        _ => {
            let refused = expected(test, field, "true", value);
            Err(match (value.as_bool(), test) {
                (None, _) => refused,
                (_, Test::Changed) => refused.help("write `unchanged: true`"),
                (_, Test::Unchanged) => refused.help("write `changed: true`"),
                _ => refused.help("leave it out"),
            })
        }
    }
}

fn multiple_of(value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let test = Test::MultipleOf;
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
    let test = Test::MaxDelta;
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
