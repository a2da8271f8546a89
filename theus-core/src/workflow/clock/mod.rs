//! What time it is: the machine's, or one that a test moves by hand.
//!
//! A clock has two hands. The wall clock says what date it is, and can be set; records and what is stored are dated by it. The
//! monotonic one only counts on: timers, time-outs and waits run by it, so that setting the wall clock neither holds them up
//! nor lets them go off.

mod keeper;
mod sleep;
mod virtual_clock;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "tokio")]
pub use sleep::TokioSleep;
pub use sleep::{Nap, Sleep};
pub use virtual_clock::VirtualClock;

pub(in crate::workflow) use keeper::{Moment, Timekeeper};
pub(in crate::workflow) use sleep::RealTime;

/// Tells a workflow what time it is. Timers, retries and the trace know no other time.
pub trait Clock: Send + Sync + 'static {
    /// The time now, by the wall clock.
    fn now(&self) -> SystemTime;

    /// How much time has gone by since some moment that stays the same: it never goes back, whatever the wall clock is set
    /// to. Timers run by it.
    ///
    /// A clock that does not say it has its wall clock counted on: as far as that goes forward, and by real time where it is
    /// set back.
    fn monotonic(&self) -> Option<Duration> {
        None
    }

    /// Whether the clock has gone to `time` by itself, so that nobody has to wait for it. A clock of real time does not.
    fn jump_to(&self, time: SystemTime) -> bool {
        let _ = time;
        false
    }

    /// How a task waits by this clock, where not by real time: for a clock that [jumps](Self::jump_to).
    fn sleeper(&self) -> Option<&dyn Sleep> {
        None
    }

    /// How much real time a clock that [jumps](Self::jump_to) gives a step that awaits something real before it jumps to the
    /// end of the step's time. A clock of real time is not asked.
    fn patience(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Option<Duration> {
        static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
        Some(BEGIN.elapsed())
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }
    fn monotonic(&self) -> Option<Duration> {
        (**self).monotonic()
    }
    fn jump_to(&self, time: SystemTime) -> bool {
        (**self).jump_to(time)
    }
    fn sleeper(&self) -> Option<&dyn Sleep> {
        (**self).sleeper()
    }
    fn patience(&self) -> Duration {
        (**self).patience()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_clock_does_not_jump() {
        let now = SystemClock.now();
        assert!(!SystemClock.jump_to(now + Duration::from_secs(3_600)));
        assert!(SystemClock.now() < now + Duration::from_secs(3_000));
    }

    #[test]
    fn the_systems_clock_counts_on() {
        let begin = SystemClock.monotonic();
        std::thread::sleep(Duration::from_millis(2));
        assert!(SystemClock.monotonic() >= begin.map(|begin| begin + Duration::from_millis(2)));
    }
}
