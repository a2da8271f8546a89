//! What an engine tells of itself while it works: a span for each run and for each event that a workflow handles, and what came of
//! them, for traces and metrics.
//!
//! ```
//! use std::sync::Mutex;
//!
//! use theus_core::prelude::*;
//! use theus_core::telemetry::{RunEnded, Telemetry};
//!
//! #[derive(Clone, Default, Context)]
//! struct Tank { level: i64 }
//!
//! #[process(inputs = [domain.level], outputs = [domain.level])]
//! fn fill(ctx: Ctx<Tank>, litres: i64) { *ctx.domain.level += litres; }
//!
//! static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
//!
//! struct Seen;
//! impl Telemetry for Seen {
//!     fn run_ended(&self, run: &RunEnded<'_>) {
//!         SEEN.lock().unwrap().push(format!("{}: {} at {}", run.process, run.outcome, run.version));
//!     }
//! }
//!
//! let engine = Engine::builder(Tank::default()).process::<Fill>().telemetry(Seen).build()?;
//! engine.run(Fill { litres: 5 })?;
//! assert_eq!(*SEEN.lock().unwrap(), ["fill: committed at 1"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | construct | for |
//! |---|---|
//! | [`Telemetry`] | who is told: the spans are `tracing`'s, and are made even where nothing else is overridden |
//! | [`Spans`] | the spans alone |
//! | [`RunBegins`], [`RunEnded`], [`Outcome`] | one run |
//! | [`EventBegins`], [`EventEnded`] | one event, or another cause, that a workflow handles |
//! | [`TraceContext`] | where in a trace something is, carried from who sends an event to what comes of it |
//!
//! With OpenTelemetry and Prometheus it is one line: the crate `theus-telemetry`. Beside it stand what needs no telling:
//! [`Engine::status`](crate::Engine::status), [`Sessions::census`](crate::workflow::Sessions::census), and what the audit logs
//! under the target `theus::audit`: a violation that warns or blocks as a warning, one that informs as information.
//!
//! An engine without telemetry pays for the question whether there is any: one instruction a run.

mod event;
mod run;
mod watch;

pub use event::{EventBegins, EventEnded};
pub use run::{RunBegins, RunEnded};
pub use watch::Spans;
pub(crate) use watch::{Entered, Watch, WatchedRun, WatchedSpan, watched};

use tracing::Span;

pub use crate::process::Outcome;
pub use crate::signal::TraceContext;

/// Who is told what an engine does. It is called on the thread that does it, so it had better be quick; where it panics, it is as if it
/// were not there.
pub trait Telemetry: Send + Sync + 'static {
    /// A run begins: the span that it is in, body, gates and commit. What the body does, and what is sent to other services, is in it.
    ///
    /// Where this is not overridden it is a span of `tracing`, at the level INFO, with the target `theus::run` and the fields
    /// `process`, `session`, and when it has ended `outcome`, `error`, `version`, `attempts`. A span of one's own with fields of
    /// these names is given them too.
    fn run_begins(&self, run: &RunBegins<'_>) -> Span {
        run.span()
    }

    /// The run has ended. The thread is in its span.
    fn run_ended(&self, run: &RunEnded<'_>) {
        let _ = run;
    }

    /// A workflow begins to handle an event, or what comes of time: the span that its steps are in.
    ///
    /// Where this is not overridden it is a span of `tracing`, at the level INFO, with the target `theus::event` and the fields
    /// `event`, `session`, `cause`, `from`, and when it has ended `to` and `failed`.
    fn event_begins(&self, event: &EventBegins<'_>) -> Span {
        event.span()
    }

    /// All that came of the event is done. The thread is in its span.
    fn event_ended(&self, event: &EventEnded<'_>) {
        let _ = event;
    }

    /// Where in a trace this thread is: an event that is sent from it, or raised by a run on it, takes that along.
    fn here(&self) -> Option<TraceContext> {
        None
    }
}
