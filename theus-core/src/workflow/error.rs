//! Why a workflow could not be loaded or does not go on.

use std::fmt;

use thiserror::Error;

use super::Handled;
use crate::process::Halted;
use crate::source::SourceError;

/// Why a workflow did not do what was asked.
#[derive(Error)]
#[non_exhaustive]
pub enum WorkflowError {
    /// The file could not be read, or says something that is not so.
    #[error(transparent)]
    Source(#[from] SourceError),
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
    /// It was asked to go on from inside a process that it runs.
    #[error("the workflow was driven from inside a process of its own engine: drive it after the process has returned")]
    Nested,
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
