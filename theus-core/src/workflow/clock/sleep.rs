//! How an asynchronous driver waits.

use std::future::{Future, poll_fn, ready};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use crate::sync::timer::Alarm;

/// What is over when a time has come.
pub type Nap = Pin<Box<dyn Future<Output = ()> + Send>>;

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
    fn until(&self, time: SystemTime) -> Nap;

    /// Is ready when so much time has gone by, or soon after; what drivers call. One that does it by itself is not led astray
    /// where the wall clock is set.
    fn during(&self, time: Duration) -> Nap {
        let now = SystemTime::now();
        self.until(now.checked_add(time).unwrap_or(now))
    }
}

/// Real time on any runtime, or none: one thread of the program wakes all who wait.
pub(in crate::workflow) struct RealTime;

impl Sleep for RealTime {
    fn until(&self, time: SystemTime) -> Nap {
        self.during(time.duration_since(SystemTime::now()).unwrap_or_default())
    }

    fn during(&self, time: Duration) -> Nap {
        let Some(end) = Instant::now().checked_add(time) else { return Box::pin(std::future::pending()) };
        if time.is_zero() {
            return Box::pin(ready(()));
        }
        let mut alarm = Alarm::at(end);
        Box::pin(poll_fn(move |task| if alarm.poll(task) { Poll::Ready(()) } else { Poll::Pending }))
    }
}

/// The timers of tokio. The task must be on a tokio runtime with timers.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleep;

#[cfg(feature = "tokio")]
impl Sleep for TokioSleep {
    fn until(&self, time: SystemTime) -> Nap {
        self.during(time.duration_since(SystemTime::now()).unwrap_or_default())
    }

    fn during(&self, time: Duration) -> Nap {
        Box::pin(tokio::time::sleep(time))
    }
}
