//! What handling one event did.

use super::StateId;
use crate::audit::Violation;
use crate::engine::ProcessError;
use crate::process::RunError;
use crate::signal::Event;

/// How a workflow stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It handles events.
    Running,
    /// It has reached a final state.
    Finished,
    /// A violation of level A ended it.
    Aborted {
        /// What ended it.
        reason: String,
    },
    /// The engine's interlock is latched; it goes on after the reset.
    Halted {
        /// What latched it.
        reason: String,
    },
}

/// One event and what came of it.
#[derive(Debug)]
pub struct Handled {
    /// The event; `None` for the start, which enters the initial state.
    pub event: Option<Event>,
    /// The state in which it was handled.
    pub from: StateId,
    /// The state that was entered; `None` where the state has no use for the event.
    pub to: Option<StateId>,
    /// The entry chain, as far as it ran: a failure is its last step.
    pub steps: Vec<StepOutcome>,
}

impl Handled {
    /// The step that failed, if one did.
    #[must_use]
    pub fn failure(&self) -> Option<&StepOutcome> {
        self.steps.last().filter(|step| step.result.is_err())
    }
}

/// One step of a chain: the run of a process.
#[derive(Debug)]
pub struct StepOutcome {
    /// The process.
    pub process: &'static str,
    /// That it was committed, or why not.
    pub result: Result<(), RunError<ProcessError>>,
    /// The violations that the audit counted, in order.
    pub violations: Vec<Violation>,
    /// The version of the state after it.
    pub version: u64,
}
