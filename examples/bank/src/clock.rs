//! The bank's own time, by which its records are dated: so that the same run makes the same ledger.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::orders::A_DAY;

/// Eight o'clock in the morning of 2026-01-05, a Monday.
const OPENING: u64 = 1_767_600_000;
const DAY: u64 = 24 * 60 * 60;
/// Transfers are spread over the opening hours.
const HOURS: u64 = 10 * 60 * 60;

/// What time it is, told by how many transfers there were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    /// So many transfers were tried.
    pub(crate) fn set(&self, transfers: u64) {
        self.0.store(transfers, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> SystemTime {
        let transfers = self.0.load(Ordering::Relaxed);
        let (days, today) = (transfers / A_DAY, transfers % A_DAY);
        let seconds = OPENING.saturating_add(days.saturating_mul(DAY)).saturating_add(today * HOURS / A_DAY);
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfers_are_spread_over_the_day() {
        let after = |transfers| {
            let clock = Clock::default();
            clock.set(transfers);
            clock.now().duration_since(Clock::default().now()).map(|time| time.as_secs()).ok()
        };
        assert_eq!(
            [after(0), after(1), after(A_DAY), after(A_DAY + 1)],
            [Some(0), Some(18), Some(DAY), Some(DAY + 18)]
        );
    }

    #[test]
    fn a_time_beyond_all_times_is_no_panic() {
        let clock = Clock::default();
        clock.set(u64::MAX);
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH);
    }
}
