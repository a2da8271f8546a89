//! One event, as it is told.

use std::time::Duration;

use tracing::{Span, field};

use crate::signal::{Event, TraceContext};
use crate::workflow::{Cause, Handled};

/// An event, or another cause, that a workflow begins to handle.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EventBegins<'a> {
    /// The session.
    pub session: &'a str,
    /// The event; none where it was none, as for what time brings.
    pub event: Option<&'a Event>,
    /// What it is that is handled.
    pub cause: Cause,
    /// The state in which it is.
    pub from: &'a str,
    /// Where in a trace it was sent. What a workflow tells itself is where that has come of.
    pub trace: Option<&'a TraceContext>,
}

/// All that came of an event is done.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EventEnded<'a> {
    /// The session.
    pub session: &'a str,
    /// What came of it.
    pub handled: &'a Handled,
    /// The state after it; none where no state had a use for it.
    pub to: Option<&'a str>,
    /// How long it took, waiting included. After a restart: since then.
    pub took: Duration,
}

impl EventBegins<'_> {
    /// The span that it is handled in where [`Telemetry::event_begins`](super::Telemetry::event_begins) makes no other. It has no
    /// parent in this program: whoever sent the event does not wait for it.
    #[must_use]
    pub fn span(&self) -> Span {
        let Self { session, from, cause, .. } = *self;
        let cause = cause.as_str();
        let event = self.event.map(|event| event.name.to_string());
        let event = event.as_deref();
        tracing::info_span!(
            target: "theus::event", parent: None, "event", otel.name = event.unwrap_or(cause), event, session, cause, from,
            to = field::Empty, failed = field::Empty, otel.kind = "consumer"
        )
    }
}

impl EventEnded<'_> {
    pub(super) fn record(&self, span: &Span) {
        span.record("failed", self.handled.failed);
        if let Some(to) = self.to {
            span.record("to", to);
        }
    }
}
