//! Where runs come in, and which way each goes.

use super::super::locking::Isolation;
use super::super::report::Report;
#[cfg(feature = "store")]
use super::admission::{admitted, not_held};
use super::awaited::Awaited;
use super::checked::{checked, checked_async, checked_at_once};
#[cfg(feature = "workflow")]
use super::held::held_apart;
#[cfg(feature = "store")]
use super::held::stored_run;
use super::held::{held, held_async, try_held};
#[cfg(feature = "store")]
use super::kept::Once;
use super::lease::lease;
use super::run::{Asked, By, CoreOf, ResultOf, Run, RunSummary};
use crate::panics::DropCaught;
use crate::process::{Process, SyncProcess};
use crate::telemetry::{WatchedRun, watched};
use crate::transaction::Limit;

/// Runs a plain `fn`.
#[inline]
pub(in crate::engine) fn run<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    limit: Option<&Limit>,
) -> ResultOf<P> {
    match isolation::<P>(core) {
        Isolation::Alone => held(Asked::new(core, By::Anyone, limit), command, None),
        Isolation::Checked if core.shared.telemetry.is_some() => checked_and_told(core, command, limit),
        Isolation::Checked => checked_at_once(core, limit, command),
    }
}

/// The same of one that is checked, where somebody is told. It shares no code with the way of one that has the session to itself.
#[cold]
#[inline(never)]
fn checked_and_told<P: SyncProcess>(core: &CoreOf<P>, command: DropCaught<P>, limit: Option<&Limit>) -> ResultOf<P> {
    let told = core.watch::<P>();
    let report = {
        let _within = told.as_ref().and_then(WatchedRun::enter);
        let mut run = Run::new(Asked::new(core, By::Anyone, limit));
        let result = checked(&mut run, command, None);
        run.report(result)
    };
    tell(told, report).result
}

/// Runs a plain `fn`, and tells all about it.
pub(in crate::engine) fn run_reported<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    by: By,
    limit: Option<&Limit>,
) -> Report<P> {
    let told = core.watch::<P>();
    let report = {
        let _within = told.as_ref().and_then(WatchedRun::enter);
        reported(core, command, by, limit)
    };
    tell(told, report)
}

fn reported<P: SyncProcess>(core: &CoreOf<P>, command: DropCaught<P>, by: By, limit: Option<&Limit>) -> Report<P> {
    let asked = Asked::new(core, by, limit);
    match isolation::<P>(core) {
        Isolation::Alone => {
            let mut summary = RunSummary::default();
            let result = held(asked, command, Some(&mut summary));
            summary.report(result)
        }
        Isolation::Checked => {
            let mut run = Run::new(asked);
            let result = checked(&mut run, command, None);
            run.report(result)
        }
    }
}

/// The same where nobody knows the type: every process has this, and it must not share code with [`run`], which is no call only as
/// long as nobody else comes that way.
#[cfg(feature = "workflow")]
#[inline(never)]
pub(in crate::engine) fn run_named<P: SyncProcess>(core: &CoreOf<P>, command: DropCaught<P>) -> Report<P> {
    let told = core.watch::<P>();
    let report = {
        let _within = told.as_ref().and_then(WatchedRun::enter);
        reported_apart(core, command)
    };
    tell(told, report)
}

#[cfg(feature = "workflow")]
fn reported_apart<P: SyncProcess>(core: &CoreOf<P>, command: DropCaught<P>) -> Report<P> {
    let asked = Asked::new(core, By::Anyone, None);
    match isolation::<P>(core) {
        Isolation::Alone => {
            let mut summary = RunSummary::default();
            let result = held_apart(asked, command, &mut summary);
            summary.report(result)
        }
        Isolation::Checked => {
            let mut run = Run::new(asked);
            let result = checked(&mut run, command, None);
            run.report(result)
        }
    }
}

/// Runs a plain `fn` if the session is free, and tells all about it; else its command comes back, as it does where somebody is told: of
/// a run that there will be.
pub(in crate::engine) fn try_run_reported<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    by: By,
) -> Result<Report<P>, DropCaught<P>> {
    if core.shared.telemetry.is_some() {
        return Err(command);
    }
    let mut summary = RunSummary::default();
    let result = try_held(Asked::new(core, by, None), command, &mut summary)?;
    Ok(summary.report(result))
}

