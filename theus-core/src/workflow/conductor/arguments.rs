//! The arguments of a step: literals, and expressions over what is committed.

use super::broken::Broken;
use super::outcome::Fault;
use crate::engine::Arguments;
use crate::signal::{Beyond, Payload, measure};
use crate::workflow::chart::{ArgumentSource, Run};
use crate::workflow::condition::{EvaluationError, Expression, Facts};

/// How large a value may be in bytes, roughly: an argument, the list of a loop, the result.
const LARGEST: usize = 64 << 20;

/// A value from where the file says that it comes from.
pub(super) fn value(source: &ArgumentSource, facts: &dyn Facts) -> Result<serde_json::Value, EvaluationError> {
    match source {
        ArgumentSource::Literal(value) => Ok(value.clone()),
        ArgumentSource::Expression(expression) => bounded(expression, expression.evaluate(facts)?),
    }
}

/// What is stored in a position must be read back.
fn bounded(expression: &Expression, value: serde_json::Value) -> Result<serde_json::Value, EvaluationError> {
    let problem = match measure(&value, Payload::MAX_DEPTH, LARGEST) {
        Ok(()) => return Ok(value),
        Err(Beyond::Depth) => format!("its value is nested deeper than {}", Payload::MAX_DEPTH),
        Err(Beyond::Bytes) => format!("its value is larger than {LARGEST} bytes"),
    };
    Err(EvaluationError::no_value(expression.text(), problem))
}

/// The arguments of a run; `None` where it has none, which costs nothing.
pub(super) fn arguments(run: &Run, facts: &dyn Facts) -> Result<Option<Arguments>, Broken> {
    if run.arguments.is_empty() {
        return Ok(None);
    }
    let mut all = Arguments::new();
    for (name, source) in &run.arguments {
        let value = value(source, facts).map_err(|error| {
            let (process, argument) = (run.contract.process, *name);
            Broken::fault(Fault::NoArgument { process, argument, error })
        })?;
        all.insert((*name).to_owned(), value);
    }
    Ok(Some(all))
}

/// The elements of the list that a loop goes through.
pub(super) fn elements(list: &Expression, facts: &dyn Facts) -> Result<Vec<serde_json::Value>, EvaluationError> {
    match bounded(list, list.evaluate(facts)?)? {
        serde_json::Value::Array(elements) => Ok(elements),
        other => {
            Err(EvaluationError::no_value(list.text(), format!("it gives {other}, which is no list to go through")))
        }
    }
}
