//! How long to wait before a run that met a conflict is attempted again.

use std::future::poll_fn;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use crate::transaction::Limit;

use crate::panics::caught;

/// The first attempts only give the processor away; later ones sleep, longer each time and never more than this.
const LONGEST: Duration = Duration::from_millis(2);
const SHORTEST: Duration = Duration::from_micros(2);
const YIELDS: u32 = 2;

/// A random share of a span that doubles with each attempt: jitter, so that two runs do not meet again in step.
fn pause(attempt: u32) -> Duration {
    let doubled = SHORTEST.saturating_mul(1_u32.checked_shl(attempt.min(16)).unwrap_or(u32::MAX));
    doubled.min(LONGEST).mul_f64(fastrand::f64())
}

/// Waits, on the calling thread, and not longer than to the run's limit.
pub(super) fn wait(attempt: u32, limit: Option<&Limit>) {
    if attempt <= YIELDS {
        thread::yield_now();
    } else {
        let left = limit.map_or(LONGEST, |limit| limit.until.saturating_duration_since(Instant::now()));
        thread::sleep(pause(attempt).min(left));
    }
}

/// Lets other tasks run; no runtime is assumed, so there is no timer to sleep on.
pub(super) async fn wait_async(attempt: u32) {
    let mut spins = fastrand::u32(1..=1 << attempt.min(6));
    poll_fn(|task| {
        if spins == 0 {
            return Poll::Ready(());
        }
        spins -= 1;
        // Where it cannot be woken, it goes on at once.
        if caught(|| task.waker().wake_by_ref()).is_ok() { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_never_exceeds_the_longest() {
        for attempt in [0, 1, 5, 31, u32::MAX] {
            assert!(pause(attempt) <= LONGEST);
        }
    }
}
