//! Events that a state keeps for a later one.

use super::deferred::Deferred;
use super::event::EventId;
use super::id::StateId;
use super::state::State;
use crate::signal::EventName;

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

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a state defers, in order.
    pub(super) fn of_state(&self, state: StateId) -> &[EventId] {
        self.0.get(state.index()).map_or(&[], |events| events)
    }
}
