//! Why a chain does not go on.

use serde_json::json;

use super::outcome::Fault;
use crate::audit::Level;
use crate::engine::ProcessError;
use crate::process::{Process, RunError};
use crate::signal::Payload;
use crate::workflow::chart::{Place, Recovery, StateId, TIMEOUT};

/// Where an error leads, and the line that says so; a position does not keep the line.
#[derive(Clone, Debug)]
pub(super) struct RecoveryTarget {
    pub(super) target: StateId,
    pub(super) place: Option<Place>,
}

/// Why a chain does not go on, and what that means for the session.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// In words.
    pub(super) reason: String,
    /// The process, where it was one.
    pub(super) process: Option<&'static str>,
    /// The name under which `on_error` knows it: of a declared error, or [`TIMEOUT`].
    pub(super) error: Option<&'static str>,
    /// Where the step itself says that it leads.
    pub(super) target: Option<RecoveryTarget>,
    /// Whether a violation of level A ended the session.
    pub(super) aborts: bool,
    /// Why, where it was no run's result.
    pub(super) fault: Option<Box<Fault>>,
}

impl Failure {
    /// A run that failed.
    pub(super) fn run(process: &'static str, error: &RunError<ProcessError>) -> Self {
        let aborts = matches!(error, RunError::Interlocked(error) if error.level() == Level::A);
        let name = error.process_error().map(ProcessError::name);
        Self { reason: error.to_string(), process: Some(process), error: name, target: None, aborts, fault: None }
    }

    /// A command that failed.
    pub(super) fn command<P: Process>(error: &RunError<P::Error>) -> Self {
        let aborts = matches!(error, RunError::Interlocked(error) if error.level() == Level::A);
        let errors = const { &P::CONTRACT }.errors;
        let name = error.process_error().and_then(|error| errors.get(P::error_place(error)).copied());
        let process = Some(P::CONTRACT.process);
        Self { reason: error.to_string(), process, error: name, target: None, aborts, fault: None }
    }

    /// One of before a restart.
    pub(super) const fn restored(
        reason: String,
        error: Option<&'static str>,
        target: Option<StateId>,
        aborts: bool,
    ) -> Self {
        let target = match target {
            Some(target) => Some(RecoveryTarget { target, place: None }),
            None => None,
        };
        Self { reason, process: None, error, target, aborts, fault: None }
    }

    /// Something else.
    pub(super) fn fault(fault: Fault) -> Self {
        let (process, error) = match &fault {
            Fault::TimedOut { process, .. } => (Some(*process), Some(TIMEOUT)),
            Fault::Argument { process, .. } | Fault::NoArgument { process, .. } | Fault::Interrupted { process } => {
                (Some(*process), None)
            }
            Fault::NoValue(_)
            | Fault::NoTime { .. }
            | Fault::Runaway { .. }
            | Fault::Left
            | Fault::Cancelled { .. } => (None, None),
        };
        Self { reason: fault.to_string(), process, error, target: None, aborts: false, fault: Some(Box::new(fault)) }
    }

    /// The same, with what the step says about where it leads.
    pub(super) fn recovered_by(mut self, on_error: &[Recovery]) -> Self {
        if let Some(name) = self.error {
            let named = on_error.iter().find(|recovery| recovery.error == Some(name));
            let found = named.or_else(|| on_error.iter().find(|recovery| recovery.error.is_none()));
            self.target =
                found.map(|recovery| RecoveryTarget { target: recovery.target, place: Some(recovery.place.clone()) });
        }
        self
    }

    /// What `EVT_CHAIN_FAIL` tells: `event.process`, `event.error`, `event.message`.
    pub(super) fn payload(&self) -> Payload {
        Payload::from(json!({ "process": self.process, "error": self.error, "message": self.reason }))
    }
}
