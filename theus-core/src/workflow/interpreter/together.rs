//! A step of several processes side by side.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use serde_json::Value;

#[cfg(feature = "store")]
use super::attempt::may_run_again;
use super::attempt::{Account, Tried};
use super::context::InterpreterContext;
use super::failure::Failure;
use super::least_wait::Said;
use super::outcome::{Fault, StepOutcome};
use super::stored::{StoredBranch, StoredWork};
use super::tries::Tries;
use super::trying::{Due, Trying};
use crate::engine::{Arguments, Mark, Marks, StepReport, TogetherRun, Turn};
#[cfg(feature = "store")]
use crate::process::RunError;
use crate::workflow::chart::Run;
use crate::workflow::clock::{Moment, Timekeeper};
use crate::workflow::trace::{Ended, What};

/// Processes side by side. Each commits by itself; those that are to be tried again are, side by side again. The first that
/// fails for good, in the order of the file, is why the chain does.
pub(super) struct Together {
    /// Those that are not over yet.
    members: Vec<Member>,
    trying: Trying<Running>,
    /// The branches that have committed since it was asked last.
    committed: Vec<Committed>,
    /// The first failure in the order of the file.
    failure: Option<(usize, Failure)>,
    /// Those that an earlier life of the session has seen commit, by their places among the members, with their versions.
    settled: Vec<(usize, u64, Option<Box<Value>>)>,
    /// The step of the session at which they were begun first.
    since: Option<u64>,
}

/// A branch that has committed.
pub(super) struct Committed {
    /// Its place.
    pub(super) branch: usize,
    /// What it gave, where the file names that.
    pub(super) gave: Option<Box<Value>>,
}

struct Member {
    branch: usize,
    /// Which try it is, counted from 1.
    number: u32,
    arguments: Option<Arguments>,
    tries: Tries,
    /// Whether it is told already that it has committed.
    told: bool,
    /// It has begun, and must not begin twice.
    begun: bool,
}

/// A try of all of them that is under way.
struct Running {
    future: TogetherRun,
    since: Moment,
    marks: Marks,
}

impl Together {
    /// The branches with their arguments, in the order of the file.
    pub(super) fn new(arguments: impl IntoIterator<Item = Option<Arguments>>) -> Self {
        let member = |(branch, arguments)| {
            let tries = Tries::default();
            Member { branch, number: 1, arguments, tries, told: false, begun: false }
        };
        let members = arguments.into_iter().enumerate().map(member).collect();
        Self { members, trying: Trying::Ready, committed: Vec::new(), failure: None, settled: Vec::new(), since: None }
    }

    pub(super) const fn is_running(&self) -> bool {
        self.trying.is_running()
    }

    /// As it is stored, while it waits to be tried again; `None` while it is under way.
    pub(super) fn stored(&self, keeper: &Timekeeper) -> Option<StoredWork> {
        let at_once = matches!(self.trying, Trying::Ready).then_some(SystemTime::UNIX_EPOCH);
        let again = self.trying.again(keeper).or(at_once)?;
        let branch = |member: &Member| StoredBranch {
            branch: member.branch,
            number: member.number,
            arguments: member.arguments.clone(),
            begun: member.begun,
            told: member.told,
            tries: member.tries.stored(keeper),
        };
        Some(StoredWork::Together { tries: self.members.iter().map(branch).collect(), again, since: self.since })
    }

    /// As it is stored while it is under way, of a session that a store keeps: what of it commits is known by its place.
    pub(super) fn stored_running(&self, branches: &[Run], keeper: &Timekeeper) -> StoredWork {
        let branch = |member: &Member| StoredBranch {
            branch: member.branch,
            number: member.number,
            arguments: member.arguments.clone(),
            begun: branches.get(member.branch).is_some_and(Run::begins_once),
            told: member.told,
            tries: member.tries.stored(keeper),
        };
        let tries = self.members.iter().map(branch).collect();
        StoredWork::Together { tries, again: SystemTime::UNIX_EPOCH, since: self.since }
    }

