//! Whether an event is deferred where a session is.

use super::Configuration;
use super::definition::Definition;
use super::event::EventId;
use super::id::StateId;

impl Definition {
    /// Whether a state defers an event.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn has_deferrals(&self) -> bool {
        !self.deferrals.is_empty()
    }

    /// Whether an active state defers the event: one that no transition takes is kept then.
    #[must_use]
    pub fn defers(&self, at: &Configuration, event: impl Into<Option<EventId>>) -> bool {
        let Some(event) = event.into().filter(|_| self.has_deferrals()) else { return false };
        let defers = |state: StateId| self.deferrals.of_state(state).binary_search(&event).is_ok();
        at.leaves().iter().any(|leaf| std::iter::once(*leaf).chain(self.tree.around(*leaf)).any(defers))
    }
}
