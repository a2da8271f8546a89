//! A request from outside, through commands, events, signals and effects: one trace; and what is counted of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SimpleSpanProcessor, SpanData};
use serde_json::json;
use theus_axum::Options;
use theus_core::prelude::*;
use theus_core::telemetry::TraceContext;
use theus_core::workflow::Sessions;
use theus_telemetry::{Builder, OpenTelemetry};
use tower::ServiceExt;

#[derive(Clone, Default, Context)]
struct Order {
    paid: i64,
    sig_paid: bool,
}

/// The world outside: it notes in which trace it was asked.
struct Ports {
    bank: Bank,
}

#[derive(Default)]
struct Bank(Mutex<Vec<Option<TraceContext>>>);

impl Bank {
    fn asked(&self) {
        self.0.lock().unwrap().push(theus_telemetry::here());
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is too much")]
struct TooMuch(i64);

#[process(outputs = [domain.paid, domain.sig_paid], effects = [bank], errors = [TooMuch])]
fn pay(ctx: Ctx<Order, (), Arc<Ports>>, amount: i64) -> Result<i64, TooMuch> {
    ctx.effects.bank.asked();
    if amount > 1000 {
        return Err(TooMuch(amount));
    }
    ctx.domain.paid.set(amount);
    ctx.domain.sig_paid.set(true);
    Ok(amount)
}

#[process(inputs = [domain.paid], effects = [bank], blocking)]
fn receipt(ctx: Ctx<Order, (), Arc<Ports>>) -> i64 {
    ctx.effects.bank.asked();
    *ctx.domain.paid
}

#[process(effects = [bank])]
async fn ship(ctx: Ctx<Order, (), Arc<Ports>>) {
    tokio::task::yield_now().await;
    ctx.effects.bank.asked();
}

const RECIPE: &str = "process_recipes: { pay: { inputs: [ { field: amount, min: 1, level: B, id: PAY-1 } ] } }";
const FLOW: &str = "
external: [CMD_PAY]
states:
  OPEN:
    events:
      CMD_PAY: { steps: { run: pay, with: { amount: '${ event.amount }' } } }
      EVT_PAID: PAID
  PAID: { entry: receipt, events: { EVT_CHAIN_DONE: SHIPPED } }
  SHIPPED: { entry: ship, final: true }
";

static SPANS: LazyLock<InMemorySpanExporter> = LazyLock::new(InMemorySpanExporter::default);
/// A subscriber is the program's, so the tests share it.
static TELEMETRY: LazyLock<OpenTelemetry> =
    LazyLock::new(|| Builder::new("orders").spans(SimpleSpanProcessor::new(SPANS.clone())).quiet().install().unwrap());

struct Service {
    orders: Arc<Sessions<Order, (), Arc<Ports>>>,
    ports: Arc<Ports>,
    app: Router,
}

fn service(name: &str) -> Service {
    let ports = Arc::new(Ports { bank: Bank::default() });
    let builder = Engine::builder(Order::default()).effects(Arc::clone(&ports));
    let builder = builder.process::<Pay>().process::<Receipt>().process::<Ship>().recipe("audit.yaml", RECIPE).unwrap();
    let engine = builder.telemetry(TELEMETRY.clone()).build().unwrap();
    let orders = Arc::new(Sessions::of_text(&engine, "orders.yaml", FLOW).unwrap().start().unwrap());
    orders.open(name, Order::default()).unwrap();
    TELEMETRY.watch(&orders);
    let app = theus_axum::routes(Arc::clone(&orders), Options::new().command::<Pay>()).unwrap();
    Service { orders, ports, app: TELEMETRY.around(app.merge(TELEMETRY.routes())) }
}

async fn call(app: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn post(path: &str, body: &serde_json::Value, traceparent: Option<&str>) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    let request = traceparent.into_iter().fold(request, |request, trace| request.header("traceparent", trace));
    request.body(Body::from(body.to_string())).unwrap()
}

/// The spans of one trace, each with the name of the span around it, in order.
fn tree(trace: u128) -> Vec<String> {
    let all = SPANS.get_finished_spans().unwrap();
    let mine: Vec<&SpanData> =
        all.iter().filter(|span| span.span_context.trace_id().to_bytes() == trace.to_be_bytes()).collect();
    let parent = |span: &SpanData| {
        let parent = mine.iter().find(|other| other.span_context.span_id() == span.parent_span_id);
        parent.map_or("the client", |parent| parent.name.as_ref()).to_owned()
    };
    let mut lines: Vec<String> = mine.iter().map(|span| format!("{} in {}", span.name, parent(span))).collect();
    lines.sort();
    lines
}

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_a_request_is_in_the_trace_of_its_client() {
    let service = service("a-1");
    let event = post(
        "/sessions/a-1/events/CMD_PAY?wait=work",
        &json!({ "amount": 5 }),
        Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    );
    let (status, body) = call(&service.app, event).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    service.orders.wait_for_async("a-1", "SHIPPED").await.unwrap();
    assert!(service.orders.wait_until_idle(Duration::from_secs(5)));

    assert_eq!(
        tree(TRACE),
        [
            "CMD_PAY in POST /sessions/{name}/events/{of}",
            "EVT_CHAIN_DONE in EVT_PAID",
            "EVT_PAID in pay",
            "POST /sessions/{name}/events/{of} in the client",
            "pay in CMD_PAY",
            "receipt in EVT_PAID",
            "ship in EVT_CHAIN_DONE",
        ]
    );
    let asked = service.ports.bank.0.lock().unwrap().clone();
    let traces: Vec<u128> = asked.iter().map(|asked| asked.as_ref().unwrap().trace_id()).collect();
    assert_eq!(traces, [TRACE; 3], "effects are asked in it too, on whichever thread");

    let spans = SPANS.get_finished_spans().unwrap();
    let pay =
        spans.iter().find(|span| span.name == "pay" && span.span_context.trace_id().to_bytes() == TRACE.to_be_bytes());
    let fields: Vec<String> =
        pay.unwrap().attributes.iter().map(|field| format!("{}={}", field.key, field.value)).collect();
    for field in ["process=pay", "session=a-1", "outcome=committed", "version=1", "attempts=1"] {
        assert!(fields.iter().any(|it| it == field), "{field} in {fields:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_in_the_trace_of_their_request_with_what_rules_say() {
    let service = service("a-2");
    let traceparent = "00-0000000000000000000000000000aaaa-00f067aa0ba902b7-01";
    let refused = post("/sessions/a-2/commands/pay", &json!({ "amount": 0 }), Some(traceparent));
    assert_eq!(call(&service.app, refused).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let failed = post("/sessions/a-2/commands/pay", &json!({ "amount": 5000 }), Some(traceparent));
    assert_eq!(call(&service.app, failed).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let request = "POST /sessions/{name}/commands/{of} in the client";
    let run = "pay in POST /sessions/{name}/commands/{of}";
    assert_eq!(tree(0xaaaa), [request, request, run, run]);
    let spans = SPANS.get_finished_spans().unwrap();
    let mine =
        |span: &&SpanData| span.name == "pay" && span.span_context.trace_id().to_bytes() == 0xaaaa_u128.to_be_bytes();
    let blocked = spans.iter().find(mine).unwrap();
    assert!(blocked.events.iter().any(|event| event.name == "rule violated"), "{:?}", blocked.events);

    let (_, page) = call(&service.app, Request::get("/metrics").body(Body::empty()).unwrap()).await;
    for line in [
        "theus_run_duration_seconds_count{outcome=\"blocked\",process=\"pay\"} 1",
        "theus_run_duration_seconds_count{error=\"TooMuch\",outcome=\"failed\",process=\"pay\"} 1",
        "theus_rule_violations_total{action=\"blocked\",level=\"B\",process=\"pay\",rule=\"PAY-1\"} 1",
        "http_server_request_duration_seconds_count{http_request_method=\"POST\",http_response_status_code=\"422\",http_route=\"/sessions/{name}/commands/{of}\"} 2",
        "theus_sessions{status=\"running\"}",
        "theus_sessions_in_state{state=\"OPEN\"}",
        "theus_interlock 0",
    ] {
        assert!(page.contains(line), "{line} in\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_that_say_nothing_begin_a_trace_of_their_own() {
    let service = service("a-3");
    let before = SPANS.get_finished_spans().unwrap().len();
    let long = "a".repeat(4000);
    let bad = ["", "00-0-0-00", "ff-0000000000000000000000000000aaaa-00f067aa0ba902b7-01", &long, "\u{e4}"];
    for bad in bad {
        let (status, _) =
            call(&service.app, post("/sessions/nobody/commands/pay", &json!({ "amount": 5 }), Some(bad))).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let (status, _) =
        call(&service.app, Request::get("/%2e%2e/made-up-by-a-client").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let spans = SPANS.get_finished_spans().unwrap();
    let mine = spans.iter().skip(before).filter(|span| span.name.contains("commands") || span.name.contains("unknown"));
    assert!(mine.count() > bad.len());
    let page = TELEMETRY.metrics();
    assert!(page.contains("http_route=\"unknown\""), "what clients make up is no label");
    assert!(!page.contains("made-up"), "{page}");
    assert!(!page.contains("nobody"), "{page}");
}