    /// They begin: from now on their attempts are known by this.
    pub(super) fn are_at(&mut self, branches: &[Run], context: InterpreterContext<'_>) {
        for member in &mut self.members {
            if let Some(run) = branches.get(member.branch) {
                member.tries.begin(run, context.environment);
            }
        }
        if self.since.is_none() && branches.iter().any(|run| !run.contract.effects.is_empty()) {
            self.since = Some(context.environment.engine.step_number());
        }
    }

    pub(super) fn restored(tries: &[StoredBranch], again: SystemTime, since: Option<u64>) -> Self {
        let member = |stored: &StoredBranch| {
            let StoredBranch { branch, number, arguments, begun, told, tries } = stored.clone();
            Member { branch, number, arguments, tries: Tries::restored(tries.as_ref()), told, begun }
        };
        let members = tries.iter().map(member).collect();
        let trying = Trying::restored((again != SystemTime::UNIX_EPOCH).then_some(again));
        Self { members, trying, committed: Vec::new(), failure: None, settled: Vec::new(), since }
    }

    /// Whether tries are made when it goes on next.
    #[cfg(feature = "store")]
    pub(super) fn starts(&self, context: InterpreterContext<'_>) -> bool {
        !self.has_begun() && self.trying.starts(context.environment)
    }

    /// Those that must not begin twice begin now, as far as a store is told; or not after all.
    #[cfg(feature = "store")]
    pub(super) fn begin(&mut self, begun: bool, branches: &[Run]) {
        for member in &mut self.members {
            member.begun = begun && branches.get(member.branch).is_some_and(Run::begins_once);
        }
    }

    /// Whether an earlier life of the session had them under way.
    fn has_begun(&self) -> bool {
        !self.settled.is_empty() || self.members.iter().any(|member| member.begun)
    }

    /// An earlier life of the session has seen these commit, by their places among those that were begun.
    #[cfg(feature = "store")]
    pub(super) fn have_committed(&mut self, settled: Vec<(usize, u64, Option<Box<Value>>)>) {
        self.settled = settled;
    }

    /// Tells what an earlier life of the session has seen commit; true where none is left to be run.
    fn settle(&mut self, branches: &[Run], context: InterpreterContext<'_>, account: &mut Account<'_>) -> bool {
        let mut settled = std::mem::take(&mut self.settled);
        for (place, member) in std::mem::take(&mut self.members).into_iter().enumerate() {
            let found = settled.iter_mut().find(|(at, ..)| *at == place);
            match (found, branches.get(member.branch)) {
                (Some((_, version, gave)), Some(run)) => {
                    let (version, gave) = (*version, gave.take());
                    let report = StepReport { result: Ok(()), violations: Vec::new(), version, gave };
                    drop(self.ended(run, &member, report, Duration::ZERO, context, account));
                }
                (None, Some(run)) if member.begun => {
                    let failure = Failure::fault(Fault::Interrupted { process: run.contract.process });
                    self.fail(member.branch, failure.recovered_by(&run.on_error));
                }
                _ => self.members.push(member),
            }
        }
        self.members.is_empty()
    }

