//! From what was stored by name to what it is in a definition.

use super::position::PositionError;
use crate::workflow::chart::{Definition, Run, State, StateId, Step, TIMEOUT};

/// The name of a state.
pub(super) fn name_of(definition: &Definition, state: StateId) -> String {
    definition.state(state).map(|state| state.name.clone()).unwrap_or_default()
}

/// The state that was stored under that name.
///
/// # Errors
/// Where there is none.
pub(super) fn known(definition: &Definition, name: &str) -> Result<StateId, PositionError> {
    let names = || definition.states().iter().map(|state| state.name.as_str());
    definition.state_once_named(name).ok_or_else(|| PositionError::state(definition.name(), name, names()))
}

/// The compensation by a process of that name.
///
/// # Errors
/// Where no step has one any more.
pub(super) fn compensation<'d>(definition: &'d Definition, process: &str) -> Result<&'d Run, PositionError> {
    let is_it = |run: &&Run| run.contract.process == process;
    let found = runs(definition).filter_map(|run| run.compensate.as_deref()).find(is_it);
    found.ok_or_else(|| PositionError::Compensation { process: process.to_owned() })
}

/// The name of an error as the contracts have it; `None` where none of them has it any more, so that it leads nowhere.
pub(super) fn error(definition: &Definition, name: &str) -> Option<&'static str> {
    let mut declared = runs(definition).flat_map(|run| run.contract.errors.iter().copied());
    declared.find(|known| *known == name).or((name == TIMEOUT).then_some(TIMEOUT))
}

/// The name of a process as its contract has it.
pub(super) fn process(definition: &Definition, name: &str) -> Option<&'static str> {
    runs(definition).map(|run| run.contract.process).find(|known| *known == name)
}

/// The path of a signal as the contracts have it.
pub(super) fn signal(definition: &Definition, path: &str) -> Option<&'static str> {
    runs(definition).flat_map(|run| run.contract.outputs).map(|output| output.path).find(|known| *known == path)
}

/// Every run of the workflow.
fn runs(definition: &Definition) -> impl Iterator<Item = &Run> {
    definition.states().iter().flat_map(runs_of)
}

fn runs_of(state: &State) -> Vec<&Run> {
    let invoked = state.invokes.iter().flat_map(|invoke| &invoke.steps);
    let ways = state.transitions.iter().flat_map(|way| &way.steps);
    state.entry.iter().chain(&state.exit).chain(ways).chain(invoked).flat_map(Step::runs).collect()
}
