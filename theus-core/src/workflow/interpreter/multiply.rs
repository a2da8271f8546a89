//! A chain goes on with a process for each element of a list, so many at once.

use std::task::Context;

use serde_json::Value;

use super::arguments::{arguments, bounded_as};
use super::attempt::{Account, Attempt, Tried};
use super::beside::first_branch;
use super::chain::{Chain, Work};
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Live, Progress};
use super::instances::Instances;
use super::making_good::keep_compensations;
use super::named::named;
use super::outcome::Fault;
use super::steps::{Stepped, activation};
use crate::workflow::chart::Multiple;
use crate::workflow::clock::Moment;
use crate::workflow::condition::{EvaluationError, Expression};
use crate::workflow::trace::Role;

/// What is to be known when all have had their turn.
#[derive(Default)]
struct Turns {
    until: Option<Moment>,
    is_pending: bool,
    /// Whether somebody real is waited for.
    is_real: bool,
    /// Whether any of them has ended, or can go on at once.
    goes_on: bool,
    /// Whether a try has failed: that does not follow from commits.
    has_failed: bool,
}

impl Live {
    /// Begins a process for each of these elements; false where there are none, and nothing is run.
    pub(super) fn begin_each(
        chain: &mut Chain,
        each: Multiple<'_>,
        list: &Expression,
        elements: Vec<Value>,
    ) -> Result<bool, Failure> {
        let count = elements.len();
        if count > Instances::MOST {
            let most = Instances::MOST;
            let problem = format!("it gives {count} elements, and side by side goes through {most} at most");
            return Err(Failure::fault(Fault::NoValue(EvaluationError::no_value(list.text(), problem))));
        }
        if count == 0 {
            give_all(chain, each, Vec::new())?;
            chain.step_over();
            return Ok(false);
        }
        chain.work = Work::Instances(Box::new(Instances::new(elements)));
        Ok(true)
    }

    /// Goes on with all that are under way, each as far as it can at present.
    pub(super) fn go_on_each(
        &mut self,
        chain: &mut Chain,
        each: Multiple<'_>,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Stepped {
        let cancels = each.side_by_side.cancels;
        let Some(all) = chain.instances_mut() else { return Stepped::End };
        all.fill(each.side_by_side.most, cancels);
        // What has committed in an earlier life comes first: where it stands is stored when another begins.
        all.settled_first();
        let (mut turns, mut at) = (Turns::default(), 0);
        while let Some(all) = chain.instances_mut() {
            // Those that have committed are told all the same.
            let stops = all.stops(cancels);
            let Some(one) = all.under_way.get(at) else { break };
            if stops && !one.has_committed() {
                at += 1;
                continue;
            }
            match self.turn(chain, at, each, (context, &mut *task), &mut turns) {
                Ok(true) => at += 1,
                Ok(false) => drop(chain.instances_mut().map(|all| all.under_way.remove(at))),
                Err(held) => {
                    self.follows &= !turns.has_failed;
                    return Stepped::Held(held);
                }
            }
        }
        self.follows &= !turns.has_failed;
        let Some(all) = chain.instances_mut() else { return Stepped::End };
        if all.stops(cancels) {
            self.let_go_each(chain, each, context);
            return self.end_each(chain, each);
        }
        if all.are_over() {
            return self.end_each(chain, each);
        }
        #[cfg(feature = "store")]
        if turns.has_failed
            && self.is_kept
            && let Err(error) = self.notes(chain, context)
        {
            return Stepped::Held(Progress::Unsaved(error));
        }
        if turns.is_real {
            context.environment.is_not_left_alone();
        }
        match turns {
            Turns { goes_on: true, .. } => Stepped::On,
            Turns { is_pending: false, until: Some(until), .. } => Stepped::Held(Progress::Wait { until }),
            Turns { until, .. } => Stepped::Held(Progress::Pending { until }),
        }
    }

    /// The turn of one of them. True where it goes on, false where it is over.
    fn turn(
        &mut self,
        chain: &mut Chain,
        at: usize,
        each: Multiple<'_>,
        (context, task): (InterpreterContext<'_>, &mut Context<'_>),
        turns: &mut Turns,
    ) -> Result<bool, Progress> {
        if let Err(failure) = self.prepare(chain, at, each, context) {
            fails(chain, at, failure, turns);
            return Ok(false);
        }
        #[cfg(feature = "store")]
        self.before_turn(chain, at, each, context).map_err(Progress::Unsaved)?;
        let branch = first_branch(self.slot());
        let Some(one) = chain.instances_mut().and_then(|all| all.under_way.get_mut(at)) else { return Ok(false) };
        let (Some(attempt), Some(unit)) = (&mut one.attempt, &mut self.unit) else { return Ok(false) };
        let mut account = Account {
            trace: &mut self.trace,
            outcomes: &mut unit.handled.steps,
            random: &mut self.random,
            role: Role::Step,
            is_kept: self.is_kept,
            branch: branch.saturating_add(u32::try_from(one.place).unwrap_or(u32::MAX)),
        };
        let tried = attempt.go_on(each.run, context, task, &mut account);
        turns.has_failed |= matches!(tried, Tried::Wait(_) | Tried::Ended(Err(_)));
        match tried {
            Tried::Ended(Ok(())) => {
                let gave = attempt.take_gave();
                turns.goes_on = true;
                if let Err(failure) = self.has_committed(chain, at, each, gave, context) {
                    fails(chain, at, failure, turns);
                }
                Ok(false)
            }
            Tried::Ended(Err(failure)) => {
                fails(chain, at, failure, turns);
                Ok(false)
            }
            Tried::Pending(until) => {
                turns.is_pending = true;
                turns.is_real |= !context.environment.is_left_alone();
                turns.until = turns.until.into_iter().chain(until).min();
                Ok(true)
            }
            Tried::Wait(until) => {
                turns.until = Some(turns.until.map_or(until, |earlier| earlier.min(until)));
                Ok(true)
            }
            Tried::GoesOn => {
                turns.goes_on = true;
                Ok(true)
            }
            #[cfg(feature = "store")]
            Tried::Unsaved(error) => Err(Progress::Unsaved(error)),
        }
    }

