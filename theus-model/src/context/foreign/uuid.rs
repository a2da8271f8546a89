//! The identifier of `uuid`: it can be a key of a map too.

use ::uuid::Uuid;

use crate::context::{Computed, Inspect, Shape, Value, parse_uuid};

impl Inspect for Uuid {
    fn shape() -> Shape {
        Shape::Uuid
    }
    fn inspect(&self) -> Value<'_> {
        Value::Uuid(self.as_u128())
    }
    fn from_key(key: Value<'_>) -> Option<Self> {
        match key {
            Value::Text(text) => parse_uuid(text).map(Self::from_u128),
            _ => None,
        }
    }
}

impl<'a> Computed<'a> for Uuid {
    fn shape() -> Shape {
        Shape::Uuid
    }
    fn into_value(self) -> Value<'a> {
        Value::Uuid(self.as_u128())
    }
}
