//! One run, as it is told.

use std::time::Duration;

use tracing::{Span, field};

use crate::audit::Violation;
use crate::process::Outcome;

/// A run that begins.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RunBegins<'a> {
    /// The process.
    pub process: &'static str,
    /// The session.
    pub session: &'a str,
}

/// A run that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RunEnded<'a> {
    /// The process.
    pub process: &'static str,
    /// The session.
    pub session: &'a str,
    /// What came of it.
    pub outcome: Outcome,
    /// The name of the declared error that it failed with.
    pub error: Option<&'static str>,
    /// The version of the state after its commit, or that it looked at.
    pub version: u64,
    /// How many times its body was run.
    pub attempts: u32,
    /// What the audit counted it for.
    pub violations: &'a [Violation],
    /// How long it took, waiting for its session included.
    pub took: Duration,
}

impl RunBegins<'_> {
    /// The span that a run is in where [`Telemetry::run_begins`](super::Telemetry::run_begins) makes no other. For tracing systems it
    /// has the process's name.
    #[must_use]
    pub fn span(&self) -> Span {
        let Self { process, session } = *self;
        tracing::info_span!(
            target: "theus::run", "run", otel.name = process, process, session, outcome = field::Empty, error = field::Empty,
            version = field::Empty, attempts = field::Empty, otel.status_code = field::Empty
        )
    }
}

impl RunEnded<'_> {
    /// A span that has no field of such a name is not told it.
    pub(super) fn record(&self, span: &Span) {
        let Self { outcome, error, version, attempts, .. } = *self;
        span.record("outcome", outcome.as_str()).record("version", version).record("attempts", attempts);
        if let Some(error) = error {
            span.record("error", error);
        }
        if outcome.is_fault() {
            span.record("otel.status_code", "ERROR");
        }
    }
}