    /// Works out the arguments of one that has not begun.
    fn prepare(
        &self,
        chain: &mut Chain,
        at: usize,
        each: Multiple<'_>,
        context: InterpreterContext<'_>,
    ) -> Result<(), Failure> {
        let one = chain.instances_mut().and_then(|all| all.under_way.get_mut(at));
        let Some(one) = one.filter(|one| one.attempt.is_none()) else { return Ok(()) };
        let element = std::mem::take(&mut one.element);
        chain.enter_element(each.item, element);
        let made = arguments(each.run, &activation(chain, &self.at, context));
        let element = chain.leave_element();
        if let Some(one) = chain.instances_mut().and_then(|all| all.under_way.get_mut(at)) {
            one.element = element;
            one.attempt = Some(Attempt::new(made?));
        }
        Ok(())
    }

    /// Where a store keeps the session: a run that begins now takes along where it stands before.
    #[cfg(feature = "store")]
    fn before_turn(
        &mut self,
        chain: &mut Chain,
        at: usize,
        each: Multiple<'_>,
        context: InterpreterContext<'_>,
    ) -> Result<(), crate::store::StoreError> {
        let attempt = |chain: &mut Chain, with: &mut dyn FnMut(&mut Attempt)| {
            let one = chain.instances_mut().and_then(|all| all.under_way.get_mut(at));
            one.and_then(|one| one.attempt.as_mut()).map(with);
        };
        let (mut starts, begun) = (false, each.run.begins_once());
        attempt(chain, &mut |attempt| starts = attempt.starts(context));
        if !self.is_kept || !starts {
            return Ok(());
        }
        attempt(chain, &mut |attempt| {
            attempt.is_at(each.run, context);
            attempt.begins(begun);
        });
        let rides = self.rides(chain, context, begun);
        attempt(chain, &mut |attempt| attempt.begins(false));
        self.follows |= begun && rides.is_ok();
        rides
    }

    /// That a try has failed while others go on is stored at once: nobody else would tell.
    #[cfg(feature = "store")]
    fn notes(&mut self, chain: &Chain, context: InterpreterContext<'_>) -> Result<(), crate::store::StoreError> {
        self.rides(chain, context, true)?;
        self.follows = true;
        Ok(())
    }

    /// One has committed: what it gave has its place, and what makes it good is kept.
    fn has_committed(
        &self,
        chain: &mut Chain,
        at: usize,
        each: Multiple<'_>,
        gave: Option<Box<Value>>,
        context: InterpreterContext<'_>,
    ) -> Result<(), Failure> {
        let given = named(each.run, gave);
        let Some(one) = chain.instances_mut().and_then(|all| all.under_way.get_mut(at)) else { return Ok(()) };
        let (place, element) = (one.place, std::mem::take(&mut one.element));
        let mut kept = Ok(());
        if each.run.compensate.is_some() {
            let saga = self.saga_of(chain, context.definition);
            chain.enter_element(each.item, element);
            if let (Ok(Some(value)), Some(name)) = (&given, &each.run.gives) {
                // In what makes it good the name is for what this one gave.
                chain.give(name, value.clone());
            }
            kept = keep_compensations(chain, &self.at, std::iter::once(each.run), saga, context);
            chain.leave_element();
        }
        if let (Some(value), Some(all)) = (given?, chain.instances_mut()) {
            all.gives(place, value);
        }
        kept
    }

    /// Those that are under way are let go of, which rolls them back.
    fn let_go_each(&mut self, chain: &mut Chain, each: Multiple<'_>, context: InterpreterContext<'_>) {
        let (Some(all), Some(unit)) = (chain.instances_mut(), &mut self.unit) else { return };
        let mut account = Account {
            trace: &mut self.trace,
            outcomes: &mut unit.handled.steps,
            random: &mut self.random,
            role: Role::Step,
            is_kept: self.is_kept,
            branch: 0,
        };
        for one in all.under_way.drain(..) {
            if let Some(mut attempt) = one.attempt {
                attempt.let_go(each.run, context, &mut account);
            }
        }
    }

    /// All of them are over.
    fn end_each(&mut self, chain: &mut Chain, each: Multiple<'_>) -> Stepped {
        let Work::Instances(mut all) = std::mem::replace(&mut chain.work, Work::None) else { return Stepped::End };
        let ended = all.ended().and_then(|given| give_all(chain, each, given));
        if ended.is_ok() {
            chain.step_over();
        }
        ended.into()
    }
}

fn fails(chain: &mut Chain, at: usize, failure: Failure, turns: &mut Turns) {
    (turns.goes_on, turns.has_failed) = (true, true);
    if let Some(all) = chain.instances_mut() {
        all.fails(at, failure);
    }
}

/// What all of them gave, in the order of the list, has the name that the file has for it.
fn give_all(chain: &mut Chain, each: Multiple<'_>, given: Vec<Value>) -> Result<(), Failure> {
    let Some(name) = &each.run.gives else { return Ok(()) };
    let value = bounded_as(name, Value::Array(given)).map_err(|error| Failure::fault(Fault::NoValue(error)))?;
    chain.give(name, value);
    Ok(())
}
