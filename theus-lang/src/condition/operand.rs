//! A value while an expression is evaluated.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::context::{Decimal, Time, Value};

/// A value while an expression is evaluated: borrowed from the state, from JSON or from the expression wherever it can be.
#[derive(Clone, Debug)]
pub(super) enum Operand<'a> {
    Null,
    Bool(bool),
    Int(i128),
    /// An integer above `i128::MAX`.
    Huge(u128),
    Float(f64),
    Decimal(Decimal),
    Time(Time),
    Uuid(u128),
    Char(char),
    Text(Cow<'a, str>),
    List(Vec<Operand<'a>>),
    Object(Vec<(&'a str, Operand<'a>)>),
    /// A collection, a struct or an enum of the state.
    Stored(Value<'a>),
    /// An array or an object of JSON.
    Json(&'a Json),
}

impl<'a> Operand<'a> {
    pub(super) fn of(value: Value<'a>) -> Self {
        match value.seen_through() {
            Value::Missing => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Int(value),
            Value::Huge(value) => Self::Huge(value),
            Value::Float(value) => Self::Float(value),
            Value::Text(value) => Self::Text(Cow::Borrowed(value)),
            Value::Char(value) => Self::Char(value),
            Value::Decimal { mantissa, scale } => Self::Decimal(Decimal::of(mantissa, scale)),
            Value::Time { kind, nanos } => Self::Time(Time { kind, nanos }),
            Value::Uuid(value) => Self::Uuid(value),
            look => Self::Stored(look),
        }
    }

    pub(super) fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match number.as_i128() {
                Some(whole) => Self::Int(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::Text(Cow::Borrowed(text)),
            Json::Array(_) | Json::Object(_) => Self::Json(json),
        }
    }

    /// A value as a look at the state: keys of maps are given as one.
    pub(super) fn as_look(&self) -> Option<Value<'_>> {
        Some(match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Huge(value) => Value::Huge(*value),
            Self::Decimal(value) => Value::from(*value),
            Self::Time(value) => Value::from(*value),
            Self::Uuid(value) => Value::Uuid(*value),
            Self::Char(value) => Value::Char(*value),
            Self::Text(value) => Value::Text(value),
            Self::Stored(value) => *value,
            _ => return None,
        })
    }

    /// As a look at the state shows it.
    pub(super) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Missing,
            Self::Float(value) => Value::Float(*value),
            other => other.as_look().unwrap_or(Value::Opaque),
        }
    }

    /// What kind of value it is, for what is found out only now.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Huge(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Decimal(_) => "a decimal",
            Self::Time(_) => "a time",
            Self::Uuid(_) => "a UUID",
            Self::Char(_) | Self::Text(_) => "a string",
            Self::List(_) | Self::Json(Json::Array(_)) => "a list",
            Self::Object(_) | Self::Json(_) => "a map",
            Self::Stored(Value::Collection { .. } | Value::Count(_)) => "a collection",
            Self::Stored(Value::Record(record)) => record.name(),
            Self::Stored(_) => "a value that cannot be looked into",
        }
    }
}