/// Runs a plain `fn`, waits for the session without blocking the thread, and tells all about it. Its body is done within one
/// poll, so it has the session throughout, however the engine locks.
pub(in crate::engine) async fn run_plain_async<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    by: By,
    limit: Option<Limit>,
) -> Report<P> {
    let Some(told) = core.watch::<P>() else { return plain_async(core, command, by, limit).await };
    watched(told, plain_async(core, command, by, limit)).await
}

async fn plain_async<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    by: By,
    limit: Option<Limit>,
) -> Report<P> {
    let mut summary = RunSummary::default();
    let result = held_async(Asked::new(core, by, limit.as_ref()), command, &mut summary).await;
    summary.report(result)
}

/// Runs an `async fn`, or a `fn` that blocks on a thread of its own, and tells all about it.
pub(in crate::engine) async fn run_async<P: Awaited>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    by: By,
    limit: Option<Limit>,
) -> Report<P> {
    let Some(told) = core.watch::<P>() else { return awaited(core, command, by, limit).await };
    watched(told, awaited(core, command, by, limit)).await
}

async fn awaited<P: Awaited>(core: &CoreOf<P>, command: DropCaught<P>, by: By, limit: Option<Limit>) -> Report<P> {
    let asked = Asked::new(core, by, limit.as_ref());
    let mut run = Run::new(asked);
    let result = match isolation::<P>(core) {
        Isolation::Alone => lease(&mut run, command).await,
        Isolation::Checked => checked_async(&mut run, command).await,
    };
    run.report(result)
}

/// Runs a plain `fn` in a session that a store keeps, and has its answer kept too.
#[cfg(feature = "store")]
pub(in crate::engine) fn run_once<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    once: &Once<P>,
) -> ResultOf<P> {
    let told = core.watch::<P>();
    let report = {
        let _within = told.as_ref().and_then(WatchedRun::enter);
        let mut run = Run::new(Asked::new(core, By::Anyone, None));
        run.kept.once = Some(once);
        let result = held_once(core, &mut run, command);
        run.report(result)
    };
    tell(told, report).result
}

#[cfg(feature = "store")]
fn held_once<P: SyncProcess>(core: &CoreOf<P>, run: &mut Run<'_, P>, command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    let mut state = core.session.hold(|| run.request()).map_err(not_held::<P>)?; // 2
    stored_run(run, registered, &mut state, command)
}

/// The same, waiting for the session without blocking the thread.
#[cfg(feature = "store")]
pub(in crate::engine) async fn run_plain_once<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    once: &Once<P>,
) -> ResultOf<P> {
    let plain = async {
        let mut run = Run::new(Asked::new(core, By::Anyone, None));
        run.kept.once = Some(once);
        let result = held_once_async(core, &mut run, command).await;
        run.report(result)
    };
    match core.watch::<P>() {
        None => plain.await.result,
        Some(told) => watched(told, plain).await.result,
    }
}

#[cfg(feature = "store")]
async fn held_once_async<P: SyncProcess>(
    core: &CoreOf<P>,
    run: &mut Run<'_, P>,
    command: DropCaught<P>,
) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    let mut state = core.session.hold_async(run.request()).await.map_err(not_held::<P>)?; // 2
    stored_run(run, registered, &mut state, command)
}

/// The same of one that is awaited: it has the session under its lease.
#[cfg(feature = "store")]
pub(in crate::engine) async fn run_async_once<P: Awaited>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    once: &Once<P>,
) -> ResultOf<P> {
    let awaited = async {
        let mut run = Run::new(Asked::new(core, By::Anyone, None));
        run.kept.once = Some(once);
        let result = lease(&mut run, command).await;
        run.report(result)
    };
    match core.watch::<P>() {
        None => awaited.await.result,
        Some(told) => watched(told, awaited).await.result,
    }
}

/// Tells who is told, outside of the run.
#[inline]
pub(super) fn tell<P: Process>(told: Option<WatchedRun<'_>>, report: Report<P>) -> Report<P> {
    if let Some(told) = told {
        told.ended(&report);
    }
    report
}

#[inline(always)]
fn isolation<P: Process>(core: &CoreOf<P>) -> Isolation {
    core.shared.locking.isolation(const { &P::CONTRACT })
}
