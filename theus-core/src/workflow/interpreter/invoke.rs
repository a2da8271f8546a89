//! What states invoke: how it begins, goes on, ends, and is stopped with its state.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Context;

use super::arguments::value;
use super::aside::HeldUp;
use super::beside::Invocation;
use super::chain::{Chain, Work};
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Internal, Live, Progress, Troubled};
use super::outcome::{Cause, Fault, Handled};
use super::steps::{Stepped, activation};
use super::unit::Unit;
use crate::signal::Payload;
use crate::workflow::chart::{Definition, Effects, Invoke, OnLeave, Part, StateId};
use crate::workflow::clock::Moment;
use crate::workflow::trace::What;

/// What has come of going on with what was invoked.
pub(super) enum WentOn {
    /// There is nothing to go on with.
    Nothing,
    /// Something was done.
    Done(Progress),
    /// All of it waits, at most until then; whether somebody has to wake it, and whether the chain of a region is among that.
    Waits { until: Option<Moment>, is_awaited: bool, is_chain: bool },
}

/// Which of them may go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Those that are under way: nothing new is begun.
    Running,
    /// All that have begun.
    Begun,
}

pub(super) fn invoke(definition: &Definition, state: StateId, place: u32) -> Option<&Invoke> {
    definition.state(state)?.invokes.get(place as usize)
}

impl Live {
    /// What the states that are entered invoke is there from now on. It begins when all that came of entering them is done.
    pub(super) fn invoke_entered(&mut self, effects: Effects<'_>, definition: &Definition) {
        for state in effects.entered() {
            let invokes = definition.state(*state).map_or(0, |state| state.invokes.len());
            for place in 0..u32::try_from(invokes).unwrap_or(u32::MAX) {
                let chain = Chain::one(*state, Part::Invoke(place), self.payload.clone());
                let beside = self.beside_or_new();
                let unit = Unit::of(Box::new(Handled::new(None, Cause::Invoked, *state)));
                let slot = beside.free_slot();
                beside.all.push(Invocation {
                    state: *state,
                    place,
                    is_region: false,
                    slot,
                    has_begun: false,
                    is_left: false,
                    chain: Some(chain),
                    unit: Some(unit),
                    spent: 0,
                    result: None,
                    has_waited: false,
                    has_settled: false,
                });
            }
        }
    }

    /// States are left, and what they have invoked ends with them: what is under way is let go of, which rolls it back.
    pub(super) fn stop_exited(&mut self, effects: Effects<'_>, context: InterpreterContext<'_>) {
        self.stop_where(|invocation| effects.exits(invocation.state), Fault::Left, context);
    }

    /// The file has put the state of some of it elsewhere while nobody went on with it: that state was left by that.
    #[cold]
    fn stop_displaced(&mut self, context: InterpreterContext<'_>) {
        let at = self.at.clone();
        self.stop_where(|invocation| !context.definition.is_active(&at, invocation.state), Fault::Left, context);
    }

    /// All of it ends: the session does.
    pub(super) fn stop_all(&mut self, fault: &Fault, context: InterpreterContext<'_>) {
        self.stop_where(|_| true, fault.clone(), context);
    }

    fn stop_where(&mut self, stops: impl Fn(&Invocation) -> bool, fault: Fault, context: InterpreterContext<'_>) {
        let Some(beside) = self.beside() else { return };
        let chosen = |invocation: &Invocation| !invocation.is_left && stops(invocation);
        let places: Vec<usize> = (0..beside.all.len()).filter(|place| chosen(&beside.all[*place])).collect();
        for place in places.into_iter().rev() {
            let keeps = self.beside().and_then(|beside| beside.all.get(place)).is_some_and(|invocation| {
                let invoke = invoke(context.definition, invocation.state, invocation.place);
                let is_ending = !matches!(fault, Fault::Left);
                !is_ending && invoke.is_some_and(|invoke| invoke.on_leave == OnLeave::Keep)
            });
            self.tell_invoked(place, context, |state, id| What::Stopped { state, id });
            let mut kept = Vec::new();
            let undoes = self.with_beside(place, |live, chain| {
                if chain.failure.is_none() {
                    live.let_go(chain, context);
                    if keeps {
                        kept = std::mem::take(&mut chain.compensations);
                    }
                    if !chain.compensations.is_empty() {
                        live.break_off(chain, Failure::fault(fault.clone()), context);
                    }
                }
                // One that had failed by itself is being made good already.
                chain.failure.is_some()
            });
            self.keep_in_sagas(kept, context.definition);
            match undoes {
                Some(true) => {
                    if let Some(invocation) = self.beside_mut().and_then(|beside| beside.all.get_mut(place)) {
                        invocation.is_left = true;
                    }
                }
                _ => {
                    let taken = self.take_beside(place);
                    if let Some(Invocation { unit: Some(unit), is_region: true, .. }) = &taken {
                        Self::let_rest(&unit.handled, context);
                    }
                }
            }
        }
    }

