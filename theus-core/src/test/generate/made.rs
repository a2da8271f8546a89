//! A value of no type yet: what serde reads a value of any type from. Beside JSON's it has integers of 128 bits, NaN and the infinities.

use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Error, IntoDeserializer, Visitor};
use serde_json::{Map, Number, Value as Json};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    Null,
    Bool(bool),
    Int(i128),
    Huge(u128),
    Float(f64),
    Text(String),
    List(Vec<Made>),
    /// A map, a struct, or an enum's variant that holds something: `{ name: what }`.
    Map(Vec<(Made, Made)>),
    /// What a test has given.
    Given(Json),
}

impl Made {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn unsigned(number: u128) -> Self {
        i128::try_from(number).map_or(Self::Huge(number), Self::Int)
    }

    /// A struct of these fields, or a variant.
    pub(super) fn named(fields: impl IntoIterator<Item = (&'static str, Self)>) -> Self {
        Self::Map(fields.into_iter().map(|(name, value)| (Self::text(name), value)).collect())
    }

    /// As JSON, which has not all of it.
    pub(super) fn into_json(self) -> Option<Json> {
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => value.into(),
            Self::Int(number) => match i64::try_from(number) {
                Ok(number) => number.into(),
                Err(_) => u64::try_from(number).ok()?.into(),
            },
            Self::Huge(_) => return None,
            Self::Float(number) => Number::from_f64(number)?.into(),
            Self::Text(text) => text.into(),
            Self::List(list) => list.into_iter().map(Self::into_json).collect::<Option<Vec<_>>>()?.into(),
            Self::Map(entries) => {
                let entry = |(key, value): (Self, Self)| Some((key.into_name()?, value.into_json()?));
                entries.into_iter().map(entry).collect::<Option<Map<_, _>>>()?.into()
            }
            Self::Given(json) => json,
        })
    }

    /// As the name of a member.
    fn into_name(self) -> Option<String> {
        match self.into_json()? {
            Json::String(name) => Some(name),
            name @ (Json::Bool(_) | Json::Number(_)) => Some(name.to_string()),
            _ => None,
        }
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Made {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Made {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Int(number) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_i128(number),
            },
            Self::Huge(number) => visitor.visit_u128(number),
            Self::Float(number) => visitor.visit_f64(number),
            Self::Text(text) => visitor.visit_string(text),
            Self::List(list) => {
                let mut elements = SeqDeserializer::new(list.into_iter());
                let value = visitor.visit_seq(&mut elements)?;
                elements.end()?;
                Ok(value)
            }
            Self::Map(entries) => {
                let mut entries = MapDeserializer::new(entries.into_iter());
                let value = visitor.visit_map(&mut entries)?;
                entries.end()?;
                Ok(value)
            }
            Self::Given(json) => json.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Null | Self::Given(Json::Null) => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Text(variant) => visitor.visit_enum(variant.into_deserializer()),
            Self::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(entries.into_iter())))
            }
            Self::Given(json) => json.deserialize_enum(name, variants, visitor),
            _ => Err(Self::Error::custom(format!("it is no variant of `{name}`"))),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}
