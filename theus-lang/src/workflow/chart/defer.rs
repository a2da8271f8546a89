//! Events that a state keeps for a later one.

use super::definition::Definition;
use super::event::EventId;
use super::id::StateId;
use super::source::Place;
use super::state::State;
use crate::signal::EventName;

/// How many events that were deferred a session keeps at most: the next one is dropped, which is told.
pub const MOST_DEFERRED: usize = 64;

/// An event that a state keeps, as long as it is active and no transition takes the event (`defer`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// The event.
    pub event: EventName,
    /// Where the file says so.
    pub place: Place,
}

/// By state the events that it defers, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Deferrals(Box<[Box<[EventId]>]>);

impl Deferrals {
    /// Of the events of the definition, which are in order.
    pub(super) fn of(states: &[State], events: &[EventName]) -> Self {
        if states.iter().all(|state| state.defer.is_empty()) {
            return Self::default();
        }
        let id = |deferred: &Deferred| {
            let place = events.binary_search(&deferred.event).ok()?;
            u32::try_from(place).ok().map(EventId)
        };
        let of_state = |state: &State| {
            let mut ids: Vec<EventId> = state.defer.iter().filter_map(id).collect();
            ids.sort_unstable();
            ids.into_boxed_slice()
        };
        Self(states.iter().map(of_state).collect())
    }
}

impl Definition {
    /// Whether a state defers an event.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn has_deferrals(&self) -> bool {
        !self.deferrals.0.is_empty()
    }

    /// Whether an active state defers the event: one that no transition takes is kept then.
    #[must_use]
    pub fn defers(&self, at: &super::Configuration, event: impl Into<Option<EventId>>) -> bool {
        let Some(event) = event.into().filter(|_| self.has_deferrals()) else { return false };
        let defers = |state: StateId| {
            let own = self.deferrals.0.get(state.index());
            own.is_some_and(|events| events.binary_search(&event).is_ok())
        };
        at.leaves().iter().any(|leaf| std::iter::once(*leaf).chain(self.tree.around(*leaf)).any(defers))
    }
}
