//! A panic in code of a process becomes an error of its run.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::ErrorOf;
use crate::panics::{Panic, caught, tell};
use crate::process::{Panicked, Process, RunError};
use crate::sync::nesting::Inside;

/// Runs code of a process. What failed comes in a box: what is proposed is then small, and passes in registers.
#[inline(always)]
pub(super) fn catch<P: Process, T>(code: impl FnOnce() -> Result<T, Box<ErrorOf<P>>>) -> Result<T, Box<ErrorOf<P>>> {
    // What the code may have left half done is drafts, and those are dropped.
    caught(code).unwrap_or_else(|panic| Err(Box::new(panicked::<P>(&panic))))
}

/// As [`catch`], for each poll of a body.
pub(super) async fn catch_async<P: Process, F: Future>(engine: usize, body: F) -> Result<F::Output, Box<ErrorOf<P>>> {
    let mut body = pin!(Some(body));
    let mut body = Body { engine, future: body.as_mut() };
    poll_fn(|task| match caught(|| body.poll(task)) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => Poll::Ready(Err(Box::new(panicked::<P>(&panic)))),
    })
    .await
}

/// A body under way. While it is polled or dropped, its engine is known to be occupied by this thread: the destructor of a
/// local is the body's code too.
struct Body<'a, F> {
    engine: usize,
    future: Pin<&'a mut Option<F>>,
}

impl<F: Future> Body<'_, F> {
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<F::Output> {
        let _inside = Inside::enter(self.engine);
        match self.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(task),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Body<'_, F> {
    fn drop(&mut self) {
        let _inside = Inside::enter(self.engine);
        if caught(|| self.future.set(None)).is_err() {
            tell(|| tracing::error!(target: "theus::engine", "a body panicked when it was dropped half-way"));
        }
    }
}

#[cold]
fn panicked<P: Process>(panic: &Panic) -> ErrorOf<P> {
    let error = Panicked::new(P::CONTRACT.process, panic);
    let (process, message) = (error.process(), error.message());
    tell(|| tracing::error!(target: "theus::engine", process, message, "panicked"));
    RunError::Panicked(error)
}
