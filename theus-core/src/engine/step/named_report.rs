//! What comes of a run whose process was asked for by its name, and how the registry has such runs.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;

use super::super::arguments::ArgumentError;
use super::super::report::Report;
use super::port::Arguments;
use super::report::ProcessError;
use crate::audit::Violation;
use crate::panics::{caught, drop_caught};
use crate::process::{Process, RunError};

/// The account of a run whose process was asked for by its name.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct NamedReport {
    /// What the process returned, as JSON, or why it changed nothing. None where its type is not `Serialize`, or has no JSON.
    pub result: Result<Option<Value>, RunError<ProcessError>>,
    /// Every violation that this run was counted for, in order: those that acted and those that did not.
    pub violations: Vec<Violation>,
    /// The version of the state after the commit; where nothing was committed, the version that was looked at.
    pub version: u64,
    /// How many times the body was run.
    pub attempts: u32,
}

impl NamedReport {
    pub(super) fn of<P: Process>(report: Report<P>) -> Self {
        let Report { result, violations, version, attempts } = report;
        let result = match result {
            Ok(output) => {
                // Code of the output's type.
                let json = caught(|| P::output_as_json(&output)).unwrap_or_default();
                drop_caught(output);
                Ok(json)
            }
            Err(error) => Err(error.map_process(ProcessError::new::<P>)),
        };
        Self { result, violations, version, attempts }
    }
}

pub(in crate::engine) type NamedFuture = Pin<Box<dyn Future<Output = NamedReport> + Send>>;

/// A process by its name, on an engine of cores `C`.
pub(in crate::engine) struct RunNamed<C> {
    /// Runs a plain `fn`.
    pub(super) now: fn(&C, Option<Arguments>) -> Result<NamedReport, ArgumentError>,
    /// Runs either kind as a task.
    pub(super) later: fn(&Arc<C>, Option<Arguments>) -> Result<NamedFuture, ArgumentError>,
}