    /// What came of entering their states is done: what was invoked there begins. False where there is none.
    pub(super) fn begin_invoked(&mut self, context: InterpreterContext<'_>) -> bool {
        if self.beside().is_none_or(|beside| beside.all.iter().all(|invocation| invocation.has_begun)) {
            return false;
        }
        // What came of entering states in a region that is busy is not done.
        let busy = HeldUp::of(self, context.definition).regions().to_vec();
        let Some(beside) = self.beside_mut() else { return false };
        let begins: Vec<usize> = beside
            .all
            .iter_mut()
            .enumerate()
            .filter(|(_, invocation)| {
                !busy.iter().any(|region| context.definition.is_within(invocation.state, *region))
            })
            .filter_map(|(place, invocation)| (!std::mem::replace(&mut invocation.has_begun, true)).then_some(place))
            .collect();
        for place in &begins {
            self.tell_invoked(*place, context, |state, id| What::Invoked { state, id });
        }
        !begins.is_empty()
    }

    fn tell_invoked(&mut self, place: usize, context: InterpreterContext<'_>, what: fn(StateId, String) -> What) {
        if !self.trace.is_on() {
            return;
        }
        let Some(invocation) = self.beside().and_then(|beside| beside.all.get(place)) else { return };
        if invocation.is_region {
            return;
        }
        let (state, at) = (invocation.state, invocation.place);
        let id = invoke(context.definition, state, at).map_or_else(String::new, |invoke| invoke.id.clone());
        self.trace.put(context.environment.now(), what(state, id));
    }

