//! One move of the state machine, and the end of what is being handled.

use super::activation::SessionActivation;
use super::arguments;
use super::chain::Chain;
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Internal, Live, Progress, Stage, Troubled};
use super::outcome::{Cause, Fault};
use super::unit::{Ending, Trouble, Unit};
use crate::signal::{Event, EventName, Origin, Payload};
use crate::workflow::chart::{
    Configuration, Definition, Effects, Move, Part, Place, Quick, StateId, StateKind, Trigger,
};
use crate::workflow::condition::EvaluationError;
use crate::workflow::trace::What;

/// What is known of a move when its configuration moves.
struct Departed {
    /// What is to be run; `None` for nothing.
    chain: Option<Box<Chain>>,
    finishes: Option<StateId>,
}

impl Live {
    pub(super) fn begin_unit(&mut self, event: Option<Event>, cause: Cause, context: InterpreterContext<'_>) {
        let from = self.leaf(context.definition);
        self.unit = Some(Unit::of(self.spare.handled(event, cause, from)));
        if let Some(watch) = context.environment.watch {
            self.watch_unit(watch, context.definition);
        }
    }

    /// An event from outside, a command or a timer: what came of the one before is not counted for it.
    pub(super) const fn counts_anew(&mut self) {
        (self.spent, self.overspent) = (0, 0);
    }

    /// Counts one move or round of `while`. False where the limit is reached. What has an end by itself is not counted: steps,
    /// and the elements of a list.
    pub(super) fn spend(&mut self, context: InterpreterContext<'_>) -> bool {
        self.spent = self.spent.saturating_add(1);
        let allowed = self.spent <= context.definition.limit();
        if !allowed {
            self.trace.put(context.environment.now(), What::Runaway { limit: context.definition.limit() });
        }
        allowed
    }

    /// Counts a move. Where the limit is reached and nobody in the state where it begins would hear of the failure, it is made
    /// all the same, a few times: on the way of what chases itself somebody may.
    ///
    /// # Errors
    /// The state in which it would have begun, where it is not made.
    #[inline]
    fn spend_move(&mut self, effects: Effects<'_>, context: InterpreterContext<'_>) -> Result<(), Option<StateId>> {
        if self.spent < context.definition.limit() {
            self.spent += 1;
            return Ok(());
        }
        self.overspend(effects, context)
    }

    #[cold]
    #[inline(never)]
    fn overspend(&mut self, effects: Effects<'_>, context: InterpreterContext<'_>) -> Result<(), Option<StateId>> {
        let from = self.source(effects, context.definition);
        if self.hears_failure(from, context) || !self.may_overspend(context) {
            return if self.spend(context) { Ok(()) } else { Err(from) };
        }
        self.overspent += 1;
        Ok(())
    }

    /// No more often than there are states: then it has been everywhere.
    fn may_overspend(&self, context: InterpreterContext<'_>) -> bool {
        let names_failure = || {
            let ways = context.definition.states().iter().flat_map(|state| &state.transitions);
            ways.into_iter()
                .any(|way| matches!(&way.trigger, Trigger::Event { name, .. } if *name == EventName::CHAIN_FAIL))
        };
        self.overspent < u8::MAX && usize::from(self.overspent) < context.definition.states().len() && names_failure()
    }

    /// Whether a state in which it is has a use for the failure of its chain.
    fn hears_failure(&self, state: Option<StateId>, context: InterpreterContext<'_>) -> bool {
        let failure = Failure::fault(Fault::Runaway { limit: context.definition.limit() }).payload();
        let activation = SessionActivation::new(context.environment, Some(failure.value()), &[]);
        let event = context.definition.event(&EventName::CHAIN_FAIL);
        let found = match state {
            Some(state) => context.definition.transition_from(&self.at, state, event, &activation),
            None => context.definition.transition(&self.at, event, &activation),
        };
        !matches!(found, Ok(None))
    }

    /// Makes a move: other states are active, and its chain is under way.
    pub(super) fn apply(&mut self, found: Move<'_>, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        self.apply_by(found, None, context)
    }

    /// The same for one that is no transition's: it is made because of this line.
    pub(super) fn apply_by(
        &mut self,
        found: Move<'_>,
        by: Option<Place>,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        match self.depart(found.effects(), |_| found.to.clone(), by, context) {
            Ok(departed) => {
                self.at = found.to;
                self.arrive(departed, context)
            }
            Err(from) => self.run_away(from, context),
        }
    }

