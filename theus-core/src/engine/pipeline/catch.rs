//! A panic in code of a process becomes an error of its run.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::ErrorOf;
use crate::process::{Panicked, Process, RunError};
use crate::sync::nesting::{EntersOnDrop, Inside, LeavesOnDrop};

/// Runs code of a process. What failed comes in a box: what is proposed is then small, and passes in registers.
#[inline(always)]
pub(super) fn catch<P: Process, T>(code: impl FnOnce() -> Result<T, Box<ErrorOf<P>>>) -> Result<T, Box<ErrorOf<P>>> {
    // What the code may have left half done is drafts, and those are dropped.
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|payload| Err(Box::new(panicked::<P>(&*payload))))
}

/// As [`catch`], for each poll of a body. While it is polled or dropped, its engine is known to be occupied by this thread.
pub(super) async fn catch_async<P: Process, F: Future>(engine: usize, body: F) -> Result<F::Output, Box<ErrorOf<P>>> {
    let _leaves = LeavesOnDrop;
    let mut body = pin!(body);
    let _enters = EntersOnDrop(engine);
    poll_fn(|task| {
        let _inside = Inside::enter(engine);
        match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(task))) {
            Ok(Poll::Ready(returned)) => Poll::Ready(Ok(returned)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) => Poll::Ready(Err(Box::new(panicked::<P>(&*payload)))),
        }
    })
    .await
}

#[cold]
fn panicked<P: Process>(payload: &(dyn Any + Send)) -> ErrorOf<P> {
    let error = Panicked::new(P::CONTRACT.process, payload);
    tracing::error!(target: "theus::engine", process = P::CONTRACT.process, message = error.message(), "panicked");
    RunError::Panicked(error)
}
