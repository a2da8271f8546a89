//! Telemetry where the feature `telemetry` is off: nobody is told. The types keep their names, so that the pipeline and the interpreter
//! are one text.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;

use crate::engine::Report;
use crate::process::Process;
use crate::signal::TraceContext;

/// There is none.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Infallible);

/// There is none.
pub(crate) struct WatchedRun<'a>(Infallible, PhantomData<&'a Watch>);

/// The thread is in no span.
pub(crate) struct Entered;

impl Watch {
    pub(crate) fn here(&self) -> Option<TraceContext> {
        match self.0 {}
    }

    pub(crate) fn run<'a>(&'a self, _: &'static str, _: &'a str) -> WatchedRun<'a> {
        match self.0 {}
    }
}

impl WatchedRun<'_> {
    pub(crate) fn enter(&self) -> Option<Entered> {
        match self.0 {}
    }

    pub(crate) fn ended<P: Process>(self, _: &Report<P>) {
        match self.0 {}
    }
}

impl Drop for Entered {
    fn drop(&mut self) {}
}

/// As it is.
pub(crate) async fn watched<P: Process>(_: WatchedRun<'_>, future: impl Future<Output = Report<P>>) -> Report<P> {
    future.await
}

#[cfg(feature = "workflow")]
pub(crate) use workflow::{EventBegins, WatchedSpan};

#[cfg(feature = "workflow")]
mod workflow {
    use std::convert::Infallible;

    use tracing::Span;

    use super::{Entered, Watch};
    use crate::signal::{Event, TraceContext};
    use crate::workflow::{Cause, Handled};

    /// There is none.
    #[derive(Debug)]
    pub(crate) struct WatchedSpan(Infallible);

    /// Nobody is told.
    #[allow(dead_code, reason = "nobody is told")]
    pub(crate) struct EventBegins<'a> {
        pub(crate) session: &'a str,
        pub(crate) event: Option<&'a Event>,
        pub(crate) cause: Cause,
        pub(crate) from: &'a str,
        pub(crate) trace: Option<&'a TraceContext>,
    }

    impl Watch {
        pub(crate) fn event(&self, _: &EventBegins<'_>) -> Box<WatchedSpan> {
            match self.0 {}
        }

        pub(crate) fn event_ended(&self, _: &WatchedSpan, _: &str, _: &Handled, _: Option<&str>) {
            match self.0 {}
        }
    }

    impl WatchedSpan {
        pub(crate) fn span(&self) -> Span {
            match self.0 {}
        }
    }

    impl Entered {
        pub(crate) fn new(_: &Span) -> Self {
            Self
        }
    }
}
