//! How messages name what a file holds.

use std::borrow::Cow;

use super::super::code;
use crate::source::{NodePath, Problem, Value};

/// Something else stands where `expected` belongs.
pub(in super::super) fn wrong_kind(at: NodePath, what: &str, expected: &str, value: &Value) -> Problem {
    Problem::new(at, format!("{what} must be {expected}{}", instead(value))).code(code::WRONG_KIND)
}

/// A key that nobody knows.
pub(in super::super) fn unknown_key<'k>(
    above: &NodePath,
    key: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Problem {
    Problem::new(above.at_key(key), format!("unknown key `{key}`")).code(code::UNKNOWN_KEY).suggest(key, known)
}

/// What stands in the place of what is expected.
pub(in super::super) fn instead(value: &Value) -> String {
    if value.is_null() { ", but is empty".to_owned() } else { format!(", not {}", written_as(value)) }
}

/// A value as messages name it: short, however long it is.
pub(in super::super) fn written_as(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a map".to_owned(),
        Value::Text(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::Text(_) => "a long text".to_owned(),
        scalar => word(scalar).into_owned(),
    }
}

/// A key or scalar as it is written.
pub(in super::super) fn word(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Bool(value) => Cow::Owned(value.to_string()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed("null"),
    }
}
