//! Sagas: what is committed inside of one keeps its compensations until it is left well.

use super::beside::Invocation;
use super::chain::Chain;
use super::compensation::Compensation;
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Internal, Live};
use super::outcome::{Cause, Fault, Handled};
use super::unit::Unit;
use crate::panics::tell;
use crate::workflow::chart::{Definition, Effects, StateId, Transition};
use crate::workflow::trace::What;

impl Live {
    /// The saga that a step under way is part of; none where that is left by now.
    pub(super) fn saga_of(&self, chain: &Chain, definition: &Definition) -> Option<StateId> {
        if !definition.has_sagas() {
            return None;
        }
        let around = sagas_around(chain.saga(definition)?, definition);
        let mut active = around.filter(|saga| definition.is_active(&self.at, *saga));
        active.find(|saga| !chain.comes_before(*saga))
    }

    /// The innermost saga around one that is active.
    fn active_saga(&self, saga: StateId, definition: &Definition) -> Option<StateId> {
        sagas_around(saga, definition).find(|saga| definition.is_active(&self.at, *saga))
    }

    /// A chain has ended well, and what it has committed may have to be made good all the same.
    pub(super) fn keep_in_sagas(&mut self, compensations: Vec<Compensation>, definition: &Definition) {
        if compensations.is_empty() || !definition.has_sagas() {
            return;
        }
        let kept: Vec<Compensation> = compensations
            .into_iter()
            .filter_map(|compensation| {
                let saga = self.active_saga(compensation.saga?, definition)?;
                Some(Compensation { saga: Some(saga), strand: 0, ..compensation })
            })
            .collect();
        self.keeps_in_sagas(kept);
    }

    /// Sagas are left: what was committed in them is made good before anything else of the move, or stays, or is the business of a
    /// saga around.
    pub(super) fn leave_sagas(&mut self, effects: Effects<'_>, context: InterpreterContext<'_>) {
        let is_left = |compensation: &Compensation| compensation.saga.is_some_and(|saga| effects.exits(saga));
        if !self.in_sagas().iter().any(is_left) {
            return;
        }
        let (mut kept, mut undone) = (Vec::new(), Vec::new());
        for compensation in self.take_in_sagas() {
            let Some(saga) = compensation.saga.filter(|saga| effects.exits(*saga)) else {
                kept.push(compensation);
                continue;
            };
            // What is no transition's is an error that leads on.
            if effects.left_by(saga).is_none_or(Transition::undoes) {
                undone.push(compensation);
                continue;
            }
            let mut around = context.definition.state(saga).and_then(|state| state.parent);
            while let Some(saga) = around.and_then(|state| context.definition.saga_around(state)) {
                if !effects.exits(saga) {
                    kept.push(Compensation { saga: Some(saga), ..compensation });
                    break;
                }
                around = context.definition.state(saga).and_then(|state| state.parent);
            }
        }
        self.keeps_in_sagas(kept);
        self.undo(undone, context);
    }

    /// The file has put sagas elsewhere while nobody went on with the session: they were left by that.
    #[cold]
    pub(super) fn undo_displaced(&mut self, context: InterpreterContext<'_>) {
        let (mut kept, mut undone) = (Vec::new(), Vec::new());
        for compensation in self.take_in_sagas() {
            let saga = compensation.saga.and_then(|saga| self.active_saga(saga, context.definition));
            match saga {
                Some(_) => kept.push(Compensation { saga, ..compensation }),
                None => undone.push(compensation),
            }
        }
        self.keeps_in_sagas(kept);
        self.undo(undone, context);
    }

    /// All that was committed in sagas is made good: the session ends. Where a chain is under way it makes them good after its own.
    pub(super) fn undo_all(&mut self, context: InterpreterContext<'_>) {
        match self.chain.take() {
            Some(mut chain) => {
                self.undo_all_in(&mut chain);
                self.chain = Some(chain);
            }
            None => {
                let undone = self.take_in_sagas();
                self.undo(undone, context);
            }
        }
    }

    /// The workflow has come to an end that is none, and to sagas that were not left: they are undone first. False where there are none.
    pub(super) fn undoes_at_the_end(&mut self, context: InterpreterContext<'_>) -> bool {
        if self.in_sagas().is_empty() {
            return false;
        }
        let ending = self.unit.as_ref().and_then(|unit| unit.ending.as_ref());
        if ending.is_none_or(|ending| ending.failure.is_none()) {
            return false;
        }
        let undone = self.take_in_sagas();
        self.undo(undone, context);
        true
    }

    /// All of it is made good by this chain, after what it has committed itself.
    pub(super) fn undo_all_in(&mut self, chain: &mut Chain) {
        // Those that were committed last are made good first.
        chain.compensations.splice(..0, self.take_in_sagas());
    }

    /// Work of its own that makes good, and comes before everything else.
    fn undo(&mut self, undone: Vec<Compensation>, context: InterpreterContext<'_>) {
        let Some(state) = undone.first().and_then(|compensation| compensation.saga) else { return };
        let compensating = undone.len();
        self.trace.put(context.environment.now(), What::Undoes { state, compensating });
        let mut chain = Chain::failed(Failure::fault(Fault::Left));
        chain.compensations = undone;
        let beside = self.beside_or_new();
        let undo = Invocation {
            result: None,
            state,
            place: u32::MAX,
            is_region: false,
            slot: beside.free_slot(),
            has_begun: true,
            is_left: true,
            has_settled: false,
            chain: Some(chain),
            unit: Some(Unit::of(Box::new(Handled::new(None, Cause::Invoked, state)))),
            spent: 0,
            has_waited: false,
        };
        // The last is made good first, and what was invoked in a saga has committed later.
        beside.all.insert(0, undo);
        beside.next = beside.next.saturating_add(1);
    }

    /// A compensation has failed for good: somebody has to know.
    pub(super) fn not_made_good(
        &mut self,
        compensation: &Compensation,
        failure: Failure,
        context: InterpreterContext<'_>,
    ) {
        let process = compensation.run.contract.process;
        let reason = failure.reason.clone();
        tell(|| {
            let workflow = context.definition.name();
            tracing::error!(target: "theus::workflow", workflow, process, reason, "something committed could not be made good");
        });
        if !self.is_over() && self.cancelled().is_none() {
            self.inbox.push_back(Internal::NotMadeGood { payload: failure.payload() });
        }
    }
}

/// A saga, and those around it from the inside.
fn sagas_around(saga: StateId, definition: &Definition) -> impl Iterator<Item = StateId> + '_ {
    let around = |saga: &StateId| definition.saga_around(definition.state(*saga)?.parent?);
    std::iter::successors(Some(saga), around)
}
