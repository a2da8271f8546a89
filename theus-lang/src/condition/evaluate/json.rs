//! A value as JSON: what arguments are made of.

use serde_json::{Map, Number, Value as Json};

use super::{Operand, Problem, convert, walk};
use crate::condition::types::Type;
use crate::context::{Part, Shape, Value};

/// A value as JSON, in the form in which serde reads values of its type: numbers and texts as they are, decimals, times
/// and UUIDs as text, structs and maps as objects, an enum as its variant.
pub(in crate::condition) fn to_json(of: &Operand<'_>, kind: &Type) -> Result<Json, Problem> {
    Ok(match of {
        Operand::Null => Json::Null,
        Operand::Bool(value) => Json::Bool(*value),
        Operand::Int(value) => Json::Number(Number::from_i128(*value).ok_or_else(|| too_great(value))?),
        Operand::Huge(value) => return Err(too_great(value)),
        Operand::Float(value) => match Number::from_f64(*value) {
            Some(number) => Json::Number(number),
            None => return Err(format!("{value} is not a number that can be handed on").into()),
        },
        Operand::Text(text) => Json::String(text.clone().into_owned()),
        Operand::Char(value) => Json::String(value.to_string()),
        Operand::Decimal(value) => Json::String(value.to_string()),
        Operand::Time(value) => Json::String(value.to_string()),
        Operand::Uuid(value) => Json::String(Value::Uuid(*value).to_string()),
        Operand::Json(json) => (*json).clone(),
        Operand::List(_) => list(of, &kind.element().unwrap_or(Type::Any))?,
        Operand::Object(entries) => {
            let known = match kind.innermost() {
                Type::Object(known) => known.as_slice(),
                _ => &[],
            };
            let mut made = Map::new();
            for (at, (name, value)) in entries.iter().enumerate() {
                let kind = known.get(at).map_or(&Type::Any, |(_, kind)| kind);
                made.insert((*name).to_owned(), to_json(value, kind)?);
            }
            Json::Object(made)
        }
        Operand::Stored(look) => look_to_json(*look, kind.innermost())?,
    })
}

fn too_great(value: impl std::fmt::Display) -> Problem {
    format!("{value} is too great to be handed on").into()
}

fn list(of: &Operand<'_>, element: &Type) -> Result<Json, Problem> {
    let (mut made, mut failed) = (Vec::new(), None);
    walk(of, &mut |one| match to_json(&one, element) {
        Ok(json) => {
            made.push(json);
            true
        }
        Err(problem) => {
            failed = Some(problem);
            false
        }
    })?;
    failed.map_or(Ok(Json::Array(made)), Err)
}

fn look_to_json(look: Value<'_>, kind: &Type) -> Result<Json, Problem> {
    match (look, kind) {
        (Value::Collection { elements, .. }, Type::Collection(collection)) if collection.key().is_some() => {
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            let keep = |part, kept: &mut Vec<_>| {
                elements.each(part, &mut |value| {
                    kept.push(Operand::of(value));
                    std::ops::ControlFlow::Continue(())
                });
            };
            keep(Part::Keys, &mut keys);
            keep(Part::Values, &mut values);
            let element = Type::of(collection.element());
            let mut made = Map::new();
            for (key, value) in keys.into_iter().zip(values) {
                let key = match convert::convert(super::super::node::Conversion::String, key)? {
                    Operand::Text(text) => text.into_owned(),
                    other => return Err(format!("{} is no key in JSON", other.kind()).into()),
                };
                made.insert(key, to_json(&value, &element)?);
            }
            Ok(Json::Object(made))
        }
        (Value::Collection { .. }, kind) => list(&Operand::Stored(look), &kind.element().unwrap_or(Type::Any)),
        (Value::Record(record), Type::Enum(shape)) => {
            let variants = shape.variants.get();
            let fields =
                variants.into_iter().find(|variant| variant.name == record.name()).map(|variant| variant.fields);
            let fields = fields.unwrap_or_default();
            if fields.is_empty() {
                return Ok(Json::String(record.name().to_owned()));
            }
            let names: Vec<(&str, Shape)> = fields.into_iter().map(|field| (field.name, field.shape)).collect();
            let held = fields_to_json(record, &names)?;
            Ok(Json::Object(Map::from_iter([(record.name().to_owned(), held)])))
        }
        (Value::Record(record), kind) => {
            let names: Vec<(&str, Shape)> =
                kind.fields().unwrap_or_default().into_iter().map(|field| (field.name, field.shape)).collect();
            fields_to_json(record, &names)
        }
        (other, _) => Err(format!("{other} cannot be handed on").into()),
    }
}

/// The fields of a struct as an object; without names, the only one as it is, several as a list.
fn fields_to_json(record: &dyn crate::context::Record, names: &[(&str, Shape)]) -> Result<Json, Problem> {
    let field = |at: usize, shape: &Shape| to_json(&Operand::of(record.field(at)), &Type::of(shape.clone()));
    let unnamed = names.first().is_some_and(|(name, _)| name.starts_with(|c: char| c.is_ascii_digit()));
    match names {
        [(_, shape)] if unnamed && record.name() != "tuple" => field(0, shape),
        _ if unnamed => {
            let made: Result<Vec<Json>, Problem> =
                names.iter().enumerate().map(|(at, (_, shape))| field(at, shape)).collect();
            made.map(Json::Array)
        }
        _ => {
            let mut made = Map::new();
            for (at, (name, shape)) in names.iter().enumerate() {
                made.insert((*name).to_owned(), field(at, shape)?);
            }
            Ok(Json::Object(made))
        }
    }
}
