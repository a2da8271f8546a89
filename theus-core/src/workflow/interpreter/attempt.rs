//! One run of a process: its tries, the waits between them, its time.

use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::context::InterpreterContext;
use super::failure::Failure;
use super::least_wait::Said;
use super::outcome::{Fault, StepOutcome, StepOutcomes};
use super::stored::{StoredTime, StoredTry};
use super::tries::Tries;
use super::trying::{Due, Trying};
use crate::engine::{Arguments, StepFuture, StepReport, StepRun, Turn};
#[cfg(feature = "store")]
use crate::process::RunError;
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::workflow::chart::Run;
use crate::workflow::clock::{Moment, Timekeeper};
use crate::workflow::trace::{Ended, Role, Trace, What};

/// One run of a process, from its first try to its last.
pub(super) struct Attempt {
    /// Which try it is, counted from 1.
    number: u32,
    arguments: Option<Arguments>,
    trying: Trying<Running>,
    tries: Tries,
    /// What a store knows of it that an earlier life of the session had under way.
    before: Before,
    /// The step of the session at which it was begun first: its effects have the same keys each time it is tried.
    since: Option<u64>,
    /// What it gave, where it has committed and the file names that.
    gave: Option<Box<Value>>,
}

/// What an earlier life of the session had done of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// It had begun, and must not begin twice.
    Begun,
    /// It had committed, and made this version.
    #[cfg(feature = "store")]
    Committed(u64),
}

/// A try that is under way.
struct Running {
    future: StepFuture<'static>,
    since: SystemTime,
    deadline: Option<Moment>,
}

/// Where a run is.
pub(super) enum Tried {
    /// It is over.
    Ended(Result<(), Failure>),
    /// It awaits something; it is to be given up at this time.
    Pending(Option<Moment>),
    /// It is tried again at this time.
    Wait(Moment),
    /// It goes on at once.
    GoesOn,
    /// The store did not take its commit: it is run again when the store does.
    #[cfg(feature = "store")]
    Unsaved(StoreError),
}

/// Whom a run tells what it does.
pub(super) struct Account<'a> {
    pub(super) trace: &'a mut Trace,
    pub(super) outcomes: &'a mut StepOutcomes,
    pub(super) random: &'a mut fastrand::Rng,
    pub(super) role: Role,
    /// Whether a store keeps the session: a run that it does not take is made again, and needs its arguments again.
    pub(super) is_kept: bool,
    /// The number of the first run of a step of this chain: see [`first_branch`](super::beside::first_branch).
    pub(super) branch: u32,
}

impl Account<'_> {
    pub(super) fn tell(&mut self, run: &Run, attempt: u32, at: SystemTime, ended: Ended, version: u64, took: Duration) {
        let (process, role) = (run.contract.process, self.role);
        self.trace.put(at, What::Run { process, role, attempt, ended, version, took });
    }

    /// What the file asks of the error that a run has failed with cannot be waited for.
    pub(super) fn tell_unsaid(&mut self, run: &Run, said: Said, at: SystemTime) {
        if let Some(problem) = said.problem {
            self.trace.put(at, What::NoRetryAfter { process: run.contract.process, reason: problem.to_string() });
        }
    }
}

/// Whether a run whose commit the store did not take is made again when it does.
#[cfg(feature = "store")]
pub(super) fn may_run_again(run: &Run, error: &StoreError) -> bool {
    !matches!(error, StoreError::Encode { .. }) && !run.begins_once()
}

impl Attempt {
    pub(super) fn new(arguments: Option<Arguments>) -> Self {
        let (trying, tries, before) = (Trying::Ready, Tries::default(), Before::Nothing);
        Self { number: 1, arguments, trying, tries, before, since: None, gave: None }
    }

    pub(super) const fn is_running(&self) -> bool {
        self.trying.is_running()
    }

    /// As it is stored. One under way begins anew: with these arguments, where it has handed its own on.
    pub(super) fn stored(&self, arguments: Option<&Arguments>, keeper: &Timekeeper) -> StoredTry {
        let again = self.trying.again(keeper).map(StoredTime);
        let begun = self.before == Before::Begun;
        let arguments = self.arguments.as_ref().or(arguments).cloned();
        StoredTry { number: self.number, arguments, again, begun, since: self.since, tries: self.tries.stored(keeper) }
    }

