//! The way of a run that is checked at its commit: the session is held for stages 1 and 2 and again for 6 and 7, with a
//! workspace between. What has changed by then makes it run again.

use super::super::backoff;
use super::start::{admitted, nested};
use super::workspace::{Closed, Counting, copy_of};
use super::{ResultOf, Run};
use crate::panics::ShedOnDrop;
use crate::process::{AsyncProcess, SyncProcess};
use crate::transaction::NestedHold;

#[inline(never)]
pub(super) fn checked<P: SyncProcess>(run: &mut Run<'_, P>, command: ShedOnDrop<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    loop {
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        let mut work = run.open(registered, &mut state, command.get(), Counting::AtTheEnd)?; // 1 and 2
        drop(state);
        work.execute(run.core, command.get()); // 3, 4 and 5
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        match run.close(&mut state, work, command.get()) {
            Closed::Finished(result) => return result, // 6 and 7
            Closed::Stale if run.attempts < run.core.shared.attempts => {}
            Closed::Stale => return Err(run.conflict()),
        }
        drop(state);
        backoff::wait(run.attempts);
    }
}

/// As [`checked`], without blocking the thread for as long as somebody has a turn.
pub(super) async fn checked_async<P: AsyncProcess>(run: &mut Run<'_, P>, command: ShedOnDrop<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    loop {
        let opened = match run.core.session.hold_async().await {
            Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::AtTheEnd), // 1 and 2
            Err(NestedHold) => return Err(nested::<P>()),
        };
        let mut work = opened?;
        work.execute_async(run.core, copy_of(&command)).await; // 3, 4 and 5
        let closed = match run.core.session.hold_async().await {
            Ok(mut state) => match run.close(&mut state, work, command.get()) {
                // It counts while the session is held, as all do: between another's look at a counter and its count
                // nothing comes.
                Closed::Stale if run.attempts >= run.core.shared.attempts => return Err(run.conflict()),
                closed => closed, // 6 and 7
            },
            Err(NestedHold) => return Err(nested::<P>()),
        };
        match closed {
            Closed::Finished(result) => return result,
            Closed::Stale => {
                backoff::wait_async(run.attempts).await;
            }
        }
    }
}
