//! How long an error says to wait at least before the next try: `after` of a `retry`.

use std::cell::OnceCell;
use std::time::Duration;

use super::engine_port::CommittedState;
use super::environment::Environment;
use crate::context::{Time, Value};
use crate::engine::ProcessError;
use crate::process::RunError;
use crate::workflow::chart::{LeastWait, Retry, Run};
use crate::workflow::condition::{Activation, EvaluationError, Expression};

/// What an error says of it: nothing of most.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Nothing where it says nothing that can be waited for.
    pub(super) wait: Duration,
    /// Why what the file asks of it cannot be waited for: then it is waited as the backoff says, and told.
    pub(super) problem: Option<EvaluationError>,
}

impl Said {
    /// By the error that a run has ended with.
    pub(super) fn of(run: &Run, error: Option<&RunError<ProcessError>>, environment: &Environment<'_>) -> Self {
        match (&run.retry, error.and_then(RunError::process_error)) {
            (Some(retry), Some(error)) => Self::by(retry, error, environment),
            _ => Self::default(),
        }
    }

    fn by(retry: &Retry, error: &ProcessError, environment: &Environment<'_>) -> Self {
        let Some(asked) = retry.least_after(error.name()) else { return Self::default() };
        match wait(asked, error, environment) {
            Ok(wait) => Self { wait, problem: None },
            Err(problem) => Self { wait: Duration::ZERO, problem: Some(problem) },
        }
    }
}

#[cold]
fn wait(asked: &Expression, error: &ProcessError, environment: &Environment<'_>) -> Result<Duration, EvaluationError> {
    let no_value = |problem: String| EvaluationError::no_value(asked.text(), problem);
    let Some(held) = error.as_json() else {
        return Err(no_value(format!("what `{}` holds has no JSON", error.name())));
    };
    let said = asked.length(&ErrorActivation { held, environment, committed: OnceCell::new() })?;
    let wait = said.ok_or_else(|| no_value("it gives nothing".to_owned()))?;
    if wait > LeastWait::LONGEST {
        let days = LeastWait::LONGEST.as_secs() / (24 * 3_600);
        return Err(no_value(format!("it gives {} seconds, which is more than {days} days", wait.as_secs())));
    }
    Ok(wait)
}

/// What the file may look at then: what the error holds, the committed state, the time.
struct ErrorActivation<'a> {
    held: serde_json::Value,
    environment: &'a Environment<'a>,
    committed: OnceCell<Option<Box<dyn CommittedState + 'a>>>,
}

impl ErrorActivation<'_> {
    fn committed(&self) -> Option<&dyn CommittedState> {
        self.committed.get_or_init(|| self.environment.engine.committed_state()).as_deref()
    }
}

impl Activation for ErrorActivation<'_> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.domain(path))
    }

    fn global(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.global(path))
    }

    fn now(&self) -> Value<'_> {
        Value::from(Time::from(self.environment.now()))
    }

    fn payload(&self) -> Option<&serde_json::Value> {
        None
    }

    fn item(&self, name: &str) -> Option<&serde_json::Value> {
        (name == LeastWait::ERROR).then_some(&self.held)
    }
}
