//! The way of an `async fn` that must not conflict: the session is this run's alone from begin to commit, and is not held
//! while the body awaits.

use super::start::nested;
use super::workspace::{Closed, Counting};
use super::{ResultOf, Run, StateOf};
use crate::process::{AsyncProcess, Process};
use crate::transaction::{NestedHold, Turn};

/// The session to oneself, until the run is over or given up.
struct TurnOfRun<'a, P: Process> {
    turn: Turn<'a, StateOf<P>>,
}

impl<P: Process> Drop for TurnOfRun<'_, P> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.turn.hold() {
            state.turn_over();
        }
    }
}

pub(super) async fn turn<P: AsyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let Ok(turn) = run.core.session.take_turn().await else { return Err(nested::<P>()) };
    let turn = TurnOfRun::<P> { turn };
    let opened = match turn.turn.hold() {
        Ok(mut state) => run.open(&mut state, &command, Counting::Now), // 1 and 2
        Err(NestedHold) => return Err(nested::<P>()),
    };
    let mut work = opened?;
    let order = Run::<P>::begin(); // 3
    let guard = run.guard(&mut work.fields, &mut work.local, &order); // 4
    let output = Run::execute_async(run.core.identity(), command, guard).await; // 5
    let closed = match turn.turn.hold() {
        // Nothing can have changed since the input gate: it needs no second look at the command.
        Ok(mut state) => run.close(&mut state, work, None, output), // 6 and 7
        Err(NestedHold) => return Err(nested::<P>()),
    };
    drop(turn);
    match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}
