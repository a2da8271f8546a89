//! What a step has given gets the name that the file has for it.

use super::arguments::bounded_as;
use super::chain::Chain;
use super::failure::Failure;
use super::outcome::Fault;
use super::together::Committed;
use crate::workflow::chart::Run;
use crate::workflow::condition::EvaluationError;

/// What a step gave has its name from now on, where the file has one.
pub(super) fn names(chain: &mut Chain, run: &Run, gave: Option<Box<serde_json::Value>>) -> Result<(), Failure> {
    let (Some(name), Some(value)) = (&run.gives, named(run, gave)?) else { return Ok(()) };
    chain.give(name, value);
    Ok(())
}

/// What a step gave, where the file has a name for it.
pub(super) fn named(run: &Run, gave: Option<Box<serde_json::Value>>) -> Result<Option<serde_json::Value>, Failure> {
    let Some(name) = &run.gives else { return Ok(None) };
    let no_value = |error| Failure::fault(Fault::NoValue(error));
    let Some(value) = gave else {
        let problem = format!("what `{}` gave has no JSON", run.contract.process);
        return Err(no_value(EvaluationError::no_value(&**name, problem)));
    };
    bounded_as(name, *value).map(Some).map_err(no_value)
}

/// The same of those of several side by side that have committed; and which those are.
pub(super) fn names_of<'r>(
    chain: &mut Chain,
    branches: &'r [Run],
    committed: Vec<Committed>,
) -> (Vec<&'r Run>, Result<(), Failure>) {
    let (mut runs, mut named) = (Vec::with_capacity(committed.len()), Ok(()));
    for Committed { branch, gave } in committed {
        let Some(run) = branches.get(branch) else { continue };
        named = named.and(names(chain, run, gave));
        runs.push(run);
    }
    (runs, named)
}