    /// As it is stored while it is under way, of a session that a store keeps: its commit is known by that it has been begun.
    pub(super) fn stored_running(&self, run: &Run, keeper: &Timekeeper) -> StoredTry {
        StoredTry { begun: run.begins_once(), ..self.stored(None, keeper) }
    }

    /// A run begins: with effects, its attempts are known by this from now on.
    pub(super) fn is_at(&mut self, run: &Run, context: InterpreterContext<'_>) {
        self.tries.begin(run, context.environment);
        if self.since.is_none() && !run.contract.effects.is_empty() {
            self.since = Some(context.environment.engine.step_number());
        }
    }

    /// Whether a try is made when it goes on next.
    #[cfg(feature = "store")]
    pub(super) fn starts(&self, context: InterpreterContext<'_>) -> bool {
        self.before == Before::Nothing && self.trying.starts(context.environment)
    }

    /// It begins now, as far as a store is told; or it did not after all.
    #[cfg(feature = "store")]
    pub(super) const fn begins(&mut self, begun: bool) {
        self.before = if begun { Before::Begun } else { Before::Nothing };
    }

    /// An earlier life of the session has seen it commit.
    #[cfg(feature = "store")]
    pub(super) fn has_committed(&mut self, version: u64, gave: Option<Box<Value>>) {
        (self.before, self.gave) = (Before::Committed(version), gave);
    }

    /// Whether an earlier life of the session has seen it commit.
    pub(super) const fn has_settled(&self) -> bool {
        #[cfg(feature = "store")]
        return matches!(self.before, Before::Committed(_));
        #[cfg(not(feature = "store"))]
        false
    }

    pub(super) fn restored(stored: &StoredTry) -> Self {
        let trying = Trying::restored(stored.again.as_ref().map(|StoredTime(date)| *date));
        let before = if stored.begun { Before::Begun } else { Before::Nothing };
        let (arguments, tries) = (stored.arguments.clone(), Tries::restored(stored.tries.as_ref()));
        Self { number: stored.number, arguments, trying, tries, before, since: stored.since, gave: None }
    }

    /// What it gave, once.
    pub(super) const fn take_gave(&mut self) -> Option<Box<Value>> {
        self.gave.take()
    }

    /// Lets go of a try that is under way, which rolls it back. Where it may be tried again at all, this try can be made
    /// anew; true where that is so.
    pub(super) fn let_go(&mut self, run: &Run, context: InterpreterContext<'_>, account: &mut Account<'_>) -> bool {
        if let Some(Running { future, since, .. }) = self.trying.stop() {
            drop(future);
            if !account.trace.is_on() {
                return run.retry.is_some();
            }
            let now = context.environment.now();
            account.tell(run, self.number, now, Ended::LetGo, 0, now.duration_since(since).unwrap_or_default());
        }
        run.retry.is_some()
    }