    /// The same for one that changes the configuration in its place.
    pub(super) fn apply_quick(
        &mut self,
        found: Quick<'_>,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        match self.depart(found.effects(), |at| found.after(at).to, None, context) {
            Ok(departed) => {
                found.make(&mut self.at);
                self.arrive(departed, context)
            }
            Err(from) => self.run_away(from, context),
        }
    }

    /// What comes before the configuration moves.
    ///
    /// # Errors
    /// The state in which the move would have begun, where nothing may move any more.
    #[inline]
    fn depart(
        &mut self,
        effects: Effects<'_>,
        to: impl FnOnce(&Configuration) -> Configuration,
        by: Option<Place>,
        context: InterpreterContext<'_>,
    ) -> Result<Departed, Option<StateId>> {
        self.spend_move(effects, context)?;
        let InterpreterContext { definition, environment } = context;
        if self.trace.is_on() {
            let by = effects.taken().map(|(_, way)| way.place.clone()).chain(by).collect();
            let is_internal = effects.exited().is_empty() && effects.entered().is_empty();
            // Nothing was active before the start.
            let has_begun = self.unit.as_ref().is_none_or(|unit| unit.handled.cause != Cause::Start);
            let what = match (is_internal, has_begun) {
                (true, _) => What::Stayed { at: self.at.clone(), by },
                (false, true) => What::Moved { from: Some(self.at.clone()), to: to(&self.at), by },
                (false, false) => What::Moved { from: None, to: to(&self.at), by },
            };
            self.trace.put(environment.now(), what);
        }
        if self.beside().is_some() {
            self.stop_exited(effects, context);
        }
        if definition.has_sagas() {
            self.leave_sagas(effects, context);
        }
        self.reconsiders(effects);
        if definition.has_invokes() {
            self.invoke_entered(effects, definition);
        }
        self.timers.end(effects, definition);
        let begins = std::cell::Cell::new(false);
        self.timers.begin(definition, effects.entered(), || {
            begins.set(true);
            (environment.moment(), environment.now())
        });
        self.follows &= !begins.get();
        if self.notes_arrivals == self.timers.is_empty() {
            self.notes_arrivals = !self.timers.is_empty();
            environment.engine.note_arrivals(self.notes_arrivals);
        }
        if !self.inbox.is_empty() {
            self.forget_ends_of(effects, definition);
        }
        let chain = if effects.chains().len() > 0 {
            let mut chain = Chain::of(effects, self.payload.clone(), self.spare.chain());
            if definition.has_sagas() {
                chain.enters_sagas(effects, definition);
            }
            Some(chain)
        } else {
            self.inbox.extend(effects.done().iter().map(|state| Internal::Done(*state)));
            None
        };
        Ok(Departed { chain, finishes: effects.finished() })
    }

    /// The innermost active state in which a move begins; `None` where that is no transition's.
    fn source(&self, effects: Effects<'_>, definition: &Definition) -> Option<StateId> {
        let (source, _) = effects.taken().next()?;
        let around = |leaf: StateId| std::iter::successors(Some(leaf), |state| definition.state(*state)?.parent);
        self.at.leaves().iter().copied().find(|leaf| around(*leaf).any(|state| state == source))
    }

    fn arrive(&mut self, departed: Departed, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        let Departed { chain, finishes } = departed;
        self.settled = false;
        let leaf = self.leaf(context.definition);
        let Some(unit) = &mut self.unit else { return Ok(Progress::Stepped) };
        unit.handled.to = Some(leaf);
        unit.ending = finishes.map(Ending::in_state);
        match chain {
            // What was left is made good first.
            None if self.has_left() => Ok(Progress::Stepped),
            None => self.end_unit(context),
            Some(chain) => {
                self.chain = Some(chain);
                Ok(Progress::Stepped)
            }
        }
    }

    /// The workflow has come to its end: what leaving its final state runs is run, once, and what leaving the whole does. False
    /// where there is none.
    fn leaves_the_end(&mut self, definition: &Definition) -> bool {
        let Some(ending) = self.unit.as_mut().and_then(|unit| unit.ending.as_mut()) else { return false };
        if ending.closes {
            return false;
        }
        let runs_something = |state: &StateId| !definition.chain(*state, Part::Exit).is_empty();
        let mut left = match definition.root() {
            None if !runs_something(&ending.state) => return false,
            None => vec![ending.state],
            Some(_) => definition.active(&self.at),
        };
        left.retain(runs_something);
        if left.is_empty() {
            return false;
        }
        ending.closes = true;
        self.chain = Some(Box::new(Chain::leaving(left.iter().rev().copied(), self.payload.clone())));
        true
    }

    /// What was being handled is over: the signal that raised its event is put back to rest.
    pub(super) fn end_unit(&mut self, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        if !self.is_over() && self.leaves_the_end(context.definition) {
            return Ok(Progress::Stepped);
        }
        if !self.is_over() && self.undoes_at_the_end(context) {
            return Ok(Progress::Stepped);
        }
        let Some(mut unit) = self.unit.take() else { return Ok(Progress::Stepped) };
        unit.tell_ended(context);
        let Unit { handled, ending, mut trouble, .. } = unit;
        match ending.filter(|_| !self.is_over()).map(|ending| *ending) {
            None => {}
            Some(Ending { failure: Some(reason), .. }) => self.fail(reason, context),
            Some(Ending { state, .. }) => {
                if let Err(error) = self.finish(state, context) {
                    trouble = trouble.or(Some(Box::new(Trouble::NoValue(error))));
                }
            }
        }
        if let Some(event) = &handled.event
            && (matches!(event.origin, Origin::Signal { .. }) || context.environment.engine.has_dropped())
        {
            // A commit of a reset is no commit of a process, but guards may look at what it changed.
            self.settled = false;
            if !context.environment.engine.dispatched(&event.origin) {
                trouble = trouble.or(Some(Box::new(Trouble::Nested)));
            }
        }
        if self.is_asked() {
            self.notes_for_answers(&handled, trouble.as_deref());
            if self.is_over() {
                self.answer(context);
            }
        }
        match trouble {
            Some(trouble) => Err(Troubled { trouble: *trouble, handled }),
            None => Ok(Progress::Handled(handled)),
        }
    }

    /// The workflow has come to its end.
    fn finish(&mut self, state: StateId, context: InterpreterContext<'_>) -> Result<(), EvaluationError> {
        let payload = self.payload.take();
        self.over(Stage::Finished, context);
        self.trace.put(context.environment.now(), What::Finished { state });
        let Some(StateKind::Final { result: Some(source) }) = context.definition.state(state).map(|state| &state.kind)
        else {
            return Ok(());
        };
        let payload = payload.as_ref().map(Payload::value);
        let value = arguments::value(
            source,
            &SessionActivation::new(context.environment, payload, &[]).at(context.definition, &self.at),
        );
        match value {
            Ok(value) => self.gives(value),
            Err(error) => {
                self.trace.put(context.environment.now(), What::NoValue { reason: error.to_string() });
                return Err(error);
            }
        }
        Ok(())
    }

    /// Nothing waits any more.
    pub(super) fn over(&mut self, stage: Stage, context: InterpreterContext<'_>) {
        self.stage = stage;
        self.timers.clear();
        self.clear_inbox(context);
        self.payload = None;
        // What of sagas is left by a good end stays.
        drop(self.take_in_sagas());
    }

    /// A guard had no value: the states stay as they are, and the event was handled by that.
    pub(super) fn without_value(
        &mut self,
        error: EvaluationError,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        self.tell_no_value(&error, context);
        self.trouble(Trouble::NoValue(error));
        self.end_unit(context)
    }

    pub(super) fn tell_no_value(&mut self, error: &EvaluationError, context: InterpreterContext<'_>) {
        self.trace.put(context.environment.now(), What::NoValue { reason: error.to_string() });
    }

    /// More came of one event than the limit allows: the move is not made, and the state in which it would have begun hears of
    /// a chain that has failed.
    fn run_away(&mut self, from: Option<StateId>, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        let limit = context.definition.limit();
        if let Some(unit) = &mut self.unit {
            unit.handled.failed = true;
            unit.handled.fault = Some(Fault::Runaway { limit });
        }
        if self.runs_away(limit, context) {
            let payload = Failure::fault(Fault::Runaway { limit }).payload();
            self.inbox.push_back(Internal::ChainFailed { heard_by: from, payload });
        }
        self.end_unit(context)
    }

    /// The limit is reached. Whether that is told to the states: no more often than there are states, or what fails for ever
    /// would be begun for ever.
    pub(super) fn runs_away(&mut self, limit: u32, context: InterpreterContext<'_>) -> bool {
        self.spent = 0;
        self.overspent = self.overspent.saturating_add(1);
        self.trouble(Trouble::Runaway { limit });
        self.overspent < u8::MAX && usize::from(self.overspent) <= 2 * context.definition.states().len()
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if let Some(unit) = &mut self.unit {
            unit.trouble.get_or_insert(Box::new(trouble));
        }
    }
}
