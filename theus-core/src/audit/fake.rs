//! A subject made of plain values, for tests.

use crate::context::Value;

use crate::audit::Subject;

/// What tests let the gates see: the first index of a path picks the value.
#[derive(Default)]
pub(super) struct Fake<'v> {
    pub(super) arguments: Vec<Value<'v>>,
    pub(super) domain: Vec<Value<'v>>,
    pub(super) committed: Vec<Value<'v>>,
}

impl Subject for Fake<'_> {
    fn argument(&self, index: usize) -> Value<'_> {
        self.arguments.get(index).copied().unwrap_or(Value::Missing)
    }
    fn global(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
    fn domain(&self, path: &[usize]) -> Value<'_> {
        path.first().and_then(|index| self.domain.get(*index)).copied().unwrap_or(Value::Missing)
    }
    fn committed(&self, path: &[usize]) -> Value<'_> {
        path.first().and_then(|index| self.committed.get(*index)).copied().unwrap_or(Value::Missing)
    }
    fn local(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
}
