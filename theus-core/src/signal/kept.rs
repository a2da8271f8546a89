//! A bus whose events a store keeps.

use std::sync::Arc;
use std::time::Duration;

use super::bus::{BusFull, SignalBus};
use super::log::EventLog;
use super::queue::{Bring, Offer};
use super::stored::Waiting;
use super::{Event, EventName, Overflow};

impl SignalBus {
    /// Every event from outside is in a store before it is on the bus, from now on.
    pub(crate) fn stored_by(&self, log: Arc<dyn EventLog>) {
        self.shared.beside.stored_by(log);
    }

    /// Whether the events of a transaction have room.
    ///
    /// # Errors
    /// [`BusFull`].
    pub(crate) fn has_room(&self, offered: usize, raised: bool) -> Result<(), BusFull> {
        let options = &*self.shared.options;
        if offered == 0 || matches!(options.overflow, Overflow::DropOldest) {
            return Ok(());
        }
        let room = self.shared.queue.has_room(options.capacity, offered, raised);
        room.map_err(|waiting| self.full(waiting, offered))
    }

    /// Events that a store has, from this number on. They are taken whatever waits, unless the oldest make room.
    pub(crate) fn bring_stored(&self, events: Vec<Event>, number: u64) {
        let options = &*self.shared.options;
        let events: Vec<_> = events.into_iter().map(|event| (options.is_urgent(&event.name), event)).collect();
        self.bring_back(events.into_iter().map(|(urgent, event)| (event, urgent)).collect(), number);
    }

    /// The same, each with whether it is urgent.
    pub(crate) fn bring_back(&self, events: Vec<(Event, bool)>, number: u64) {
        let options = &*self.shared.options;
        let how = if matches!(options.overflow, Overflow::DropOldest) { Bring::DropOldest } else { Bring::Stored };
        let offer = Offer { how, came: self.shared.beside.arrival(), from_outside: false, number };
        if let Ok(((), dropped)) = self.shared.queue.bring(options.capacity, events.into_iter(), offer, || ()) {
            self.note_dropped(dropped);
        }
    }

    /// The same for what a step of the session's own workflow has raised.
    pub(crate) fn raise_stored(&self, events: Vec<(Event, bool)>, number: u64) {
        // They are stored: there is room for them.
        let _ = self.shared.queue.raise(usize::MAX, events, false, number, || ());
    }

    /// Whether an event of this name is urgent wherever it comes from.
    pub(crate) fn is_urgent(&self, name: &EventName) -> bool {
        self.shared.options.is_urgent(name)
    }

    /// What waits, in the order in which it is taken.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let beside = &self.shared.beside;
        let waiting = |(event, urgent, internal, came, number)| {
            let came = beside.date(came).or_else(|| beside.came_of(number));
            Waiting { event, urgent, internal, came }
        };
        self.shared.queue.all_waiting().into_iter().map(waiting).collect()
    }

    /// What comes now comes at this date, in nanoseconds since 1970, where somebody needs to know; by who has no clock for that, at
    /// this other one.
    pub(crate) fn arrival_date(&self, otherwise: u64) -> Option<u64> {
        self.shared.beside.date_or(self.shared.beside.arrival(), || otherwise)
    }

    /// A stored event that was brought back came at this date.
    pub(crate) fn came_at(&self, number: u64, date: u64) {
        self.shared.beside.came_at(number, date);
    }

    /// From now on the dates at which stored events came are these moments.
    pub(crate) fn count_arrivals(&self, moment: impl Fn(u64) -> Option<Duration>) {
        let dated = self.shared.beside.take_dated();
        if !dated.is_empty() {
            self.shared.queue.came_at(dated.into_iter().map(|(number, date)| (number, moment(date))).collect());
        }
    }

    /// The numbers of stored events that wait no longer, as far as nobody has asked before.
    pub(crate) fn take_gone(&self) -> Vec<u64> {
        self.shared.queue.take_gone()
    }

    /// An event was not taken after all: the store does not let go of it, or of the others that it was to.
    pub(crate) fn put_back(&self, event: Event, numbers: Vec<u64>) {
        let urgent = self.shared.options.is_urgent(&event.name);
        self.shared.queue.put_back(event, urgent, numbers);
    }
}
