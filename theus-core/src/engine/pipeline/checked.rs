//! The way of a run that is checked at its commit: the session is held for stages 1 and 2 and again for 6 and 7, with a
//! workspace between. What has changed by then makes it run again, and at last with the session to itself: a run that loses
//! each time to faster ones is done all the same.

use super::super::backoff;
use super::admission::{admitted, not_held};
use super::lease::{in_lease, take_lease};
use super::run::{ResultOf, Run};
use super::workspace::{Closed, Counting, copy_of};
use crate::panics::DropCaught;
use crate::process::{AsyncProcess, SyncProcess};

#[inline(never)]
pub(super) fn checked<P: SyncProcess>(run: &mut Run<'_, P>, command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let core = run.core;
    loop {
        let mut state = core.session.hold(|| run.request()).map_err(not_held::<P>)?;
        let is_last = run.attempts >= core.shared.attempts;
        let mut work = run.open(registered, &mut state, command.get(), Counting::AtTheEnd)?; // 1 and 2
        if !is_last {
            drop(state);
            work.execute(core, command.get()); // 3, 4 and 5
            state = core.session.hold(|| run.request()).map_err(not_held::<P>)?;
        } else {
            work.execute(core, command.get());
        }
        match run.close(&mut state, work, command.get()) {
            Closed::Finished(result) => return result, // 6 and 7
            Closed::Stale if is_last => return Err(run.conflict()),
            Closed::Stale => {}
        }
        drop(state);
        if run.attempts < core.shared.attempts {
            backoff::wait(run.attempts, run.limit);
        }
    }
}

/// As [`checked`], without blocking the thread for as long as somebody has the session.
pub(super) async fn checked_async<P: AsyncProcess>(run: &mut Run<'_, P>, mut command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    while run.attempts < run.core.shared.attempts {
        let opened = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::AtTheEnd), // 1 and 2
            Err(why) => return Err(not_held::<P>(why)),
        };
        let mut work = opened?;
        work.execute_async(run.core, copy_of(&command), None, run.limit).await; // 3, 4 and 5
        let closed = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.close(&mut state, work, command.get()), // 6 and 7
            Err(why) => return Err(not_held::<P>(why)),
        };
        match closed {
            Closed::Finished(result) => return result,
            Closed::Stale => backoff::wait_async(run.attempts).await,
        }
    }
    let lease = take_lease::<P>(run.core, run.request()).await?;
    in_lease(run, registered, lease, &mut command).await
}
