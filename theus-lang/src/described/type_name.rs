//! A type as it is written.

use std::collections::BTreeMap;
use std::fmt;

/// A type as it is written: the last word of its path, and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// The last word of its path: `BTreeMap` of `std::collections::BTreeMap<String, i64>`; `tuple`, `list` and `text` of what has
    /// no word. `rust_decimal::Decimal`, the name of the crate before it, where it is known for certain to be of that one.
    pub word: String,
    /// Its type arguments.
    pub arguments: Vec<Self>,
}

impl TypeName {
    /// A type without arguments.
    #[must_use]
    pub fn plain(word: &str) -> Self {
        Self { word: word.to_owned(), arguments: Vec::new() }
    }

    /// Its word without the name of a crate.
    pub(super) fn last_word(&self) -> &str {
        self.word.rsplit("::").next().unwrap_or(&self.word)
    }

    /// With the parameters of a generic type replaced.
    #[must_use]
    pub(super) fn filled(&self, parameters: &BTreeMap<&str, &Self>) -> Self {
        match parameters.get(self.word.as_str()) {
            Some(argument) if self.arguments.is_empty() => (*argument).clone(),
            _ => Self {
                word: self.word.clone(),
                arguments: self.arguments.iter().map(|argument| argument.filled(parameters)).collect(),
            },
        }
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)?;
        for (index, argument) in self.arguments.iter().enumerate() {
            write!(f, "{}{argument}", if index == 0 { "<" } else { ", " })?;
        }
        if self.arguments.is_empty() { Ok(()) } else { f.write_str(">") }
    }
}
