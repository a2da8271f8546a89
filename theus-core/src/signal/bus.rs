//! The queue between those who raise events and the workflow that handles them.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use thiserror::Error;

use super::{Event, EventName, EventNameError, Origin};

/// The signal bus: thread-safe, bounded, first in, first out. A clone is another handle to the same bus.
///
/// It never blocks a sender and never drops an event: one that does not fit is refused, and the sender is told.
///
/// ```
/// use theus_core::signal::SignalBus;
///
/// let bus = SignalBus::new(2);
/// bus.emit("CMD_START")?;
/// bus.emit("EVT_DOOR_OPEN")?;
/// assert!(bus.emit("CMD_STOP").is_err(), "it is full");
/// let first = bus.try_next().map(|event| event.name.to_string());
/// assert_eq!(first.as_deref(), Some("CMD_START"));
/// # Ok::<(), theus_core::signal::EmitError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignalBus {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    capacity: usize,
    queue: Mutex<VecDeque<Event>>,
}

/// What a bus is like.
#[derive(Clone, Debug)]
pub struct BusOptions {
    capacity: usize,
}

impl BusOptions {
    /// Of this capacity.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity }
    }

    /// Of another capacity.
    #[must_use]
    pub const fn capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }
}

/// The bus has no room for what was offered; nothing of it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the signal bus has no room: {waiting} of {capacity} places are taken, {offered} wanted; \
     handle the waiting events first, or give the bus a larger capacity"
)]
pub struct BusFull {
    /// How many events it can hold.
    pub capacity: usize,
    /// How many are waiting.
    pub waiting: usize,
    /// How many were offered.
    pub offered: usize,
}

/// Why an event from outside was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EmitError {
    /// The name does not have the form of an event's name.
    #[error(transparent)]
    Name(#[from] EventNameError),
    /// No state of the workflow has a use for this event.
    #[error("no state of this workflow handles the event `{event}`; {help}")]
    Unhandled {
        /// The event, as given.
        event: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// Only the runtime tells this event.
    #[error("`{0}` cannot come from outside: the workflow tells it when an entry chain ends")]
    Builtin(EventName),
    /// The bus is full.
    #[error(transparent)]
    Full(#[from] BusFull),
}

impl SignalBus {
    /// A bus that holds at most `capacity` events; one of capacity 0 refuses every event.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { shared: Arc::new(Shared { capacity, queue: Mutex::default() }) }
    }

    pub(crate) fn with(options: &BusOptions) -> Self {
        Self::new(options.capacity)
    }

    /// Gives back memory that the waiting events do not need.
    pub(crate) fn rest(&self) {
        self.shared.queue.lock().shrink_to_fit();
    }

    /// Adds an event from outside.
    ///
    /// # Errors
    /// [`EmitError`] where the name has not the form of an event's name, belongs to the runtime, or the bus is full.
    pub fn emit(&self, name: &str) -> Result<(), EmitError> {
        let name = EventName::parse(name)?;
        if name.is_builtin() {
            return Err(EmitError::Builtin(name));
        }
        let event = Event { name, origin: Origin::External };
        self.publish(std::iter::once(event))?;
        Ok(())
    }

    /// Adds all the events of a transaction, in order and with no other between them; or none.
    ///
    /// # Errors
    /// [`BusFull`] where there is no room for all of them.
    pub fn publish(&self, events: impl ExactSizeIterator<Item = Event>) -> Result<(), BusFull> {
        self.publish_with(events, || ())
    }

    /// As [`publish`](Self::publish), with a commit in between: where there is room for all events, `commit` runs, and
    /// only then are they added. So no event is seen before the commit, and none is lost after it.
    ///
    /// The bus is locked meanwhile: neither `commit` nor the iterator may use it. A panic of either adds nothing.
    ///
    /// # Errors
    /// [`BusFull`] where there is no room for all of them; `commit` has not run then.
    pub fn publish_with<R>(
        &self,
        events: impl ExactSizeIterator<Item = Event>,
        commit: impl FnOnce() -> R,
    ) -> Result<R, BusFull> {
        let capacity = self.shared.capacity;
        let mut queue = self.shared.queue.lock();
        let (waiting, offered) = (queue.len(), events.len());
        if offered > capacity - waiting {
            return Err(BusFull { capacity, waiting, offered });
        }
        let done = commit();
        let mut batch = Batch { queue: &mut queue, waiting, complete: false };
        // Bounded by what was promised: an iterator that says too little cannot overfill the bus.
        batch.queue.extend(events.take(offered));
        batch.complete = true;
        Ok(done)
    }

    /// Takes the oldest event, if there is one.
    #[must_use = "the event is taken off the bus"]
    pub fn try_next(&self) -> Option<Event> {
        self.shared.queue.lock().pop_front()
    }

    /// How many events are waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.queue.lock().len()
    }

    /// Whether no event is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events it can hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }
}

