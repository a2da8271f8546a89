//! One run of a process: its tries, the waits between them, its time.

use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use super::broken::Broken;
use super::outcome::{Fault, StepOutcome};
use super::scene::Scene;
use super::stored::{StoredTime, StoredTry};
use crate::engine::{Arguments, ProcessError, StepFuture, StepReport, StepRun};
use crate::process::RunError;
use crate::workflow::chart::{Retry, Run, TIMEOUT};
use crate::workflow::clock::{Moment, Timekeeper};
use crate::workflow::trace::{Ended, Role, Trace, What};

/// One run of a process, from its first try to its last.
pub(super) struct Attempt {
    /// Which try it is, counted from 1.
    number: u32,
    arguments: Option<Arguments>,
    trying: Trying,
}

enum Trying {
    /// It starts as soon as it may.
    Ready,
    /// It waits to be tried again.
    Later(Moment),
    /// The same, of before a restart.
    LaterAt(SystemTime),
    Running {
        future: StepFuture<'static>,
        since: SystemTime,
        deadline: Option<Moment>,
    },
}

/// Where a run is.
pub(super) enum Tried {
    /// It is over.
    Ended(Result<(), Broken>),
    /// It awaits something; it is to be given up at this time.
    Pending(Option<Moment>),
    /// It is tried again at this time.
    Wait(Moment),
}

/// Whom a run tells what it does.
pub(super) struct Account<'a> {
    pub(super) trace: &'a mut Trace,
    pub(super) outcomes: &'a mut Vec<StepOutcome>,
    pub(super) random: &'a mut fastrand::Rng,
    pub(super) role: Role,
}

impl Account<'_> {
    pub(super) fn tell(&mut self, run: &Run, attempt: u32, at: SystemTime, ended: Ended, version: u64, took: Duration) {
        let (process, role) = (run.contract.process, self.role);
        self.trace.put(at, What::Run { process, role, attempt, ended, version, took });
    }
}

impl Attempt {
    pub(super) const fn new(arguments: Option<Arguments>) -> Self {
        Self { number: 1, arguments, trying: Trying::Ready }
    }

    pub(super) const fn is_running(&self) -> bool {
        matches!(self.trying, Trying::Running { .. })
    }

    /// As it is stored. One under way begins anew: with these arguments, where it has handed its own on.
    pub(super) fn stored(&self, arguments: Option<&Arguments>, keeper: &Timekeeper) -> StoredTry {
        let again = match self.trying {
            Trying::Later(at) => keeper.date(at).map(StoredTime),
            Trying::LaterAt(date) => Some(StoredTime(date)),
            Trying::Ready | Trying::Running { .. } => None,
        };
        StoredTry { number: self.number, arguments: self.arguments.as_ref().or(arguments).cloned(), again }
    }

    pub(super) fn restored(stored: &StoredTry) -> Self {
        let trying = stored.again.as_ref().map_or(Trying::Ready, |StoredTime(date)| Trying::LaterAt(*date));
        Self { number: stored.number, arguments: stored.arguments.clone(), trying }
    }

    /// Lets go of a try that is under way, which rolls it back. Where it may be tried again at all, this try can be made
    /// anew; true where that is so.
    pub(super) fn let_go(&mut self, run: &Run, scene: Scene<'_>, account: &mut Account<'_>) -> bool {
        if let Trying::Running { future, since, .. } = std::mem::replace(&mut self.trying, Trying::Ready) {
            drop(future);
            if !account.trace.is_on() {
                return run.retry.is_some();
            }
            let now = scene.world.now();
            account.tell(run, self.number, now, Ended::LetGo, 0, now.duration_since(since).unwrap_or_default());
        }
        run.retry.is_some()
    }

