//! A look at a value as JSON: what an event's payload is made of.

use std::ops::ControlFlow;

use serde_json::{Map, Number, Value as Json};

use super::{Decimal, FieldShape, Part, Record, Shape, Time, Value};

/// How deep a value is followed: beyond that it is told as null.
const DEEPEST: usize = 32;

/// The value as JSON, where it can be looked into. Integers that JSON's readers would round, decimals, times and UUIDs are
/// texts; NaN and the infinities are null.
pub(crate) fn to_json(value: Value<'_>, shape: &Shape) -> Option<Json> {
    convert(value, shape.innermost(), 0)
}

fn convert(value: Value<'_>, shape: &Shape, depth: usize) -> Option<Json> {
    if depth > DEEPEST {
        return None;
    }
    Some(match value {
        Value::Missing => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Int(value) => match i64::try_from(value) {
            Ok(value) => Json::from(value),
            Err(_) => u64::try_from(value).map_or_else(|_| Json::from(value.to_string()), Json::from),
        },
        Value::Huge(value) => Json::from(value.to_string()),
        Value::Float(value) => Number::from_f64(value).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::from(text),
        Value::Char(value) => Json::from(value.to_string()),
        Value::Decimal { mantissa, scale } => Json::from(Decimal::of(mantissa, scale).to_string()),
        Value::Time { kind, nanos } => Json::from(Time { kind, nanos }.to_string()),
        Value::Uuid(_) => Json::from(value.to_string()),
        Value::Collection { elements, .. } => {
            let Shape::Collection(of) = shape else { return None };
            let all = |part, shape: &Shape| {
                let mut all = Vec::with_capacity(elements.len());
                elements.each(part, &mut |value| {
                    all.push(convert(value, shape.innermost(), depth + 1).unwrap_or_default());
                    ControlFlow::Continue(())
                });
                all
            };
            match of.key().map(|key| key.shape.shape()) {
                Some(key) => {
                    let (keys, values) = (all(Part::Keys, &key), all(Part::Values, &of.element()));
                    Json::Object(keys.iter().map(name).zip(values).collect())
                }
                None => Json::Array(all(Part::All, &of.element())),
            }
        }
        Value::Record(record) => match shape {
            Shape::Record(of) if of.transparent => {
                let field = of.fields.get().into_iter().next()?;
                return convert(record.field(0), field.shape.innermost(), depth + 1);
            }
            Shape::Record(of) => object(record, &of.fields.get(), depth),
            Shape::Enum(of) => {
                let variants = of.variants.get();
                let fields = record.variant().and_then(|variant| variants.get(variant)).map(|variant| &variant.fields);
                match fields {
                    Some(fields) if !fields.is_empty() => {
                        let inner = object(record, fields, depth);
                        Json::Object(Map::from_iter([(record.name().to_owned(), inner)]))
                    }
                    _ => Json::from(record.name()),
                }
            }
            _ => return None,
        },
        _ => return None,
    })
}

fn object(record: &dyn Record, fields: &[FieldShape], depth: usize) -> Json {
    let field = |(index, field): (usize, &FieldShape)| {
        let value = convert(record.field(index), field.shape.innermost(), depth + 1);
        (field.name.to_owned(), value.unwrap_or_default())
    };
    Json::Object(fields.iter().enumerate().map(field).collect())
}

/// A key of a map as the name of a member.
fn name(key: &Json) -> String {
    match key {
        Json::String(name) => name.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::prelude::*;

    #[derive(Clone, Inspect)]
    struct Cents(i64);

    #[derive(Clone, Inspect)]
    struct Order {
        to: String,
        amount: Cents,
        tags: Vec<Option<u8>>,
    }

    #[derive(Clone, Inspect)]
    enum Mode {
        Idle,
        Running { speed: f64 },
    }

    fn json_of<T: crate::Inspect>(value: &T) -> Option<Json> {
        to_json(value.inspect(), &T::shape())
    }

    #[test]
    fn what_can_be_looked_into_is_json() {
        assert_eq!(json_of(&true), Some(json!(true)));
        assert_eq!(json_of(&-7_i8), Some(json!(-7)));
        assert_eq!(json_of(&u64::MAX), Some(json!(u64::MAX)));
        assert_eq!(json_of(&u128::MAX), Some(json!(u128::MAX.to_string())));
        assert_eq!(json_of(&i128::MIN), Some(json!(i128::MIN.to_string())));
        assert_eq!(json_of(&1.5_f32), Some(json!(1.5)));
        assert_eq!(json_of(&f64::NAN), Some(Json::Null));
        assert_eq!(json_of(&Some("a".to_owned())), Some(json!("a")));
        assert_eq!(json_of(&None::<u8>), Some(Json::Null));
        let order = Order { to: "alice".to_owned(), amount: Cents(5), tags: vec![Some(1), None] };
        assert_eq!(json_of(&order), Some(json!({ "to": "alice", "amount": 5, "tags": [1, null] })));
        assert_eq!(
            json_of(&vec![Mode::Idle, Mode::Running { speed: 2.0 }]),
            Some(json!(["Idle", { "Running": { "speed": 2.0 } }]))
        );
        assert_eq!(json_of(&BTreeMap::from([(1_u8, 'x'), (2, 'y')])), Some(json!({ "1": "x", "2": "y" })));
    }
}
