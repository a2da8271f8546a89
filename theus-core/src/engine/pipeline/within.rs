//! The way of runs that share a lease: their contracts do not conflict, so none of them can be stale, and each commits by
//! itself. Another one's commit can be what a rule looks at: the input gate judges anew then, as for a run that is checked.

use super::super::report::Report;
use super::super::turn::Turn;
use super::admission::{admitted, not_held};
use super::awaited::{Attempt, Awaited, Body, Execution};
use super::outside;
use super::run::{Asked, By, CoreOf, ErrorOf, ResultOf, Run, StateOf};
use super::start::tell;
use super::workspace::{Closed, Counting, Work, copy_of};
use crate::panics::DropCaught;
use crate::process::{Process, SyncProcess};
use crate::telemetry::{WatchedRun, watched};
use crate::transaction::Lease;

/// Runs a plain `fn` within a lease, and tells all about it.
pub(in crate::engine) fn run_within<P: SyncProcess>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    lease: &Lease<'_, StateOf<P>>,
    turn: Turn,
) -> Report<P> {
    let told = core.watch::<P>();
    let report = {
        let _within = told.as_ref().and_then(WatchedRun::enter);
        let mut run = Run::new(Asked::new(core, By::Workflow { step: Some(turn) }, None));
        let result = within(&mut run, command, lease);
        run.report(result)
    };
    tell(told, report)
}

fn within<P: SyncProcess>(run: &mut Run<'_, P>, command: DropCaught<P>, lease: &Lease<'_, StateOf<P>>) -> ResultOf<P> {
    let mut work = open(run, command.get(), lease)?; // 1 and 2
    work.execute(run.asked, run.epoch, command.get()); // 3, 4 and 5
    close(run, Attempt::Whole(work), command.get(), lease) // 6 and 7
}

/// Runs an `async fn`, or a `fn` that blocks, within a lease, and tells all about it.
pub(in crate::engine) async fn run_async_within<P: Awaited>(
    core: &CoreOf<P>,
    command: DropCaught<P>,
    lease: &Lease<'_, StateOf<P>>,
    turn: Turn,
) -> Report<P> {
    let awaited = async {
        let mut run = Run::new(Asked::new(core, By::Workflow { step: Some(turn) }, None));
        let result = within_async(&mut run, command, lease).await;
        run.report(result)
    };
    match core.watch::<P>() {
        None => awaited.await,
        Some(told) => watched(told, awaited).await,
    }
}

async fn within_async<P: Awaited>(
    run: &mut Run<'_, P>,
    command: DropCaught<P>,
    lease: &Lease<'_, StateOf<P>>,
) -> ResultOf<P> {
    let mut attempt = Attempt::Whole(open(run, command.get(), lease)?); // 1 and 2
    let order = Run::<P>::begin(|| outside::begin(run.asked, run.epoch, command.get())); // 3
    let execution = Execution { core: run.core, order, command: copy_of(&command), lease: Some(lease), limit: None };
    P::Kind::execute(&mut attempt, execution).await; // 4 and 5
    close(run, attempt, command.get(), lease) // 6 and 7
}

fn open<P: Process>(
    run: &mut Run<'_, P>,
    command: Option<&P>,
    lease: &Lease<'_, StateOf<P>>,
) -> Result<Work<P>, ErrorOf<P>> {
    let registered = admitted::<P>(run.core)?;
    let mut state = lease.hold(|| run.request()).map_err(not_held::<P>)?;
    run.open(registered, &mut state, command, Counting::AtTheEnd)
}

fn close<P: Process>(
    run: &mut Run<'_, P>,
    attempt: Attempt<P>,
    command: Option<&P>,
    lease: &Lease<'_, StateOf<P>>,
) -> ResultOf<P> {
    let mut state = lease.hold(|| run.request()).map_err(not_held::<P>)?;
    match run.close_attempt(&mut state, attempt, command) {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}
