//! A chain goes on: one step at a time, to its end or its failure.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Context;

use super::activation::SessionActivation;
use super::arguments::{arguments, elements};
use super::attempt::{Account, Attempt, Tried};
use super::beside::first_branch;
use super::chain::{Chain, Failed, Next, Work};
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Internal, Live, Progress, Stage, Troubled};
use super::making_good::keep_compensations;
use super::named::{names, names_of};
use super::outcome::Fault;
use super::spare::make_room;
use super::together::Together;
use crate::signal::Payload;
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::telemetry::Entered;
use crate::workflow::chart::{Configuration, Run, StateId, Step};
use crate::workflow::condition::EvaluationError;
use crate::workflow::trace::{Role, What};

/// How a step left its chain.
pub(super) enum Stepped {
    /// It can go on at once.
    On,
    /// It cannot.
    Held(Progress),
    /// It does not go on.
    Failure(Failure),
    /// It is at its end.
    End,
}

#[cfg(feature = "store")]
impl Work {
    /// That it begins is told to the store; or it is not.
    fn begins(&mut self, begun: bool, runs: &[Run]) {
        match self {
            Self::Run(attempt) | Self::Compensation(_, attempt) => attempt.begins(begun),
            Self::Together(together) => together.begin(begun, runs),
            // Each of them by itself.
            Self::Instances(_) | Self::None => {}
        }
    }
}

impl From<Result<(), Failure>> for Stepped {
    fn from(result: Result<(), Failure>) -> Self {
        result.map_or_else(Self::Failure, |()| Self::On)
    }
}

