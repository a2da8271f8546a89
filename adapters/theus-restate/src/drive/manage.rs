//! A workflow is driven until something with effects has been done and more may come, or nothing is left to do.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use theus_core::audit::Look;
use theus_core::signal::EventName;
use theus_core::workflow::{Cause, Handled, Progress, WorkflowError, WorkflowManager};
use theus_core::{Context, RunError};
use tokio::time::{Sleep, sleep};

use super::error::StepError;
use super::heard::{Failure, Heard};
use super::host::{Host, millis};
use super::hosted::Around;
use super::stepped::Rest;

/// So much can come of one call in one step: what chases itself goes on later.
const MOST_HANDLED: usize = 10_000;
/// When it is looked again whether an interlock is reset, and when what chases itself goes on, in milliseconds.
pub(super) const AGAIN: u64 = 1_000;

/// One workflow, in one step.
pub(super) struct Drive<'a, D: Context, G: Context, E> {
    pub(super) host: &'a Host<D, G, E>,
    pub(super) around: Around<'a>,
    pub(super) manager: &'a mut WorkflowManager<D, G, E>,
    pub(super) heard: &'a mut Heard,
    /// The event that is asked by, until it was handled.
    pub(super) asked: Option<EventName>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Drive<'_, D, G, E> {
    pub(super) fn until_rest(&mut self, session: &str) -> Result<Rest, StepError> {
        let mut handled = 0;
        loop {
            if self.is_to_be_kept() {
                // What was done of what is being handled is told with this step.
                if let Some(part) = self.manager.being_handled() {
                    refused_by_interlock(part)?;
                    self.heard.hears_part(part);
                }
                return Ok(Rest::More);
            }
            let progress = match self.around.runtime.block_on(next(self.manager)) {
                Ok(progress) => progress,
                Err(error) => {
                    self.is_troubled(session, error)?;
                    continue;
                }
            };
            let now = self.host.now();
            let after =
                |left: std::time::Duration| now.saturating_add(u64::try_from(left.as_millis()).unwrap_or(u64::MAX));
            match progress {
                Progress::Stepped => {}
                Progress::Handled(one) => {
                    refused_by_interlock(&one)?;
                    self.hears(&one);
                    handled += 1;
                    if handled == MOST_HANDLED {
                        let message =
                            format!("more than {MOST_HANDLED} events have come of one call; the rest is handled later");
                        self.heard.failure = Some(Failure { message: Some(message), ..Failure::default() });
                        return Ok(Rest::Idle(Some(now.saturating_add(AGAIN))));
                    }
                }
                Progress::Retries { left } => {
                    self.manager.being_handled().map_or(Ok(()), refused_by_interlock)?;
                    return Ok(Rest::Retries(after(left).saturating_add(1)));
                }
                Progress::Idle { left: None } => return Ok(Rest::Idle(None)),
                Progress::Idle { left: Some(left) } => {
                    let due = self.manager.position().next_due().map(millis);
                    return Ok(Rest::Idle(Some(due.unwrap_or_else(|| after(left)))));
                }
                Progress::Working { left } => return Ok(Rest::Idle(left.map(|left| after(left).saturating_add(1)))),
                Progress::Paused => return Ok(Rest::Paused),
                Progress::Halted(_) => {
                    if let Look::Unknown(why) = self.around.look() {
                        return Err(StepError::Later(why));
                    }
                    return Ok(Rest::Halted(now.saturating_add(AGAIN)));
                }
                Progress::Over => return Ok(Rest::Over),
                other => {
                    let reason = format!("it does not rest: {other:?}");
                    return Err(StepError::Defect { session: session.to_owned(), reason });
                }
            }
        }
    }

    /// Whether something was done outside, and what comes next may do so too.
    fn is_to_be_kept(&self) -> bool {
        if !self.manager.engine().has_touched_world() {
            return false;
        }
        !self.manager.next_process().is_some_and(|next| self.host.is_pure(next))
    }

    fn hears(&mut self, handled: &Handled) {
        self.heard.hears(handled);
        let Some(asked) = &self.asked else { return };
        let is_own = matches!(handled.cause, Cause::Event | Cause::Restart)
            && handled.event.as_ref().is_some_and(|event| event.name == *asked);
        if is_own {
            let is_deferred = self.manager.deferred().any(|event| event.name == *asked);
            self.heard.is_taken = Some(handled.to.is_some() || is_deferred);
            self.asked = None;
        }
    }

    /// It could not be handled as the file says, and the workflow goes on.
    fn is_troubled(&mut self, session: &str, error: WorkflowError) -> Result<(), StepError> {
        let message = error.to_string();
        match error {
            WorkflowError::NoValue { handled, .. } | WorkflowError::Endless { handled, .. } => {
                handled.iter().for_each(|one| self.hears(one));
                tracing::warn!(target: "theus::restate", session, cause = message, "an event could not be handled as the file says");
                self.heard.failure.get_or_insert_default();
                Ok(())
            }
            _ => Err(StepError::Defect { session: session.to_owned(), reason: message }),
        }
    }
}

/// What has stopped in the midst of a step, as a lease that has run out meanwhile, has stopped all of it: nothing is kept, and it is made
/// again. Else a chain would have failed by what is no failure of its own.
fn refused_by_interlock(handled: &Handled) -> Result<(), StepError> {
    let all = handled.steps.iter().chain(&handled.compensations);
    let halted = all.filter_map(|step| step.result.as_ref().err()).find_map(|error| match error {
        RunError::Halted(halted) => Some(halted.to_string()),
        _ => None,
    });
    halted.map_or(Ok(()), |why| Err(StepError::Later(why)))
}

/// The next thing there is to do; it waits for a step that awaits something.
async fn next<D: Context, G: Context, E: Send + Sync + 'static>(
    manager: &mut WorkflowManager<D, G, E>,
) -> Result<Progress, WorkflowError> {
    let mut timer: Option<Pin<Box<Sleep>>> = None;
    poll_fn(move |task| {
        loop {
            let left = match manager.poll_advance(task) {
                Ok(Progress::Awaits { left }) => left,
                Ok(Progress::Working { left }) if manager.under_way().is_some() => left,
                other => return Poll::Ready(other),
            };
            // One of an earlier poll is let go of.
            drop(timer.take());
            timer = left.map(|left| Box::pin(sleep(left)));
            let is_over = timer.as_mut().is_some_and(|timer| timer.as_mut().poll(task).is_ready());
            if !is_over {
                return Poll::Pending;
            }
        }
    })
    .await
}
