//! How the engine tells. Everything here is code of a user's, or of a log subscriber: none of its panics goes further.

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::time::Instant;

use tracing::Span;

use super::{EventBegins, EventEnded, RunBegins, RunEnded, Telemetry, TraceContext};
use crate::engine::Report;
use crate::panics::{DropCaught, caught};
use crate::process::{Outcome, Process};
use crate::workflow::Handled;

/// The spans, and nothing besides: what a subscriber of `tracing` makes of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spans;

impl Telemetry for Spans {}

/// Who is told, shared by the sessions of an engine. It is there as long as this is.
#[derive(Clone)]
pub(crate) struct Watch(Arc<DropCaught<Box<dyn Telemetry>>>);

/// A run that is told.
pub(crate) struct WatchedRun<'a> {
    watch: &'a Watch,
    span: DropCaught<Span>,
    begins: RunBegins<'a>,
    since: Instant,
    is_told: bool,
}

/// The span of what a workflow handles.
pub(crate) struct WatchedSpan {
    span: DropCaught<Span>,
    since: Instant,
}

/// The thread is in a span as long as this lives.
pub(crate) struct Entered<'a>(&'a Span);

impl Watch {
    pub(crate) fn new(telemetry: impl Telemetry) -> Self {
        Self(Arc::new(DropCaught::new(Box::new(telemetry))))
    }

    fn tell<T>(&self, what: impl FnOnce(&dyn Telemetry) -> T) -> Option<T> {
        let telemetry = self.0.get()?;
        caught(|| what(&**telemetry)).ok()
    }

    /// Where in a trace this thread is.
    pub(crate) fn here(&self) -> Option<TraceContext> {
        self.tell(|telemetry| telemetry.here()).flatten()
    }

    pub(crate) fn run<'a>(&'a self, process: &'static str, session: &'a str) -> WatchedRun<'a> {
        let begins = RunBegins { process, session };
        let span = self.tell(|telemetry| telemetry.run_begins(&begins)).unwrap_or_else(Span::none);
        WatchedRun { watch: self, span: DropCaught::new(span), begins, since: Instant::now(), is_told: false }
    }

    pub(crate) fn event(&self, begins: &EventBegins<'_>) -> Box<WatchedSpan> {
        let span = self.tell(|telemetry| telemetry.event_begins(begins)).unwrap_or_else(Span::none);
        Box::new(WatchedSpan { span: DropCaught::new(span), since: Instant::now() })
    }

    pub(crate) fn event_ended(&self, watched: &WatchedSpan, session: &str, handled: &Handled, to: Option<&str>) {
        let Some(span) = watched.span.get() else { return };
        let _entered = Entered::new(span);
        let ended = EventEnded { session, handled, to, took: watched.since.elapsed() };
        drop(caught(|| ended.record(span)));
        self.tell(|telemetry| telemetry.event_ended(&ended));
    }
}

impl WatchedRun<'_> {
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        self.span.get().map(Entered::new)
    }

    pub(crate) fn ended<P: Process>(mut self, report: &Report<P>) {
        let (outcome, error) = match &report.result {
            Ok(_) => (Outcome::Committed, None),
            Err(error) => (Outcome::of(error), error.process_error()),
        };
        // Which of its errors it is says code of the process's own crate.
        let error =
            error.and_then(|error| caught(|| P::CONTRACT.errors.get(P::error_place(error)).copied()).ok().flatten());
        self.tell(RunEnded {
            process: self.begins.process,
            session: self.begins.session,
            outcome,
            error,
            version: report.version,
            attempts: report.attempts,
            violations: &report.violations,
            took: self.since.elapsed(),
        });
    }

    fn tell(&mut self, ended: RunEnded<'_>) {
        self.is_told = true;
        let Some(span) = self.span.get() else { return };
        let _entered = Entered::new(span);
        drop(caught(|| ended.record(span)));
        self.watch.tell(|telemetry| telemetry.run_ended(&ended));
    }
}

/// Whoever waited for it has let go of it.
impl Drop for WatchedRun<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            let RunBegins { process, session } = self.begins;
            let (outcome, took) = (Outcome::LetGo, self.since.elapsed());
            self.tell(RunEnded {
                process,
                session,
                outcome,
                error: None,
                version: 0,
                attempts: 0,
                violations: &[],
                took,
            });
        }
    }
}

impl WatchedSpan {
    pub(crate) fn span(&self) -> Span {
        let span = self.span.get().map(|span| caught(|| span.clone()));
        span.and_then(Result::ok).unwrap_or_else(Span::none)
    }
}

impl<'a> Entered<'a> {
    pub(crate) fn new(span: &'a Span) -> Self {
        drop(caught(|| span.with_subscriber(|(id, subscriber)| subscriber.enter(id))));
        Self(span)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        drop(caught(|| self.0.with_subscriber(|(id, subscriber)| subscriber.exit(id))));
    }
}

/// A run that is awaited: the thread is in its span whenever it is polled.
pub(crate) async fn watched<P: Process>(run: WatchedRun<'_>, future: impl Future<Output = Report<P>>) -> Report<P> {
    // Dropped before the run is told to be let go of.
    let mut future = Box::pin(future);
    let report = poll_fn(|task| {
        let _entered = run.enter();
        future.as_mut().poll(task)
    })
    .await;
    run.ended(&report);
    report
}

impl fmt::Debug for WatchedSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedSpan")
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
