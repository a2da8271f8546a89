//! What a step did, whatever its types.

use std::error::Error;
use std::fmt;

use super::super::report::Report;
use super::super::turn::Turn;
use crate::audit::Violation;
use crate::panics::{DropCaught, caught, drop_caught};
use crate::process::{Process, RunError};

/// What one step of a workflow did.
#[derive(Debug)]
pub(crate) struct StepReport {
    pub(crate) result: Result<(), RunError<ProcessError>>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) version: u64,
    /// What it gave, as JSON, where that is asked for and there is some.
    pub(crate) gave: Option<Box<serde_json::Value>>,
}

/// A process's own error, of whatever type. Where showing it panics it is shown by its name.
pub struct ProcessError {
    name: &'static str,
    /// What it holds, as JSON, where its type has that.
    as_json: fn(&(dyn Error + 'static)) -> Option<serde_json::Value>,
    /// There for as long as this is.
    error: DropCaught<Box<dyn Error + Send + Sync>>,
}

impl ProcessError {
    /// The error of a process, with its name out of the contract.
    ///
    /// ```
    /// use theus_core::engine::ProcessError;
    /// use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Card { spent: i64 }
    ///
    /// #[derive(Debug, thiserror::Error, Serialize)]
    /// #[error("{left} is left")]
    /// struct Declined { left: i64 }
    ///
    /// #[process(outputs = [domain.spent], errors = [Declined])]
    /// fn pay(ctx: Ctx<Card>, amount: i64) -> Result<(), Declined> {
    ///     ctx.domain.spent.set(amount);
    ///     if amount > 9 { Err(Declined { left: 9 }) } else { Ok(()) }
    /// }
    ///
    /// let engine = Engine::builder(Card::default()).process::<Pay>().build()?;
    /// let failed = engine.run(Pay { amount: 10 }).map_err(|error| error.map_process(ProcessError::new::<Pay>));
    /// let Err(RunError::Process(declared)) = failed else { panic!("it has failed") };
    /// assert_eq!((declared.name(), declared.as_json()), ("Declined", Some(serde_json::json!({ "left": 9 }))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new<P: Process>(error: P::Error) -> Self {
        let errors = const { &P::CONTRACT }.errors;
        let name = errors.get(P::error_place(&error)).copied().unwrap_or_default();
        Self { name, as_json: as_json::<P>, error: DropCaught::new(Box::new(error)) }
    }

    /// What it holds, as JSON; `None` where its type is not `Serialize`, or that fails.
    #[must_use]
    pub fn as_json(&self) -> Option<serde_json::Value> {
        let error = self.error.get()?;
        caught(|| (self.as_json)(&**error)).ok().flatten()
    }

    /// The name of the error's type, as the [contract](crate::Contract::errors) has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

fn as_json<P: Process>(error: &(dyn Error + 'static)) -> Option<serde_json::Value> {
    P::error_as_json(error.downcast_ref::<P::Error>()?)
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.error.get().map(|error| caught(|| error.to_string()));
        match text {
            Some(Ok(text)) => f.pad(&text),
            _ => write!(f, "{} (showing it panicked)", self.name),
        }
    }
}

impl fmt::Debug for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.error.get().map(|error| caught(|| format!("{error:?}")));
        match text {
            Some(Ok(text)) => f.write_str(&text),
            _ => f.debug_struct("ProcessError").field("name", &self.name).finish_non_exhaustive(),
        }
    }
}

impl Error for ProcessError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let error = self.error.get()?;
        caught(|| error.source()).ok()?
    }
}

impl StepReport {
    pub(crate) fn of<P: Process>(report: Report<P>, turn: Turn) -> Self {
        let Report { result, violations, version, .. } = report;
        // Each by itself: an error is large, and what is nearly always there is nothing.
        match result {
            Ok(output) => {
                let gave = if turn.wants { gave::<P>(&output) } else { None };
                drop_caught(output);
                Self { result: Ok(()), violations, version, gave }
            }
            Err(error) => {
                Self { result: Err(error.map_process(ProcessError::new::<P>)), violations, version, gave: None }
            }
        }
    }

    /// A step that was not run.
    pub(super) fn refused(error: RunError<ProcessError>) -> Self {
        Self { result: Err(error), violations: Vec::new(), version: 0, gave: None }
    }
}

/// What a process gave, as JSON: code of its type.
#[cold]
pub(in crate::engine) fn gave<P: Process>(output: &P::Output) -> Option<Box<serde_json::Value>> {
    caught(|| P::output_as_json(output)).ok().flatten().map(Box::new)
}
