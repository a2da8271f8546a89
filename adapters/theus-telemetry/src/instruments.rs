//! What is counted while a program runs.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};
use theus_core::telemetry::{EventEnded, RunEnded};

/// Bounds in seconds: a run in memory takes a tenth of a microsecond, one that asks another service seconds.
const SECONDS: [f64; 16] =
    [1e-6, 1e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 10.0];

/// The instruments of one engine, or of several.
pub(crate) struct Instruments {
    runs: Histogram<f64>,
    attempts: Counter<u64>,
    violations: Counter<u64>,
    events: Histogram<f64>,
    #[cfg(feature = "axum")]
    pub(crate) requests: Histogram<f64>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter) -> Self {
        let seconds = |name: &'static str, what: &'static str| {
            let histogram = meter.f64_histogram(name).with_description(what).with_unit("s");
            histogram.with_boundaries(SECONDS.to_vec()).build()
        };
        let counter = |name: &'static str, what: &'static str| meter.u64_counter(name).with_description(what).build();
        Self {
            runs: seconds("theus.run.duration", "How long runs took, by process and by what came of them."),
            attempts: counter("theus.run.repeats", "How often a body was run again, as what it had read was changed."),
            violations: counter("theus.rule.violations", "What runs were counted for, by rule."),
            events: seconds("theus.event.duration", "How long it took until all that came of an event was done."),
            #[cfg(feature = "axum")]
            requests: seconds("http.server.request.duration", "Duration of HTTP server requests."),
        }
    }

    pub(crate) fn run(&self, run: &RunEnded<'_>) {
        let process = KeyValue::new("process", run.process);
        let outcome = KeyValue::new("outcome", run.outcome.as_str());
        let took = run.took.as_secs_f64();
        match run.error {
            None => self.runs.record(took, &[process.clone(), outcome]),
            Some(error) => self.runs.record(took, &[process.clone(), outcome, KeyValue::new("error", error)]),
        }
        if run.attempts > 1 {
            self.attempts.add(u64::from(run.attempts - 1), &[process]);
        }
        for violation in run.violations {
            let rule = &violation.metadata;
            let named = rule.id.as_deref().map_or_else(|| rule.rule.to_string(), str::to_owned);
            let labels = [
                KeyValue::new("process", rule.process.to_string()),
                KeyValue::new("rule", named),
                KeyValue::new("level", rule.level.to_string()),
                KeyValue::new("action", violation.action.to_string()),
            ];
            self.violations.add(1, &labels);
        }
    }

    pub(crate) fn event(&self, event: &EventEnded<'_>) {
        let handled = event.handled;
        // Events have the names that the workflow's file and the signals have: their number is bounded by them.
        let name =
            handled.event.as_ref().map_or_else(|| handled.cause.as_str().to_owned(), |event| event.name.to_string());
        let labels = [KeyValue::new("event", name), KeyValue::new("failed", handled.failed)];
        self.events.record(event.took.as_secs_f64(), &labels);
    }
}
