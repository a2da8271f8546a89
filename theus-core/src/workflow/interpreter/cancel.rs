//! Holding a session up, ending it, letting go of what is under way.

use std::time::SystemTime;

use super::answer::Answer;
use super::asked::Questions;
use super::attempt::{Account, Attempt};
use super::chain::{Chain, Next, Work};
use super::compensation::Compensation;
use super::context::InterpreterContext;
use super::control::Control;
use super::environment::Environment;
use super::failure::Failure;
use super::instance::{Internal, Interpreter, Live, Progress, Stage, Troubled};
use super::named::names_of;
use super::outcome::{Fault, Status};
use super::steps::activation;
use crate::panics::tell;
use crate::workflow::chart::{Run, Step};
use crate::workflow::trace::{Ended, Role, What};

impl Live {
    /// Does what was asked by another thread.
    pub(super) fn listen(&mut self, context: InterpreterContext<'_>) {
        let Some(asked) = self.control.as_ref().and_then(Control::take) else { return };
        if let Some(paused) = asked.pause {
            self.pause(paused, context.environment);
        }
        if let Some(reason) = asked.cancel {
            self.cancel(reason, context);
        }
    }

    fn pause(&mut self, paused: bool, environment: &Environment<'_>) {
        if self.paused != paused && !self.is_over() {
            self.paused = paused;
            self.trace.tell(environment.clock, || if paused { What::Paused } else { What::Unpaused });
        }
    }

    fn cancel(&mut self, reason: String, context: InterpreterContext<'_>) {
        if self.is_over() || self.cancelled().is_some() {
            return;
        }
        self.follows = false;
        // What has to be made good is made good, though the session was paused.
        self.paused = false;
        self.clear_inbox(context);
        self.timers.clear();
        let fault = Fault::Cancelled { reason: reason.clone() };
        self.stop_all(&fault, context);
        self.undo_all(context);
        match self.chain.take() {
            Some(mut chain) => {
                if chain.failure.is_none() {
                    self.let_go(&mut chain, context);
                    self.break_off(&mut chain, Failure::fault(fault), context);
                }
                self.chain = Some(chain);
                self.is_to_end(reason.into());
            }
            // What was invoked is made good first.
            None if self.has_left() => self.is_to_end(reason.into()),
            None => {
                self.trace.put(context.environment.now(), What::Cancelled { reason: reason.clone() });
                self.over(Stage::Cancelled(reason.into()), context);
                // What was being handled has no chain left; its signal is put back to rest.
                let _ = self.end_unit(context);
            }
        }
    }

    /// All that was committed is made good: it is over.
    pub(super) fn end_cancelled(&mut self, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        let Some(reason) = self.take_cancelled() else { return Ok(Progress::Stepped) };
        self.trace.put(context.environment.now(), What::Cancelled { reason: reason.to_string() });
        self.over(Stage::Cancelled(reason), context);
        self.end_unit(context)
    }

    /// Lets go of a run that awaits something, which rolls it back.
    fn interrupt(&mut self, context: InterpreterContext<'_>) {
        self.interrupt_beside(context);
        let Some(mut chain) = self.chain.take() else { return };
        self.follows = false;
        match self.let_go(&mut chain, context) {
            // What makes good is made again, for else it would not be made; what touches nothing outside can be.
            None => {}
            // What it had done outside, nobody knows.
            Some(process) => self.break_off(&mut chain, Failure::fault(Fault::Interrupted { process }), context),
        }
        self.chain = Some(chain);
    }

