//! Where runs come in: which may start, and which way it goes.

use std::sync::Arc;

use super::super::locking::Isolation;
use super::super::nesting;
use super::super::report::Report;
use super::checked::{checked, checked_async};
use super::held::held;
use super::turn::turn;
use super::{CoreOf, ErrorOf, RegisteredOf, ResultOf, Run};
use crate::process::{AsyncProcess, Process, RunError, SyncProcess};

/// Runs a plain `fn`.
#[inline]
pub(in crate::engine) fn run<P: SyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    go(&mut Run::new(core, registered), command)
}

/// Runs a plain `fn`, and tells all about it.
pub(in crate::engine) fn run_reported<P: SyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = go(&mut run, command);
    run.report(result)
}

/// Runs an `async fn`, and tells all about it.
pub(in crate::engine) async fn run_async<P: AsyncProcess>(core: &Arc<CoreOf<P>>, command: P) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = match core.shared.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => turn(&mut run, command).await,
        Isolation::Checked => checked_async(&mut run, command).await,
    };
    run.report(result)
}

#[inline]
fn go<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    match run.core.shared.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => held(run, command),
        Isolation::Checked => checked(run, command),
    }
}

/// The process's registration, where the run may start.
#[inline]
pub(super) fn admitted<P: Process>(core: &Arc<CoreOf<P>>) -> Result<&RegisteredOf<P>, ErrorOf<P>> {
    if nesting::is_inside(core.identity()) {
        return Err(nested::<P>());
    }
    match core.shared.registry.get::<P>() {
        Some(registered) => Ok(registered),
        None => Err(RunError::Unregistered { process: P::CONTRACT.process }),
    }
}

#[cold]
#[inline(never)]
pub(super) fn refused<P: Process>(error: ErrorOf<P>) -> Report<P> {
    Report { result: Err(error), violations: Vec::new(), version: 0, attempts: 0 }
}

pub(super) const fn nested<P: Process>() -> ErrorOf<P> {
    RunError::Nested { process: P::CONTRACT.process }
}
