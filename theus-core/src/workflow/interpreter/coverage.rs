//! In which states of a workflow the sessions of a store are.

use std::collections::{HashMap, HashSet};

use super::manager::WorkflowManager;
use super::position::Position;
use crate::context::Context;
use crate::engine::{CoveredState, StoredCoverage};
use crate::store::StoreError;
use crate::workflow::chart::{Configuration, Definition, State, StateId, StateKind};

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// What of this program and this workflow the sessions of the engine's store have ever used: all that
    /// [`Engine::stored_coverage`](crate::Engine::stored_coverage) tells, and in which states sessions are, or were as far as history
    /// states remember. Nothing is written, and nothing runs.
    ///
    /// # Errors
    /// Where the store or its ledger cannot be read, or there is none.
    pub fn stored_coverage(&self) -> Result<StoredCoverage, StoreError> {
        let definition = self.definition();
        let mut states = States::of(definition);
        let mut unplaced = 0;
        let mut coverage = self.engine().cover_stored(Some(&mut |state| {
            let Some(position) = &state.position else { return };
            // What is no position of this workflow is told by the check of the store.
            match serde_json::from_str::<Position>(position) {
                Ok(position) if position.configuration.is_none() && position.workflow() == definition.name() => {}
                Ok(position) => match at(definition, &position) {
                    Some(at) => states.add(definition, &at),
                    None => unplaced += 1,
                },
                Err(_) => unplaced += 1,
            }
        }))?;
        (coverage.states, coverage.unplaced) = (Some(states.covered), unplaced);
        Ok(coverage)
    }
}

/// Where it is in this workflow; none where it cannot be.
fn at(definition: &Definition, position: &Position) -> Option<Configuration> {
    let stored = position.configuration.as_ref().filter(|_| position.workflow() == definition.name())?;
    definition.configuration(stored).ok()
}

/// The states that sessions can be in, in the order of the file.
struct States {
    covered: Vec<CoveredState>,
    places: HashMap<StateId, usize>,
    histories: Vec<StateId>,
}

impl States {
    fn of(definition: &Definition) -> Self {
        let (mut covered, mut places, mut histories) = (Vec::new(), HashMap::new(), Vec::new());
        for state in definition.states() {
            let Some(id) = definition.state_named(&state.name) else { continue };
            if matches!(state.kind, StateKind::History { .. }) {
                histories.push(id);
            } else {
                places.insert(id, covered.len());
                covered.push(CoveredState::new(&state.name));
            }
        }
        Self { covered, places, histories }
    }

    fn add(&mut self, definition: &Definition, at: &Configuration) {
        let active = with_those_around(definition, at.leaves());
        let remembered: Vec<StateId> =
            self.histories.iter().flat_map(|history| at.remembered(*history)).copied().collect();
        let before = with_those_around(definition, &remembered);
        for id in &active {
            self.count(*id, |state| state.sessions += 1);
        }
        for id in before.iter().filter(|id| !active.contains(id)) {
            self.count(*id, |state| state.remembered += 1);
        }
    }

    fn count(&mut self, id: StateId, count: impl FnOnce(&mut CoveredState)) {
        if let Some(state) = self.places.get(&id).and_then(|place| self.covered.get_mut(*place)) {
            count(state);
        }
    }
}

/// These states and all around them, each once.
fn with_those_around(definition: &Definition, states: &[StateId]) -> HashSet<StateId> {
    let mut all = HashSet::new();
    for state in states {
        let around = |id: &StateId| definition.state(*id).and_then(|state: &State| state.parent);
        // Where one is there already, so are those around it.
        for id in std::iter::successors(Some(*state), around) {
            if !all.insert(id) {
                break;
            }
        }
    }
    all
}
