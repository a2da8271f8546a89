//! Several programs on one store: who asks the wrong one is told which one has the session, where that is opened.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use theus_axum::Options;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::Sessions;
use tower::ServiceExt;

#[derive(Clone, Default, Context)]
struct Card {
    spent: i64,
}

#[process(inputs = [domain.spent], outputs = [domain.spent])]
fn pay(ctx: Ctx<Card>, amount: i64) -> i64 {
    *ctx.domain.spent += amount;
    *ctx.domain.spent
}

const FLOW: &str = "
external: [CMD_END]
states:
  OPEN: { events: { CMD_END: ENDED } }
  ENDED: { final: true }
";

fn program(store: &MemoryStore, address: &str, options: Options<Card>) -> Router {
    let engine = Engine::builder(Card::default()).process::<Pay>().store(store.clone()).session_in_memory();
    let engine = engine.lease_sessions(Duration::from_secs(3_600)).leases_as(address).build().unwrap();
    let cards = Arc::new(Sessions::of_text(&engine, "card.yaml", FLOW).unwrap().workers(1).start().unwrap());
    theus_axum::routes(cards, options.command::<Pay>().open(|_| Card::default())).unwrap()
}

async fn ask(app: &Router, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.header("idempotency-key", "a").body(Body::from(body.to_string())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    if status == StatusCode::CONFLICT {
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["retry-after"], "1");
    }
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

const REQUESTS: [(&str, &str); 4] = [
    ("POST", "/sessions/ann/commands/pay"),
    ("POST", "/sessions/ann/events/CMD_END"),
    ("GET", "/sessions/ann"),
    ("PUT", "/sessions/ann"),
];

#[tokio::test]
async fn a_client_is_told_which_program_has_the_session_where_that_is_opened() {
    let store = MemoryStore::new();
    let one = program(&store, "http://10.0.0.1:8080", Options::new());
    let other = program(&store, "http://10.0.0.2:8080", Options::new().tells_holder());
    let silent = program(&store, "http://10.0.0.3:8080", Options::new());
    assert_eq!(ask(&one, "PUT", "/sessions/ann", json!(null)).await.0, StatusCode::CREATED);
    for (method, path) in REQUESTS {
        let (status, problem) = ask(&other, method, path, json!({ "amount": 5 })).await;
        assert_eq!(status, StatusCode::CONFLICT, "{method} {path}: {problem}");
        assert_eq!(problem["type"], "urn:theus:problem:conflict");
        assert_eq!(problem["held_by"], "http://10.0.0.1:8080", "{method} {path}");
        let (status, problem) = ask(&silent, method, path, json!({ "amount": 5 })).await;
        assert_eq!(status, StatusCode::CONFLICT, "{method} {path}: {problem}");
        assert!(!problem.to_string().contains("10.0.0.1"), "{method} {path}: {problem}");
    }
    // There it is done, once under the key.
    for _ in 0..2 {
        let paid = ask(&one, "POST", "/sessions/ann/commands/pay", json!({ "amount": 5 })).await;
        assert_eq!(paid, (StatusCode::OK, json!(5)));
    }
}