    /// Drops what awaits something. The process that has effects outside the process, where there is one among it.
    pub(super) fn let_go(&mut self, chain: &mut Chain, context: InterpreterContext<'_>) -> Option<&'static str> {
        if chain.is_between_steps() {
            return None;
        }
        let step = match chain.next(context.definition) {
            Next::Step(step) => Some(step),
            Next::Round | Next::End => None,
        };
        let unit = self.unit.as_mut()?;
        let outcomes = match &chain.work {
            Work::Compensation(..) => &mut unit.handled.compensations,
            _ => &mut unit.handled.steps,
        };
        let role = if matches!(chain.work, Work::Compensation(..)) { Role::Compensation } else { Role::Step };
        let mut account = Account {
            trace: &mut self.trace,
            outcomes,
            random: &mut self.random,
            role,
            is_kept: self.is_kept,
            branch: 0,
        };
        match (&mut chain.work, step) {
            (Work::Compensation(compensation, attempt), _) => {
                attempt.let_go(&compensation.run, context, &mut account);
                *attempt = Attempt::new(compensation.arguments.clone());
                None
            }
            (Work::Run(attempt), Some(Step::Run(run))) => {
                // How often it was tried is not forgotten.
                let goes_on = attempt.let_go(run, context, &mut account);
                let is_pure = run.contract.effects.is_empty();
                if !(goes_on && is_pure) {
                    chain.work = Work::None;
                }
                (!is_pure).then_some(run.contract.process)
            }
            (Work::Instances(all), Some(step)) => {
                let run = step.multiple()?.run;
                let is_pure = run.contract.effects.is_empty();
                for one in &mut all.under_way {
                    // How often it was tried is not forgotten.
                    let goes_on =
                        one.attempt.as_mut().is_some_and(|attempt| attempt.let_go(run, context, &mut account));
                    if !(goes_on && is_pure) {
                        one.attempt = None;
                    }
                }
                if !is_pure {
                    chain.work = Work::None;
                }
                (!is_pure).then_some(run.contract.process)
            }
            (Work::Together(together), Some(Step::Parallel { branches, .. })) => {
                together.let_go(branches, context, &mut account);
                let committed = together.committed();
                chain.work = Work::None;
                // What it cannot name it does not go on with either.
                let (committed, _) = names_of(chain, branches, committed);
                self.keep_compensations(chain, committed.into_iter(), context);
                // Those that have committed are not run again, so the step as a whole is not.
                branches.first().map(|run| run.contract.process)
            }
            _ => None,
        }
    }

    /// What has committed by now is made good with the rest.
    fn keep_compensations<'a>(
        &mut self,
        chain: &mut Chain,
        committed: impl Iterator<Item = &'a Run>,
        context: InterpreterContext<'_>,
    ) {
        let saga = self.saga_of(chain, context.definition);
        for run in committed {
            let compensation = Compensation::of(run, chain.strand(), saga, &activation(chain, &self.at, context));
            match compensation {
                Ok(compensation) => chain.compensations.extend(compensation),
                Err(failure) => {
                    self.trace.put(context.environment.now(), What::NoValue { reason: failure.reason });
                }
            }
        }
    }
}

impl Interpreter {
    pub(crate) fn pause(&mut self, paused: bool, environment: &Environment<'_>) {
        self.live.pause(paused, environment);
    }

    pub(crate) fn cancel(&mut self, reason: String, environment: &Environment<'_>) {
        self.live.cancel(reason, InterpreterContext { definition: &self.definition, environment });
    }

    pub(crate) fn interrupt(&mut self, environment: &Environment<'_>) {
        self.live.interrupt(InterpreterContext { definition: &self.definition, environment });
    }

    /// How it stands, the engine's interlock aside.
    pub(crate) fn status(&self) -> Status {
        self.live.status()
    }

    /// What those are told who have asked, and whose answers are there by now: once.
    #[inline]
    pub(crate) fn take_answers(&mut self) -> Vec<(u64, Answer)> {
        self.live.take_answers()
    }

    /// Whether there is any of that.
    #[inline]
    pub(crate) fn has_answers(&self) -> bool {
        self.live.questions().is_some_and(Questions::has_answers)
    }

    /// Where it is, for who asks for that alone.
    #[cfg(feature = "store")]
    pub(crate) fn where_it_is(&self, environment: &Environment<'_>) -> Answer {
        self.live.where_it_is(InterpreterContext { definition: &self.definition, environment })
    }

