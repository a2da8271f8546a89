//! Whether a run may start, and what is said where it may not.

use super::run::{CoreOf, ErrorOf, RegisteredOf};
use crate::process::{Process, RunError};
use crate::sync::nesting;
use crate::transaction::NotHeld;

/// The process's registration, where the run may start.
#[inline(always)]
pub(super) fn admitted<P: Process>(core: &CoreOf<P>) -> Result<&RegisteredOf<P>, ErrorOf<P>> {
    if nesting::is_inside(core.identity()) {
        return Err(nested::<P>());
    }
    match core.shared.registry.get::<P>() {
        Some(registered) => Ok(registered),
        None => Err(RunError::Unregistered { process: P::CONTRACT.process }),
    }
}

pub(super) const fn nested<P: Process>() -> ErrorOf<P> {
    RunError::Nested { process: P::CONTRACT.process }
}

#[cold]
pub(super) fn not_held<P: Process>(why: NotHeld) -> ErrorOf<P> {
    RunError::not_held(P::CONTRACT.process, why)
}
