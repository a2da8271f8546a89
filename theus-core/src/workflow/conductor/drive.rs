//! Driving a workflow from a task, on any runtime or none.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as Task, Poll};
use std::time::SystemTime;

use super::error::WorkflowError;
use super::manager::WorkflowManager;
use super::outcome::Handled;
use super::session::Progress;
use super::sleep::Sleep;
use super::world::World;
use crate::context::Context;
use crate::signal::Waiter;

/// How many steps are made before other tasks have their turn.
const STEPS_IN_A_ROW: u32 = 64;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Handles events until the workflow is over or nothing is left to wait for but events, without blocking a thread: it
    /// awaits runs, tries that are made again, and timers. It runs on any runtime; `sleep` is how it waits for a time.
    ///
    /// Dropping it leaves nothing half done: a run that is awaited is rolled back, and the chain under way stops before that
    /// step. It goes on there when the workflow is driven next. Where the run has effects (or is one of several side by side)
    /// it is not run again, for nobody knows what it had done outside: then the chain fails, as
    /// [`Interrupted`](super::Fault::Interrupted), and makes good what it had committed.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub async fn drive(&mut self, sleep: &dyn Sleep) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let limit = self.events_from_now_on();
        let mut driven = Driven { manager: self, sleeping: None, waiter: Waiter::default() };
        let mut all = Vec::new();
        loop {
            match poll_fn(|task| driven.poll(sleep, task)).await {
                Ok(Some(handled)) => all.push(*handled),
                Ok(None) => return driven.manager.unless_failed(all),
                Err(error) => return Err(error.after(all)),
            }
            if all.len() > limit {
                return Err(driven.manager.runaway().after(all));
            }
        }
    }
}

/// A workflow while it is driven. Dropping it lets go of the run that is awaited.
struct Driven<'a, D: Context, G: Context, E: Send + Sync + 'static> {
    manager: &'a mut WorkflowManager<D, G, E>,
    sleeping: Option<(SystemTime, Nap)>,
    /// Waits for an event.
    waiter: Waiter,
}

/// What is over when a time has come.
type Nap = Pin<Box<dyn Future<Output = ()> + Send>>;

type Answer = Result<Option<Box<Handled>>, WorkflowError>;

impl<D: Context, G: Context, E: Send + Sync + 'static> Driven<'_, D, G, E> {
    /// What was handled; `None` where there is nothing more to do.
    fn poll(&mut self, sleep: &dyn Sleep, task: &mut Task<'_>) -> Poll<Answer> {
        if self.manager.engine.is_inside() {
            return Poll::Ready(Err(WorkflowError::Nested));
        }
        self.manager.session.heed(task.waker());
        for _ in 0..STEPS_IN_A_ROW {
            let WorkflowManager { engine, session, clock, .. } = &mut *self.manager;
            let progress = session.advance(&World::new(engine, &**clock), task);
            let until = match progress {
                Ok(Progress::Stepped) => continue,
                Ok(Progress::Handled(handled)) => return Poll::Ready(Ok(Some(handled))),
                Ok(Progress::Pending { until: None }) => return Poll::Pending,
                Ok(Progress::Pending { until: Some(until) } | Progress::Wait { until }) => until,
                Ok(Progress::Idle { until: Some(until) }) => {
                    // Not taken: nobody loses it where this is not polled again.
                    if engine.bus().poll_event(&mut self.waiter, task.waker()).is_ready() {
                        continue;
                    }
                    until
                }
                Ok(Progress::Idle { until: None } | Progress::Paused | Progress::Halted(_) | Progress::Over) => {
                    self.manager.give_back();
                    return Poll::Ready(Ok(None));
                }
                Err(troubled) => return Poll::Ready(Err(self.manager.explain(troubled))),
            };
            if self.sleeps(until, sleep, task) {
                return Poll::Pending;
            }
        }
        // Others have their turn, and this one again after them.
        task.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether that time is still to come.
    fn sleeps(&mut self, until: SystemTime, sleep: &dyn Sleep, task: &mut Task<'_>) -> bool {
        if !matches!(&self.sleeping, Some((time, _)) if *time == until) {
            self.sleeping = Some((until, sleep.until(until)));
        }
        let Some((_, sleeping)) = &mut self.sleeping else { return false };
        let sleeps = sleeping.as_mut().poll(task).is_pending();
        if !sleeps {
            self.sleeping = None;
        }
        sleeps
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Drop for Driven<'_, D, G, E> {
    fn drop(&mut self) {
        let WorkflowManager { engine, session, clock, .. } = &mut *self.manager;
        engine.bus().leave(&self.waiter);
        session.interrupt(&World::new(engine, &**clock));
    }
}
