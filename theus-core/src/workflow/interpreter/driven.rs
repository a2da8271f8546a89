//! A workflow while it is driven by a task.

use std::future::poll_fn;
use std::task::{Context as Task, Poll};
use std::time::{Duration, Instant};

use super::environment::Environment;
use super::error::WorkflowError;
use super::instance::Progress;
use super::manager::WorkflowManager;
use super::outcome::Handled;
use super::rest::{Limits, Outcome, Rest};
use super::thread_waker::Patience;
use crate::context::Context;
use crate::signal::Waiter;
use crate::sync::timer::Alarm;
use crate::workflow::clock::{Moment, Nap, RealTime, Sleep};

/// For how long it goes on, or for how many steps, before other tasks have their turn.
const STEP_BUDGET: (Duration, u32) = (Duration::from_millis(1), 64);

/// A workflow while it is driven by a task. Dropping it lets go of the run that is awaited.
pub(super) struct Driven<'a, D: Context, G: Context, E: Send + Sync + 'static> {
    manager: &'a mut WorkflowManager<D, G, E>,
    limits: Limits,
    /// How it waits where the user says; else as the clock does, or in real time.
    sleep: Option<&'a dyn Sleep>,
    sleeping: Option<(Moment, Nap)>,
    /// What wakes it where no clock of its own does: the real time that something real is waited for, and the end of all.
    alarm: Option<(Instant, Alarm)>,
    patience: Patience,
    /// Since when it goes on without others having their turn, and for how many steps.
    goes_on: Option<(Instant, u32)>,
    is_done: bool,
    /// Whether only time can make go on what was polled last.
    is_left_alone: bool,
    /// Waits for an event.
    waiter: Waiter,
}

