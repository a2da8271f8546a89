//! The way of runs that share a turn: their contracts do not conflict, so none of them can be stale, and each commits by
//! itself. Another one's commit can be what a rule looks at: the input gate judges anew then, as for a run that is checked.

use super::catch::catch;
use super::held::held_in;
use super::start::{admitted, nested, refused};
use super::workspace::{Closed, Counting};
use super::{CoreOf, Report, ResultOf, Run, StateOf};
use crate::process::{AsyncProcess, SyncProcess};
use crate::transaction::{NestedHold, Turn};
use std::sync::Arc;

/// Runs a plain `fn` within a turn, and tells all about it.
pub(in crate::engine) fn run_within<P: SyncProcess>(
    core: &Arc<CoreOf<P>>,
    command: P,
    turn: &Turn<'_, StateOf<P>>,
) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = match turn.hold() {
        Ok(mut state) => held_in(&mut run, command, &mut state),
        Err(NestedHold) => Err(nested::<P>()),
    };
    run.report(result)
}

/// Runs an `async fn` within a turn, and tells all about it.
pub(in crate::engine) async fn run_async_within<P: AsyncProcess>(
    core: &Arc<CoreOf<P>>,
    command: P,
    turn: &Turn<'_, StateOf<P>>,
) -> Report<P> {
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused(error),
    };
    let mut run = Run::new(core, registered);
    let result = within(&mut run, command, turn).await;
    run.report(result)
}

async fn within<P: AsyncProcess>(run: &mut Run<'_, P>, command: P, turn: &Turn<'_, StateOf<P>>) -> ResultOf<P> {
    let opened = match turn.hold() {
        Ok(mut state) => run.open(&mut state, &command, Counting::AtTheEnd), // 1 and 2
        Err(NestedHold) => return Err(nested::<P>()),
    };
    let mut work = opened?;
    let output = match catch::<P, _>(|| Ok(command.clone())) {
        Ok(command) => {
            let order = Run::<P>::begin(); // 3
            let guard = run.guard(&mut work.fields, &mut work.local, &order); // 4
            Run::execute_async(run.core.identity(), command, guard).await // 5
        }
        Err(error) => Err(error),
    };
    let closed = match turn.hold() {
        Ok(mut state) => run.close(&mut state, work, Some(&command), output), // 6 and 7
        Err(NestedHold) => return Err(nested::<P>()),
    };
    match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}
