//! How an asynchronous driver waits.

use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use crate::workflow::clock::{Clock, VirtualClock};

/// How [`drive`](crate::workflow::WorkflowManager::drive) waits for a time: by the timers of the runtime that it runs on.
///
/// ```
/// use std::{future::{Future, ready}, pin::Pin, time::SystemTime};
/// use theus_core::workflow::Sleep;
///
/// /// For a program without timers: it looks again at once.
/// struct Spin;
///
/// impl Sleep for Spin {
///     fn until(&self, _: SystemTime) -> Pin<Box<dyn Future<Output = ()> + Send>> { Box::pin(ready(())) }
/// }
/// ```
pub trait Sleep: Send + Sync {
    /// Is ready at this time, or soon after. Where it is ready before, it is asked again.
    fn until(&self, time: SystemTime) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// By a virtual clock nobody sleeps: it goes to that time.
impl Sleep for VirtualClock {
    fn until(&self, time: SystemTime) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        // Not before it is polled: a run may be done first.
        Box::pin(async move {
            clock.jump_to(time);
        })
    }
}

/// The timers of tokio. The task must be on a tokio runtime with timers.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleep;

#[cfg(feature = "tokio")]
impl Sleep for TokioSleep {
    fn until(&self, time: SystemTime) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let left = time.duration_since(SystemTime::now()).unwrap_or_default();
        Box::pin(tokio::time::sleep(left))
    }
}
