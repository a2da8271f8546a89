//! What can be read of states only when all of them are known: errors, the beginning, the ends.

use std::collections::{BTreeMap, BTreeSet};

use super::code;
use super::python::Difference;
use super::reading::Reading;
use crate::process::Contract;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{State, StateId, StateKind, Trigger};

/// The state in which the Python reference begins, whatever the file says.
const PYTHON_INITIAL: &str = "IDLE";

impl<'a> Reading<'a> {
    /// Reads `on_error` of every state, now that all chains are known.
    pub(super) fn on_errors(&mut self, states: &mut [State]) {
        for index in 0..states.len() {
            let Some(sketch) = self.outline.states.get(index) else { continue };
            let Some(value) = sketch.get("on_error") else { continue };
            let (at, of) = (sketch.at.key("on_error"), format!("the chains of state `{}`", sketch.name));
            let id = StateId(u32::try_from(index).unwrap_or(u32::MAX));
            // What is inside a state stands behind it, and before whatever is not.
            let inside = (0..)
                .map(StateId)
                .zip(states.iter())
                .skip(index)
                .take_while(|(other, _)| *other == id || self.outline.is_within(*other, id));
            // Each process once, however often it is run.
            let mut contracts: BTreeMap<&'static str, &'static Contract> = BTreeMap::new();
            contracts.extend(inside.flat_map(|(_, state)| contracts_of(state)).map(|it| (it.process, it)));
            let contracts: Vec<&'static Contract> = contracts.into_values().collect();
            let on_error = self.recoveries(value, &contracts, &at, &of);
            if let Some(state) = states.get_mut(index) {
                state.on_error = on_error;
            }
        }
    }

