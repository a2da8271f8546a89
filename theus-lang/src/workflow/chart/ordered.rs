//! A tree of values whose maps keep their order, for what is written out.

use std::borrow::Cow;

use serde::ser::{Serialize, Serializer};

pub(super) enum Ordered<'a> {
    Bool(bool),
    Whole(u32),
    Float(f64),
    Text(Cow<'a, str>),
    Json(&'a serde_json::Value),
    List(Vec<Ordered<'a>>),
    Map(Vec<(Cow<'a, str>, Ordered<'a>)>),
}

impl<'a> Ordered<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn map<K: Into<Cow<'a, str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The only one of a list, or the list.
    pub(super) fn one_or_all(mut list: Vec<Self>) -> Self {
        match list.pop() {
            Some(only) if list.is_empty() => only,
            last => {
                list.extend(last);
                Self::List(list)
            }
        }
    }
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u32(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Json(value) => value.serialize(serializer),
            Self::List(list) => serializer.collect_seq(list),
            Self::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}
