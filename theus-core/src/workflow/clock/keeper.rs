//! How a session counts time: by moments that no setting of the wall clock moves.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use super::Clock;
use crate::signal::ArrivalClock;

/// A moment, as the time since the one that the clock counts from; kept as a date, which it is not, for its range and its size.
/// Those of one [`Timekeeper`] can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::workflow) struct Moment(SystemTime);

/// Some three hundred years.
const FAR_BACK: Duration = Duration::from_secs(10_000_000_000);

impl Moment {
    /// The one that the clock counts from.
    pub(in crate::workflow) const ZERO: Self = Self(SystemTime::UNIX_EPOCH);

    /// So much later; `None` where no clock will ever show it.
    pub(in crate::workflow) fn checked_add(self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }

    /// As far from this moment as a date is from another; what is too far to be said, half as far.
    pub(in crate::workflow) fn shifted(self, from: SystemTime, to: SystemTime) -> Self {
        let shifted = match to.duration_since(from) {
            Ok(ahead) => self.0.checked_add(ahead).or_else(|| self.0.checked_add(ahead / 2)),
            Err(behind) => {
                let behind = behind.duration();
                self.0.checked_sub(behind).or_else(|| self.0.checked_sub(behind / 2))
            }
        };
        shifted.map_or(self, Self)
    }

    /// How long it is after a moment so far back that no other is before it: what an earlier life of a session has seen came before the
    /// clock of this one began to count.
    pub(in crate::workflow) fn counted(self) -> Duration {
        match self.0.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => FAR_BACK.saturating_add(after),
            Err(before) => FAR_BACK.saturating_sub(before.duration()),
        }
    }

    /// The moment that is so long after that one.
    fn of_counted(counted: Duration) -> Option<Self> {
        match counted.checked_sub(FAR_BACK) {
            Some(after) => Self::ZERO.checked_add(after),
            None => Self::ZERO.0.checked_sub(FAR_BACK.checked_sub(counted)?).map(Self),
        }
    }

    /// How long it is after another; nothing where it is before.
    pub(in crate::workflow) fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0).unwrap_or_default()
    }
}

/// A clock, and how time is counted by it.
pub(in crate::workflow) struct Timekeeper {
    clock: Arc<dyn Clock>,
    jumps: OnceLock<bool>,
    /// For a clock that has a wall clock only.
    counted: Mutex<Option<Counted>>,
}

/// How far the wall clock of a clock without a monotonic one has gone.
struct Counted {
    wall: SystemTime,
    at: Instant,
    total: Duration,
}

impl Timekeeper {
    pub(in crate::workflow) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, jumps: OnceLock::new(), counted: Mutex::new(None) }
    }

    pub(in crate::workflow) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(in crate::workflow) fn now(&self) -> Moment {
        self.now_by(|| self.clock.now())
    }

    /// The same where the wall clock was looked at just now.
    pub(in crate::workflow) fn now_by(&self, wall: impl FnOnce() -> SystemTime) -> Moment {
        let counted = match self.clock.monotonic() {
            Some(counted) => counted,
            None => self.count(wall()),
        };
        Moment::ZERO.checked_add(counted).unwrap_or(Moment::ZERO)
    }

    fn count(&self, wall: SystemTime) -> Duration {
        let now = Instant::now();
        let mut counted = self.counted.lock();
        let counted = counted.get_or_insert(Counted { wall, at: now, total: Duration::ZERO });
        let gone = wall.duration_since(counted.wall).unwrap_or_else(|_| now.saturating_duration_since(counted.at));
        counted.total = counted.total.saturating_add(gone);
        (counted.wall, counted.at) = (wall, now);
        counted.total
    }

    /// How long it is until then.
    pub(in crate::workflow) fn left(&self, until: Moment) -> Duration {
        until.since(self.now())
    }

    /// The date of a moment, as the wall clock goes now; `None` where it has none.
    pub(in crate::workflow) fn date(&self, moment: Moment) -> Option<SystemTime> {
        let wall = self.clock.now();
        let now = self.now_by(|| wall);
        if moment >= now { wall.checked_add(moment.since(now)) } else { wall.checked_sub(now.since(moment)) }
    }

    /// Whether it goes to where it is wanted by itself.
    pub(in crate::workflow) fn jumps(&self) -> bool {
        *self.jumps.get_or_init(|| self.clock.jump_to(self.clock.now()))
    }

    /// Goes to that moment, where it is a clock that does. What is in the past stays there.
    pub(in crate::workflow) fn jump_to(&self, moment: Moment) -> bool {
        if !self.jumps() {
            return false;
        }
        self.date(moment).is_some_and(|date| self.clock.jump_to(date))
    }
}

impl ArrivalClock for Timekeeper {
    fn moment(&self) -> Duration {
        self.now().counted()
    }

    fn date(&self, moment: Duration) -> Option<u64> {
        let date = Timekeeper::date(self, Moment::of_counted(moment)?)?;
        u64::try_from(date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos()).ok()
    }
}

impl fmt::Debug for Timekeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timekeeper").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::workflow::clock::{SystemClock, VirtualClock};

    const SECOND: Duration = Duration::from_secs(1);

    /// A wall clock alone, moved by hand.
    struct Wall(Mutex<SystemTime>);

    impl Clock for Wall {
        fn now(&self) -> SystemTime {
            *self.0.lock()
        }
    }

    #[test]
    fn a_wall_clock_that_is_set_moves_no_moment() {
        let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + 100 * SECOND);
        let keeper = Timekeeper::new(Arc::new(clock.clone()));
        let due = keeper.now().checked_add(10 * SECOND).unwrap();
        assert_eq!(keeper.date(due), Some(SystemTime::UNIX_EPOCH + 110 * SECOND));
        clock.set_wall(SystemTime::UNIX_EPOCH + 7 * SECOND);
        assert_eq!((keeper.left(due), keeper.date(due)), (10 * SECOND, Some(SystemTime::UNIX_EPOCH + 17 * SECOND)));
        clock.advance(4 * SECOND);
        assert_eq!(keeper.left(due), 6 * SECOND);
        assert!(keeper.jump_to(due));
        assert_eq!((keeper.now(), clock.now()), (due, SystemTime::UNIX_EPOCH + 17 * SECOND));
    }

    #[test]
    fn a_clock_with_a_wall_clock_alone_is_counted_forward_and_never_back() {
        let clock = Arc::new(Wall(Mutex::new(SystemTime::UNIX_EPOCH + 100 * SECOND)));
        let keeper = Timekeeper::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let begin = keeper.now();
        *clock.0.lock() += SECOND;
        assert_eq!(keeper.now().since(begin), SECOND);
        *clock.0.lock() -= 60 * SECOND;
        let after = keeper.now().since(begin);
        assert!(after >= SECOND && after < 2 * SECOND, "set back, real time is counted: {after:?}");
        *clock.0.lock() += SECOND;
        assert!(keeper.now().since(begin) >= 2 * SECOND);
        assert!(!keeper.jump_to(begin), "it does not jump");
    }

    #[test]
    fn dates_and_moments_are_each_others() {
        let keeper = Timekeeper::new(Arc::new(VirtualClock::at(SystemTime::UNIX_EPOCH + 100 * SECOND)));
        for seconds in [0, 1, 99, 100, 101, 1 << 40] {
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(keeper.date(keeper.now().shifted(keeper.clock().now(), date)), Some(date));
        }
        assert_eq!(keeper.now().checked_add(Duration::MAX), None, "no clock will ever show it");
        assert!(!Timekeeper::new(Arc::new(SystemClock)).jumps());
    }
}