    pub(super) fn initial_of_all(
        &mut self,
        value: Option<&'a Value>,
        states: &[State],
        at: &NodePath,
    ) -> Option<StateId> {
        let Some(value) = value else {
            let first = StateId(0);
            let idle = self.outline.names.get(PYTHON_INITIAL).copied().filter(|_| self.python.is_used);
            let idle = idle.filter(|id| states.get(id.0 as usize).is_some_and(|state| state.parent.is_none()));
            let initial = idle.unwrap_or(first);
            if initial != first {
                let at = self.outline.state(initial).map(|state| state.key.clone()).unwrap_or_default();
                let message = "the workflow begins in `IDLE`, as the Python reference does".to_owned();
                let help =
                    "write `initial: IDLE`, or the state that is meant; without either the first one is taken here";
                self.python.tell(&at, Difference { kind: "initial", message, help }, &mut self.diagnostics);
            }
            self.initial_entry(initial, states);
            return Some(initial);
        };
        let found = self.target(value, at, "`initial`")?;
        let state = states.get(found.0 as usize)?;
        if state.parent.is_some() || matches!(state.kind, StateKind::History { .. }) {
            let outline = &self.outline;
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::INITIAL, || {
                let top = outline.states.iter().filter(|it| it.parent.is_none() && it.get("history").is_none());
                let message = match state.kind {
                    StateKind::History { .. } => {
                        format!("`{}` is a history, which has nothing to remember when the workflow begins", state.name)
                    }
                    _ => format!("`{}` is inside another state", state.name),
                };
                let names = super::names::listed(top.map(|it| it.name));
                Problem::new(at.clone(), message).help(format!("begin in a state at the top: {names}"))
            });
            return None;
        }
        self.initial_entry(found, states);
        Some(found)
    }

    fn initial_entry(&mut self, initial: StateId, states: &[State]) {
        let Some(state) = states.get(initial.0 as usize).filter(|_| self.python.is_used) else { return };
        if let Some(first) = state.entry.first().map(super::place_of) {
            let at = self.sites.at(first);
            let message = format!("the entry of `{}` runs when the workflow begins", state.name);
            let help = "the Python reference runs an entry only when an event leads to its state";
            self.python.tell(&at, Difference { kind: "entry", message, help }, &mut self.diagnostics);
        }
    }

    /// The results of final states inside others: somebody waits for the end that they come with.
    pub(super) fn results(&mut self, states: &mut [State]) {
        let mut heard: BTreeSet<StateId> = BTreeSet::new();
        for (id, state) in (0..).map(StateId).zip(&*states) {
            heard.extend(state.transitions.iter().filter_map(|way| match way.trigger {
                Trigger::Done => Some(id),
                Trigger::DoneOf(other) => Some(other),
                _ => None,
            }));
        }
        for (sketch, state) in self.outline.states.iter().zip(states) {
            let StateKind::Final { result: Some(_) } = state.kind else { continue };
            let Some(parent) = state.parent.filter(|parent| Some(*parent) != self.outline.root()) else { continue };
            // A fragment does not know whether anybody waits for what it comes to.
            let is_included = self.outline.state(parent).is_some_and(|it| it.at.document() != sketch.at.document());
            if is_included && !heard.contains(&parent) {
                state.kind = StateKind::Final { result: None };
                continue;
            }
            let around = self.outline.state(parent).map_or("", |around| around.name);
            if !heard.contains(&parent) && !self.diagnostics.lost_ways {
                self.diagnostics.error(code::UNKNOWN_KEY, || {
                    let message = format!("`result` of state `{}` is given to nobody", state.name);
                    Problem::new(sketch.at.at_key("result"), message).help(format!(
                        "give `{around}` a `done`, or wait for `done.state.{around}`: both see it as `event`"
                    ))
                });
            }
        }
    }

    /// A leaf without a way on, in it and around it, is final whether it says so or not.
    pub(super) fn implicit_finals(&mut self, states: &mut [State]) {
        let goes_on: Vec<bool> =
            states.iter().map(|state| state.transitions.iter().any(|it| it.trigger != Trigger::Done)).collect();
        let around = |state: &State| state.parent.map(|id| id.0 as usize).filter(|id| *id < states.len());
        let mut ends = Vec::new();
        for (index, state) in states.iter().enumerate() {
            if !matches!(state.kind, StateKind::Simple)
                || !state.transitions.is_empty()
                || !state.on_error.is_empty()
                || !state.invokes.is_empty()
            {
                continue;
            }
            let mut up = around(state);
            while let Some(outer) = up.filter(|outer| !goes_on[*outer]) {
                up = around(&states[outer]);
            }
            if up.is_none() {
                ends.push(index);
            }
        }
        for index in ends {
            let state = &mut states[index];
            state.kind = StateKind::Final { result: None };
            if self.diagnostics.lost_ways {
                continue;
            }
            let at = self.sites.at(&state.place);
            let name = &state.name;
            if let Some(deferred) = state.defer.first() {
                let at = self.sites.at(&deferred.place);
                self.diagnostics.error(code::FINAL, || {
                    Problem::new(at, format!("state `{name}` defers an event, and nothing leads out of it"))
                        .help("write the ways out of it, or leave `defer` out")
                });
                continue;
            }
            if state.saga {
                self.diagnostics.error(code::FINAL, || {
                    Problem::new(at, format!("state `{name}` is a saga, and nothing leads out of it"))
                        .help("write the ways out of it, or leave `saga` out")
                });
                continue;
            }
            self.diagnostics.warn(code::IMPLICIT_FINAL, || {
                Problem::new(at, format!("state `{name}` is final without saying so"))
                    .label("nothing leads out of it")
                    .help("write `final: true`, or give it a way on")
            });
        }
    }
}

/// The contracts of everything that the chains of a state may run.
fn contracts_of(state: &State) -> impl Iterator<Item = &'static Contract> {
    let chains = [&state.entry, &state.exit].into_iter().chain(state.transitions.iter().map(|it| &it.steps));
    let chains = chains.chain(state.invokes.iter().map(|it| &it.steps));
    let runs: Vec<&'static Contract> = chains.flatten().flat_map(|step| step.runs()).map(|run| run.contract).collect();
    runs.into_iter()
}
