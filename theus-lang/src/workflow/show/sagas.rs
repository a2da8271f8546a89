//! What becomes of each saga, on each way out of it.

use super::words;
use crate::workflow::chart::{Definition, Recovery, State, StateId, StateKind, Step};

/// A way out of a saga, and what becomes there of what was committed in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagaExit {
    /// The saga.
    pub saga: StateId,
    /// What is taken: as in `CMD_CANCEL`, or `ask fails: Busy`.
    pub by: String,
    /// The state that it leads to.
    pub to: StateId,
    /// Whether what was committed in the saga is made good.
    pub undoes: bool,
}

impl Definition {
    /// Each way out of each saga, in the order of the file, and what becomes there of what was committed. That it is made good, too, where
    /// the session is cancelled or a violation of level A ends it, goes without saying.
    #[must_use]
    pub fn saga_exits(&self) -> Vec<SagaExit> {
        let mut exits = Vec::new();
        if !self.has_sagas() {
            return exits;
        }
        for (source, state) in (0..).map(StateId).zip(self.states()) {
            for way in &state.transitions {
                let Some(to) = way.targets.first().copied() else { continue };
                let by = words::trigger(state, &way.trigger, |id| self.state(id).map_or("", |state| &state.name));
                let kept = self.domain(source, &way.targets, way.reenters);
                self.add_exits((source, kept), to, &by, way.undoes(), &mut exits);
            }
            let mut fails = |recovery: &Recovery, of: &str| {
                let by = format!("{of}fails: {}", recovery.error.unwrap_or("*"));
                let kept = self.domain(source, &[recovery.target], true);
                self.add_exits((source, kept), recovery.target, &by, true, &mut exits);
            };
            for invoke in &state.invokes {
                invoke.on_error.iter().for_each(|recovery| fails(recovery, &format!("{} ", invoke.id)));
            }
            state.on_error.iter().for_each(|recovery| fails(recovery, ""));
            for run in chains(state).flat_map(Step::runs) {
                run.on_error.iter().for_each(|recovery| fails(recovery, &format!("{} ", run.contract.process)));
            }
        }
        exits.sort_by_key(|exit| exit.saga);
        exits.dedup();
        exits
    }

    /// The sagas that may be left where something leads from one state to another, and the innermost one that it keeps.
    fn add_exits(
        &self,
        (source, kept): (StateId, Option<StateId>),
        to: StateId,
        by: &str,
        undoes: bool,
        exits: &mut Vec<SagaExit>,
    ) {
        let mut add = |saga| exits.push(SagaExit { saga, by: by.to_owned(), to, undoes });
        let inside = self.inside(source).filter(|state| Some(*state) != kept);
        inside.filter(|state| self.is_saga(*state)).for_each(&mut add);
        if kept == Some(source) {
            return;
        }
        let mut inner = source;
        for around in self.around(source).skip(1).take_while(|state| Some(*state) != kept) {
            if self.is_saga(around) {
                add(around);
            }
            let Some(state) = self.state(around) else { break };
            if matches!(state.kind, StateKind::Parallel) {
                let beside = state.children.iter().filter(|region| **region != inner);
                beside.flat_map(|region| self.inside(*region)).filter(|state| self.is_saga(*state)).for_each(&mut add);
            }
            inner = around;
        }
        // The whole stays, and none of its regions does.
        let whole = kept.and_then(|kept| self.state(kept)).filter(|kept| matches!(kept.kind, StateKind::Parallel));
        let beside = whole.into_iter().flat_map(|whole| &whole.children).filter(|region| **region != inner);
        beside.flat_map(|region| self.inside(*region)).filter(|state| self.is_saga(*state)).for_each(&mut add);
    }

    fn is_saga(&self, state: StateId) -> bool {
        self.state(state).is_some_and(|state| state.saga)
    }

    /// A state and those around it, innermost first.
    fn around(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        std::iter::successors(Some(state), |state| self.state(*state)?.parent)
    }

    /// A state and those inside it: they stand behind it in the file, and before whatever is not.
    fn inside(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        let following = self.states().iter().skip(state.index() + 1);
        let count = following.take_while(move |other| other.parent.is_some_and(|parent| parent >= state)).count();
        (state.0..=state.0.saturating_add(u32::try_from(count).unwrap_or(0))).map(StateId)
    }
}

fn chains(state: &State) -> impl Iterator<Item = &Step> {
    let ways = state.transitions.iter().flat_map(|way| &way.steps);
    let invoked = state.invokes.iter().flat_map(|invoke| &invoke.steps);
    state.entry.iter().chain(&state.exit).chain(ways).chain(invoked)
}
