//! Finding one's way among states within states.

use std::collections::HashSet;

use super::Subject;
use crate::source::NodePath;
use crate::workflow::chart::{Place, Run, State, StateId, StateKind, Step, Transition, Trigger};

impl<'a> Subject<'a> {
    pub(super) fn state(&self, id: StateId) -> Option<&'a State> {
        self.states.get(id.0 as usize)
    }

    pub(super) fn name(&self, id: StateId) -> &'a str {
        self.state(id).map_or("", |state| &state.name)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = (StateId, &'a State)> + use<'a> {
        (0..).map(StateId).zip(self.states)
    }

    pub(super) fn at(&self, place: &Place) -> NodePath {
        self.sites.at(place)
    }

    /// A state and those around it, innermost first.
    pub(super) fn up(&self, id: StateId) -> impl Iterator<Item = StateId> + use<'a> {
        let states = self.states;
        std::iter::successors(Some(id), move |id| states.get(id.0 as usize)?.parent)
    }

    pub(super) fn is_within(&self, inner: StateId, outer: StateId) -> bool {
        self.up(inner).any(|id| id == outer)
    }

    /// Whether two states may be active at once: one is inside the other, or they are in two regions of one state.
    pub(super) fn may_be_active_with(&self, one: StateId, other: StateId) -> bool {
        let common = self.up(one).find(|id| self.is_within(other, *id));
        common.is_some_and(|id| id == one || id == other || self.is_parallel(id))
    }

    /// The states that are entered below one that is entered itself, and it, outermost first.
    pub(super) fn descend(&self, id: StateId, entered: &mut Vec<StateId>) {
        let Some(state) = self.state(id) else { return };
        // A child stands behind its parent in the file, so that this ends.
        match &state.kind {
            StateKind::History { default, .. } => self.default_of(id, *default, entered),
            StateKind::Compound { initial } => {
                entered.push(id);
                if initial.0 > id.0 {
                    self.descend(*initial, entered);
                }
            }
            StateKind::Parallel => {
                entered.push(id);
                state.children.iter().for_each(|child| self.descend(*child, entered));
            }
            StateKind::Simple | StateKind::Final { .. } => entered.push(id),
        }
    }

    /// The default of a history, with what is between it and the history's parent.
    fn default_of(&self, history: StateId, default: StateId, entered: &mut Vec<StateId>) {
        if default == history || matches!(self.state(default).map(|it| &it.kind), Some(StateKind::History { .. })) {
            return;
        }
        let parent = self.state(history).and_then(|state| state.parent);
        self.enter(parent, default, entered);
    }

    /// The states that are entered on a way to `target` from inside `outer`, which is not entered: outermost first.
    pub(super) fn enter(&self, outer: Option<StateId>, target: StateId, entered: &mut Vec<StateId>) {
        self.enter_beside(outer, &[target], entered);
        let mut way: Vec<StateId> = self.up(target).take_while(|id| Some(*id) != outer).collect();
        way.reverse();
        for pair in way.windows(2) {
            let [id, next] = pair else { continue };
            entered.push(*id);
            if let Some(State { kind: StateKind::Parallel, children, .. }) = self.state(*id) {
                children.iter().filter(|child| *child != next).for_each(|child| self.descend(*child, entered));
            }
        }
        self.descend(target, entered);
    }

    /// The other regions of the whole workflow, which is not entered itself.
    fn enter_beside(&self, outer: Option<StateId>, targets: &[StateId], entered: &mut Vec<StateId>) {
        let whole = outer.filter(|outer| self.root == Some(*outer) && self.is_parallel(*outer));
        let Some(whole) = whole.and_then(|whole| self.state(whole)) else { return };
        let beside = |region: &&StateId| !targets.iter().any(|target| self.is_within(*target, **region));
        whole.children.iter().filter(beside).for_each(|region| self.descend(*region, entered));
    }

    /// The same on a way to several targets, each in a region of its own.
    pub(super) fn enter_all(&self, outer: Option<StateId>, targets: &[StateId], entered: &mut Vec<StateId>) {
        if let [target] = targets {
            return self.enter(outer, *target, entered);
        }
        self.enter_beside(outer, targets, entered);
        let on_the_way: HashSet<StateId> =
            targets.iter().flat_map(|target| self.up(*target).take_while(|id| Some(*id) != outer)).collect();
        let is_top = |id: &&StateId| self.state(**id).is_some_and(|state| state.parent == outer);
        let mut open: Vec<(StateId, bool)> =
            on_the_way.iter().find(is_top).map(|top| (*top, true)).into_iter().collect();
        while let Some((id, is_passed)) = open.pop() {
            let Some(state) = self.state(id) else { continue };
            if !is_passed || targets.contains(&id) {
                self.descend(id, entered);
                continue;
            }
            entered.push(id);
            let inside = state.children.iter().rev().map(|child| (*child, on_the_way.contains(child)));
            open.extend(inside.filter(|(child, is_passed)| {
                *is_passed || (matches!(state.kind, StateKind::Parallel) && !self.is_history(*child))
            }));
        }
    }

    /// The innermost state around all of them that stays active in a transition: not `source` itself, and no parallel one.
    pub(super) fn common(&self, source: StateId, targets: &[StateId]) -> Option<StateId> {
        self.up(source).skip(1).find(|id| self.stays(*id, targets))
    }

    fn stays(&self, id: StateId, targets: &[StateId]) -> bool {
        (!self.is_parallel(id) || self.root == Some(id))
            && targets.iter().all(|target| *target != id && self.is_within(*target, id))
    }

    /// The innermost state that a transition of `source` does not leave.
    pub(super) fn kept(&self, source: StateId, way: &Transition) -> Option<StateId> {
        let stays = (!way.reenters || self.root == Some(source))
            .then_some(source)
            .filter(|source| self.stays(*source, &way.targets));
        stays.or_else(|| self.common(source, &way.targets))
    }

    /// Whether what is entered depends on what was before: a history is among it, or the first inside of one.
    pub(super) fn depends_on_the_past(&self, target: StateId, entered: &[StateId]) -> bool {
        self.is_history(target) || entered.iter().any(|id| self.initial_history(*id).is_some())
    }

    /// The history that is entered first inside a state, where it is one.
    pub(super) fn initial_history(&self, id: StateId) -> Option<StateId> {
        match self.state(id)?.kind {
            StateKind::Compound { initial } => Some(initial).filter(|initial| self.is_history(*initial)),
            _ => None,
        }
    }

    pub(super) fn is_leaf(&self, id: StateId) -> bool {
        self.state(id).is_some_and(|state| matches!(state.kind, StateKind::Simple | StateKind::Final { .. }))
    }

    /// Whether other states may be active beside it.
    pub(super) fn is_in_regions(&self, id: StateId) -> bool {
        self.up(id).any(|id| self.state(id).is_some_and(|it| matches!(it.kind, StateKind::Parallel)))
    }

    pub(super) fn is_parallel(&self, id: StateId) -> bool {
        self.state(id).is_some_and(|state| matches!(state.kind, StateKind::Parallel))
    }

    pub(super) fn is_history(&self, id: StateId) -> bool {
        self.state(id).is_some_and(|state| matches!(state.kind, StateKind::History { .. }))
    }

    /// The first innermost state that is active when a state is entered.
    pub(super) fn first_leaf(&self, id: StateId) -> StateId {
        let below = |id: &StateId| match &self.state(*id)?.kind {
            StateKind::Compound { initial } => Some(*initial).filter(|initial| initial.0 > id.0),
            StateKind::Parallel => self.state(*id)?.children.first().copied(),
            StateKind::History { default, .. } => Some(*default).filter(|default| !self.is_history(*default)),
            StateKind::Simple | StateKind::Final { .. } => None,
        };
        std::iter::successors(Some(id), below).last().unwrap_or(id)
    }
}