    /// Hears how a command ended that was run for it.
    pub(crate) fn hear(&mut self, command: Command, environment: &Environment<'_>) {
        self.live.hear(command, InterpreterContext { definition: &self.definition, environment });
    }
}

impl Live {
    pub(super) fn status(&self) -> Status {
        match &self.stage {
            Stage::Finished => Status::Finished,
            Stage::Failed(reason) => Status::Failed { reason: reason.to_string() },
            Stage::Aborted(reason) => Status::Aborted { reason: reason.to_string() },
            Stage::Cancelled(reason) => Status::Cancelled { reason: reason.to_string() },
            Stage::New | Stage::Running => Status::Running,
        }
    }
}

/// How a command ended that was run for a session.
pub(crate) struct Command {
    pub(super) process: &'static str,
    pub(super) failure: Option<Failure>,
    pub(super) version: u64,
    pub(super) since: SystemTime,
}

impl Live {
    fn hear(&mut self, command: Command, context: InterpreterContext<'_>) {
        let Command { process, failure, version, since } = command;
        self.follows = false;
        self.settled = false;
        self.take_raised(context);
        // It comes from outside, as an event does: what came of the one before is not counted for it.
        self.counts_anew();
        if self.trace.is_on() {
            let now = context.environment.now();
            let took = now.duration_since(since).unwrap_or_default();
            let ended = match &failure {
                None => Ended::Committed,
                Some(failure) => Ended::RolledBack { error: failure.reason.clone() },
            };
            self.trace.put(now, What::Run { process, role: Role::Command, attempt: 1, ended, version, took });
        }
        let Some(failure) = failure else { return self.inbox.push_back(Internal::ChainDone { heard_by: None }) };
        if failure.aborts {
            return self.abort_by(failure, context);
        }
        let state = self.leaf(context.definition);
        match failure
            .error
            .filter(|name| self.stage == Stage::Running && context.definition.fault(&self.at, state, name).is_some())
        {
            Some(error) => {
                let payload = failure.payload();
                self.inbox.push_back(Internal::Recover { state, heard_by: None, target: None, error, payload });
            }
            None => self.inbox.push_back(Internal::ChainFailed { heard_by: None, payload: failure.payload() }),
        }
    }

    /// A command was refused by a violation of level A. What the chain under way has committed is made good first.
    pub(super) fn abort_by(&mut self, failure: Failure, context: InterpreterContext<'_>) {
        self.follows = false;
        self.stop_all(&Fault::Cancelled { reason: failure.reason.clone() }, context);
        self.undo_all(context);
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            // What was invoked is made good first.
            None if self.has_left() => Chain::failed(failure.clone()),
            None => return self.abort(failure.reason, context),
        };
        self.paused = false;
        self.clear_inbox(context);
        self.timers.clear();
        match &mut chain.failure {
            Some(earlier) => (earlier.aborts, earlier.reason) = (true, failure.reason),
            None => {
                self.let_go(&mut chain, context);
                self.break_off(&mut chain, failure, context);
            }
        }
        self.chain = Some(chain);
    }

    /// The chain of the final state has failed: there is no state left in which that could be heard.
    pub(super) fn fail(&mut self, reason: String, context: InterpreterContext<'_>) {
        self.over(Stage::Failed(reason.as_str().into()), context);
        self.trace.put(context.environment.now(), What::Failed { reason: reason.clone() });
        tell(|| tracing::error!(target: "theus::workflow", workflow = context.definition.name(), reason, "failed"));
    }

    /// A violation of level A ends the session.
    pub(super) fn abort(&mut self, reason: String, context: InterpreterContext<'_>) {
        // First of all, for whoever hears of it is a stranger.
        self.over(Stage::Aborted(reason.as_str().into()), context);
        self.trace.put(context.environment.now(), What::Aborted { reason: reason.clone() });
        tell(|| tracing::error!(target: "theus::workflow", workflow = context.definition.name(), reason, "aborted"));
    }
}
