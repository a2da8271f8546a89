//! Who is told by the engine.

use std::sync::Arc;

use opentelemetry::metrics::Meter;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use theus_core::telemetry::{EventBegins, EventEnded, RunEnded, Telemetry, TraceContext};
use tracing::Span;

use crate::instruments::Instruments;
use crate::trace::{self, continues};

/// Traces and metrics of an engine: give a clone to [`EngineBuilder::telemetry`](theus_core::EngineBuilder::telemetry).
///
/// | metric | unit | by | |
/// |---|---|---|---|
/// | `theus.run.duration` | s | `process`, `outcome`, `error` | a histogram: its counts are commits, and what was rolled back by reason |
/// | `theus.run.repeats` | | `process` | bodies that were run again |
/// | `theus.rule.violations` | | `process`, `rule`, `level`, `action` | what rules have found |
/// | `theus.event.duration` | s | `event`, `failed` | from the beginning of an event to the end of all that came of it |
/// | `http.server.request.duration` | s | `http.request.method`, `http.route`, `http.response.status_code` | with [`around`](Self::around) |
///
/// and for each pool that is [watched](Self::watch), when it is asked:
///
/// | metric | by | |
/// |---|---|---|
/// | `theus.sessions` | `status` | open sessions |
/// | `theus.sessions.in_state` | `state` | those that are in it |
/// | `theus.events.waiting` | | events that wait in sessions that are in memory |
/// | `theus.events.handled`, `theus.events.discarded`, `theus.troubles` | | counters |
/// | `theus.interlock` | | 1 where it is latched |
/// | `theus.alarms` | `state` | alarms, by their state of ISA-18.2 |
/// | `theus.records.lost` | `sink` | audit records that a sink has lost |
#[derive(Clone)]
pub struct OpenTelemetry(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) meter: Meter,
    pub(crate) instruments: Instruments,
    /// What Prometheus is shown, where [`install`](crate::install) has set it up.
    pub(crate) page: Option<prometheus::Registry>,
    /// What was set up, to be ended.
    pub(crate) providers: Option<(SdkMeterProvider, Option<SdkTracerProvider>)>,
}

impl OpenTelemetry {
    /// With a meter of one's own, for a program that has set up OpenTelemetry and `tracing` by itself. Spans go where its layer of
    /// `tracing-opentelemetry` sends them.
    ///
    /// ```
    /// use opentelemetry::metrics::MeterProvider;
    /// use opentelemetry_sdk::metrics::SdkMeterProvider;
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Tank { level: i64 }
    ///
    /// let provider = SdkMeterProvider::builder().build();
    /// let telemetry = theus_telemetry::OpenTelemetry::of(provider.meter("theus"));
    /// let engine = Engine::builder(Tank::default()).telemetry(telemetry).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(meter: Meter) -> Self {
        Self::new(meter, None, None)
    }

    pub(crate) fn new(
        meter: Meter,
        page: Option<prometheus::Registry>,
        providers: Option<(SdkMeterProvider, Option<SdkTracerProvider>)>,
    ) -> Self {
        let instruments = Instruments::new(&meter);
        Self(Arc::new(Shared { meter, instruments, page, providers }))
    }

    /// What Prometheus is shown, in its text format; nothing where [`install`](crate::install) has not set it up.
    #[must_use]
    pub fn metrics(&self) -> String {
        let Some(page) = &self.0.page else { return String::new() };
        prometheus::TextEncoder::new().encode_to_string(&page.gather()).unwrap_or_default()
    }

    /// Sends what was not sent yet, and ends what [`install`](crate::install) has begun. It waits for the collector, for five seconds at
    /// most.
    pub fn shut_down(&self) {
        let Some((_, Some(spans))) = &self.0.providers else { return };
        if let Err(error) = spans.shutdown() {
            tracing::warn!(target: "theus::telemetry", %error, "some spans were not sent");
        }
    }
}

impl Telemetry for OpenTelemetry {
    fn run_ended(&self, run: &RunEnded<'_>) {
        self.0.instruments.run(run);
    }

    fn event_begins(&self, event: &EventBegins<'_>) -> Span {
        let span = event.span();
        if let Some(trace) = event.trace {
            continues(&span, trace);
        }
        span
    }

    fn event_ended(&self, event: &EventEnded<'_>) {
        self.0.instruments.event(event);
    }

    fn here(&self) -> Option<TraceContext> {
        trace::here()
    }
}

impl std::fmt::Debug for OpenTelemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenTelemetry").finish_non_exhaustive()
    }
}
