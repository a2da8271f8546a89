//! How long a name may be.

use std::borrow::Cow;

use crate::source::{NodePath, Problem};

/// How many bytes the name of a state or of an event may have.
pub(super) const LONGEST_NAME: usize = 200;

/// A name that is longer than a name may be.
pub(super) fn too_long(name: &str, at: &NodePath) -> Problem {
    Problem::new(at.clone(), format!("the name `{}` is longer than {LONGEST_NAME} bytes", short(name)))
        .help("call it by a few words, and say the rest in a `description`")
}

/// The beginning of a name that is not shown as a whole.
pub(super) fn short(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST_NAME {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().take(40).chain(['…']).collect())
}
