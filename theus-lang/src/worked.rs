//! What a test costs: the time that its thread has worked, for what others do beside it says nothing of the code.

use std::time::{Duration, Instant};

/// The time that this thread has worked so far, where the system tells.
fn worked() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The time that something takes this thread.
pub(crate) fn time_of(run: impl FnOnce()) -> Duration {
    let (before, began) = (worked(), Instant::now());
    run();
    worked().zip(before).map_or_else(|| began.elapsed(), |(after, before)| after.saturating_sub(before))
}
