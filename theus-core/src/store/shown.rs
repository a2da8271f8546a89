//! Stored values for people: as JSON, whatever they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::decode::decode;

/// What was stored, to be shown: as JSON. What JSON has no way to say is told as near as it comes: a key that is no text is written
/// as one, bytes are hexadecimal, a number that is none is the text `NaN`, `inf` or `-inf`.
///
/// ```
/// use std::collections::BTreeMap;
/// use theus_core::store::{encode, shown};
///
/// let by_number = BTreeMap::from([(17_u32, 1.5), (18, f64::INFINITY)]);
/// assert_eq!(shown(&encode(&by_number)?), serde_json::json!({ "17": 1.5, "18": "inf" }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn shown(bytes: &[u8]) -> Value {
    match decode::<Shown>(bytes) {
        Ok(Shown(value)) => value,
        Err(_) => Value::String(format!("({} bytes that JSON cannot say)", bytes.len())),
    }
}

/// A value of any type, as JSON.
struct Shown(Value);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Shown)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_f32<E: Error>(self, it: f32) -> Result<Value, E> {
        // By its own digits: 0.1 is not 0.10000000149011612.
        let number = it.to_string().parse::<f64>().ok().and_then(Number::from_f64);
        Ok(number.map_or_else(|| Value::String(it.to_string()), Value::Number))
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        Ok(Number::from_f64(it).map_or_else(|| Value::String(it.to_string()), Value::Number))
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Value, E> {
        Ok(Value::String(it.to_owned()))
    }

    fn visit_bytes<E: Error>(self, it: &[u8]) -> Result<Value, E> {
        Ok(Value::String(it.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<Value, D::Error> {
        it.deserialize_any(Self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, it: D) -> Result<Value, D::Error> {
        it.deserialize_any(Self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut it: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Shown(value)) = it.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut it: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((Shown(key), Shown(value))) = it.next_entry()? {
            let key = match key {
                Value::String(text) => text,
                key => key.to_string(),
            };
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, it: A) -> Result<Value, A::Error> {
        let (Shown(variant), _) = it.variant()?;
        Ok(variant)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::json;

    use super::super::encode;
    use super::*;

    #[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
    struct Number(u32);

    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(i64),
        Pair(String, Option<u8>),
        Named { at: f64 },
    }

    fn of(value: &impl Serialize) -> Value {
        shown(&encode(value).unwrap())
    }

    #[test]
    fn what_json_can_say_is_what_it_was() {
        let kinds =
            [Kind::Unit, Kind::New(-1), Kind::Pair("x".to_owned(), None), Kind::Named { at: 1.5 }].map(|it| of(&it));
        let expected =
            [json!("Unit"), json!({ "New": -1 }), json!({ "Pair": ["x", null] }), json!({ "Named": { "at": 1.5 } })];
        assert_eq!(kinds, expected);
        assert_eq!(of(&(true, 0.1_f32, "é", ())), json!([true, 0.1, "é", null]));
        assert_eq!(of(&u64::MAX), json!(u64::MAX));
    }

    #[test]
    fn what_it_cannot_is_told_as_near_as_it_comes() {
        assert_eq!(of(&BTreeMap::from([(Number(7), "x")])), json!({ "7": "x" }));
        assert_eq!(of(&BTreeMap::from([((1, "a"), true)])), json!({ "[1,\"a\"]": true }));
        assert_eq!(of(&BTreeMap::from([(false, 1)])), json!({ "false": 1 }));
        assert_eq!(of(&[f64::NAN, f64::NEG_INFINITY]), json!(["NaN", "-inf"]));
        assert_eq!(shown(&[0xc4, 2, 0xab, 1]), json!("ab01"));
        assert_eq!(shown(&[0xc1]), json!("(1 bytes that JSON cannot say)"));
    }
}
