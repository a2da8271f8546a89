//! Whether the calling thread may be blocked.

/// Whether it is the one thread of a tokio runtime: what it would wait for may need it. A thread of `spawn_blocking` is not.
#[cfg(feature = "tokio")]
pub(crate) fn has_one_thread() -> bool {
    use tokio::runtime::{Handle, RuntimeFlavor};

    let is_single = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::CurrentThread;
    Handle::try_current().is_ok_and(is_single) && is_task()
}

#[cfg(not(feature = "tokio"))]
pub(crate) const fn has_one_thread() -> bool {
    false
}

/// Whether the calling thread runs a task, which has a budget; who blocks has none.
#[cfg(feature = "tokio")]
fn is_task() -> bool {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use tokio::task::coop::{consume_budget, has_budget_remaining};

    /// More than any budget is.
    const MOST: usize = 1_024;
    let mut task = Context::from_waker(Waker::noop());
    !has_budget_remaining() || (0..MOST).any(|_| pin!(consume_budget()).poll(&mut task).is_pending())
}

/// Waits, with the thread blocked. Where that is a worker of a tokio runtime, its other tasks go on elsewhere meanwhile, and
/// what is polled here is not held up by the budget of the task around it.
#[cfg(feature = "tokio")]
pub(crate) fn blocking<R>(wait: impl FnOnce() -> R) -> R {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use tokio::runtime::{Handle, RuntimeFlavor};

    use crate::panics::drop_caught;

    let is_one_of_many = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
    if !Handle::try_current().is_ok_and(is_one_of_many) {
        return wait();
    }
    let mut waiting = Some(wait);
    let wait_here = || tokio::task::block_in_place(|| waiting.take().map(|wait| wait()));
    let waited = catch_unwind(AssertUnwindSafe(wait_here));
    match (waited, waiting) {
        // A task of a `LocalSet` cannot hand its work on: there is nothing but to wait.
        (refused, Some(wait)) => {
            drop_caught(refused);
            wait()
        }
        (Ok(Some(answer)), None) => answer,
        (Err(panic), None) => resume_unwind(panic),
        (Ok(None), None) => resume_unwind(Box::new("what waits is taken once")),
    }
}

#[cfg(not(feature = "tokio"))]
pub(crate) fn blocking<R>(wait: impl FnOnce() -> R) -> R {
    wait()
}