    /// Takes up what has committed in an earlier life.
    pub(super) fn go_on_settled(
        &mut self,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Option<Progress>, Troubled> {
        let Some(beside) = self.beside_mut() else { return Ok(None) };
        let Some(place) = beside.all.iter().position(|invocation| invocation.has_settled) else {
            if std::mem::take(&mut beside.is_restored) {
                self.stop_displaced(context);
            }
            return Ok(None);
        };
        if let Some(settled) = beside.all.get_mut(place) {
            settled.has_settled = false;
        }
        let count = beside.all.len();
        let progress = self.step_beside(place, context, task)?;
        self.turn_after(place, count);
        Ok(Some(progress.unwrap_or(Progress::Stepped)))
    }

    /// Goes on with what was left, until it is made good; `None` where there is none.
    pub(super) fn go_on_left(
        &mut self,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Option<Progress>, Troubled> {
        let Some(place) = self.beside().and_then(|beside| beside.left()) else { return Ok(None) };
        let progress = self.step_beside(place, context, task)?;
        Ok(Some(progress.unwrap_or(Progress::Stepped)))
    }

    /// Goes on with one of what was invoked, one step at most, each in its turn.
    pub(super) fn go_on_beside(
        &mut self,
        who: Who,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<WentOn, Troubled> {
        let Some(beside) = self.beside_mut() else { return Ok(WentOn::Nothing) };
        beside.is_due = false;
        let (count, first) = (beside.all.len(), beside.next);
        let (mut until, mut is_awaited, mut waits) = (None::<Moment>, false, false);
        let (mut is_real, mut is_chain) = (false, false);
        for turn in 0..count {
            let place = (first + turn) % count;
            let goes_on = self.beside().and_then(|beside| beside.all.get(place)).is_some_and(|invocation| {
                invocation.has_begun && (who == Who::Begun || !invocation.is_between_steps())
            });
            if !goes_on {
                continue;
            }
            match self.step_beside(place, context, task)? {
                Some(Progress::Pending { until: next }) => {
                    (waits, is_awaited) = (true, true);
                    is_chain |= self.beside().and_then(|it| it.all.get(place)).is_some_and(|it| it.is_region);
                    is_real |= !context.environment.is_left_alone();
                    until = until.into_iter().chain(next).min();
                }
                Some(Progress::Wait { until: next }) => {
                    waits = true;
                    until = Some(until.map_or(next, |until| until.min(next)));
                }
                progress => {
                    self.turn_after(place, count);
                    return Ok(WentOn::Done(progress.unwrap_or(Progress::Stepped)));
                }
            }
        }
        if is_real {
            context.environment.is_not_left_alone();
        }
        Ok(if waits { WentOn::Waits { until, is_awaited, is_chain } } else { WentOn::Nothing })
    }

    /// It is the turn of the one after this, of so many that there were.
    fn turn_after(&mut self, place: usize, count: usize) {
        if let Some(beside) = self.beside_mut() {
            beside.is_due = false;
            beside.next = if beside.all.len() == count { place + 1 } else { place };
        }
    }

    /// One step of one of them; `None` where it was done at once and more can be.
    fn step_beside(
        &mut self,
        place: usize,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Option<Progress>, Troubled> {
        let stepped = self.with_beside(place, |live, chain| {
            let mut stepped = live.chain_step(chain, context, task);
            // Of several side by side some had committed in an earlier life: the rest is part of the same step.
            if matches!(stepped, Stepped::On) && matches!(chain.work, Work::Together(_)) {
                stepped = live.chain_step(chain, context, task);
            }
            let stepped = match stepped {
                Stepped::Failure(failure) => {
                    live.break_off(chain, failure, context);
                    if live.is_made_good(chain) && !live.leave_strand(chain) { Stepped::End } else { Stepped::On }
                }
                Stepped::End if chain.failure.is_none() => live.brings(place, chain, context),
                stepped => stepped,
            };
            live.settled = false;
            stepped
        });
        // What it has raised comes before its end.
        self.take_raised(context);
        let Some(stepped) = stepped else { return Ok(None) };
        Ok(match stepped {
            Stepped::On | Stepped::Failure(_) => None,
            Stepped::Held(progress) => {
                let waits = matches!(progress, Progress::Pending { .. } | Progress::Wait { .. });
                let invocation = self.beside_mut().and_then(|beside| beside.all.get_mut(place));
                if let Some(invocation) = invocation.filter(|_| waits) {
                    (invocation.spent, invocation.has_waited) = (0, true);
                }
                Some(progress)
            }
            Stepped::End => Some(self.end_beside(place, context)?),
        })
    }

    /// Its steps are done: what its end brings along is worked out, where the file says that.
    fn brings(&mut self, place: usize, chain: &mut Chain, context: InterpreterContext<'_>) -> Stepped {
        let Some(invocation) = self.beside().and_then(|beside| beside.all.get(place)) else { return Stepped::End };
        let of = invoke(context.definition, invocation.state, invocation.place);
        let Some(source) = of.and_then(|invoke| invoke.result.as_ref()).filter(|_| !invocation.is_left) else {
            return Stepped::End;
        };
        let brought = value(source, &activation(chain, &self.at, context));
        match brought {
            Ok(brought) => {
                if let Some(invocation) = self.beside_mut().and_then(|beside| beside.all.get_mut(place)) {
                    invocation.result = Some(Payload::new(brought));
                }
                Stepped::End
            }
            Err(error) => {
                self.break_off(chain, Failure::fault(Fault::NoValue(error)), context);
                if self.is_made_good(chain) { Stepped::End } else { Stepped::On }
            }
        }
    }

    /// Lends one of them to somebody: what it does is noted with it, not with what the session handles.
    fn with_beside<R>(&mut self, place: usize, with: impl FnOnce(&mut Self, &mut Chain) -> R) -> Option<R> {
        let own_spent = self.spent;
        let own = (self.unit.take(), own_spent);
        let Some((mut chain, unit, spent)) = self.lend_beside(place) else {
            (self.unit, self.spent) = own;
            return None;
        };
        if let Some(beside) = self.beside_mut() {
            (beside.aside, beside.spent) = own;
        }
        (self.unit, self.spent) = (unit, spent);
        let done = catch_unwind(AssertUnwindSafe(|| with(self, &mut chain)));
        let (unit, spent) = (self.unit.take(), self.spent);
        if let Some(beside) = self.beside_mut() {
            beside.in_hand = None;
            let aside = beside.aside.take();
            if let Some(invocation) = beside.all.get_mut(place) {
                (invocation.chain, invocation.unit, invocation.spent) = (Some(chain), unit, spent);
            }
            self.unit = aside;
        }
        self.spent = own_spent;
        match done {
            Ok(done) => Some(done),
            Err(panic) => {
                // A clock, or the code of a value: nobody knows what the step has done.
                self.follows = false;
                resume_unwind(panic)
            }
        }
    }

    fn lend_beside(&mut self, place: usize) -> Option<(Box<Chain>, Option<Unit>, u32)> {
        let beside = self.beside_mut()?;
        let invocation = beside.all.get_mut(place)?;
        let chain = invocation.chain.take()?;
        let lent = (chain, invocation.unit.take(), invocation.spent);
        beside.in_hand = Some(invocation.slot);
        Some(lent)
    }

    fn take_beside(&mut self, place: usize) -> Option<Invocation> {
        let beside = self.beside_mut()?;
        if place >= beside.all.len() {
            return None;
        }
        let taken = beside.all.remove(place);
        if beside.all.is_empty() && (beside.own == 0 || self.chain.is_none()) {
            self.has_nothing_beside();
        }
        Some(taken)
    }

    /// One of them is over: its state hears of that, where it was not left.
    fn end_beside(&mut self, place: usize, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        let Some(invocation) = self.take_beside(place) else { return Ok(Progress::Stepped) };
        let aborts = invocation.chain.as_ref().is_some_and(|chain| chain.aborts());
        if invocation.is_region && !invocation.is_left && !aborts {
            self.counts_anew();
            return self.end_region(invocation, context);
        }
        let ended = self.end_invocation(invocation, context);
        if self.is_asked()
            && let Progress::Handled(handled) = &ended
        {
            self.notes_for_answers(handled, None);
        }
        Ok(ended)
    }

    fn end_invocation(&mut self, invocation: Invocation, context: InterpreterContext<'_>) -> Progress {
        let Invocation {
            state, place: at, is_left, chain: Some(mut chain), unit, result, has_waited, is_region, ..
        } = invocation
        else {
            return Progress::Stepped;
        };
        let Some(mut unit) = unit else { return Progress::Stepped };
        unit.tell_ended(context);
        let handled = unit.handled;
        if is_region {
            Self::let_rest(&handled, context);
        }
        let failure = chain.failure.take().or_else(|| chain.failed.pop().map(|failed| failed.failure));
        if has_waited {
            // As by a timer: what comes of it is not counted for what came before.
            self.counts_anew();
        }
        if is_left {
            let Some(unit) = &mut self.unit else { return Progress::Handled(handled) };
            handled.compensations.into_iter().for_each(|outcome| unit.handled.compensations.push(outcome));
            return Progress::Stepped;
        }
        let Some(failure) = failure else {
            self.keep_in_sagas(std::mem::take(&mut chain.compensations), context.definition);
            self.inbox.push_back(Internal::InvokeDone { state, place: at, payload: result });
            return Progress::Handled(handled);
        };
        if failure.aborts {
            self.abort_by(failure, context);
            return Progress::Handled(handled);
        }
        let is_told = match failure.fault.as_deref() {
            Some(Fault::Runaway { limit }) => self.runs_away(*limit, context),
            _ => true,
        };
        let payload = failure.payload();
        let of_invoke = invoke(context.definition, state, at).map_or(&[][..], |invoke| &invoke.on_error);
        let failure = if failure.target.is_none() { failure.recovered_by(of_invoke) } else { failure };
        if self.leads(state, &failure, context) {
            let (target, error) = (failure.target, failure.error.unwrap_or_default());
            self.inbox.push_front(Internal::Recover { state, heard_by: Some(state), target, error, payload });
        } else if is_told {
            self.inbox.push_back(Internal::ChainFailed { heard_by: Some(state), payload });
        }
        Progress::Handled(handled)
    }
}

impl Live {
    /// Whether something that was left is not made good yet.
    pub(super) fn has_left(&self) -> bool {
        self.beside().is_some_and(|beside| beside.left().is_some())
    }

    /// The process of one of them that is under way.
    pub(super) fn beside_under_way(&self, definition: &Definition) -> Option<&'static str> {
        let running = self.beside()?.all.iter().find(|invocation| !invocation.is_between_steps())?;
        Some(running.chain.as_ref()?.process(definition).unwrap_or("a compensation"))
    }

    /// Lets go of what they have under way, which rolls it back. What touches nothing outside is run again.
    pub(super) fn interrupt_beside(&mut self, context: InterpreterContext<'_>) {
        let count = self.beside().map_or(0, |beside| beside.all.len());
        for place in 0..count {
            self.with_beside(place, |live, chain| {
                if let Some(process) = live.let_go(chain, context) {
                    live.break_off(chain, Failure::fault(Fault::Interrupted { process }), context);
                }
            });
        }
    }

    /// The slot of what is gone on with: mostly 0, for the session's own chain.
    pub(super) fn slot(&self) -> u32 {
        self.beside().map_or(0, |beside| beside.in_hand.unwrap_or(beside.own))
    }
}
