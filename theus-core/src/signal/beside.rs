//! What a bus knows beside its queue. There may be very many buses, nearly all of which have none of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::log::EventLog;
use super::{Event, Origin};
use crate::panics::{caught, tell};

/// The clock of whoever handles the events.
pub(crate) trait ArrivalClock: Send + Sync {
    /// How much has gone by since some moment that stays the same.
    fn moment(&self) -> Duration;
    /// The date of such a moment, in nanoseconds since 1970; none where it has none.
    fn date(&self, moment: Duration) -> Option<u64>;
}

pub(crate) type Now = Arc<dyn ArrivalClock>;

/// What a bus knows beside its queue.
#[derive(Default)]
pub(super) struct Beside {
    /// Whether there are signals of dropped events: what is looked at after each event.
    has_dropped: AtomicBool,
    /// Whether it is noted when events come.
    notes_arrivals: AtomicBool,
    /// Whether the session is over whose bus it is.
    is_over: AtomicBool,
    /// Whether events from outside are stored before they are taken.
    is_stored: AtomicBool,
    rare: Mutex<Option<Box<Rare>>>,
}

#[derive(Default)]
struct Rare {
    /// Where dropped events came from, whose signals are still to be put back to rest: the last of each field.
    dropped: Vec<Origin>,
    /// The clock of whoever handles the events.
    now: Option<Now>,
    /// Where events from outside are stored before they are taken.
    log: Option<Arc<dyn EventLog>>,
    /// Of stored events, by their numbers: the dates at which they came, until it is known by which clock they are to be looked at.
    #[cfg(feature = "store")]
    dated: Vec<(u64, u64)>,
}

impl Beside {
    /// Where events from outside are stored before they are taken, if they are.
    #[inline]
    pub(super) fn log(&self) -> Option<Arc<dyn EventLog>> {
        if self.is_stored.load(Ordering::Acquire) { self.rare.lock().as_ref()?.log.clone() } else { None }
    }

    #[cfg(feature = "store")]
    pub(super) fn stored_by(&self, log: Arc<dyn EventLog>) {
        self.rare.lock().get_or_insert_default().log = Some(log);
        self.is_stored.store(true, Ordering::Release);
    }

    #[cold]
    pub(super) fn note_dropped(&self, dropped: &[Event]) {
        let mut rare = self.rare.lock();
        let origins = &mut rare.get_or_insert_default().dropped;
        for event in dropped {
            if let Origin::Signal { path, .. } = &event.origin {
                origins.retain(|origin| !matches!(origin, Origin::Signal { path: other, .. } if other == path));
                origins.push(event.origin);
            }
        }
        self.has_dropped.store(!origins.is_empty(), Ordering::Release);
        drop(rare);
        for Event { name, origin, .. } in dropped {
            tell(|| tracing::warn!(target: "theus::signal", event = %name, ?origin, "dropped: the signal bus is full"));
        }
    }

    pub(super) fn has_dropped(&self) -> bool {
        self.has_dropped.load(Ordering::Acquire)
    }

    pub(super) fn take_dropped(&self) -> Vec<Origin> {
        if !self.has_dropped() {
            return Vec::new();
        }
        let mut rare = self.rare.lock();
        self.has_dropped.store(false, Ordering::Release);
        rare.as_mut().map(|rare| std::mem::take(&mut rare.dropped)).unwrap_or_default()
    }

    /// From now on it is noted when events come, by this clock.
    pub(super) fn arrivals_by(&self, now: Now) {
        let replaced = self.rare.lock().get_or_insert_default().now.replace(now);
        drop(replaced);
        self.note_arrivals(true);
    }

    /// Whether somebody needs to know when events come: while timers run beside the bus.
    pub(super) fn note_arrivals(&self, wanted: bool) {
        self.notes_arrivals.store(wanted, Ordering::Relaxed);
    }

    /// The time, where somebody needs to know it.
    #[inline]
    pub(super) fn arrival(&self) -> Option<Duration> {
        if self.notes_arrivals.load(Ordering::Relaxed) { self.ask() } else { None }
    }

    /// A clock is user code, and a commit is about to be made: where it panics nobody knows when the event came.
    #[cold]
    fn ask(&self) -> Option<Duration> {
        let now = self.rare.lock().as_ref().and_then(|rare| rare.now.clone())?;
        caught(|| now.moment()).ok()
    }

    /// The date of a moment of that clock, in nanoseconds since 1970.
    #[cold]
    pub(super) fn date(&self, came: Option<Duration>) -> Option<u64> {
        let now = self.rare.lock().as_ref().and_then(|rare| rare.now.clone())?;
        caught(|| now.date(came?)).ok().flatten()
    }

    /// The same; where nobody has such a clock, another date: whoever goes on with the session has one, and may need to know.
    pub(super) fn date_or(&self, came: Option<Duration>, otherwise: impl FnOnce() -> u64) -> Option<u64> {
        let has_clock = self.rare.lock().as_ref().is_some_and(|rare| rare.now.is_some());
        if has_clock { self.date(came) } else { Some(otherwise()) }
    }

    /// Of these stored events the dates are known at which they came.
    #[cfg(feature = "store")]
    pub(super) fn came_at(&self, number: u64, date: u64) {
        self.rare.lock().get_or_insert_default().dated.push((number, date));
    }

    /// The date at which that one came, where it is not a moment yet.
    #[cfg(feature = "store")]
    pub(super) fn came_of(&self, number: u64) -> Option<u64> {
        let rare = self.rare.lock();
        rare.as_ref()?.dated.iter().find(|(of, _)| *of == number).map(|(_, date)| *date)
    }

    #[cfg(feature = "store")]
    pub(super) fn take_dated(&self) -> Vec<(u64, u64)> {
        self.rare.lock().as_mut().map(|rare| std::mem::take(&mut rare.dated)).unwrap_or_default()
    }

    /// The session is over whose bus it is.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}
