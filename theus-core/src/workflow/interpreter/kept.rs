//! A session that a store keeps: nobody is told what it has come to before that is stored.
//!
//! A step's commit takes along where the session stood before the step, and that the step has committed: what follows from the two
//! alone needs no write of its own. What an event, a time or a failure has come into is written when the session comes to rest, or
//! tells what it has handled.

use std::ops::Range;
use std::task::Context;

use super::beside::first_branch;
use super::chain::Chain;
use super::context::InterpreterContext;
use super::environment::Environment;
use super::instance::{Interpreter, Live, Progress, Troubled};
use crate::store::{Place, StoreError};

/// What a store has of a session.
#[derive(Default)]
pub(super) struct Kept {
    /// Whether something was done since the store was told last.
    was_driven: bool,
    is_paused: bool,
    /// What is told when the position is stored.
    untold: Option<Box<Result<Progress, Troubled>>>,
}

impl Kept {
    pub(super) fn advance(
        &mut self,
        live: &mut Live,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Progress, Troubled> {
        let told = match self.untold.take() {
            Some(untold) => *untold,
            None => {
                let told = live.advance(context, task);
                let is_at_rest = matches!(
                    told,
                    Ok(Progress::Idle { .. }
                        | Progress::Working { .. }
                        | Progress::Paused
                        | Progress::Halted(_)
                        | Progress::Over)
                );
                self.was_driven |= !is_at_rest || !live.follows || self.is_paused != live.paused;
                told
            }
        };
        if matches!(told, Ok(Progress::Stepped | Progress::Pending { .. } | Progress::Unsaved(_))) {
            return told;
        }
        match self.save(live, context, &told) {
            Ok(()) => told,
            Err(error) => {
                self.untold = Some(Box::new(told));
                Ok(Progress::Unsaved(error))
            }
        }
    }

    fn save(
        &mut self,
        live: &mut Live,
        context: InterpreterContext<'_>,
        told: &Result<Progress, Troubled>,
    ) -> Result<(), StoreError> {
        if !self.was_driven {
            return Ok(());
        }
        // What was invoked goes on by itself.
        let ready = live.beside().is_some() || !matches!(told, Ok(Progress::Idle { .. } | Progress::Over));
        // Though it be where it was: an event was taken on the way, or a step has failed, and neither must come again.
        let mut place = live.place(context, live.chain.as_deref(), ready)?;
        if matches!(told, Ok(Progress::Idle { .. } | Progress::Stepped)) {
            place.due = context.environment.earlier_due(place.due);
        }
        context.environment.engine.rests(place, &live.goes_on(None), live.follows)?;
        live.follows = true;
        (self.was_driven, self.is_paused) = (false, live.paused);
        Ok(())
    }
}

impl Interpreter {
    /// What it has come to otherwise than by going on is stored.
    pub(crate) fn save(&mut self, environment: &Environment<'_>) -> Result<(), StoreError> {
        if !self.live.is_kept {
            return Ok(());
        }
        let context = InterpreterContext { definition: &self.definition, environment };
        let kept = self.kept.get_or_insert_default();
        kept.was_driven = true;
        kept.save(&mut self.live, context, &Ok(Progress::Stepped))
    }
}

impl Interpreter {
    /// It has nothing to do, and the store has where that is: not only what it follows from.
    pub(crate) fn save_at_rest(&mut self, environment: &Environment<'_>) -> Result<(), StoreError> {
        if !self.live.is_kept || !self.live.follows {
            return Ok(());
        }
        let context = InterpreterContext { definition: &self.definition, environment };
        let mut place = self.live.place(context, self.live.chain.as_deref(), false)?;
        place.due = environment.earlier_due(place.due);
        if environment.engine.has_stored(&place) {
            return Ok(());
        }
        let kept = self.kept.get_or_insert_default();
        (kept.was_driven, self.live.follows) = (true, false);
        kept.save(&mut self.live, context, &Ok(Progress::Idle { until: None }))
    }
}

impl Live {
    /// The branches of steps of several side by side that are under way, but for the one that begins now: some of them may have committed,
    /// and others not.
    fn goes_on(&self, but: Option<u32>) -> Vec<Range<u32>> {
        let Some(beside) = self.beside() else { return Vec::new() };
        let others = beside.all.iter().map(|invocation| (invocation.slot, invocation.chain.as_deref()));
        let all = std::iter::once((beside.own, self.chain.as_deref())).chain(others);
        let goes_on = all.filter(|(slot, chain)| but != Some(*slot) && chain.is_some_and(Chain::has_several_under_way));
        goes_on.map(|(slot, _)| first_branch(slot)..first_branch(slot + 1)).collect()
    }

    /// Where it is, as a store has it.
    pub(super) fn place(
        &self,
        context: InterpreterContext<'_>,
        chain: Option<&Chain>,
        ready: bool,
    ) -> Result<Place, StoreError> {
        let position = self.position(context.definition, context.environment.keeper, chain);
        let due = position.next_due();
        let text = serde_json::to_string(&position).map_err(|error| StoreError::Io {
            store: "the position of a workflow".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Place { position: text.into(), settled: Vec::new(), due, ready })
    }

    /// A run begins: where the session stands before it goes with its commit. `begun` where it must not begin twice: then that it
    /// has begun is stored before.
    pub(super) fn rides(
        &mut self,
        chain: &Chain,
        context: InterpreterContext<'_>,
        begun: bool,
    ) -> Result<(), StoreError> {
        let place = self.place(context, Some(chain), true)?;
        let goes_on = self.goes_on(Some(self.slot()));
        if begun {
            context.environment.engine.rests(place, &goes_on, false)?;
        } else {
            context.environment.engine.rides(place, &goes_on);
        }
        Ok(())
    }
}
