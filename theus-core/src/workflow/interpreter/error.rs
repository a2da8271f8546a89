//! Why a workflow could not be loaded or does not go on.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use super::outcome::Handled;
use crate::process::Halted;
use crate::source::SourceError;
use crate::workflow::condition::EvaluationError;

/// Why a workflow did not do what was asked.
#[derive(Error)]
#[non_exhaustive]
pub enum WorkflowError {
    /// The file could not be read, or says something that is not so.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The workflow has reached a final state, and the chain of that state failed: it is over, and not well.
    #[error("the workflow `{workflow}` failed in state {state}: {reason}")]
    Failed {
        /// The workflow.
        workflow: String,
        /// The final state.
        state: String,
        /// Why its chain failed.
        reason: String,
        /// What was handled before, in order, and last what failed; nothing where it had failed before.
        handled: Vec<Handled>,
    },
    /// A violation of level A ended this workflow.
    #[error("the workflow `{workflow}` was aborted in state {state}: {reason}")]
    Aborted {
        /// The workflow.
        workflow: String,
        /// The state in which it ended.
        state: String,
        /// What ended it.
        reason: String,
    },
    /// The workflow was cancelled: it takes no more events and commands.
    #[error("the workflow `{workflow}` was cancelled in state {state}: {reason}")]
    Cancelled {
        /// The workflow.
        workflow: String,
        /// The state in which it ended.
        state: String,
        /// Why.
        reason: String,
    },
    /// The workflow is paused, and was asked for something that it would have to go on for.
    #[error("the workflow `{workflow}` is paused in state {state}: `resume()` lets it go on")]
    Paused {
        /// The workflow.
        workflow: String,
        /// The state that it is in.
        state: String,
    },
    /// The store did not take where the workflow has come to. Nothing of it is told, and nothing is lost: it is stored when the
    /// workflow is driven next.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(crate::store::StoreError),
    /// The engine's interlock is latched: no event is taken until it is reset.
    #[error(transparent)]
    Halted(#[from] Halted),
    /// The workflow has reached a final state: it takes no more commands.
    #[error("the workflow `{workflow}` is finished: {state} is a final state")]
    Finished {
        /// The workflow.
        workflow: String,
        /// The final state.
        state: String,
    },
    /// A final state was asked for, and nothing is waiting that could lead to one.
    #[error("the workflow `{workflow}` waits in state {state}, which is not final, and no event is left: {hint}")]
    Idle {
        /// The workflow.
        workflow: String,
        /// Where it waits.
        state: String,
        /// What it waits for, and the failure that led there if one did.
        hint: String,
        /// What was handled before, in order.
        handled: Vec<Handled>,
    },
    /// Events kept causing events.
    #[error(
        "the workflow `{workflow}` handled {limit} events that came of handling events, the last in state {state}: its states chase each other; \
         break the circle, or raise `event_limit`"
    )]
    Runaway {
        /// The workflow.
        workflow: String,
        /// The state it was in.
        state: String,
        /// How many events are allowed.
        limit: usize,
        /// What the events did, in order, the last one included.
        handled: Vec<Handled>,
    },
    /// One event caused more moves and rounds of `while` than the file's `limit` allows. What was committed stays; the chain
    /// that was under way has failed.
    #[error(
        "the workflow `{workflow}` handled one event with more than {limit} moves and rounds of `while`, the last in state {state}: \
         a loop does not end, or its states chase each other; break the circle, or give the file a larger `limit`"
    )]
    Endless {
        /// The workflow.
        workflow: String,
        /// The state it was in.
        state: String,
        /// The limit.
        limit: u32,
        /// What was handled before, in order, and last the event itself, with what had committed of it.
        handled: Vec<Handled>,
    },
    /// A guard, or the result of the final state, has no value. The states stay as they are; the event was handled by that.
    #[error("the workflow `{workflow}` in state {state}: {error}")]
    NoValue {
        /// The workflow.
        workflow: String,
        /// The state it is in.
        state: String,
        /// Which expression, and why.
        error: EvaluationError,
        /// What was handled before, in order, and last the event itself, with what had committed of it.
        handled: Vec<Handled>,
    },
    /// The workflow has no such state.
    #[error("the workflow `{workflow}` has no state `{state}`; {help}")]
    UnknownState {
        /// The workflow.
        workflow: String,
        /// The name that was asked for.
        state: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// The wait took longer than [`within`](crate::workflow::WorkflowManager::within) allows. What was under way stays so, and goes
    /// on when the workflow is driven next.
    #[error(
        "the workflow `{workflow}` in state {state} was waited for {limit:?}, and is not done: drive it again, or allow more by `within`"
    )]
    TimedOut {
        /// The workflow.
        workflow: String,
        /// The state it is in.
        state: String,
        /// How long it was waited for at most.
        limit: Duration,
        /// What was handled before, in order.
        handled: Vec<Handled>,
    },
    /// A step awaits something, and waiting for it here would block the thread of an async runtime that has only that one: what
    /// is awaited may never come. The step stays under way, and goes on when the workflow is driven next.
    #[error(
        "the workflow `{workflow}` in state {state} awaits a step, and to wait for it here would block the one thread of a tokio runtime,          which the step may need: call the async twin (`run_until_final_async().await` and its siblings, `drive`), or call this from          `tokio::task::spawn_blocking`"
    )]
    WouldBlock {
        /// The workflow.
        workflow: String,
        /// The state it is in.
        state: String,
        /// What was handled before, in order.
        handled: Vec<Handled>,
    },
    /// It was asked to go on from inside a process of its engine. Nothing was taken off the bus.
    #[error("the workflow was driven from inside a process of its own engine: drive it after the process has returned")]
    Nested,
}

impl WorkflowError {
    /// What was handled before it, in order; where an event could not be handled as the file says, that event is the last.
    #[must_use]
    pub fn handled(&self) -> &[Handled] {
        match self {
            Self::Failed { handled, .. }
            | Self::Idle { handled, .. }
            | Self::Runaway { handled, .. }
            | Self::Endless { handled, .. }
            | Self::TimedOut { handled, .. }
            | Self::WouldBlock { handled, .. }
            | Self::NoValue { handled, .. } => handled,
            _ => &[],
        }
    }

    /// The same, with what was handled before it.
    pub(super) fn after(mut self, before: Vec<Handled>) -> Self {
        if let Self::Failed { handled, .. }
        | Self::Idle { handled, .. }
        | Self::Runaway { handled, .. }
        | Self::Endless { handled, .. }
        | Self::TimedOut { handled, .. }
        | Self::WouldBlock { handled, .. }
        | Self::NoValue { handled, .. } = &mut self
        {
            handled.splice(..0, before);
        }
        self
    }
}

/// As `Display`: it is what a `main` that returns the error shows.
impl fmt::Debug for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => fmt::Debug::fmt(error, f),
            error => fmt::Display::fmt(error, f),
        }
    }
}
