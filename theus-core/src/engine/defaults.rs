//! What a first state is where nobody gave it a value.

use std::sync::OnceLock;

use crate::context::{Context, Fields, Value};
use crate::panics::caught;

/// The default of the domain, made when it is first asked for.
///
/// A field that was never written has no value of its own: its default is nobody's, and the first value that is written follows
/// on nothing. What a session was opened with is somebody's, as a state that a store gave back.
pub(super) struct Defaults<D: Context>(OnceLock<Option<D::Fields>>);

impl<D: Context> Defaults<D> {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Whether a field that was never written has the value that it has by default. Of a domain without a default: whether it
    /// is empty, zero, nothing.
    pub(super) fn is_nobodys(&self, path: &[usize], value: Value<'_>) -> bool {
        // A default is code of a user's type: one that panics is none.
        let default = || caught(D::default_fields).unwrap_or_default();
        match self.0.get_or_init(default) {
            Some(default) => value.is_same(default.inspect_committed(path)),
            None => value.is_blank(),
        }
    }
}
