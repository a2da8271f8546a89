//! Looking on at a bus.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Event;
use super::queue::deadline;
use super::watch::{Item, LossyQueue, Taken};

/// An observer of a bus: it sees every event that the bus takes or drops, in order, and takes none of them away.
///
/// A slow observer holds nobody up: it loses the oldest of what it has not looked at, and is told how many.
///
/// ```
/// use theus_core::signal::{SignalBus, Item};
///
/// let bus = SignalBus::new(8);
/// let observer = bus.subscribe(1);
/// bus.emit("CMD_A")?;
/// bus.emit("CMD_B")?;
/// assert_eq!(observer.try_next(), Some(Item::Lost(1)));
/// assert!(matches!(observer.try_next(), Some(Item::Event(event)) if event.name.to_string() == "CMD_B"));
/// assert_eq!((observer.try_next(), bus.len()), (None, 2));
/// # Ok::<(), theus_core::signal::EmitError>(())
/// ```
pub struct Subscription {
    watch: Arc<LossyQueue<Item<Event>>>,
}

impl Subscription {
    pub(super) fn new(watch: Arc<LossyQueue<Item<Event>>>) -> Self {
        Self { watch }
    }

    /// What comes next, if it is there.
    #[must_use = "it is told once"]
    pub fn try_next(&self) -> Option<Item<Event>> {
        self.watch.try_take().map(item)
    }

    /// What comes next, waited for with the thread blocked; `None` when the time is over, or the bus is gone.
    #[must_use = "it is told once"]
    pub fn next_timeout(&self, at_most: Duration) -> Option<Item<Event>> {
        self.watch.take_until(deadline(at_most)).map(item)
    }

    /// What comes next, waited for without blocking; `None` when the bus is gone. It assumes no runtime.
    pub async fn next(&self) -> Option<Item<Event>> {
        self.watch.take_async().await.map(item)
    }

    #[cfg(test)]
    pub(super) fn waiting_tasks(&self) -> usize {
        self.watch.waiting()
    }
}

fn item(taken: Taken<Item<Event>>) -> Item<Event> {
    match taken {
        Taken::Item(item) => item,
        Taken::Lost(missed) => Item::Lost(missed),
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}
