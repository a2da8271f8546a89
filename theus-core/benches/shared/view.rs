//! A state as the engine shows it to its rules.

use theus_core::__private::FieldRanges;
use theus_core::audit::Subject;
use theus_core::context::Fields;
use theus_core::prelude::*;

/// The fields of a domain, looked at by rules.
pub(crate) struct View<F>(pub(crate) F);

impl<F: Fields> Subject for View<F> {
    fn argument(&self, _: usize) -> Value<'_> {
        Value::Missing
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Missing
    }
    #[inline]
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.0.inspect(path)
    }
    #[inline]
    fn committed(&self, path: &[usize]) -> Value<'_> {
        self.0.inspect_committed(path)
    }
    #[inline]
    fn domain_is_within(&self, ranges: &FieldRanges) -> bool {
        self.0.is_within(ranges)
    }
    fn local(&self, _: &[usize]) -> Value<'_> {
        Value::Missing
    }
}
