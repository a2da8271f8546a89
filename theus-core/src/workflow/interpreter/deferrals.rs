//! The events that a session has deferred.

use std::collections::VecDeque;

use crate::signal::{Event, Origin};

/// What a session keeps for later.
#[derive(Debug, Default)]
pub(super) struct DeferredEvents {
    /// In the order in which they came, but for what is urgent.
    pub(super) events: VecDeque<Event>,
    /// How many of the first overtake what comes after them.
    pub(super) ahead: usize,
    /// Whether other states are active since they were looked through last, or a region's chain has ended.
    pub(super) is_open: bool,
}

impl DeferredEvents {
    pub(super) fn keep(&mut self, event: &Event, is_urgent: bool) {
        // Its signal is put back to rest now, and may be raised again.
        let origin = match event.origin {
            Origin::Signal { path, process, .. } => Origin::Signal { path, version: 0, process },
            origin => origin,
        };
        let event = Event { origin, ..event.clone() };
        if is_urgent {
            self.events.insert(self.ahead.min(self.events.len()), event);
            self.ahead += 1;
        } else {
            self.events.push_back(event);
        }
    }

    pub(super) fn take(&mut self, place: usize) -> Option<Event> {
        self.ahead -= usize::from(place < self.ahead);
        self.events.remove(place)
    }
}
