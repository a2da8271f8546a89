//! What a panic of a session's own code says.

use std::any::Any;

use theus_model::panics::Panic;

/// What a panic says. What it brought along is dropped, and what that panics with too.
pub(super) fn message_of(panic: Box<dyn Any + Send>) -> String {
    Panic::from(panic).message()
}