/// The chains of a state.
pub(super) fn chains(state: &State) -> impl Iterator<Item = &[Step]> {
    let transitions = state.transitions.iter().map(|transition| transition.steps.as_slice());
    let invokes = state.invokes.iter().map(|invoke| invoke.steps.as_slice());
    [state.entry.as_slice(), state.exit.as_slice()].into_iter().chain(transitions).chain(invokes)
}

/// Every run of a chain but for compensations.
pub(super) fn runs(steps: &[Step]) -> Vec<&Run> {
    let mut found = Vec::new();
    for step in steps {
        match step {
            Step::Run(run) => found.push(&**run),
            Step::If { then, otherwise, .. } => {
                found.extend(runs(then));
                found.extend(runs(otherwise));
            }
            Step::While { body, .. } | Step::ForEach { body, .. } => found.extend(runs(body)),
            Step::Parallel { branches, .. } => found.extend(branches),
        }
    }
    found
}

/// Where declared errors lead: of the state, and of its steps.
pub(super) fn recoveries(state: &State) -> impl Iterator<Item = StateId> {
    let errors = state.on_error.iter().map(|it| it.target);
    let of_steps = chains(state).flat_map(runs).flat_map(|run| run.on_error.iter().map(|it| it.target));
    let of_invokes = state.invokes.iter().flat_map(|invoke| &invoke.on_error).map(|it| it.target);
    errors.chain(of_invokes).chain(of_steps)
}

pub(super) fn is_done(transition: &Transition) -> bool {
    transition.trigger == Trigger::Done
}