    /// Goes on as far as it can at present.
    pub(super) fn go_on(
        &mut self,
        run: &Run,
        scene: Scene<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let world = scene.world;
        if let Trying::LaterAt(date) = self.trying {
            self.trying = Trying::Later(world.moment_of(date));
        }
        match std::mem::replace(&mut self.trying, Trying::Ready) {
            Trying::Later(at) if world.moment() < at => {
                self.trying = Trying::Later(at);
                Tried::Wait(at)
            }
            Trying::Ready | Trying::Later(_) | Trying::LaterAt(_) => {
                let since = if account.trace.is_on() { world.now() } else { SystemTime::UNIX_EPOCH };
                let deadline = run.timeout.and_then(|timeout| world.moment().checked_add(timeout));
                // A run that is tried again needs its arguments again.
                let arguments =
                    if run.retry.is_some() { self.arguments.clone() } else { std::mem::take(&mut self.arguments) };
                match world.hand.start(run.contract.process, arguments) {
                    Err(error) => {
                        let (process, problem) = (run.contract.process, error.to_string());
                        let ended = Ended::NotStarted { reason: problem.clone() };
                        account.tell(run, self.number, world.now(), ended, 0, Duration::ZERO);
                        Tried::Ended(Err(Broken::fault(Fault::Argument { process, problem })))
                    }
                    Ok(StepRun::Done(report)) => {
                        world.time_passes();
                        self.reported(run, report, since, scene, account)
                    }
                    Ok(StepRun::Pending(future)) => self.poll(run, future, since, deadline, scene, task, account),
                }
            }
            Trying::Running { future, since, deadline } => {
                self.poll(run, future, since, deadline, scene, task, account)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "what a run under way is made of, and what it is given")]
    fn poll(
        &mut self,
        run: &Run,
        mut future: StepFuture<'static>,
        since: SystemTime,
        deadline: Option<Moment>,
        scene: Scene<'_>,
        task: &mut Context<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let polled = scene.world.poll(task, |task| future.as_mut().poll(task));
        scene.world.time_passes();
        if let Poll::Ready(report) = polled {
            // What has committed has committed, be it late.
            return self.reported(run, report, since, scene, account);
        }
        match (deadline, run.timeout) {
            (Some(at), Some(after)) if scene.world.moment() >= at => {
                drop(future);
                self.timed_out(run, after, since, scene, account)
            }
            _ => {
                self.trying = Trying::Running { future, since, deadline };
                Tried::Pending(deadline)
            }
        }
    }

    fn timed_out(
        &mut self,
        run: &Run,
        after: Duration,
        since: SystemTime,
        scene: Scene<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let now = scene.world.now();
        account.tell(run, self.number, now, Ended::TimedOut, 0, now.duration_since(since).unwrap_or_default());
        let process = run.contract.process;
        // Only where the file says so: nobody knows what it had done outside by then.
        let again = run.retry.as_ref().filter(|retry| retry.on.contains(&TIMEOUT));
        self.again_or(again, Broken::fault(Fault::TimedOut { process, after }), run, scene, account)
    }

    fn reported(
        &mut self,
        run: &Run,
        report: StepReport,
        since: SystemTime,
        scene: Scene<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let StepReport { result, violations, version } = report;
        if account.trace.is_on() {
            let now = scene.world.now();
            let ended = match &result {
                Ok(()) => Ended::Committed,
                Err(error) => Ended::RolledBack { error: error.to_string() },
            };
            account.tell(run, self.number, now, ended, version, now.duration_since(since).unwrap_or_default());
        }
        let process = run.contract.process;
        let broken = result.as_ref().err().map(|error| (Broken::run(process, error), declared(error)));
        account.outcomes.push(StepOutcome { process, result, violations, version });
        match broken {
            None => Tried::Ended(Ok(())),
            Some((broken, declared)) => {
                let takes =
                    |retry: &&Retry| declared.is_some_and(|name| retry.on.is_empty() || retry.on.contains(&name));
                self.again_or(run.retry.as_ref().filter(takes), broken, run, scene, account)
            }
        }
    }

    /// Tries again later where the file says so and tries are left.
    fn again_or(
        &mut self,
        retry: Option<&Retry>,
        broken: Broken,
        run: &Run,
        scene: Scene<'_>,
        account: &mut Account<'_>,
    ) -> Tried {
        let Some(retry) = retry.filter(|retry| self.number < retry.attempts) else {
            return Tried::Ended(Err(broken.led_by(&run.on_error)));
        };
        let now = scene.world.now();
        let wait = backoff(retry, self.number, account.random);
        let moment = scene.world.moment();
        let due = moment.checked_add(wait).unwrap_or(moment);
        let at = now.checked_add(wait).unwrap_or(now);
        self.number += 1;
        self.trying = Trying::Later(due);
        account.trace.put(now, What::Retry { process: run.contract.process, attempt: self.number, at });
        Tried::Wait(due)
    }
}

/// The name of the declared error that it is.
fn declared(error: &RunError<ProcessError>) -> Option<&'static str> {
    error.process_error().map(ProcessError::name)
}

/// How long to wait after this many tries: between half of what the file says and all of it, so that many sessions that
/// failed at once do not try again at once.
pub(super) fn backoff(retry: &Retry, tries: u32, random: &mut fastrand::Rng) -> Duration {
    let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
    if retry.backoff.is_zero() {
        return Duration::ZERO;
    }
    let grown = retry.backoff.as_secs_f64() * retry.factor.powi(exponent);
    let whole = Duration::try_from_secs_f64(grown).unwrap_or(retry.longest).min(retry.longest);
    whole.mul_f64(0.5 + random.f64() / 2.0)
}