    /// Goes on as far as it can at present.
    pub(super) fn go_on(
        &mut self,
        run: &Run,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let environment = context.environment;
        match std::mem::replace(&mut self.before, Before::Nothing) {
            Before::Nothing => {}
            Before::Begun => {
                let process = run.contract.process;
                return Tried::Ended(Err(Failure::fault(Fault::Interrupted { process })));
            }
            #[cfg(feature = "store")]
            Before::Committed(version) => {
                let gave = self.gave.take();
                let report = StepReport { result: Ok(()), violations: Vec::new(), version, gave };
                return self.reported(run, report, environment.now(), context, account);
            }
        }
        match self.trying.due(environment) {
            Due::Wait(at) => Tried::Wait(at),
            Due::Start => {
                let since = if account.trace.is_on() { environment.now() } else { SystemTime::UNIX_EPOCH };
                let deadline = run.timeout.and_then(|timeout| environment.moment().checked_add(timeout));
                self.is_at(run, context);
                let turn = Turn { branch: account.branch, since: self.since, wants: run.gives.is_some() };
                // A run that is tried again needs its arguments again.
                let arguments = if run.retry.is_some() || account.is_kept {
                    self.arguments.clone()
                } else {
                    std::mem::take(&mut self.arguments)
                };
                match environment.engine.start(run.contract.process, arguments, turn) {
                    Err(error) => {
                        let (process, problem) = (run.contract.process, error.to_string());
                        let ended = Ended::NotStarted { reason: problem.clone() };
                        account.tell(run, self.number, environment.now(), ended, 0, Duration::ZERO);
                        Tried::Ended(Err(Failure::fault(Fault::Argument { process, problem })))
                    }
                    Ok(StepRun::Done(report)) => {
                        environment.time_passes();
                        self.reported(run, report, since, context, account)
                    }
                    Ok(StepRun::Pending(future)) => {
                        self.poll(run, Running { future, since, deadline }, context, task, account)
                    }
                }
            }
            Due::GoOn(running) => self.poll(run, running, context, task, account),
        }
    }

    fn poll(
        &mut self,
        run: &Run,
        mut running: Running,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let polled = context.environment.poll(task, |task| running.future.as_mut().poll(task));
        context.environment.time_passes();
        if let Poll::Ready(report) = polled {
            // What has committed has committed, be it late.
            return self.reported(run, report, running.since, context, account);
        }
        match (running.deadline, run.timeout) {
            (Some(at), Some(after)) if context.environment.moment() >= at => {
                drop(running.future);
                self.timed_out(run, after, running.since, context, account)
            }
            _ => {
                let deadline = running.deadline;
                self.trying = Trying::Running(running);
                Tried::Pending(deadline)
            }
        }
    }

    fn timed_out(
        &mut self,
        run: &Run,
        after: Duration,
        since: SystemTime,
        context: InterpreterContext<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let now = context.environment.now();
        account.tell(run, self.number, now, Ended::TimedOut, 0, now.duration_since(since).unwrap_or_default());
        let process = run.contract.process;
        self.again_or(Failure::fault(Fault::TimedOut { process, after }), Said::default(), run, context, account)
    }

    fn reported(
        &mut self,
        run: &Run,
        report: StepReport,
        since: SystemTime,
        context: InterpreterContext<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let StepReport { result, violations, version, gave } = report;
        self.gave = gave;
        if account.trace.is_on() {
            let now = context.environment.now();
            let ended = match &result {
                Ok(()) => Ended::Committed,
                Err(error) => Ended::RolledBack { error: error.to_string() },
            };
            account.tell(run, self.number, now, ended, version, now.duration_since(since).unwrap_or_default());
        }
        let process = run.contract.process;
        // Nothing is committed, and it is nobody's failure; what it has done outside must not be done twice, where the file does
        // not say that it may.
        #[cfg(feature = "store")]
        if let Err(RunError::Store(error)) = &result
            && may_run_again(run, error)
        {
            return Tried::Unsaved(error.clone());
        }
        let failure = result.as_ref().err().map(|error| Failure::run(process, error));
        let said = match failure {
            None => Said::default(),
            Some(_) => Said::of(run, result.as_ref().err(), context.environment),
        };
        account.outcomes.push(StepOutcome { process, result, violations, version });
        match failure {
            None => Tried::Ended(Ok(())),
            Some(failure) => self.again_or(failure, said, run, context, account),
        }
    }

    /// Tries again later where the file says so and tries are left.
    fn again_or(
        &mut self,
        failure: Failure,
        said: Said,
        run: &Run,
        context: InterpreterContext<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let again = self.tries.again(run, self.number, &failure, said.wait, context.environment, account.random);
        let Some(wait) = again else {
            return Tried::Ended(Err(failure.recovered_by(&run.on_error)));
        };
        account.tell_unsaid(run, said, context.environment.now());
        let (due, at) = self.trying.put_off(wait, context.environment);
        self.number += 1;
        account
            .trace
            .put(context.environment.now(), What::Retry { process: run.contract.process, attempt: self.number, at });
        Tried::Wait(due)
    }
}
