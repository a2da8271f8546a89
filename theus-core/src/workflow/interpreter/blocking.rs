//! Driving a workflow on the calling thread.

use std::task::{Context as Task, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::environment::Environment;
use super::error::WorkflowError;
use super::instance::Progress;
use super::manager::WorkflowManager;
use super::outcome::{Handled, Status};
use super::rest::{Limits, Outcome, Rest};
use super::thread_waker::{LONGEST_REST, ThreadWaker};
use crate::context::Context;
use crate::signal::Waiter;
use crate::source::did_you_mean;
use crate::sync::runtime;
use crate::workflow::chart::State;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Handles one event to the end of its chain: the workflow's own first, then a timer that is due or the oldest on the
    /// bus, whichever was there first. The first call enters the initial state.
    ///
    /// `None` where nothing is waiting, a step waits to be tried again, or the workflow is finished or paused.
    ///
    /// # Errors
    /// [`WorkflowError::Failed`], [`WorkflowError::Aborted`], [`WorkflowError::Cancelled`], and [`WorkflowError::Halted`] while
    /// the interlock is latched; no event is taken then. [`WorkflowError::NoValue`] and [`WorkflowError::Endless`] where the
    /// event could not be handled as the file says. [`WorkflowError::TimedOut`]; [`WorkflowError::WouldBlock`] on the one thread of an async runtime.
    pub fn process_event(&mut self) -> Result<Option<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let limits = self.limits(None);
        match self.go_on_or_rest(&limits)? {
            Outcome::Handled(handled) => Ok(Some(self.session.hand_out(handled))),
            Outcome::Rest(Rest::Halted(halted)) => Err(halted.into()),
            Outcome::Rest(_) => Ok(None),
        }
    }

    /// Handles events until none is waiting and no timer is due, the workflow is over or paused, or the engine is halted.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event); [`WorkflowError::Runaway`] where events keep causing events;
    /// [`WorkflowError::Failed`] where it came to a final state whose chain failed.
    pub fn run_until_idle(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let (mut all, limits) = (Vec::new(), self.limits(None));
        self.handle_all(&mut all, &limits, &|_| false).map_err(|error| error.after(std::mem::take(&mut all)))?;
        self.unless_failed(all)
    }

    /// Handles events until a final state is reached. It waits for timers, for tries that are made again and, as long as it
    /// does, for events; not for events alone.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle); [`WorkflowError::Idle`] where nothing is left to wait for before a final
    /// state, [`WorkflowError::Paused`].
    pub fn run_until_final(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let (mut all, limits) = (Vec::new(), self.limits(None));
        match self.wait_until(&mut all, &limits, &|_| false) {
            Ok(()) => self.finished(all),
            Err(error) => Err(error.after(all)),
        }
    }

    /// Handles events until a state is active, at most for this long: whether it is. It waits for events, timers and tries
    /// that are made again. By a virtual clock it waits for no events: where nothing else is left, the time is over. A step
    /// that is awaited when the time is over stays under way.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event), and [`WorkflowError::UnknownState`].
    pub fn wait_for(&mut self, state: &str, at_most: Duration) -> Result<bool, WorkflowError> {
        self.refuse_unknown(state)?;
        self.refuse_if_stopped()?;
        let (mut all, limits) = (Vec::new(), self.limits(Some(at_most)));
        match self.wait_until(&mut all, &limits, &|manager| manager.has_come_to(state)) {
            Ok(()) => self.unless_failed(all).map(|_| self.has_come_to(state)),
            Err(error) => Err(error.after(all)),
        }
    }

    /// Handles events for so long: those that wait and those that come, timers, and tries that are made again. It ends earlier
    /// where the workflow is over or the engine is halted. A step that is awaited when the time is over stays under way.
    ///
    /// ```
    /// use std::time::Duration;
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::VirtualClock;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { cmd_open: bool }
    /// let engine = Engine::builder(Desk::default()).build()?;
    /// let flow = "states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { events: { CMD_OPEN: SHUT } } }";
    /// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?.clock(VirtualClock::new());
    /// desk.emit("CMD_OPEN")?;
    /// desk.run_for(Duration::from_secs(60))?;
    /// assert_eq!(desk.state(), "OPEN");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub fn run_for(&mut self, time: Duration) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let (mut all, limits) = (Vec::new(), self.limits(Some(time)));
        match self.wait_until(&mut all, &limits, &|_| false) {
            Ok(()) => self.unless_failed(all),
            Err(error) => Err(error.after(all)),
        }
    }

    /// Handles what there is, until it is enough; why there is no more.
    fn handle_all(
        &mut self,
        all: &mut Vec<Handled>,
        limits: &Limits,
        enough: &dyn Fn(&Self) -> bool,
    ) -> Result<Option<Rest>, WorkflowError> {
        let limit = all.len().saturating_add(self.events_from_now_on());
        while !enough(self) {
            match self.go_on_or_rest(limits)? {
                Outcome::Handled(handled) => all.push(self.session.hand_out(handled)),
                Outcome::Rest(rest) => return Ok(Some(rest)),
            }
            self.refuse_late(limits)?;
            if all.len() > limit {
                return Err(self.runaway());
            }
        }
        Ok(None)
    }

    /// Handles what there is and waits for what is to come, until it is enough, the time is over, or nothing can come any more.
    fn wait_until(
        &mut self,
        all: &mut Vec<Handled>,
        limits: &Limits,
        enough: &dyn Fn(&Self) -> bool,
    ) -> Result<(), WorkflowError> {
        let mut rested = None;
        loop {
            let Some(rest) = self.handle_all(all, limits, enough)? else { return Ok(()) };
            if matches!(rest, Rest::Working(_)) {
                match self.go_on_working(limits, false)? {
                    Outcome::Handled(handled) => all.push(self.session.hand_out(handled)),
                    Outcome::Rest(Rest::Awaits) => return Ok(()),
                    Outcome::Rest(_) => {}
                }
                self.refuse_late(limits)?;
                continue;
            }
            let Some((at, hears)) = limits.until(&rest, &self.keeper) else { return Ok(()) };
            if self.keeper.jump_to(at) {
                self.refuse_late(limits)?;
                continue;
            }
            if rested.replace(all.len()) != Some(all.len()) {
                self.give_back();
            }
            let left = limits.real_left().unwrap_or(LONGEST_REST).min(self.keeper.left(at)).min(LONGEST_REST);
            self.rest(left, hears);
            self.refuse_late(limits)?;
        }
    }

    /// Waits for so long at most; where it would handle one, until an event is there. It stays on the bus: whoever goes on may
    /// not be the one who takes it.
    fn rest(&self, left: Duration, hears: bool) {
        if hears {
            self.engine.bus().await_event(left);
        } else {
            thread::sleep(left);
        }
    }

    /// Gives back memory, for it may be idle for long.
    pub(super) fn give_back(&mut self) {
        self.session.rest();
        self.engine.rest();
    }

    /// One event, to the end of its chain.
    fn go_on_or_rest(&mut self, limits: &Limits) -> Result<Outcome, WorkflowError> {
        let environment = Environment::new(&self.engine, &self.keeper);
        loop {
            let progress = match self.session.advance(&environment, &mut Task::from_waker(Waker::noop())) {
                Ok(Progress::Stepped) => continue,
                Ok(Progress::Handled(handled)) => return Ok(Outcome::Handled(handled)),
                #[cfg(feature = "store")]
                Ok(Progress::Unsaved(error)) => return Err(WorkflowError::Store(error)),
                Ok(Progress::Pending { .. }) if limits.are_over(&self.keeper) => Rest::Awaits,
                Ok(Progress::Pending { .. }) if limits.is_late() => return Err(self.too_late()),
                Ok(Progress::Pending { .. }) if !environment.is_left_alone() && runtime::has_one_thread() => {
                    return Err(self.would_block());
                }
                // Now that it is known to wait, it is polled with somebody to wake.
                Ok(Progress::Pending { .. }) => return runtime::blocking(|| self.go_on_parked(limits)),
                // What is being handled is not over: others go on beside it.
                Ok(Progress::Working { is_chain: true, .. }) if !limits.are_over(&self.keeper) => {
                    return self.go_on_working(limits, true);
                }
                Ok(progress) => Rest::of(progress, environment.looks_at()),
                Err(troubled) => return Err(self.explain(troubled)),
            };
            return Ok(Outcome::Rest(progress));
        }
    }

    /// The same while what states have invoked is under way, or chains of regions, where `for_chains` is all that is waited for: until something
    /// was handled, or there is nothing of that any more.
    fn go_on_working(&mut self, limits: &Limits, for_chains: bool) -> Result<Outcome, WorkflowError> {
        let environment = Environment::new(&self.engine, &self.keeper);
        let polled = self.session.advance(&environment, &mut Task::from_waker(Waker::noop()));
        match polled {
            Ok(Progress::Working { .. }) if !environment.is_left_alone() && runtime::has_one_thread() => {
                Err(self.would_block())
            }
            Ok(Progress::Working { .. } | Progress::Stepped) => runtime::blocking(|| {
                let mut waiter = Waiter::default();
                let gone_on = self.go_on_parked_or_hear(limits, Some((&mut waiter, for_chains)));
                self.engine.bus().leave(&waiter);
                gone_on
            }),
            Ok(Progress::Handled(handled)) => Ok(Outcome::Handled(handled)),
            #[cfg(feature = "store")]
            Ok(Progress::Unsaved(error)) => Err(WorkflowError::Store(error)),
            Ok(progress) => Ok(Outcome::Rest(Rest::of(progress, environment.looks_at()))),
            Err(troubled) => Err(self.explain(troubled)),
        }
    }

    /// The same from the first step on that awaits something.
    fn go_on_parked(&mut self, limits: &Limits) -> Result<Outcome, WorkflowError> {
        self.go_on_parked_or_hear(limits, None)
    }

    /// The same; by a waiter it hears events too, and goes on as long as there is work beside them.
    fn go_on_parked_or_hear(
        &mut self,
        limits: &Limits,
        mut waiter: Option<(&mut Waiter, bool)>,
    ) -> Result<Outcome, WorkflowError> {
        let thread_waker = ThreadWaker::here();
        let waker = thread_waker.waker();
        let environment = Environment::new(&self.engine, &self.keeper);
        loop {
            let until = match self.session.advance(&environment, &mut Task::from_waker(&waker)) {
                Ok(Progress::Stepped) => continue,
                Ok(Progress::Handled(handled)) => return Ok(Outcome::Handled(handled)),
                #[cfg(feature = "store")]
                Ok(Progress::Unsaved(error)) => return Err(WorkflowError::Store(error)),
                Ok(Progress::Pending { until }) => until,
                Ok(Progress::Working { until, is_chain })
                    if waiter.as_ref().is_some_and(|(_, for_chains)| is_chain || !for_chains) =>
                {
                    let hears =
                        |(waiter, _): &mut (&mut Waiter, bool)| self.engine.bus().poll_event(waiter, &waker).is_ready();
                    if waiter.as_mut().is_some_and(hears) {
                        continue;
                    }
                    until
                }
                Ok(progress) => return Ok(Outcome::Rest(Rest::of(progress, environment.looks_at()))),
                Err(troubled) => return Err(self.explain(troubled)),
            };
            if limits.are_over(&self.keeper) {
                return Ok(Outcome::Rest(Rest::Awaits));
            }
            if limits.is_late() {
                return Err(self.too_late());
            }
            let until = environment.earlier(until);
            thread_waker.rest(limits.first(until), limits.real_left(), &self.keeper, environment.is_left_alone());
            environment.time_passes();
        }
    }

    /// How many events may be handled from now on: those that wait, and what may come of them.
    pub(super) fn events_from_now_on(&self) -> usize {
        self.engine.bus().len().saturating_add(self.session.waiting()).saturating_add(self.event_limit)
    }

    /// Whether it has begun, and this state is active.
    pub(super) fn has_come_to(&self, state: &str) -> bool {
        !self.session.is_new() && self.is_in(state)
    }

    /// What was handled, where a final state has been reached.
    pub(super) fn finished(&mut self, all: Vec<Handled>) -> Result<Vec<Handled>, WorkflowError> {
        self.give_back();
        if matches!(self.status(), Status::Finished) {
            return Ok(all);
        }
        let all = self.unless_failed(all)?;
        self.refuse_if_stopped()?;
        let (workflow, state) = self.names();
        if self.is_paused() {
            return Err(WorkflowError::Paused { workflow, state });
        }
        let hint = self.waits_for(&all);
        Err(WorkflowError::Idle { workflow, state, hint, handled: all })
    }

    pub(super) fn refuse_unknown(&self, state: &str) -> Result<(), WorkflowError> {
        if self.definition().state_named(state).is_some() {
            return Ok(());
        }
        let known = self.definition().states().iter().map(|state: &State| state.name.as_str());
        let help = did_you_mean(state, known).unwrap_or_default();
        let (workflow, _) = self.names();
        Err(WorkflowError::UnknownState { workflow, state: state.to_owned(), help })
    }

    /// How long a call may go on that was made now.
    pub(super) fn limits(&self, time: Option<Duration>) -> Limits {
        let until = time.and_then(|time| self.keeper.now().checked_add(time));
        Limits { until, real: self.limit.and_then(|limit| Instant::now().checked_add(limit)) }
    }

    pub(super) fn refuse_late(&self, limits: &Limits) -> Result<(), WorkflowError> {
        if limits.is_late() { Err(self.too_late()) } else { Ok(()) }
    }

    pub(super) fn too_late(&self) -> WorkflowError {
        let (workflow, state) = self.names();
        WorkflowError::TimedOut { workflow, state, limit: self.limit.unwrap_or_default(), handled: Vec::new() }
    }

    fn would_block(&self) -> WorkflowError {
        let (workflow, state) = self.names();
        WorkflowError::WouldBlock { workflow, state, handled: Vec::new() }
    }
}
