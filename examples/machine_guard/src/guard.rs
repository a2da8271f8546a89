//! The guard: readings in, one transaction after the other, until the end or the stop.

use std::path::Path;
use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::source::printable_lines;
use theus_core::store::StoreError;
use theus_core::workflow::{ResumeError, Status, WorkflowError};
use theus_sqlite::SqliteStore;
use thiserror::Error;

use crate::context::{Actuator, Limits, Machine, Ports};
use crate::desk;
use crate::kept::{Failure, Kept, KeptError, Unfinished};
use crate::processes::RecordReading;
use crate::reading::{Reading, Readings};
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
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored does not fit the workflow.
    #[error(transparent)]
    Resume(#[from] ResumeError),
}

/// Why the guard does not go on.
#[derive(Debug, Error)]
pub(crate) enum GuardError {
    /// The workflow went astray.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// The store, or the input beside it.
    #[error(transparent)]
    Kept(#[from] KeptError),
}

/// A machine under guard.
pub(crate) struct Guard {
    engine: Engine<Machine, Limits, Ports>,
    desk: WorkflowManager<Machine, Limits, Ports>,
    actuator: Arc<Actuator>,
    tally: Tally,
    is_stored: bool,
    /// Where there is a store, from the start on.
    kept: Option<Kept>,
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
    pub(crate) fn new(
        recipe: Option<&Path>,
        workflow: Option<&Path>,
        store: Option<&Path>,
    ) -> Result<Self, StartError> {
        let ports = Ports::default();
        let actuator = Arc::clone(&ports.actuator);
        let (machine, limits) = (Machine::default(), Limits::default());
        let builder = match recipe {
            Some(path) => desk::without_recipe(machine, limits, ports).recipe_file(path)?,
            None => desk::builder(machine, limits, ports),
        };
        let builder = match store {
            Some(file) => builder.store(SqliteStore::open(file)?),
            None => builder,
        };
        let engine = builder.build()?;
        let desk = match workflow {
            Some(path) => WorkflowManager::from_file(&engine, path)?,
            None => WorkflowManager::from_checked(&engine, desk::WORKFLOW)?,
        };
        for warning in desk.definition().warnings() {
            eprintln!("{}\n", printable_lines(&warning.to_string()));
        }
        let (is_stored, tally) = (store.is_some(), Tally::default());
        let desk = if is_stored { desk.hydrate()? } else { desk };
        Ok(Self { engine, desk, actuator, tally, is_stored, kept: None })
    }

    /// Enters the workflow's first state. Where a store has more than that, goes on from there: the readings that were judged are
    /// taken off the input, and what was under way is done to its end.
    pub(crate) fn start(&mut self, readings: &mut Readings) -> Result<(), GuardError> {
        if !self.is_stored {
            self.settle()?;
            return Ok(());
        }
        let mut kept = Kept::open(&self.engine, &self.actuator, readings, &mut self.tally)?;
        let mut failures = self.settle()?;
        match kept.unfinished()? {
            Unfinished::Nothing if self.tally.readings > 0 => {}
            Unfinished::Nothing => kept.account(None, true, failures, &self.actuator, &mut self.tally)?,
            Unfinished::Judged(recorded) => {
                if failures.is_empty() {
                    failures.extend(self.told_failure());
                }
                let judged = self.tally.readings;
                let Some(reading) = readings.next().transpose().map_err(KeptError::from)? else {
                    return Err(KeptError::Ends { judged: judged + 1, readings: judged }.into());
                };
                kept.account(Some(reading), recorded, failures, &self.actuator, &mut self.tally)?;
            }
        }
        self.kept = Some(kept);
        Ok(())
    }

    /// The failure of which the workflow was told last, before the program ended.
    fn told_failure(&self) -> Option<Failure> {
        let position = serde_json::to_value(self.desk.position()).ok()?;
        let [process, _, message] = ["process", "error", "message"].map(|key| position["payload"][key].as_str());
        // Only a process's own error has a name: what the audit refused is a violation.
        position["payload"]["error"].as_str()?;
        Some((process?.to_owned(), message?.to_owned()))
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
    pub(crate) fn take(&mut self, reading: Reading) -> Result<(), GuardError> {
        let report = self.desk.run(RecordReading { timestamp: reading.timestamp.clone(), value: reading.value })?;
        let recorded = report.result.is_ok();
        let failure = report.result.as_ref().err().and_then(|error| failure("record_reading", error));
        if self.kept.is_none() {
            self.tally.reading(reading, recorded);
            self.tally.violations(report.violations);
            failure.into_iter().for_each(|(process, error)| self.tally.failure(process, error));
            self.settle()?;
            return Ok(());
        }
        let failures = failure.into_iter().chain(self.settle()?).collect();
        match &mut self.kept {
            Some(kept) => Ok(kept.account(Some(reading), recorded, failures, &self.actuator, &mut self.tally)?),
            None => Ok(()),
        }
    }

    /// Handles events until none is left, unless the audit has stopped everything. What failed is counted, or, where a store keeps it,
    /// given back: it is counted with all else that came of the reading.
    fn settle(&mut self) -> Result<Vec<Failure>, WorkflowError> {
        let mut failures = Vec::new();
        if !self.is_running() {
            return Ok(failures);
        }
        for step in self.desk.run_until_idle()?.into_iter().flat_map(|handled| handled.steps) {
            let failed = step.result.as_ref().err().and_then(|error| failure(step.process, error));
            if self.is_stored {
                failures.extend(failed);
            } else {
                self.tally.violations(step.violations);
                failed.into_iter().for_each(|(process, error)| self.tally.failure(process, error));
            }
        }
        Ok(failures)
    }

    /// What there is to report.
    pub(crate) fn finish(self) -> Outcome {
        Outcome {
            status: self.desk.status(),
            halted: self.engine.interlock().is_some(),
            state: self.desk.state().to_owned(),
            machine: self.engine.snapshot().ok().map(|snapshot| {
                let mut machine = snapshot.to_context();
                if let Some(kept) = &self.kept {
                    machine.meta_mode_since = kept.since(&machine.meta_mode_since);
                }
                machine
            }),
            tally: self.tally,
            actuator: self.actuator,
        }
    }
}

/// What the audit refused is counted as violations; everything else that fails is a failure.
fn failure<E: std::error::Error + 'static>(process: &str, error: &RunError<E>) -> Option<Failure> {
    let is_violation = matches!(error, RunError::Blocked(_) | RunError::Interlocked(_));
    (!is_violation).then(|| (process.to_owned(), error.to_string()))
}
