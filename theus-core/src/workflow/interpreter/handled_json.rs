//! What was handled, as JSON: for logs, and for who is told over a network.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::outcome::{Handled, StepOutcome, StepOutcomes};
use crate::process::{Outcome, RunError};

/// States are told by their numbers, by which a [`Definition`](crate::workflow::Definition) has them.
///
/// ```
/// # use theus_core::prelude::*;
/// # #[derive(Clone, Default, Context)]
/// # struct Desk { served: u32, cmd_open: bool }
/// # #[process(inputs = [domain.served], outputs = [domain.served])]
/// # fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
/// let engine = Engine::builder(Desk::default()).process::<Serve>().build()?;
/// let flow = "states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { entry: serve } }";
/// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?;
/// desk.run_until_idle()?;
/// desk.emit("CMD_OPEN")?;
/// let handled = serde_json::to_value(desk.process_event()?)?;
/// assert_eq!(handled["event"]["name"], "CMD_OPEN");
/// assert_eq!(handled["steps"][0], serde_json::json!({ "process": "serve", "outcome": "committed", "version": 1 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Handled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { event, cause, from, to, steps, compensations, failed, fault, span: _ } = self;
        let mut told = serializer.serialize_struct("Handled", 8)?;
        told.serialize_field("cause", cause.as_str())?;
        match event {
            Some(event) => told.serialize_field("event", event)?,
            None => told.skip_field("event")?,
        }
        told.serialize_field("from", from)?;
        match to {
            Some(to) => told.serialize_field("to", to)?,
            None => told.skip_field("to")?,
        }
        told.serialize_field("steps", steps)?;
        match compensations.is_empty() {
            false => told.serialize_field("compensations", compensations)?,
            true => told.skip_field("compensations")?,
        }
        told.serialize_field("failed", failed)?;
        match fault {
            Some(fault) => told.serialize_field("fault", &fault.to_string())?,
            None => told.skip_field("fault")?,
        }
        told.end()
    }
}

impl Serialize for StepOutcomes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// With the declared error's name as `error`, and what is said of a run that changed nothing as `message`.
impl Serialize for StepOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { process, result, violations, version } = self;
        let mut told = serializer.serialize_struct("StepOutcome", 6)?;
        told.serialize_field("process", process)?;
        let outcome = result.as_ref().map_or_else(Outcome::of, |()| Outcome::Committed);
        told.serialize_field("outcome", &outcome)?;
        match result {
            Err(RunError::Process(error)) => told.serialize_field("error", error.name())?,
            _ => told.skip_field("error")?,
        }
        match result {
            Err(error) => told.serialize_field("message", &error.to_string())?,
            Ok(()) => told.skip_field("message")?,
        }
        match violations.is_empty() {
            false => told.serialize_field("violations", violations)?,
            true => told.skip_field("violations")?,
        }
        told.serialize_field("version", version)?;
        told.end()
    }
}
