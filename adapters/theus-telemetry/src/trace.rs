//! Where in a trace something is, in the words of OpenTelemetry and back.

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use theus_core::telemetry::TraceContext;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Where in a trace this thread is: what an effect sends along when it asks another service, as the header `traceparent`, with
/// [`state`](TraceContext::state) as `tracestate`. None outside of every span that is sent on.
///
/// ```
/// # struct Request(Vec<(&'static str, String)>);
/// # impl Request { fn header(mut self, name: &'static str, value: String) -> Self { self.0.push((name, value)); self } }
/// fn in_our_trace(mut request: Request) -> Request {
///     if let Some(trace) = theus_telemetry::here() {
///         request = request.header("traceparent", trace.to_string());
///         if let Some(state) = trace.state() {
///             request = request.header("tracestate", state.to_owned());
///         }
///     }
///     request
/// }
/// # assert!(in_our_trace(Request(vec![])).0.is_empty());
/// ```
#[must_use]
pub fn here() -> Option<TraceContext> {
    let context = Span::current().context();
    let span = context.span();
    let here = span.span_context();
    let (trace, span) = (here.trace_id().to_bytes(), here.span_id().to_bytes());
    let flags = here.trace_flags().to_u8();
    let trace = TraceContext::new(u128::from_be_bytes(trace), u64::from_be_bytes(span), flags)?;
    let state = here.trace_state().header();
    Some(if state.is_empty() { trace } else { trace.with_state(&state) })
}

/// The span goes on with that trace, in whichever program it was begun.
pub(crate) fn continues(span: &Span, trace: &TraceContext) {
    let state = trace.state().and_then(|state| state.parse::<TraceState>().ok()).unwrap_or_default();
    let (id, of) = (TraceId::from(trace.trace_id()), SpanId::from(trace.span_id()));
    let remote = SpanContext::new(id, of, TraceFlags::new(trace.flags()), true, state);
    // Where no layer sends spans on there is nobody to be told.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(remote));
}
