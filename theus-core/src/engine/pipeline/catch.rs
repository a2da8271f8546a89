//! A panic in code of a process becomes an error of its run.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::run::{ErrorOf, StateOf};
use theus_model::panics::Panic;

use crate::panics::{caught, tell};
use crate::process::{Panicked, Process, RunError, TimedOut};
use crate::sync::nesting::Inside;
use crate::sync::thread_number;
use crate::sync::timer::Alarm;
use crate::transaction::{Lease, Limit};

/// Runs code of a process. What failed comes in a box: what is proposed is then small, and passes in registers.
#[inline(always)]
pub(super) fn catch<P: Process, T>(code: impl FnOnce() -> Result<T, Box<ErrorOf<P>>>) -> Result<T, Box<ErrorOf<P>>> {
    // What the code may have left half done is drafts, and those are dropped.
    caught(code).unwrap_or_else(|panic| Err(Box::new(panicked::<P>(&panic))))
}

/// What a body of an `async fn` runs in.
pub(super) struct Around<'a, P: Process> {
    pub(super) engine: usize,
    /// The lease that it has, or shares.
    pub(super) lease: Option<&'a Lease<'a, StateOf<P>>>,
    /// When it is over, done or not.
    pub(super) limit: Option<&'a Limit>,
}

/// As [`catch`], for each poll of a body, until its limit.
pub(super) async fn catch_async<P: Process, F: Future>(
    around: Around<'_, P>,
    body: F,
) -> Result<F::Output, Box<ErrorOf<P>>> {
    let Around { engine, lease, limit } = around;
    let mut body = pin!(Some(body));
    let mut body = Body { engine, lease: lease.map(Lease::session), future: body.as_mut() };
    let mut alarm = limit.map(|limit| Alarm::at(limit.until));
    let mut driver = 0;
    poll_fn(|task| {
        if let Some(lease) = lease
            && driver != thread_number()
        {
            driver = thread_number();
            lease.driven_here();
        }
        match (caught(|| body.poll(task)), limit) {
            (Ok(Poll::Ready(returned)), _) => Poll::Ready(Ok(returned)),
            (Ok(Poll::Pending), Some(limit)) if alarm.as_mut().is_some_and(|alarm| alarm.poll(task)) => {
                Poll::Ready(Err(Box::new(RunError::TimedOut(TimedOut::body(P::CONTRACT.process, limit.span)))))
            }
            (Ok(Poll::Pending), _) => Poll::Pending,
            (Err(panic), _) => Poll::Ready(Err(Box::new(panicked::<P>(&panic)))),
        }
    })
    .await
}

/// A body under way. While it is polled or dropped, its engine is known to be occupied by this thread: the destructor of a
/// local is the body's code too.
struct Body<'a, F> {
    engine: usize,
    /// The session that it has under its lease.
    lease: Option<u64>,
    future: Pin<&'a mut Option<F>>,
}

impl<F: Future> Body<'_, F> {
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = Inside::enter(self.engine, self.lease);
        match self.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(task),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Body<'_, F> {
    fn drop(&mut self) {
        let _inside = Inside::enter(self.engine, self.lease);
        if caught(|| self.future.set(None)).is_err() {
            tell(|| tracing::error!(target: "theus::engine", "a body panicked when it was dropped half-way"));
        }
    }
}

#[cold]
pub(super) fn panicked<P: Process>(panic: &Panic) -> ErrorOf<P> {
    let error = Panicked::new(P::CONTRACT.process, panic);
    let (process, message) = (error.process(), error.message());
    tell(|| tracing::error!(target: "theus::engine", process, message, "panicked"));
    RunError::Panicked(error)
}
