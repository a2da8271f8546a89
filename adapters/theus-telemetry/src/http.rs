//! Requests of an axum service.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use opentelemetry::KeyValue;
use theus_core::telemetry::TraceContext;
use tracing::{Instrument, field};

use crate::telemetry::OpenTelemetry;
use crate::trace::continues;

impl OpenTelemetry {
    /// A router whose requests are in the traces of their clients: each has a span, by its route, which goes on with what the header
    /// `traceparent` says; and is in `http.server.request.duration`. Commands run in that span, and what comes of events goes on with
    /// it.
    pub fn around(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), request))
    }

    /// `GET /metrics` for Prometheus. It is for those who look after the service: where the world may call that, serve it on a port of
    /// its own.
    pub fn routes(&self) -> Router {
        let telemetry = self.clone();
        let page = move || {
            let telemetry = telemetry.clone();
            async move { ([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], telemetry.metrics()) }
        };
        Router::new().route("/metrics", get(page))
    }
}

async fn request(State(telemetry): State<OpenTelemetry>, request: Request, next: Next) -> Response {
    let since = Instant::now();
    // By the route, not by the path: that has names in it, and as many as clients like to make up.
    let route = request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let span = tracing::info_span!(
        target: "theus::request", parent: None, "request", otel.name = format!("{method} {route}"), otel.kind = "server",
        http.request.method = method, http.route = route, http.response.status_code = field::Empty,
        otel.status_code = field::Empty
    );
    if let Some(trace) = sent(request.headers()) {
        continues(&span, &trace);
    }
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let labels = [
        KeyValue::new("http.request.method", method),
        KeyValue::new("http.route", route),
        KeyValue::new("http.response.status_code", i64::from(status.as_u16())),
    ];
    telemetry.0.instruments.requests.record(since.elapsed().as_secs_f64(), &labels);
    response
}

/// Those that HTTP has; a client can make up others.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

/// What the client says of where it is. Headers that say nothing that can be read are as if there were none.
fn sent(headers: &HeaderMap) -> Option<TraceContext> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let mut all = headers.get_all("traceparent").iter();
    let (Some(_), None) = (all.next(), all.next()) else { return None };
    let trace: TraceContext = text("traceparent")?.parse().ok()?;
    Some(match text("tracestate") {
        Some(state) => trace.with_state(state),
        None => trace,
    })
}
