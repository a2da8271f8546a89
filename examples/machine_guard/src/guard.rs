//! The guard: readings in, one transaction after the other, until the end or the stop.

use std::path::Path;
use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::source::printable_lines;
use theus_core::workflow::{Status, WorkflowError};
use thiserror::Error;

use crate::context::{Actuator, Limits, Machine, Ports};
use crate::desk;
use crate::processes::RecordReading;
use crate::reading::Reading;
use crate::tally::Tally;

/// Why the guard cannot start.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    /// The recipe is wrong.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The workflow is wrong, or went astray at once.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
}

/// A machine under guard.
pub(crate) struct Guard {
    engine: Engine<Machine, Limits, Ports>,
    desk: WorkflowManager<Machine, Limits, Ports>,
    actuator: Arc<Actuator>,
    tally: Tally,
}

/// How it ended.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) status: Status,
    /// Whether the interlock is latched.
    pub(crate) halted: bool,
    /// The state of the workflow.
    pub(crate) state: String,
    pub(crate) machine: Option<Machine>,
    pub(crate) actuator: Arc<Actuator>,
}

impl Guard {
    /// Builds the engine and loads the workflow. What is wrong with either is told before any reading is taken.
    pub(crate) fn new(recipe: Option<&Path>, workflow: Option<&Path>) -> Result<Self, StartError> {
        let ports = Ports::default();
        let actuator = Arc::clone(&ports.actuator);
        let (machine, limits) = (Machine::default(), Limits::default());
        let builder = match recipe {
            Some(path) => desk::without_recipe(machine, limits, ports).recipe_file(path)?,
            None => desk::builder(machine, limits, ports),
        };
        let engine = builder.build()?;
        let desk = match workflow {
            Some(path) => WorkflowManager::from_file(&engine, path)?,
            None => WorkflowManager::from_checked(&engine, desk::WORKFLOW)?,
        };
        for warning in desk.definition().warnings() {
            eprintln!("{}\n", printable_lines(&warning.to_string()));
        }
        Ok(Self { engine, desk, actuator, tally: Tally::default() })
    }

    /// Enters the workflow's first state.
    pub(crate) fn start(&mut self) -> Result<(), WorkflowError> {
        self.settle()
    }

    /// Whether another reading can be taken.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.desk.status(), Status::Running)
    }

    /// The state of the workflow.
    pub(crate) fn state(&self) -> &str {
        self.desk.state()
    }

    /// How many readings were taken.
    pub(crate) fn readings(&self) -> u64 {
        self.tally.readings
    }

    /// Takes one reading: records it, and lets the workflow do all that follows from it.
    pub(crate) fn take(&mut self, reading: Reading) -> Result<(), WorkflowError> {
        let report = self.desk.run(RecordReading { timestamp: reading.timestamp.clone(), value: reading.value })?;
        self.tally.reading(reading, report.result.is_ok());
        self.tally.violations(report.violations);
        if let Err(error) = &report.result {
            note_failure(&mut self.tally, "record_reading", error);
        }
        self.settle()
    }

    /// Handles events until none is left, unless the audit has stopped everything.
    fn settle(&mut self) -> Result<(), WorkflowError> {
        if !self.is_running() {
            return Ok(());
        }
        for step in self.desk.run_until_idle()?.into_iter().flat_map(|handled| handled.steps) {
            self.tally.violations(step.violations);
            if let Err(error) = &step.result {
                note_failure(&mut self.tally, step.process, error);
            }
        }
        Ok(())
    }

    /// What there is to report.
    pub(crate) fn finish(self) -> Outcome {
        Outcome {
            status: self.desk.status(),
            halted: self.engine.interlock().is_some(),
            state: self.desk.state().to_owned(),
            machine: self.engine.snapshot().ok().map(|snapshot| snapshot.to_context()),
            tally: self.tally,
            actuator: self.actuator,
        }
    }
}

/// What the audit refused is counted as violations; everything else that fails is a failure.
fn note_failure<E: std::error::Error + 'static>(tally: &mut Tally, process: &'static str, error: &RunError<E>) {
    if !matches!(error, RunError::Blocked(_) | RunError::Interlocked(_)) {
        tally.failure(process, error.to_string());
    }
}
