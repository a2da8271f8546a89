//! The arguments of a step: literals, and expressions over what is committed.

use super::failure::Failure;
use super::outcome::Fault;
use crate::engine::Arguments;
use crate::signal::{Beyond, Payload, measure};
use crate::workflow::chart::{ArgumentSource, Run};
use crate::workflow::condition::{Activation, EvaluationError, Expression};

/// How large a value may be in bytes, roughly: an argument, the list of a loop, the result.
const LARGEST: usize = 64 << 20;

/// A value from where the file says that it comes from.
pub(super) fn value(
    source: &ArgumentSource,
    activation: &dyn Activation,
) -> Result<serde_json::Value, EvaluationError> {
    match source {
        ArgumentSource::Literal(value) => Ok(value.clone()),
        ArgumentSource::Expression(expression) => bounded(expression, expression.evaluate(activation)?),
    }
}

/// What is stored in a position must be read back.
fn bounded(expression: &Expression, value: serde_json::Value) -> Result<serde_json::Value, EvaluationError> {
    bounded_as(expression.text(), value)
}

/// The same of a value that is called this.
pub(super) fn bounded_as(text: &str, value: serde_json::Value) -> Result<serde_json::Value, EvaluationError> {
    let problem = match measure(&value, Payload::MAX_DEPTH, LARGEST) {
        Ok(()) => return Ok(value),
        Err(Beyond::Depth) => format!("its value is nested deeper than {}", Payload::MAX_DEPTH),
        Err(Beyond::Bytes) => format!("its value is larger than {LARGEST} bytes"),
    };
    Err(EvaluationError::no_value(text, problem))
}

/// The arguments of a run; `None` where it has none, which costs nothing.
pub(super) fn arguments(run: &Run, activation: &dyn Activation) -> Result<Option<Arguments>, Failure> {
    if run.arguments.is_empty() {
        return Ok(None);
    }
    let mut all = Arguments::new();
    for (name, source) in &run.arguments {
        let value = value(source, activation).map_err(|error| {
            let (process, argument) = (run.contract.process, *name);
            Failure::fault(Fault::NoArgument { process, argument, error })
        })?;
        all.insert((*name).to_owned(), value);
    }
    Ok(Some(all))
}

/// The elements of the list that a loop goes through.
pub(super) fn elements(
    list: &Expression,
    activation: &dyn Activation,
) -> Result<Vec<serde_json::Value>, EvaluationError> {
    match bounded(list, list.evaluate(activation)?)? {
        serde_json::Value::Array(elements) => Ok(elements),
        _ if list.redacts() => Err(EvaluationError::no_value(list.text(), "it gives no list to go through")),
        other => {
            Err(EvaluationError::no_value(list.text(), format!("it gives {other}, which is no list to go through")))
        }
    }
}
