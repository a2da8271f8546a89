//! The signal buses of an engine's sessions.

use super::EngineBuilder;
use crate::context::Context;
use crate::engine::BuildError;
use crate::signal::Overflow;

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// How many events can wait on the signal bus: 65,536 where not given.
    pub fn signal_capacity(mut self, events: usize) -> Self {
        self.bus = self.bus.capacity(events);
        self
    }

    /// What a full signal bus does: it refuses what does not fit where not given. Each session has a bus of its own.
    pub fn signal_overflow(mut self, overflow: Overflow) -> Self {
        self.bus = self.bus.overflow(overflow);
        self
    }

    /// The events that overtake all others on the signal bus, wherever they come from: an emergency stop.
    ///
    /// # Errors
    /// Where one of them is not the name of an event.
    pub fn urgent<'a>(mut self, events: impl IntoIterator<Item = &'a str>) -> Result<Self, BuildError> {
        self.bus = self.bus.urgent(events)?;
        Ok(self)
    }
}
