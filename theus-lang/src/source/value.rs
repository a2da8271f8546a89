//! The values of a document.

use std::sync::Arc;

use super::mapping::Mapping;
use super::number::Number;

/// A value of a YAML document. Lists and maps are shared, so that a clone is cheap and an alias costs nothing.
///
/// ```
/// use theus_core::source::{Document, SourceFile, Value};
///
/// let document = Document::parse(SourceFile::new("tank.yaml", "tank: { level: 3, parts: [a, b] }"))?;
/// let tank = document.root().get("tank");
/// assert_eq!(tank.and_then(|tank| tank.get("level")).and_then(Value::as_u64), Some(3));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a float.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    Sequence(Arc<[Self]>),
    /// A map, in the order of the file.
    Mapping(Mapping),
}

impl Value {
    /// Whether it is `null` or nothing at all.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is `true` or `false`.
    #[must_use]
    pub const fn is_bool(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Whether it is an integer or a float.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is a float.
    #[must_use]
    pub const fn is_f64(&self) -> bool {
        matches!(self, Self::Number(number) if number.is_f64())
    }

    /// Whether it is a text.
    #[must_use]
    pub const fn is_string(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Whether it is a map.
    #[must_use]
    pub const fn is_mapping(&self) -> bool {
        matches!(self, Self::Mapping(_))
    }

    /// The truth value.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number()?.as_u64()
    }

    /// The integer, where it is one of this type.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number as a float: that of an integer within 64 bits is the nearest one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number()?.as_f64()
    }

    /// What a scalar without quotes is.
    pub(crate) fn plain(text: &str) -> Self {
        super::scalar::plain(text)
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Self]> {
        match self {
            Self::Sequence(list) => Some(list),
            _ => None,
        }
    }

    /// The list, to be changed.
    pub(crate) fn as_sequence_mut(&mut self) -> Option<&mut [Self]> {
        match self {
            Self::Sequence(list) => Some(Arc::make_mut(list)),
            _ => None,
        }
    }

    /// The map.
    #[must_use]
    pub const fn as_mapping(&self) -> Option<&Mapping> {
        match self {
            Self::Mapping(map) => Some(map),
            _ => None,
        }
    }

    /// The map, to be changed.
    pub(crate) const fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match self {
            Self::Mapping(map) => Some(map),
            _ => None,
        }
    }

    /// The value under a key, where this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// The value under a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_mapping_mut()?.get_mut(key)
    }
}
