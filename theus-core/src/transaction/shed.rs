//! Drops a value where nothing may be left half done.

use std::mem::needs_drop;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops a value of a user's type, whose own code may panic: such a panic is logged and goes no further.
#[inline]
pub(crate) fn shed<T>(value: T) {
    if needs_drop::<T>() && catch_unwind(AssertUnwindSafe(move || drop(value))).is_err() {
        tracing::error!(target: "theus::engine", type_name = std::any::type_name::<T>(), "a value panicked when dropped");
    }
}