    /// Lets go of those under way that have not committed, which rolls them back. What had committed is told by
    /// [`committed`](Self::committed).
    pub(super) fn let_go(&mut self, branches: &[Run], context: InterpreterContext<'_>, account: &mut Account<'_>) {
        let Some(Running { mut future, since, marks }) = self.trying.stop() else { return };
        marks.iter().for_each(Mark::give_up);
        let reports = match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(reports) => reports,
            // They had not begun.
            Poll::Pending => self.members.iter().map(|_| None).collect(),
        };
        drop(future);
        let took = context.environment.moment().since(since);
        for ((member, mut report), mark) in std::mem::take(&mut self.members).into_iter().zip(reports).zip(marks.iter())
        {
            let Some(run) = branches.get(member.branch) else { continue };
            take_from(mark, &mut report);
            match report {
                None => account.tell(run, member.number, context.environment.now(), Ended::LetGo, 0, took),
                Some(report) => drop(self.ended(run, &member, report, took, context, account)),
            }
        }
    }

    /// The chain does not go on after those under way, for this reason.
    pub(super) fn breaks(&mut self, failure: Failure) {
        self.failure.get_or_insert((usize::MAX, failure));
    }

    /// The branches that have committed since this was asked last.
    pub(super) fn committed(&mut self) -> Vec<Committed> {
        std::mem::take(&mut self.committed)
    }

    /// Goes on as far as it can at present.
    pub(super) fn go_on(
        &mut self,
        branches: &[Run],
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        if self.has_begun() {
            let is_over = self.settle(branches, context, account);
            return match self.failure.take() {
                Some((_, failure)) => Tried::Ended(Err(failure)),
                None if is_over => Tried::Ended(Ok(())),
                None => Tried::GoesOn,
            };
        }
        match self.trying.due(context.environment) {
            Due::Wait(at) => Tried::Wait(at),
            Due::Start => self.start(branches, context, task, account),
            Due::GoOn(running) => self.poll(branches, running, context, task, account),
        }
    }

    fn start(
        &mut self,
        branches: &[Run],
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        self.are_at(branches, context);
        let since = context.environment.moment();
        let runs = self.members.iter().filter_map(|member| {
            let run = branches.get(member.branch)?;
            Some((run.contract.process, member.arguments.clone(), run.gives.is_some()))
        });
        let marks: Marks = self.members.iter().map(|_| Mark::default()).collect();
        let first = Turn { branch: account.branch, since: self.since, wants: false };
        match context.environment.engine.start_together(runs.collect(), Arc::clone(&marks), first) {
            Ok(future) => self.poll(branches, Running { future, since, marks }, context, task, account),
            Err(error) => {
                let process = branches.first().map_or("parallel", |run| run.contract.process);
                Tried::Ended(Err(Failure::fault(Fault::Argument { process, problem: error.to_string() })))
            }
        }
    }

    fn poll(
        &mut self,
        branches: &[Run],
        running: Running,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let Running { mut future, since, marks } = running;
        let mut polled = context.environment.poll(task, |task| future.as_mut().poll(task));
        context.environment.time_passes();
        if polled.is_pending() && self.give_up_late(branches, since, &marks, context) {
            polled = context.environment.poll(task, |task| future.as_mut().poll(task));
            context.environment.time_passes();
        }
        match polled {
            Poll::Ready(mut reports) => {
                reports.iter_mut().zip(marks.iter()).for_each(|(report, mark)| take_from(mark, report));
                self.reported(branches, reports, since, context, account)
            }
            Poll::Pending => {
                let deadline = self.next_deadline(branches, since, &marks);
                for (member, mark) in self.members.iter_mut().zip(marks.iter()) {
                    if mark.has_committed() && !std::mem::replace(&mut member.told, true) {
                        self.committed.push(Committed { branch: member.branch, gave: mark.take_gave() });
                    }
                }
                self.trying = Trying::Running(Running { future, since, marks });
                Tried::Pending(deadline)
            }
        }
    }

    fn deadlines<'a>(
        &'a self,
        branches: &'a [Run],
        since: Moment,
        marks: &'a Marks,
    ) -> impl Iterator<Item = (Moment, &'a Mark)> {
        self.members.iter().zip(marks.iter()).filter_map(move |(member, mark)| {
            let at = since.checked_add(branches.get(member.branch)?.timeout?)?;
            (!mark.is_given_up() && !mark.has_committed()).then_some((at, mark))
        })
    }

    fn next_deadline(&self, branches: &[Run], since: Moment, marks: &Marks) -> Option<Moment> {
        self.deadlines(branches, since, marks).map(|(at, _)| at).min()
    }

    /// Gives up those whose time is over; true where there were any.
    fn give_up_late(&self, branches: &[Run], since: Moment, marks: &Marks, context: InterpreterContext<'_>) -> bool {
        let mut any = false;
        for (at, mark) in self.deadlines(branches, since, marks) {
            if at <= context.environment.moment() {
                mark.give_up();
                any = true;
            }
        }
        any
    }

    /// All of them are over: what has committed, what failed for good, what is tried again.
    fn reported(
        &mut self,
        branches: &[Run],
        reports: Vec<Option<StepReport>>,
        since: Moment,
        context: InterpreterContext<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let now = context.environment.now();
        let took = context.environment.moment().since(since);
        let mut again = Vec::new();
        #[cfg(feature = "store")]
        let mut unsaved = None;
        let mut wait = Duration::ZERO;
        for (mut member, report) in std::mem::take(&mut self.members).into_iter().zip(reports) {
            let Some(run) = branches.get(member.branch) else { continue };
            let process = run.contract.process;
            let mut said = Said::default();
            let failure = match report {
                None => {
                    let after = run.timeout.unwrap_or(took);
                    account.tell(run, member.number, now, Ended::TimedOut, 0, took);
                    Some(Failure::fault(Fault::TimedOut { process, after }))
                }
                #[cfg(feature = "store")]
                Some(StepReport { result: Err(RunError::Store(error)), .. }) if may_run_again(run, &error) => {
                    unsaved = Some(error);
                    again.push(member);
                    continue;
                }
                Some(report) => {
                    said = Said::of(run, report.result.as_ref().err(), context.environment);
                    self.ended(run, &member, report, took, context, account)
                }
            };
            let Some(failure) = failure else { continue };
            match member.tries.again(run, member.number, &failure, said.wait, context.environment, account.random) {
                Some(own) => {
                    account.tell_unsaid(run, said, now);
                    wait = wait.max(own);
                    again.push(Member { number: member.number + 1, ..member });
                }
                None => self.fail(member.branch, failure.recovered_by(&run.on_error)),
            }
        }
        if let Some((_, failure)) = self.failure.take() {
            return Tried::Ended(Err(failure));
        }
        #[cfg(feature = "store")]
        if let Some(error) = unsaved {
            self.members = again;
            return Tried::Unsaved(error);
        }
        if again.is_empty() {
            return Tried::Ended(Ok(()));
        }
        let (due, at) = self.trying.put_off(wait, context.environment);
        for member in &again {
            if let Some(run) = branches.get(member.branch) {
                let what = What::Retry { process: run.contract.process, attempt: member.number, at };
                account.trace.put(now, what);
            }
        }
        self.members = again;
        Tried::Wait(due)
    }

    /// One of them is over: why it failed, if it did.
    fn ended(
        &mut self,
        run: &Run,
        member: &Member,
        report: StepReport,
        took: Duration,
        context: InterpreterContext<'_>,
        account: &mut Account<'_>,
    ) -> Option<Failure> {
        let StepReport { result, violations, version, gave } = report;
        let process = run.contract.process;
        let failure = result.as_ref().err().map(|error| Failure::run(process, error));
        let ended = match &failure {
            None => Ended::Committed,
            Some(failure) => Ended::RolledBack { error: failure.reason.clone() },
        };
        account.outcomes.push(StepOutcome { process, result, violations, version });
        account.tell(run, member.number, context.environment.now(), ended, version, took);
        match failure {
            None => {
                if !member.told {
                    self.committed.push(Committed { branch: member.branch, gave });
                }
                None
            }
            Some(failure) => Some(failure),
        }
    }

    fn fail(&mut self, branch: usize, failure: Failure) {
        // A violation of level A ends the session, whatever else has failed.
        let comes_first = match &self.failure {
            None => true,
            Some((earlier, other)) => {
                (failure.aborts && !other.aborts) || (failure.aborts == other.aborts && branch < *earlier)
            }
        };
        if comes_first {
            self.failure = Some((branch, failure));
        }
    }
}

/// What a step of several gave is with its mark.
fn take_from(mark: &Mark, report: &mut Option<StepReport>) {
    if let Some(report) = report {
        report.gave = mark.take_gave();
    }
}
