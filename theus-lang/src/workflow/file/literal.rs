//! Values of a file as arguments: checked against the shape, and turned into what the command is made of.

use std::fmt;

use serde_json::Value as Json;

use super::diagnostics::kind;
use super::length::short;
use crate::context::{
    CollectionKind, CollectionShape, Decimal, EnumShape, RecordShape, Shape, Time, TimeKind, parse_uuid,
};
use crate::source::{Mapping, NodePath, Problem, Value, did_you_mean, nearest};

/// What messages call a value: put into words only where it is told.
#[derive(Clone, Copy)]
pub(super) enum What<'w> {
    Named(&'w str),
    Element(usize, &'w Self),
    Entry(&'w str, &'w Self),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Element(index, of) => write!(f, "element {index} of {of}"),
            Self::Entry(key, of) => write!(f, "`{}` of {of}", short(key)),
        }
    }
}

/// Why a value does not fit.
pub(super) struct Misfit {
    pub(super) at: NodePath,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
    /// Whether it may fit all the same, because serde may read it otherwise than the type looks.
    pub(super) is_doubt: bool,
}

impl Misfit {
    pub(super) fn told(self) -> Problem {
        let problem = Problem::new(self.at, self.message).help(self.help.unwrap_or_default());
        match self.label {
            Some(label) => problem.label(label),
            None => problem,
        }
    }
}

/// A value of `shape`; `what` is what messages call it.
pub(super) fn literal(value: &Value, shape: &Shape, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    match shape {
        Shape::Optional(_) if value.is_null() => Ok(Json::Null),
        Shape::Optional(inner) => literal(value, inner, what, at),
        Shape::Measured(measured) => literal(value, &measured.shape, what, at),
        Shape::Bool if value.is_bool() => json(value, what, at),
        Shape::Int { min, max } => integer(value, *min, *max, what, at),
        Shape::Float32 | Shape::Float64 => float(value, *shape == Shape::Float32, what, at),
        Shape::Decimal => match value {
            Value::Number(_) => json(value, what, at),
            Value::Text(text) if Decimal::parse(text).is_some() => json(value, what, at),
            _ => Err(other(value, "a number, or a decimal number in quotes", what, at)),
        },
        Shape::Time(time) => match value {
            Value::Text(text) if Time::parse(*time, text).is_some() => json(value, what, at),
            // Clocks are written in more than one way: the map of seconds and nanoseconds is the standard library's.
            Value::Mapping(_) if *time == TimeKind::Instant => json(value, what, at),
            _ => Err(other(value, time.example(), what, at)),
        },
        Shape::Uuid => match value.as_str().and_then(parse_uuid) {
            Some(_) => json(value, what, at),
            None => Err(other(value, "a UUID such as \"67e55044-10b1-426f-9247-bb680e5fe0c8\"", what, at)),
        },
        Shape::Text if value.is_string() => json(value, what, at),
        Shape::Char if value.as_str().is_some_and(|text| text.chars().count() == 1) => json(value, what, at),
        Shape::Char => Err(other(value, "one character", what, at)),
        Shape::Collection(collection) => of_collection(value, collection, what, at),
        Shape::Record(record) if record.transparent => literal(value, &shape.clone().seen_through(), what, at),
        Shape::Record(record) => of_record(value, record, what, at),
        Shape::Enum(shape) => of_enum(value, shape, what, at),
        Shape::Opaque => json(value, what, at),
        _ => Err(other(value, &shape.to_string(), what, at)),
    }
}

fn other(value: &Value, expected: &str, what: What<'_>, at: &NodePath) -> Misfit {
    let help = match (expected, value) {
        ("a string" | "one character", Value::Bool(_) | Value::Number(_)) => Some("put it in quotes".to_owned()),
        _ => None,
    };
    let label = match value {
        Value::Text(text) if expected.contains("such as") || expected.contains("quotes") => {
            (text.chars().count() <= 40).then(|| format!("not {text:?}"))
        }
        _ => Some(format!("this is {}", kind(value))),
    };
    Misfit { at: at.clone(), message: format!("{what} must be {expected}"), label, help, is_doubt: false }
}

fn integer(value: &Value, min: i128, max: u128, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    let range = |shown: String| Misfit {
        at: at.clone(),
        message: format!("{shown} is outside the range of {what}, {min} to {max}"),
        label: None,
        help: None,
        is_doubt: false,
    };
    let Some(number) = value.as_number().filter(|number| !number.is_f64()) else {
        let misfit = other(value, "an integer", what, at);
        return Err(match value.as_f64() {
            Some(float) => Misfit { label: Some(format!("{float:?} is a float")), ..misfit },
            None => misfit,
        });
    };
    let is_above = number.as_u128().is_some_and(|number| number > max);
    if is_above || number.as_i128().is_some_and(|number| number < min) {
        return Err(range(number.to_string()));
    }
    json(value, what, at)
}

