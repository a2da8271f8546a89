//! Where runs come in, and which way each goes.

use super::super::locking::Isolation;
use super::super::report::Report;
use super::checked::{checked, checked_async};
use super::held::{held, held_async, try_held};
use super::run::{By, CoreOf, ResultOf, Run};
use super::turn::turn;
use crate::panics::ShedOnDrop;
use crate::process::{AsyncProcess, SyncProcess};
use crate::transaction::Limit;

/// Runs a plain `fn`.
#[inline]
pub(in crate::engine) fn run<P: SyncProcess>(
    core: &CoreOf<P>,
    command: ShedOnDrop<P>,
    limit: Option<&Limit>,
) -> ResultOf<P> {
    go(&mut Run::new(core, limit), command)
}

/// Runs a plain `fn`, and tells all about it.
pub(in crate::engine) fn run_reported<P: SyncProcess>(
    core: &CoreOf<P>,
    command: ShedOnDrop<P>,
    by: By,
    limit: Option<&Limit>,
) -> Report<P> {
    let mut run = Run::new(core, limit).by(by);
    let result = go(&mut run, command);
    run.report(result)
}

/// Runs a plain `fn` if the session is free, and tells all about it; else its command comes back.
pub(in crate::engine) fn try_run_reported<P: SyncProcess>(
    core: &CoreOf<P>,
    command: ShedOnDrop<P>,
    by: By,
) -> Result<Report<P>, ShedOnDrop<P>> {
    let mut run = Run::new(core, None).by(by);
    let result = try_held(&mut run, command)?;
    Ok(run.report(result))
}

/// Runs a plain `fn`, waits for the session without blocking the thread, and tells all about it. Its body is done within one
/// poll, so it has the session throughout, however the engine locks.
pub(in crate::engine) async fn run_plain_async<P: SyncProcess>(
    core: &CoreOf<P>,
    command: ShedOnDrop<P>,
    by: By,
    limit: Option<Limit>,
) -> Report<P> {
    let mut run = Run::new(core, limit.as_ref()).by(by);
    let result = held_async(&mut run, command).await;
    run.report(result)
}

/// Runs an `async fn`, and tells all about it.
pub(in crate::engine) async fn run_async<P: AsyncProcess>(
    core: &CoreOf<P>,
    command: ShedOnDrop<P>,
    by: By,
    limit: Option<Limit>,
) -> Report<P> {
    let mut run = Run::new(core, limit.as_ref()).by(by);
    let result = match core.shared.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => turn(&mut run, command).await,
        Isolation::Checked => checked_async(&mut run, command).await,
    };
    run.report(result)
}

#[inline(always)]
fn go<P: SyncProcess>(run: &mut Run<'_, P>, command: ShedOnDrop<P>) -> ResultOf<P> {
    match run.core.shared.locking.isolation(const { &P::CONTRACT }) {
        Isolation::Alone => held(run, command),
        Isolation::Checked => checked(run, command),
    }
}
