//! Why a workflow does not go on, in words.

use super::error::WorkflowError;
use super::instance::Troubled;
use super::manager::WorkflowManager;
use super::outcome::{Handled, Status};
use super::unit::Trouble;
use crate::context::Context;
use crate::workflow::chart::Trigger;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    pub(super) fn runaway(&self) -> WorkflowError {
        let (workflow, state) = self.names();
        WorkflowError::Runaway { workflow, state, limit: self.event_limit, handled: Vec::new() }
    }

    /// What was handled all the same is part of it.
    pub(super) fn explain(&self, troubled: Troubled) -> WorkflowError {
        let Troubled { trouble, handled } = troubled;
        let ((workflow, state), handled) = (self.names(), vec![*handled]);
        match trouble {
            Trouble::NoValue(error) => WorkflowError::NoValue { workflow, state, error, handled },
            Trouble::Runaway { limit } => WorkflowError::Endless { workflow, state, limit, handled },
            Trouble::Nested => WorkflowError::Nested,
        }
    }

    pub(super) fn names(&self) -> (String, String) {
        (self.definition().name().to_owned(), self.state().to_owned())
    }

    /// What the active states wait for, and the last failure, which may be why they wait in vain.
    pub(super) fn waits_for(&self, handled: &[Handled]) -> String {
        let definition = self.definition();
        let mut events: Vec<&str> = Vec::new();
        for leaf in self.configuration().leaves() {
            let mut at = definition.state(*leaf);
            while let Some(state) = at {
                let named = state.transitions.iter().filter_map(|way| match &way.trigger {
                    Trigger::Event { written, .. } => Some(written.as_str()),
                    Trigger::Any => Some("any event"),
                    _ => None,
                });
                events.extend(named);
                at = state.parent.and_then(|parent| definition.state(parent));
            }
        }
        let mut told = Vec::with_capacity(events.len());
        for event in events {
            if !told.contains(&event) {
                told.push(event);
            }
        }
        let mut waits = format!("it waits for {}", told.join(", "));
        let kept: Vec<String> = self.deferred().map(|event| format!("`{}`", event.name)).collect();
        if !kept.is_empty() {
            waits = format!("{waits}, and keeps {} for later", kept.join(", "));
        }
        let failed = handled.iter().rev().find(|handled| handled.failed);
        let failure =
            failed.and_then(Handled::failure).and_then(|step| Some((step.process, step.result.as_ref().err()?)));
        match (failure, failed.and_then(|handled| handled.fault.as_ref())) {
            (Some((process, error)), _) => format!("{waits}, and `{process}` had failed: {error}"),
            (None, Some(fault)) => format!("{waits}, and a chain had failed: {fault}"),
            (None, None) => waits,
        }
    }

    /// Refuses to go on where nothing can: it is inside a process, the workflow was ended, the engine is halted.
    pub(super) fn refuse_if_stopped(&self) -> Result<(), WorkflowError> {
        if self.engine.is_inside() {
            return Err(WorkflowError::Nested);
        }
        if !self.session.is_over() {
            return self.refuse_if_halted();
        }
        let (workflow, state) = self.names();
        match self.session.status() {
            Status::Cancelled { reason } => Err(WorkflowError::Cancelled { workflow, state, reason }),
            Status::Failed { reason } => Err(WorkflowError::Failed { workflow, state, reason, handled: Vec::new() }),
            Status::Aborted { reason } => Err(WorkflowError::Aborted { workflow, state, reason }),
            Status::Running | Status::Finished | Status::Halted { .. } => self.refuse_if_halted(),
        }
    }

    /// What was handled, or that it has come to an end that is none: then it is part of the error.
    pub(super) fn unless_failed(&self, handled: Vec<Handled>) -> Result<Vec<Handled>, WorkflowError> {
        match self.session.status() {
            Status::Failed { reason } => {
                let (workflow, state) = self.names();
                Err(WorkflowError::Failed { workflow, state, reason, handled })
            }
            _ => Ok(handled),
        }
    }

    fn refuse_if_halted(&self) -> Result<(), WorkflowError> {
        self.engine.halted().map_or(Ok(()), |halted| Err(halted.into()))
    }
}
