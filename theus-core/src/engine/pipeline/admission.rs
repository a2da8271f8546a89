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
    #[cfg(feature = "store")]
    if const { !P::CONTRACT.messages.is_empty() } && core.durable.is_none() {
        return Err(not_kept::<P>(core));
    }
    match core.shared.registry.get::<P>() {
        Some(registered) => Ok(registered),
        None => Err(RunError::Unregistered { process: P::CONTRACT.process }),
    }
}

/// Who sends needs somebody who keeps what was sent.
#[cfg(feature = "store")]
#[cold]
fn not_kept<P: Process>(core: &CoreOf<P>) -> ErrorOf<P> {
    let (session, what) = (core.audit.name().to_string(), format!("`{}` sends messages", P::CONTRACT.process));
    RunError::Store(crate::store::StoreError::NotKept { session, what })
}

pub(super) const fn nested<P: Process>() -> ErrorOf<P> {
    RunError::Nested { process: P::CONTRACT.process }
}

#[cold]
pub(super) fn not_held<P: Process>(why: NotHeld) -> ErrorOf<P> {
    RunError::not_held(P::CONTRACT.process, why)
}