/// Takes back what was added where the iterator panics half-way.
struct Batch<'a> {
    queue: &'a mut VecDeque<Event>,
    waiting: usize,
    complete: bool,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.complete {
            self.queue.truncate(self.waiting);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::*;

    fn event(field: &'static str, version: u64) -> Event {
        let origin = Origin::Signal { path: field, version, process: "p" };
        Event { name: EventName::from_signal_field(field), origin }
    }

    fn drain(bus: &SignalBus) -> Vec<Event> {
        std::iter::from_fn(|| bus.try_next()).collect()
    }

    #[test]
    fn events_come_out_as_they_went_in() {
        let bus = SignalBus::new(8);
        bus.publish([event("sig_a", 1), event("sig_b", 1)].into_iter()).unwrap();
        bus.emit("CMD_C").unwrap();
        assert_eq!((bus.len(), bus.capacity(), bus.is_empty()), (3, 8, false));
        let out = drain(&bus.clone());
        assert_eq!(out[..2], [event("sig_a", 1), event("sig_b", 1)]);
        assert_eq!((out[2].name.to_string().as_str(), out[2].origin), ("CMD_C", Origin::External));
        assert!(bus.is_empty(), "a clone is the same bus");
    }

    #[test]
    fn a_batch_that_does_not_fit_is_refused_whole() {
        let bus = SignalBus::new(3);
        bus.emit("CMD_A").unwrap();
        let batch = || [event("sig_a", 1), event("sig_b", 1), event("sig_c", 1)].into_iter();
        let mut committed = false;
        let refused = bus.publish_with(batch(), || committed = true).unwrap_err();
        assert_eq!(refused, BusFull { capacity: 3, waiting: 1, offered: 3 });
        assert!(!committed);
        assert_eq!(bus.len(), 1);
        assert_eq!(drain(&bus)[0].name.to_string(), "CMD_A");
        bus.publish_with(batch(), || committed = true).unwrap();
        assert!(committed && bus.len() == 3, "the same batch fits once there is room");
        assert_eq!(
            bus.emit("CMD_A").unwrap_err().to_string(),
            "the signal bus has no room: 3 of 3 places are taken, 1 wanted; \
             handle the waiting events first, or give the bus a larger capacity"
        );
        bus.publish(std::iter::empty()).unwrap();
    }

    #[test]
    fn a_bus_without_places_refuses_every_event() {
        let bus = SignalBus::new(0);
        assert!(matches!(bus.emit("CMD_A"), Err(EmitError::Full(_))));
        assert!(bus.is_empty());
    }

    #[test]
    fn a_name_without_form_or_of_the_runtime_is_refused() {
        let bus = SignalBus::new(1);
        assert!(matches!(bus.emit("start"), Err(EmitError::Name(_))));
        for name in ["EVT_CHAIN_DONE", "SIG_CHAIN_FAIL"] {
            assert!(matches!(bus.emit(name), Err(EmitError::Builtin(_))), "{name}");
        }
        assert!(bus.is_empty());
        bus.emit("CMD_CHAIN_DONE").unwrap();
    }

    #[test]
    fn a_panic_half_way_leaves_nothing_and_the_bus_usable() {
        let bus = SignalBus::new(8);
        bus.emit("CMD_A").unwrap();
        let events = [1, 2, 3].into_iter().map(|n| if n == 3 { panic!("half-way") } else { event("sig_a", n) });
        assert!(catch_unwind(AssertUnwindSafe(|| bus.publish(events))).is_err());
        let commit = || panic!("commit");
        assert!(
            catch_unwind(AssertUnwindSafe(|| bus.publish_with(std::iter::once(event("sig_b", 1)), commit))).is_err()
        );
        assert_eq!(drain(&bus).len(), 1);
    }

    #[test]
    fn producers_side_by_side_lose_nothing_and_keep_their_order_and_their_batches() {
        const PRODUCERS: [&str; 4] = ["sig_a", "sig_b", "sig_c", "sig_d"];
        const EACH: u64 = 1_500;
        let bus = SignalBus::new(64);
        let out = thread::scope(|scope| {
            for field in PRODUCERS {
                let bus = bus.clone();
                scope.spawn(move || {
                    for n in 0..EACH / 3 {
                        let batch = || [0, 1, 2].into_iter().map(|k| event(field, n * 3 + k));
                        while bus.publish(batch()).is_err() {
                            thread::yield_now();
                        }
                    }
                });
            }
            let mut out = Vec::new();
            while out.len() < PRODUCERS.len() * EACH as usize {
                match bus.try_next() {
                    Some(event) => out.push(event),
                    None => thread::yield_now(),
                }
                assert!(bus.len() <= bus.capacity());
            }
            out
        });
        assert!(bus.is_empty());
        for field in PRODUCERS {
            let name = EventName::from_signal_field(field);
            let own: Vec<_> = out.iter().filter(|event| event.name == name).cloned().collect();
            assert_eq!(own, (0..EACH).map(|n| event(field, n)).collect::<Vec<_>>());
        }
        for batch in out.chunks(3) {
            assert!(batch.iter().all(|event| event.name == batch[0].name), "a batch was torn: {batch:?}");
        }
    }
}