impl<'a, D: Context, G: Context, E: Send + Sync + 'static> Driven<'a, D, G, E> {
    pub(super) fn new(manager: &'a mut WorkflowManager<D, G, E>, limits: Limits, sleep: Option<&'a dyn Sleep>) -> Self {
        let patience = Patience::default();
        Self {
            manager,
            limits,
            sleep,
            sleeping: None,
            alarm: None,
            patience,
            goes_on: None,
            is_done: false,
            is_left_alone: false,
            waiter: Waiter::default(),
        }
    }

    /// It was driven as far as was wanted: what is awaited stays so.
    pub(super) fn done(mut self) {
        self.is_done = true;
    }

    /// Handles what there is and waits for what is to come, until it is enough, the time is over, or nothing can come any more.
    pub(super) async fn wait_until(
        &mut self,
        all: &mut Vec<Handled>,
        enough: &(dyn Fn(&WorkflowManager<D, G, E>) -> bool + Sync),
    ) -> Result<(), WorkflowError> {
        let mut rested = None;
        loop {
            let Some(rest) = self.handle_all(all, enough).await? else { return Ok(()) };
            if let Rest::Working(until) = rest {
                if self.limits.are_over(&self.manager.keeper) {
                    return Ok(());
                }
                self.rest_working(until).await;
                self.manager.refuse_late(&self.limits)?;
                continue;
            }
            let Some((at, hears)) = self.limits.until(&rest, &self.manager.keeper) else {
                self.manager.give_back();
                return Ok(());
            };
            if rested.replace(all.len()) != Some(all.len()) {
                self.manager.give_back();
            }
            self.rest(at, hears).await;
            self.manager.refuse_late(&self.limits)?;
        }
    }

    /// Handles what there is, until it is enough; why there is no more.
    pub(super) async fn handle_all(
        &mut self,
        all: &mut Vec<Handled>,
        enough: &(dyn Fn(&WorkflowManager<D, G, E>) -> bool + Sync),
    ) -> Result<Option<Rest>, WorkflowError> {
        let limit = all.len().saturating_add(self.manager.events_from_now_on());
        while !enough(self.manager) {
            match self.go_on_or_rest().await? {
                Outcome::Handled(handled) => all.push(self.manager.session.hand_out(handled)),
                Outcome::Rest(rest) => return Ok(Some(rest)),
            }
            self.manager.refuse_late(&self.limits)?;
            if all.len() > limit {
                return Err(self.manager.runaway());
            }
        }
        Ok(None)
    }

    /// One event, to the end of its chain.
    pub(super) async fn go_on_or_rest(&mut self) -> Result<Outcome, WorkflowError> {
        poll_fn(|task| self.poll_go_on_or_rest(task)).await
    }

    fn poll_go_on_or_rest(&mut self, task: &mut Task<'_>) -> Poll<Result<Outcome, WorkflowError>> {
        if self.manager.engine.is_inside() {
            return Poll::Ready(Err(WorkflowError::Nested));
        }
        self.manager.session.heed(task.waker());
        loop {
            let (since, steps) = self.goes_on.take().unwrap_or_else(|| (Instant::now(), 0));
            if steps > 0 && (steps >= STEP_BUDGET.1 || since.elapsed() >= STEP_BUDGET.0) {
                // Others have their turn, and this one again after them.
                task.waker().wake_by_ref();
                return Poll::Pending;
            }
            let WorkflowManager { engine, session, keeper, .. } = &mut *self.manager;
            let environment = Environment::new(engine, keeper);
            let progress = session.advance(&environment, task);
            let (is_left_alone, looks_at) = (environment.is_left_alone(), environment.looks_at());
            self.is_left_alone = is_left_alone;
            if matches!(progress, Ok(Progress::Stepped | Progress::Handled(_)) | Err(_)) {
                self.goes_on = Some((since, steps + 1));
            }
            let is_beside = matches!(progress, Ok(Progress::Working { .. }));
            match progress {
                Ok(Progress::Stepped) => {}
                Ok(Progress::Handled(handled)) => return Poll::Ready(Ok(Outcome::Handled(handled))),
                #[cfg(feature = "store")]
                Ok(Progress::Unsaved(error)) => return Poll::Ready(Err(WorkflowError::Store(error))),
                Ok(Progress::Pending { until } | Progress::Working { until, is_chain: true }) => {
                    // What is being handled is not over; where others go on beside it, they hear meanwhile.
                    if is_beside && self.manager.engine.bus().poll_event(&mut self.waiter, task.waker()).is_ready() {
                        continue;
                    }
                    if self.limits.are_over(&self.manager.keeper) {
                        return Poll::Ready(Ok(Outcome::Rest(Rest::Awaits)));
                    }
                    if self.limits.is_late() {
                        return Poll::Ready(Err(self.manager.too_late()));
                    }
                    let until = until.into_iter().chain(looks_at).min();
                    if !self.awaits(self.limits.first(until), is_left_alone, task) {
                        return Poll::Pending;
                    }
                }
                Ok(progress) => return Poll::Ready(Ok(Outcome::Rest(Rest::of(progress, looks_at)))),
                Err(troubled) => return Poll::Ready(Err(self.manager.explain(troubled))),
            }
        }
    }

    /// Waits for a step: whether its time has come.
    fn awaits(&mut self, until: Option<Moment>, is_left_alone: bool, task: &mut Task<'_>) -> bool {
        let Some(until) = until else {
            self.sleeping = None;
            let Some(end) = self.limits.real else { return false };
            return self.alarmed(end, task);
        };
        if !self.manager.keeper.jumps() {
            return self.sleeps(until, task);
        }
        // Something real may still wake it: the clock stands still meanwhile.
        let left = self.patience.left(until, &self.manager.keeper, is_left_alone);
        if left.is_zero() {
            return self.sleeps(until, task);
        }
        self.sleeping = None;
        let end = Instant::now().checked_add(left).into_iter().chain(self.limits.real).min();
        end.is_some_and(|end| self.alarmed(end, task))
    }

    /// Waits until this time at the latest; where it would handle one, until an event is there. It stays on the bus.
    async fn rest(&mut self, until: Moment, hears: bool) {
        let mut rested = false;
        poll_fn(|task| {
            self.manager.session.heed(task.waker());
            // Whatever has woken it, it looks what there is to do.
            if std::mem::replace(&mut rested, true)
                || (hears && self.manager.engine.bus().poll_event(&mut self.waiter, task.waker()).is_ready())
                || self.sleeps(until, task)
            {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    /// Waits until what was invoked can go on, an event is there, or that time has come.
    async fn rest_working(&mut self, until: Option<Moment>) {
        let (mut rested, is_left_alone) = (false, self.is_left_alone);
        poll_fn(|task| {
            self.manager.session.heed(task.waker());
            if std::mem::replace(&mut rested, true)
                || self.manager.engine.bus().poll_event(&mut self.waiter, task.waker()).is_ready()
                || self.awaits(self.limits.first(until), is_left_alone, task)
            {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    /// Whether that time has come; else it wakes the task then.
    fn sleeps(&mut self, until: Moment, task: &mut Task<'_>) -> bool {
        if self.limits.real.is_some_and(|end| self.alarmed(end, task)) {
            return true;
        }
        let keeper = &self.manager.keeper;
        if !matches!(&self.sleeping, Some((time, _)) if *time == until) {
            let sleep = self.sleep.or(keeper.clock().sleeper()).unwrap_or(&RealTime);
            self.sleeping = Some((until, sleep.during(keeper.left(until))));
        }
        let Some((_, sleeping)) = &mut self.sleeping else { return true };
        let is_over = sleeping.as_mut().poll(task).is_ready();
        if is_over {
            self.sleeping = None;
            // Where another clock has measured the time, this one follows.
            keeper.jump_to(until);
        }
        is_over
    }

    /// Whether that real time has come; else it wakes the task then.
    fn alarmed(&mut self, end: Instant, task: &mut Task<'_>) -> bool {
        if !matches!(&self.alarm, Some((time, _)) if *time == end) {
            self.alarm = Some((end, Alarm::at(end)));
        }
        self.alarm.as_mut().is_none_or(|(_, alarm)| alarm.poll(task))
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Drop for Driven<'_, D, G, E> {
    fn drop(&mut self) {
        let WorkflowManager { engine, session, keeper, .. } = &mut *self.manager;
        engine.bus().leave(&self.waiter);
        if self.is_done {
            return;
        }
        session.interrupt(&Environment::new(engine, keeper));
    }
}
