//! What a process returns, as far as files may use it.

use crate::context::Shape;

/// What a process returns, as far as a workflow may use it (`as`, or the `event` of what is `done`).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gives {
    /// Nothing: it returns `()`.
    #[default]
    Nothing,
    /// A value of this shape, as JSON.
    Value(Shape),
    /// A value that has no JSON: its type is not `Serialize`.
    Hidden,
}
