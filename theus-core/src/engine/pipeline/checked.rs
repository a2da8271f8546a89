//! The way of a run that is checked at its commit: the session is held for stages 1 and 2 and again for 6 and 7, with a
//! workspace between. What has changed by then makes it run again.

use super::super::backoff;
use super::catch::catch;
use super::start::{admitted, nested};
use super::workspace::{Closed, Counting};
use super::{ResultOf, Run};
use crate::process::{AsyncProcess, SyncProcess};
use crate::sync::nesting::Inside;
use crate::transaction::NestedHold;

#[inline(never)]
pub(super) fn checked<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    loop {
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        let mut work = run.open(registered, &mut state, &command, Counting::AtTheEnd)?; // 1 and 2
        drop(state);
        let output = {
            let _inside = Inside::enter(run.core.identity());
            let order = Run::<P>::begin(); // 3
            let guard = run.guard(&mut work.fields, &mut work.local, &order); // 4
            catch::<P, _>(|| Run::execute(command.clone(), guard)) // 5
        };
        let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) };
        match run.close(&mut state, work, Some(&command), output) {
            Closed::Finished(result) => return result, // 6 and 7
            Closed::Stale if run.attempts < run.core.shared.attempts => {}
            Closed::Stale => return Err(run.conflict()),
        }
        drop(state);
        backoff::wait(run.attempts);
    }
}

/// As [`checked`], without blocking the thread for as long as somebody has a turn.
pub(super) async fn checked_async<P: AsyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    loop {
        let opened = match run.core.session.hold_async().await {
            Ok(mut state) => run.open(registered, &mut state, &command, Counting::AtTheEnd), // 1 and 2
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
        let closed = match run.core.session.hold_async().await {
            Ok(mut state) => match run.close(&mut state, work, Some(&command), output) {
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
