//! What there is to draw, whatever it is drawn with.

use std::collections::{HashMap, HashSet};

use super::words;
use crate::process::Contract;
use crate::workflow::chart::{Definition, State, StateId, StateKind, Step};

/// A chart as pictures see it: states as they are, and every way from one to another once.
pub(super) struct View<'a> {
    pub(super) definition: &'a Definition,
    pub(super) edges: Vec<Edge>,
    /// Where the edge between two states stands.
    places: HashMap<(StateId, StateId), usize>,
    /// The states inside each state, and those at the top.
    children: Vec<Vec<StateId>>,
    top: Vec<StateId>,
}

/// All ways from one state to another.
pub(super) struct Edge {
    pub(super) from: StateId,
    pub(super) to: StateId,
    /// What each way is taken on.
    pub(super) rows: Vec<Row>,
}

/// One way.
pub(super) struct Row {
    pub(super) text: String,
    /// Whether it is taken on a declared error.
    pub(super) error: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(definition: &'a Definition) -> Self {
        let (places, children) = (HashMap::new(), vec![Vec::new(); definition.states().len()]);
        let mut view = Self { definition, edges: Vec::new(), places, children, top: Vec::new() };
        for (index, state) in definition.states().iter().enumerate() {
            let Ok(index) = u32::try_from(index) else { break };
            view.add_state(StateId(index), state);
            match state.parent.map(|parent| view.children.get_mut(parent.0 as usize)) {
                None => view.top.push(StateId(index)),
                Some(children) => children.into_iter().for_each(|children| children.push(StateId(index))),
            }
        }
        view
    }

    fn add_state(&mut self, id: StateId, state: &State) {
        for transition in &state.transitions {
            for target in &transition.targets {
                let others = transition.targets.iter().filter(|other| *other != target).map(|other| self.name(*other));
                let text = words::transition(state, transition, &others.collect::<Vec<_>>(), |id| self.name(id));
                self.add(id, *target, Row { text, error: false });
            }
        }
        for invoke in &state.invokes {
            for recovery in &invoke.on_error {
                let text = format!("{} fails: {}", invoke.id, recovery.error.unwrap_or("*"));
                self.add(id, recovery.target, Row { text, error: true });
            }
        }
        for recovery in &state.on_error {
            let text = format!("fails: {}", recovery.error.unwrap_or("*"));
            self.add(id, recovery.target, Row { text, error: true });
        }
        let chains = [&state.entry, &state.exit].into_iter().chain(state.transitions.iter().map(|one| &one.steps));
        let chains = chains.chain(state.invokes.iter().map(|one| &one.steps));
        for step in chains.flatten() {
            for run in step.runs() {
                for recovery in &run.on_error {
                    let text = format!("{} fails: {}", run.contract.process, recovery.error.unwrap_or("*"));
                    self.add(id, recovery.target, Row { text, error: true });
                }
            }
        }
        if let StateKind::History { default, .. } = state.kind {
            self.places.entry((id, default)).or_insert(self.edges.len());
            self.edges.push(Edge { from: id, to: default, rows: Vec::new() });
        }
    }

    fn add(&mut self, from: StateId, to: StateId, row: Row) {
        let place = *self.places.entry((from, to)).or_insert(self.edges.len());
        match self.edges.get_mut(place) {
            Some(edge) => edge.rows.push(row),
            None => self.edges.push(Edge { from, to, rows: vec![row] }),
        }
    }

    fn name(&self, id: StateId) -> &'a str {
        self.definition.state(id).map_or("", |state| &state.name)
    }

    /// The states inside a state; at the top without one.
    pub(super) fn children(&self, of: Option<StateId>) -> &[StateId] {
        of.map_or(&self.top, |id| self.children.get(id.0 as usize).map_or(&[][..], Vec::as_slice))
    }

    /// The ways from a state to itself.
    pub(super) fn around(&self, id: StateId) -> Option<&Edge> {
        self.edges.get(*self.places.get(&(id, id))?)
    }

    /// The state inside that is entered first.
    pub(super) fn initial(&self, of: Option<StateId>) -> Option<StateId> {
        match of {
            None => Some(self.definition.initial()),
            Some(id) => match self.definition.state(id)?.kind {
                StateKind::Compound { initial } => Some(initial),
                _ => None,
            },
        }
    }

    pub(super) fn is_parallel(&self, id: Option<StateId>) -> bool {
        id.and_then(|id| self.definition.state(id)).is_some_and(|state| matches!(state.kind, StateKind::Parallel))
    }

    pub(super) fn parent(&self, id: StateId) -> Option<StateId> {
        self.definition.state(id)?.parent
    }
}

/// What a state does by itself: on entering and leaving it, and on events that lead nowhere.
pub(super) fn actions(view: &View<'_>, state: &State) -> Vec<String> {
    let on = |word: &str, steps: &[Step]| {
        steps.iter().map(|step| format!("{word} / {}", words::step(step))).collect::<Vec<_>>()
    };
    let internal = state.transitions.iter().filter(|transition| transition.targets.is_empty());
    let internal = internal.map(|transition| words::transition(state, transition, &[], |id| view.name(id)));
    let mut all: Vec<String> = state.saga.then(|| "saga".to_owned()).into_iter().collect();
    all.extend(state.atomic.then(|| "atomic".to_owned()));
    all.extend(on("entry", &state.entry));
    all.extend(state.invokes.iter().map(words::invoke));
    all.extend(internal);
    all.extend(state.defer.iter().map(|deferred| format!("{} / defer", deferred.event)));
    all.extend(on("exit", &state.exit));
    all
}

/// The contracts of the processes that a state runs, each once.
pub(super) fn contracts(state: &State) -> Vec<&'static Contract> {
    let mut contracts: Vec<&'static Contract> = Vec::new();
    let mut known = HashSet::new();
    let chains = [&state.entry, &state.exit].into_iter().chain(state.transitions.iter().map(|one| &one.steps));
    let chains = chains.chain(state.invokes.iter().map(|one| &one.steps));
    for run in chains.flatten().flat_map(Step::runs) {
        if known.insert(run.contract.process) {
            contracts.push(run.contract);
        }
    }
    contracts
}
