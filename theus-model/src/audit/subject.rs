//! What rules look at.

use crate::context::{FieldRanges, Value};

/// Where a gate reads the values from. The engine implements it over the views of a run.
///
/// A path is the position of each name among the fields of its context, as
/// [`Schema::resolve`](crate::context::Schema::resolve) gives it. What is not there is [`Value::Missing`], which satisfies
/// no condition.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be judged by audit rules",
    label = "does not implement `Subject`",
    note = "implement `theus_core::audit::Subject`: a borrowed look at arguments, global, domain and local values"
)]
pub trait Subject {
    /// An argument, by its position.
    fn argument(&self, index: usize) -> Value<'_>;
    /// A field of the global context.
    fn global(&self, path: &[usize]) -> Value<'_>;
    /// A field of the domain: as it is at the input gate, as it is proposed at the output gate.
    fn domain(&self, path: &[usize]) -> Value<'_>;
    /// A field of the domain as it is committed, at either gate: what a proposed change is compared with.
    fn committed(&self, path: &[usize]) -> Value<'_>;
    /// What a proposed value follows on: the committed one, and [`Value::Missing`] where that was never written, so that the
    /// proposed one is the first.
    fn predecessor(&self, path: &[usize]) -> Value<'_> {
        self.committed(path)
    }
    /// Whether each of these fields of the domain is surely in its range, as [`domain`](Self::domain) shows it: then nobody
    /// looks at them one by one. `false` also where that is not known.
    #[doc(hidden)]
    fn domain_is_within(&self, ranges: &FieldRanges) -> bool {
        let _ = ranges;
        false
    }
    /// The same of the global context.
    #[doc(hidden)]
    fn global_is_within(&self, ranges: &FieldRanges) -> bool {
        let _ = ranges;
        false
    }
    /// What time it is: the same, however often it is asked for, at both gates of a run; [`Value::Opaque`] where nobody knows.
    fn now(&self) -> Value<'_> {
        Value::Opaque
    }
    /// A field of the local scratch.
    fn local(&self, path: &[usize]) -> Value<'_>;
}
