//! The clock that records are dated by.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::panics::{caught, tell};

/// The system's, or one that a user has injected.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(super) fn system() -> Self {
        Self(Arc::new(SystemTime::now))
    }

    pub(super) const fn injected(clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self(clock)
    }

    /// What time it is. A clock that panics must not keep a violation from being counted, or an engine from being stopped:
    /// what it should have dated gets the system's time, which is told.
    pub(super) fn now(&self) -> SystemTime {
        caught(|| (self.0)()).unwrap_or_else(|_| {
            tell(
                || tracing::error!(target: "theus::audit", "the audit's clock panicked: records get the system's time"),
            );
            SystemTime::now()
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_clock_that_panics_is_the_systems() {
        let (before, now) = (SystemTime::now(), Clock::injected(Arc::new(|| panic!("stopped"))).now());
        assert!(now >= before && now <= SystemTime::now());
        assert_eq!(Clock::injected(Arc::new(|| SystemTime::UNIX_EPOCH)).now(), SystemTime::UNIX_EPOCH);
    }
}
