//! The way of an `async fn` that must not conflict: the session is this run's alone from begin to commit, and is not held
//! while the body awaits.

use super::start::{admitted, nested};
use super::workspace::{Closed, Counting};
use super::{ResultOf, Run};
use crate::engine::session::State;
use crate::panics::ShedOnDrop;
use crate::process::AsyncProcess;
use crate::transaction::NestedHold;

pub(super) async fn turn<P: AsyncProcess>(run: &mut Run<'_, P>, mut command: ShedOnDrop<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let Ok(turn) = run.core.session.take_turn(State::turn_over).await else { return Err(nested::<P>()) };
    let opened = match turn.hold() {
        Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::Now), // 1 and 2
        Err(NestedHold) => return Err(nested::<P>()),
    };
    let mut work = opened?;
    let Some(command) = command.take() else { return Err(nested::<P>()) };
    work.execute_async(run.core, Ok(command)).await; // 3, 4 and 5
    let closed = match turn.hold() {
        // Nothing can have changed since the input gate: it needs no second look at the command.
        Ok(mut state) => run.close(&mut state, work, None), // 6 and 7
        Err(NestedHold) => return Err(nested::<P>()),
    };
    drop(turn);
    match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}
