//! What time it is: the system's, or one that a test moves by hand.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

/// Tells a workflow what time it is. Timers, retries and the trace know no other time.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Whether the clock has gone to `time` by itself, so that nobody has to wait for it. A clock of real time does not.
    fn jump_to(&self, time: SystemTime) -> bool {
        let _ = time;
        false
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until it is moved: whoever waits by it waits no time at all. A clone is the same clock.
///
/// ```
/// use std::time::Duration;
/// use theus_core::workflow::clock::{Clock, VirtualClock};
///
/// let clock = VirtualClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().duration_since(before)?, Duration::from_secs(90));
/// # Ok::<(), std::time::SystemTimeError>(())
/// ```
#[derive(Clone)]
pub struct VirtualClock {
    now: Arc<Mutex<SystemTime>>,
}

impl VirtualClock {
    /// A clock that begins at the same time in every run: 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn new() -> Self {
        Self::at(SystemTime::UNIX_EPOCH)
    }

    /// A clock that begins at this time.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self { now: Arc::new(Mutex::new(time)) }
    }

    /// Lets so much time go by. Beyond what a `SystemTime` can say it stands still.
    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock();
        *now = now.checked_add(by).unwrap_or(*now);
    }

    /// Goes to this time, if it is later than now; a clock does not go back. With the earliest of the times for which
    /// sessions wait, it is how a simulation goes from one to the next.
    pub fn advance_to(&self, time: SystemTime) {
        let mut now = self.now.lock();
        *now = time.max(*now);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> SystemTime {
        *self.now.lock()
    }

    fn jump_to(&self, time: SystemTime) -> bool {
        self.advance_to(time);
        true
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }
    fn jump_to(&self, time: SystemTime) -> bool {
        (**self).jump_to(time)
    }
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VirtualClock").field(&self.now()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_stands_still_moves_forward_and_never_back() {
        let clock = VirtualClock::new();
        let begin = clock.now();
        assert_eq!(clock.now(), begin);
        clock.clone().advance(Duration::from_secs(5));
        assert_eq!(clock.now(), begin + Duration::from_secs(5), "a clone is the same clock");
        assert!(clock.jump_to(begin + Duration::from_secs(9)));
        clock.advance_to(begin);
        assert_eq!(clock.now(), begin + Duration::from_secs(9));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), begin + Duration::from_secs(9), "beyond what can be said it stands still");
    }

    #[test]
    fn the_systems_clock_does_not_jump() {
        let now = SystemClock.now();
        assert!(!SystemClock.jump_to(now + Duration::from_secs(3_600)));
        assert!(SystemClock.now() < now + Duration::from_secs(3_000));
    }
}
