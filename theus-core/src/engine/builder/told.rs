//! Who is told what the engine does.

#[cfg(feature = "telemetry")]
use super::EngineBuilder;
#[cfg(feature = "telemetry")]
use crate::context::Context;
use crate::signal::BusOptions;
use crate::telemetry::Watch;

#[cfg(feature = "telemetry")]
impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// Who is told what the engine does: each run, and each event that a workflow handles. See [`telemetry`](crate::telemetry).
    pub fn telemetry(mut self, telemetry: impl crate::telemetry::Telemetry) -> Self {
        self.telemetry = Some(Watch::new(telemetry));
        self
    }
}

/// Events take along where in a trace they are sent, where somebody knows that.
pub(super) fn bus(mut bus: BusOptions, telemetry: Option<&Watch>) -> BusOptions {
    if let Some(telemetry) = telemetry.cloned() {
        bus.traced(move || telemetry.here());
    }
    bus
}
