//! Driving a workflow from a task, on any runtime or none.

use std::time::Duration;

use super::driven::Driven;
use super::error::WorkflowError;
use super::manager::WorkflowManager;
use super::outcome::Handled;
use super::rest::{Outcome, Rest};
use crate::context::Context;
use crate::workflow::clock::Sleep;

/// # As a task
///
/// The same without blocking a thread, on any runtime or none. Other tasks have their turn after each step that takes long, and
/// after some that do not. A step that is a `fn` runs where it is, so one that takes long holds up the thread for so long: let
/// it say [`blocking`](macro@crate::process#a-body-that-blocks), which gives it a thread of its own.
///
/// Dropping such a future leaves nothing half done: a run that is awaited is rolled back, and the chain under way stops before
/// that step. It goes on there when the workflow is driven next. Where the run has effects (or is one of several side by side)
/// it is not run again, for nobody knows what it had done outside: then the chain fails, as
/// [`Interrupted`](super::Fault::Interrupted), and makes good what it had committed.
impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// As [`process_event`](Self::process_event), [as a task](#as-a-task).
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event).
    pub async fn process_event_async(&mut self) -> Result<Option<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let limits = self.limits(None);
        let mut driven = Driven::new(self, limits, None);
        let go_on_or_rest = driven.go_on_or_rest().await;
        driven.done();
        match go_on_or_rest? {
            Outcome::Handled(handled) => Ok(Some(self.session.hand_out(handled))),
            Outcome::Rest(Rest::Halted(halted)) => Err(halted.into()),
            Outcome::Rest(_) => Ok(None),
        }
    }

    /// As [`run_until_idle`](Self::run_until_idle), [as a task](#as-a-task).
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub async fn run_until_idle_async(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let (mut all, limits) = (Vec::new(), self.limits(None));
        let mut driven = Driven::new(self, limits, None);
        let rest = driven.handle_all(&mut all, &|_| false).await;
        driven.done();
        match rest {
            Ok(_) => self.unless_failed(all),
            Err(error) => Err(error.after(all)),
        }
    }

    /// As [`run_until_final`](Self::run_until_final), [as a task](#as-a-task).
    ///
    /// ```
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     loop {
    /// #         let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    /// #         if let std::task::Poll::Ready(output) = polled { return output; }
    /// #     }
    /// # }
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::WorkflowError;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { rung: bool }
    /// #[process(outputs = [domain.rung])]
    /// async fn ring(ctx: Ctx<Desk>) { ctx.domain.rung.set(true); }
    ///
    /// let engine = Engine::builder(Desk::default()).process::<Ring>().build()?;
    /// let flow = "states: { SHUT: { entry: ring, after: { 20ms: OPEN } }, OPEN: { final: true } }";
    /// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?;
    /// # block_on(async {
    /// desk.run_until_final_async().await?;
    /// # Ok::<(), WorkflowError>(()) })?;
    /// assert_eq!(desk.state(), "OPEN");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run_until_final`](Self::run_until_final).
    pub async fn run_until_final_async(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let all = self.drive_until(None, None, &|_| false).await?;
        self.finished(all)
    }

    /// As [`wait_for`](Self::wait_for), [as a task](#as-a-task).
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for).
    pub async fn wait_for_async(&mut self, state: &str, at_most: Duration) -> Result<bool, WorkflowError> {
        self.refuse_unknown(state)?;
        self.refuse_if_stopped()?;
        self.drive_until(Some(at_most), None, &|manager| manager.has_come_to(state)).await?;
        Ok(self.has_come_to(state))
    }

    /// As [`run_for`](Self::run_for), [as a task](#as-a-task).
    ///
    /// # Errors
    /// As [`run_for`](Self::run_for).
    pub async fn run_for_async(&mut self, time: Duration) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        self.drive_until(Some(time), None, &|_| false).await
    }

    /// Handles events until the workflow is over or nothing is left to wait for but events, [as a task](#as-a-task) that waits
    /// by timers of one's own: `sleep` is how it waits for a time.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub async fn drive(&mut self, sleep: &dyn Sleep) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        self.drive_until(None, Some(sleep), &|_| false).await
    }

    async fn drive_until(
        &mut self,
        time: Option<Duration>,
        sleep: Option<&dyn Sleep>,
        enough: &(dyn Fn(&Self) -> bool + Sync),
    ) -> Result<Vec<Handled>, WorkflowError> {
        let (mut all, limits) = (Vec::new(), self.limits(time));
        let mut driven = Driven::new(self, limits, sleep);
        let waited = driven.wait_until(&mut all, enough).await;
        driven.done();
        match waited {
            Ok(()) => self.unless_failed(all),
            Err(error) => Err(error.after(all)),
        }
    }
}
