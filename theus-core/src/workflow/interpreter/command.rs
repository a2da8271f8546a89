//! Commands that a program runs for its workflow.

use std::time::SystemTime;

use super::cancel::Command;
use super::environment::Environment;
use super::error::WorkflowError;
use super::failure::Failure;
use super::manager::WorkflowManager;
use super::outcome::Status;
use crate::context::Context;
use crate::engine::Report;
use crate::process::{AsyncProcess, Process, SyncProcess};

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Runs a command for this workflow, as a chain of one step: what the audit says of it, the workflow hears.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event), and [`WorkflowError::Finished`]: the command was not run then. What the
    /// run itself ended with is in the report.
    pub fn run<P>(&mut self, command: P) -> Result<Report<P>, WorkflowError>
    where
        P: SyncProcess<Domain = D, Global = G, Effects = E>,
    {
        self.refuse_command()?;
        let since = self.keeper.clock().now();
        let report = self.engine.run_for_workflow(command);
        self.hear(&report, since)?;
        Ok(report)
    }

    /// As [`run`](Self::run), for a process that is an `async fn`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async<P>(&mut self, command: P) -> Result<Report<P>, WorkflowError>
    where
        P: AsyncProcess<Domain = D, Global = G, Effects = E>,
    {
        self.refuse_command()?;
        let since = self.keeper.clock().now();
        let report = self.engine.run_async_for_workflow(command).await;
        self.hear(&report, since)?;
        Ok(report)
    }

    fn refuse_command(&self) -> Result<(), WorkflowError> {
        self.refuse_if_stopped()?;
        if matches!(self.session.status(), Status::Finished) {
            let (workflow, state) = self.names();
            return Err(WorkflowError::Finished { workflow, state });
        }
        Ok(())
    }

    fn hear<P: Process>(&mut self, report: &Report<P>, since: SystemTime) -> Result<(), WorkflowError> {
        let failure = report.result.as_ref().err().map(Failure::command::<P>);
        let environment = Environment::new(&self.engine, &self.keeper);
        self.session
            .hear(Command { process: P::CONTRACT.process, failure, version: report.version, since }, &environment);
        #[cfg(feature = "store")]
        self.session.save(&environment).map_err(WorkflowError::Store)?;
        Ok(())
    }
}