impl Live {
    /// Goes on with the chain under way, one step at most.
    pub(super) fn go_on(
        &mut self,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Progress, Troubled> {
        let Some(mut chain) = self.chain.take() else { return Ok(Progress::Stepped) };
        let stepped = catch_unwind(AssertUnwindSafe(|| self.chain_step(&mut chain, context, task)));
        // What it has raised comes before all that is told when the chain is over.
        self.take_raised(context);
        let stepped = match stepped {
            Ok(stepped) => stepped,
            Err(panic) => {
                // A clock, or the code of a value: nobody knows what the step has done.
                self.follows = false;
                chain.fall(context.definition);
                if let (Some(unit), Some(failure)) = (&mut self.unit, &chain.failure) {
                    unit.handled.failed = true;
                    unit.handled.fault = failure.fault.as_deref().cloned();
                }
                self.chain = Some(chain);
                resume_unwind(panic);
            }
        };
        match stepped {
            Stepped::On => {}
            Stepped::Held(progress) => {
                self.chain = Some(chain);
                return Ok(progress);
            }
            Stepped::Failure(failure) => {
                if failure.aborts {
                    // The whole session ends, and what was invoked is made good first.
                    self.stop_all(&Fault::Cancelled { reason: failure.reason.clone() }, context);
                    self.undo_all_in(&mut chain);
                }
                self.break_off(&mut chain, failure, context);
                if self.is_made_good(&chain) && !self.leave_strand(&mut chain) {
                    return self.end_own_chain(chain, context);
                }
            }
            Stepped::End => return self.end_own_chain(chain, context),
        }
        self.chain = Some(chain);
        Ok(Progress::Stepped)
    }

    pub(super) fn chain_step(
        &mut self,
        chain: &mut Chain,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Stepped {
        // What is run is in the span of what is handled.
        let span = context.environment.watch.and_then(|watch| self.unit_span(watch, context.definition));
        let _entered = span.as_ref().map(Entered::new);
        let mut stepped = match chain.work {
            Work::Compensation(..) => self.make_good(chain, context, task),
            _ if chain.failure.is_some() => self.begin_compensation(chain),
            Work::None => self.next_step(chain, context, task),
            Work::Run(_) | Work::Together(_) | Work::Instances(_) => match chain.next(context.definition) {
                Next::Step(step) => self.work(chain, step, context, task),
                Next::Round | Next::End => Stepped::End,
            },
        };
        // The end of a chain is no step of its own: whoever asks after the last step finds it over.
        if matches!(stepped, Stepped::On) && chain.is_at_its_end(context.definition) {
            stepped = Stepped::End;
        }
        if self.trace.is_on() && !matches!(stepped, Stepped::On) {
            // Asked as long as a panic of the clock is caught.
            context.environment.now();
        }
        stepped
    }

    /// Begins the next step.
    fn next_step(&mut self, chain: &mut Chain, context: InterpreterContext<'_>, task: &mut Context<'_>) -> Stepped {
        let next = chain.next(context.definition);
        if matches!(next, Next::End) {
            return Stepped::End;
        }
        let Next::Step(step) = next else { return Stepped::On };
        if let Step::Run(run) = step {
            let arguments = arguments(run, &activation(chain, &self.at, context));
            return match arguments {
                Ok(arguments) => self.run(chain, run, Attempt::new(arguments), context, task),
                Err(failure) => Stepped::Failure(failure),
            };
        }
        match self.begin(chain, step, context) {
            Ok(true) => self.work(chain, step, context, task),
            Ok(false) => Stepped::On,
            Err(failure) => Stepped::Failure(failure),
        }
    }

    /// Begins a step; true where it is one that runs something.
    fn begin(&mut self, chain: &mut Chain, step: &Step, context: InterpreterContext<'_>) -> Result<bool, Failure> {
        let no_value = |error: EvaluationError| Failure::fault(Fault::NoValue(error));
        let activation = activation(chain, &self.at, context);
        match step {
            // Begun by who calls this.
            Step::Run(_) => {}
            Step::Parallel { branches, .. } => {
                let all: Result<Vec<_>, _> = branches.iter().map(|run| arguments(run, &activation)).collect();
                drop(activation);
                chain.work = Work::Together(Box::new(Together::new(all?)));
                return Ok(true);
            }
            Step::If { when, .. } => {
                let holds = when.holds(&activation).map_err(no_value)?;
                drop(activation);
                chain.enter_branch(holds);
            }
            Step::While { when, .. } => {
                let holds = when.holds(&activation).map_err(no_value)?;
                drop(activation);
                if !holds {
                    chain.step_over();
                } else if self.spend(context) {
                    chain.enter_round();
                } else {
                    return Err(Failure::fault(Fault::Runaway { limit: context.definition.limit() }));
                }
            }
            Step::ForEach { list, item, .. } => {
                let elements = elements(list, &activation).map_err(no_value)?;
                drop(activation);
                if let Some(each) = step.multiple() {
                    return Self::begin_each(chain, each, list, elements);
                }
                chain.enter_list(item, elements);
            }
        }
        Ok(false)
    }

    /// Goes on with the run of one process.
    fn run(
        &mut self,
        chain: &mut Chain,
        run: &Run,
        mut attempt: Attempt,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Stepped {
        #[cfg(feature = "store")]
        if self.is_kept {
            chain.work = Work::Run(attempt);
            if let Err(error) = self.before_runs(chain, context) {
                return Stepped::Held(Progress::Unsaved(error));
            }
            let Work::Run(begun) = std::mem::replace(&mut chain.work, Work::None) else { return Stepped::End };
            attempt = begun;
        }
        let branch = first_branch(self.slot());
        let Some(unit) = &mut self.unit else { return Stepped::End };
        let outcomes = &mut unit.handled.steps;
        let mut account = Account {
            trace: &mut self.trace,
            outcomes,
            random: &mut self.random,
            role: Role::Step,
            is_kept: self.is_kept,
            branch,
        };
        let tried = attempt.go_on(run, context, task, &mut account);
        self.follows &= !matches!(tried, Tried::Wait(_) | Tried::Ended(Err(_)));
        match tried {
            Tried::Ended(Ok(())) => {
                if let Err(failure) = names(chain, run, attempt.take_gave()) {
                    return Stepped::Failure(failure);
                }
                if run.compensate.is_some() {
                    let saga = self.saga_of(chain, context.definition);
                    if let Err(failure) = keep_compensations(chain, &self.at, std::iter::once(run), saga, context) {
                        return Stepped::Failure(failure);
                    }
                }
                chain.step_over();
                Stepped::On
            }
            Tried::Ended(Err(failure)) => Stepped::Failure(failure),
            Tried::Pending(until) => {
                chain.work = Work::Run(attempt);
                Stepped::Held(Progress::Pending { until })
            }
            Tried::Wait(until) => {
                chain.work = Work::Run(attempt);
                Stepped::Held(Progress::Wait { until })
            }
            Tried::GoesOn => {
                chain.work = Work::Run(attempt);
                Stepped::On
            }
            #[cfg(feature = "store")]
            Tried::Unsaved(error) => {
                chain.work = Work::Run(attempt);
                Stepped::Held(Progress::Unsaved(error))
            }
        }
    }

    /// Goes on with the step that runs something.
    fn work(
        &mut self,
        chain: &mut Chain,
        step: &Step,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Stepped {
        let branches = match (&mut chain.work, step) {
            (work @ Work::Run(_), Step::Run(run)) => {
                let Work::Run(attempt) = std::mem::replace(work, Work::None) else { return Stepped::End };
                return self.run(chain, run, attempt, context, task);
            }
            (Work::Together(_), Step::Parallel { branches, .. }) => branches,
            (Work::Instances(_), step) => {
                return step.multiple().map_or(Stepped::End, |each| self.go_on_each(chain, each, context, task));
            }
            // What works is what its step has begun.
            _ => return Stepped::End,
        };
        #[cfg(feature = "store")]
        if let Err(error) = self.before_runs(chain, context) {
            return Stepped::Held(Progress::Unsaved(error));
        }
        let Work::Together(together) = &mut chain.work else { return Stepped::End };
        let branch = first_branch(self.slot());
        let Some(unit) = &mut self.unit else { return Stepped::End };
        let outcomes = &mut unit.handled.steps;
        let mut account = Account {
            trace: &mut self.trace,
            outcomes,
            random: &mut self.random,
            role: Role::Step,
            is_kept: self.is_kept,
            branch,
        };
        let tried = together.go_on(branches, context, task, &mut account);
        let committed = together.committed();
        let (committed, named) = names_of(chain, branches, committed);
        let saga = self.saga_of(chain, context.definition);
        let prepared = keep_compensations(chain, &self.at, committed.into_iter(), saga, context).and(named);
        self.follows &= !matches!(tried, Tried::Wait(_) | Tried::Ended(Err(_)));
        match tried {
            Tried::Pending(until) => {
                if let (Err(failure), Work::Together(together)) = (prepared, &mut chain.work) {
                    together.breaks(failure);
                }
                Stepped::Held(Progress::Pending { until })
            }
            Tried::Wait(until) => match prepared {
                Ok(()) => Stepped::Held(Progress::Wait { until }),
                Err(failure) => Stepped::Failure(failure),
            },
            Tried::GoesOn => prepared.into(),
            #[cfg(feature = "store")]
            Tried::Unsaved(error) => Stepped::Held(Progress::Unsaved(error)),
            Tried::Ended(ended) => {
                chain.work = Work::None;
                let ended = ended.and(prepared);
                if ended.is_ok() {
                    chain.step_over();
                }
                ended.into()
            }
        }
    }

    /// Where a store keeps the session: runs that begin now take along where it stands before them.
    #[cfg(feature = "store")]
    pub(super) fn before_runs(&mut self, chain: &mut Chain, context: InterpreterContext<'_>) -> Result<(), StoreError> {
        if !self.is_kept {
            return Ok(());
        }
        let starts = match &chain.work {
            Work::Run(attempt) | Work::Compensation(_, attempt) => attempt.starts(context),
            Work::Together(together) => together.starts(context),
            Work::Instances(_) | Work::None => false,
        };
        if !starts {
            return Ok(());
        }
        // What makes good is made again, for else it would not be made.
        let is_compensation = matches!(chain.work, Work::Compensation(..));
        let runs = match chain.next(context.definition) {
            Next::Step(Step::Run(run)) if !is_compensation => std::slice::from_ref(&**run),
            Next::Step(Step::Parallel { branches, .. }) if !is_compensation => branches.as_slice(),
            _ => &[],
        };
        // Known from now on, for the store too.
        match &mut chain.work {
            Work::Run(attempt) => runs.iter().for_each(|run| attempt.is_at(run, context)),
            Work::Together(together) => together.are_at(runs, context),
            Work::Compensation(compensation, attempt) => attempt.is_at(&compensation.run, context),
            Work::Instances(_) | Work::None => {}
        }
        let begun = runs.iter().any(Run::begins_once);
        chain.work.begins(begun, runs);
        let rides = self.rides(chain, context, begun);
        chain.work.begins(false, runs);
        self.follows |= begun && rides.is_ok();
        rides
    }

    fn end_own_chain(&mut self, chain: Box<Chain>, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        let ended = self.end_chain(chain, context);
        self.own_chain_is_over();
        ended
    }

    /// The chain is over, and what comes of that is told. Its room is kept for the next.
    pub(super) fn end_chain(
        &mut self,
        mut chain: Box<Chain>,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        // The room of the list stays with the chain.
        if context.definition.has_sagas() && !chain.compensations.is_empty() {
            self.keep_in_sagas(std::mem::take(&mut chain.compensations), context.definition);
        }
        let ended = self.tell_end(&chain, context);
        self.spare.keep_chain(chain);
        ended
    }

    /// The session hears of the end of a chain, or it moves to where its error leads.
    fn tell_end(&mut self, chain: &Chain, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        self.settled = false;
        if let Some(failure) = chain.failure.as_ref().filter(|failure| failure.aborts) {
            self.abort(failure.reason.clone(), context);
            return self.end_unit(context);
        }
        if let Some(reason) = self.take_cancelled() {
            self.trace.put(context.environment.now(), What::Cancelled { reason: reason.to_string() });
            self.over(Stage::Cancelled(reason), context);
            return self.end_unit(context);
        }
        // The clock is asked only where somebody looks on.
        if self.trace.is_on() && chain.done().next().is_some() {
            self.trace.put(context.environment.now(), What::ChainDone);
        }
        let ending = self.unit.as_mut().and_then(|unit| unit.ending.as_mut());
        let finishes = ending.is_some();
        if let Some(ending) = ending.filter(|ending| ending.closes) {
            // There is no state any more that could hear of it, or from which an error could lead.
            if let Some(Failed { failure, .. }) = chain.failed.first() {
                ending.failure.get_or_insert_with(|| failure.reason.clone());
            }
            return self.end_unit(context);
        }
        // What failed comes before what is done by it and before what ended well: a state around hears of that first.
        let (mut recovers, mut reason) = (Vec::new(), None);
        for Failed { state, heard_by, failure, .. } in &chain.failed {
            let is_told = match failure.fault.as_deref() {
                Some(Fault::Runaway { limit }) => self.runs_away(*limit, context),
                _ => true,
            };
            let (heard_by, payload) = (*heard_by, failure.payload());
            match state.filter(|state| self.leads(*state, failure, context)) {
                Some(state) => {
                    let (target, error) = (failure.target.clone(), failure.error.unwrap_or_default());
                    recovers.push(Internal::Recover { state, heard_by, target, error, payload });
                }
                None if finishes => reason = reason.or_else(|| Some(failure.reason.clone())),
                None if !is_told => {}
                None => self.inbox.push_back(Internal::ChainFailed { heard_by, payload }),
            }
        }
        if let Some(unit) = &mut self.unit {
            // With an error that leads elsewhere it is not the end that it had come to.
            unit.ending = unit.ending.take().filter(|_| recovers.is_empty());
            if let Some(ending) = &mut unit.ending {
                ending.failure = reason;
            }
        }
        if !recovers.is_empty() {
            recovers.into_iter().rev().for_each(|recover| self.inbox.push_front(recover));
        }
        self.inbox.extend(chain.completes.iter().map(|state| Internal::Done(*state)));
        if !finishes {
            make_room(&mut self.inbox);
            if chain.is_one_and_well() {
                self.inbox.push_back(Internal::ChainDone { heard_by: chain.heard_by(0) });
            } else {
                self.inbox.extend(chain.done().map(|heard_by| Internal::ChainDone { heard_by }));
            }
        }
        self.end_unit(context)
    }

    /// Whether the error of a state's chain leads somewhere.
    pub(super) fn leads(&self, state: StateId, failure: &Failure, context: InterpreterContext<'_>) -> bool {
        let by_state = |name| context.definition.fault(&self.at, state, name).is_some();
        failure.target.is_some() || failure.error.is_some_and(by_state)
    }
}

pub(super) fn activation<'a>(
    chain: &'a Chain,
    at: &'a Configuration,
    context: InterpreterContext<'a>,
) -> SessionActivation<'a> {
    let payload = chain.payload.as_ref().map(Payload::value);
    let activation = SessionActivation::new(context.environment, payload, &chain.frames);
    activation.given(chain.given()).at(context.definition, at)
}
