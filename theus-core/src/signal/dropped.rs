//! Where events came from that had to make room.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::{Event, Origin};
use crate::panics::tell;

/// Where dropped events came from, whose signals are still to be put back to rest: the last of each field.
#[derive(Default)]
pub(super) struct Dropped {
    /// Whether there are any: what is looked at after each event.
    any: AtomicBool,
    origins: Mutex<Vec<Origin>>,
}

impl Dropped {
    #[cold]
    pub(super) fn note(&self, dropped: &[Event]) {
        let mut origins = self.origins.lock();
        for event in dropped {
            if let Origin::Signal { path, .. } = &event.origin {
                origins.retain(|origin| !matches!(origin, Origin::Signal { path: other, .. } if other == path));
                origins.push(event.origin);
            }
        }
        self.any.store(!origins.is_empty(), Ordering::Release);
        drop(origins);
        for Event { name, origin, .. } in dropped {
            tell(|| tracing::warn!(target: "theus::signal", event = %name, ?origin, "dropped: the signal bus is full"));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    pub(super) fn take(&self) -> Vec<Origin> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut origins = self.origins.lock();
        self.any.store(false, Ordering::Release);
        std::mem::take(&mut *origins)
    }
}
