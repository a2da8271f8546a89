//! Going on by one thing at a time, for who drives a workflow by a loop of its own.

use std::task::{Context as Task, Waker};
use std::time::Duration;

use super::environment::Environment;
use super::error::WorkflowError;
use super::instance;
use super::manager::WorkflowManager;
use super::outcome::Handled;
use crate::context::Context;
use crate::process::Halted;

/// What [`WorkflowManager::advance`] has done, or what it waits for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress {
    /// One thing was done, a step of a chain at most: more can be done at once.
    Stepped,
    /// One event, or another cause, was handled to the end of its chain.
    Handled(Box<Handled>),
    /// A step awaits something: go on when its waker is woken, or in so long at the latest.
    Awaits {
        /// Until the time of the step is over, by the workflow's clock; none where it has no end.
        left: Option<Duration>,
    },
    /// A step is tried again in so long, by the workflow's clock.
    Retries {
        /// How long.
        left: Duration,
    },
    /// There is nothing to be done until an event comes, or for so long.
    Idle {
        /// Until the next timer is due, by the workflow's clock; none where no timer runs.
        left: Option<Duration>,
    },
    /// There is nothing to be done until an event comes, or what a state has invoked can go on: when its waker is woken, or in so
    /// long at the latest.
    Working {
        /// Until the next timer is due, a step is tried again or its time is over; none where there is no such time.
        left: Option<Duration>,
    },
    /// It was paused.
    Paused,
    /// The engine's interlock is latched: nothing is done until it is reset.
    Halted(Halted),
    /// It is over: see [`WorkflowManager::status`].
    Over,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Does the next thing there is to do, one step of a chain at most, and never waits: what to wait for it says. Where all else
    /// that drives it is too much at once: a loop of one's own, a debugger, a test that looks at each state between two steps.
    ///
    /// ```
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::Progress;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { served: u32, cmd_open: bool }
    /// # #[process(inputs = [domain.served], outputs = [domain.served])]
    /// # fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
    /// let engine = Engine::builder(Desk::default()).process::<Serve>().build()?;
    /// let flow = "states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { entry: [serve, serve] } }";
    /// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?;
    /// assert!(matches!(desk.advance()?, Progress::Handled(_)), "it has entered its first state");
    /// assert!(matches!(desk.advance()?, Progress::Idle { left: None }));
    /// desk.emit("CMD_OPEN")?;
    /// let mut seen = Vec::new();
    /// while let Progress::Stepped = desk.advance()? {
    ///     seen.push((desk.next_process(), *engine.snapshot()?.served));
    /// }
    /// assert_eq!(seen.last(), Some(&(Some("serve"), 1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A step that awaits something is polled without anybody to wake: [`poll_advance`](Self::poll_advance) tells whom.
    ///
    /// # Errors
    /// [`WorkflowError::NoValue`] and [`WorkflowError::Endless`] where an event could not be handled as the file says,
    /// [`WorkflowError::Nested`] inside of a run, [`WorkflowError::Store`].
    pub fn advance(&mut self) -> Result<Progress, WorkflowError> {
        self.poll_advance(&mut Task::from_waker(Waker::noop()))
    }

    /// The same, for a task: it is woken where a step that awaits something can go on. An event that comes, and a time, wake nobody.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn poll_advance(&mut self, task: &mut Task<'_>) -> Result<Progress, WorkflowError> {
        if self.engine.is_inside() {
            return Err(WorkflowError::Nested);
        }
        let environment = Environment::new(&self.engine, &self.keeper);
        let left = |until| self.keeper.left(until);
        match self.session.advance(&environment, task) {
            Ok(instance::Progress::Stepped) => Ok(Progress::Stepped),
            Ok(instance::Progress::Handled(handled)) => Ok(Progress::Handled(handled)),
            Ok(instance::Progress::Pending { until }) => Ok(Progress::Awaits { left: until.map(left) }),
            Ok(instance::Progress::Wait { until }) => Ok(Progress::Retries { left: left(until) }),
            Ok(instance::Progress::Idle { until }) => Ok(Progress::Idle { left: until.map(left) }),
            Ok(instance::Progress::Working { until, .. }) => Ok(Progress::Working { left: until.map(left) }),
            Ok(instance::Progress::Paused) => Ok(Progress::Paused),
            Ok(instance::Progress::Halted(halted)) => Ok(Progress::Halted(halted)),
            Ok(instance::Progress::Over) => Ok(Progress::Over),
            #[cfg(feature = "store")]
            Ok(instance::Progress::Unsaved(error)) => Err(WorkflowError::Store(error)),
            Err(troubled) => Err(self.explain(troubled)),
        }
    }

    /// The process of the step that is under way, or comes next: the first of several side by side. None between two events, where
    /// a condition or a list decides what comes next, and while something is made good.
    #[must_use]
    pub fn next_process(&self) -> Option<&'static str> {
        self.session.next_process()
    }
}