fn float(value: &Value, single: bool, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    let Some(float) = value.as_f64().filter(|_| value.is_number()) else {
        return Err(other(value, "a number", what, at));
    };
    if single && float.is_finite() && (float as f32).is_infinite() {
        let message = format!("{float:?} is outside the range of {what}, an f32");
        return Err(Misfit { at: at.clone(), message, label: None, help: None, is_doubt: false });
    }
    json(value, what, at)
}

fn of_collection(value: &Value, shape: &CollectionShape, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    let is_map = matches!(shape.kind(), CollectionKind::SortedMap | CollectionKind::HashMap);
    match value {
        Value::Sequence(items) if !is_map => {
            let element = shape.element();
            let each = items.iter().enumerate();
            let each = each.map(|(index, item)| literal(item, &element, What::Element(index, &what), &at.index(index)));
            each.collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Value::Mapping(map) if is_map || shape.kind() == CollectionKind::Counted => {
            let element = shape.element();
            fields(map, at, |key, value, at| literal(value, &element, What::Entry(key, &what), at))
        }
        _ => Err(other(value, &Shape::Collection(shape.clone()).to_string(), what, at)),
    }
}

fn of_record(value: &Value, record: &RecordShape, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    let known = record.fields.get();
    match value {
        // A tuple.
        Value::Sequence(items) => {
            let each = items.iter().enumerate().map(|(index, item)| {
                let at = at.index(index);
                match known.get(index) {
                    Some(field) => literal(item, &field.shape, What::Element(index, &what), &at),
                    None => json(item, what, &at),
                }
            });
            each.collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        // Fields may be called otherwise where they are read, so that one that is not known says nothing.
        Value::Mapping(map) => fields(map, at, |key, value, at| match known.iter().find(|it| it.name == key) {
            Some(field) => literal(value, &field.shape, What::Entry(key, &what), at),
            None => json(value, what, at),
        }),
        _ => Err(other(value, &format!("a map with the fields of {}", record.name), what, at)),
    }
}

fn of_enum(value: &Value, shape: &EnumShape, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    let Some(name) = value.as_str() else {
        // Variants with fields are written in several ways.
        return if value.is_mapping() {
            json(value, what, at)
        } else {
            Err(Misfit { is_doubt: true, ..other(value, "the name of a variant", what, at) })
        };
    };
    let variants = shape.variants.get();
    let plain = |text: &str| text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect::<String>().to_lowercase();
    // Variants are often written in another case: `rename_all`.
    if variants.iter().any(|variant| plain(variant.name) == plain(name)) {
        return json(value, what, at);
    }
    let known = || variants.iter().map(|variant| variant.name);
    // What is like none of them may be what one is called for serde: `rename`.
    let is_doubt = nearest(name, known()).is_none();
    let verb = if is_doubt { "is hardly" } else { "is never" };
    let message = format!("{what} {verb} {name:?}: {} has no such variant", shape.name);
    Err(Misfit { at: at.clone(), message, label: None, help: did_you_mean(name, known()), is_doubt })
}

fn fields(
    map: &Mapping,
    at: &NodePath,
    mut of: impl FnMut(&str, &Value, &NodePath) -> Result<Json, Misfit>,
) -> Result<Json, Misfit> {
    let mut object = serde_json::Map::with_capacity(map.len());
    for (key, value) in map {
        let key = match key {
            Value::Text(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            _ => "null".to_owned(),
        };
        let value = of(&key, value, &at.key(&key))?;
        object.insert(key, value);
    }
    Ok(Json::Object(object))
}

fn beyond(digits: &str, what: What<'_>, at: &NodePath) -> Misfit {
    Misfit {
        at: at.clone(),
        message: format!("{digits} has more than 64 bits: a file cannot give it to {what}"),
        label: None,
        help: Some("keep it in a Data field, and read it from there".to_owned()),
        is_doubt: false,
    }
}

/// Any value, as it is.
pub(super) fn json(value: &Value, what: What<'_>, at: &NodePath) -> Result<Json, Misfit> {
    match value {
        Value::Null => Ok(Json::Null),
        Value::Bool(value) => Ok(Json::Bool(*value)),
        Value::Text(text) => Ok(Json::String(text.clone())),
        Value::Number(number) if number.is_beyond_64_bits() => Err(beyond(&number.to_string(), what, at)),
        Value::Number(number) => {
            let float = || number.as_f64().and_then(serde_json::Number::from_f64);
            let number = number.as_i64().map(Into::into).or_else(|| number.as_u64().map(Into::into)).or_else(float);
            number.map(Json::Number).ok_or_else(|| Misfit {
                at: at.clone(),
                message: format!("{what} must be finite"),
                label: None,
                help: None,
                is_doubt: false,
            })
        }
        Value::Sequence(items) => {
            let each = items.iter().enumerate().map(|(index, item)| json(item, what, &at.index(index)));
            each.collect::<Result<Vec<_>, _>>().map(Json::Array)
        }
        Value::Mapping(map) => fields(map, at, |_, value, at| json(value, what, at)),
    }
}
