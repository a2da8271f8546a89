//! Processes that are run over HTTP.

use std::time::Duration;

use axum::body::Body;
use http::StatusCode;
use serde_json::{Value, json};
use theus_axum::{Options, OptionsError};
use theus_core::store::MemoryStore;

use crate::shop::{Add, Order, Pay, Refund, Shop, options, post};

const PAY: &str = "/sessions/ann/commands/pay";

#[tokio::test]
async fn what_a_process_returns_is_the_body() {
    let shop = Shop::new();
    let paid = shop.post(PAY, json!({ "amount": 70, "card": "4111" })).await;
    assert_eq!((paid.status, paid.json()), (StatusCode::OK, json!(70)));
    let added = shop.post("/sessions/ann/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((added.status, added.json()), (StatusCode::OK, json!(1)));
    let named = shop.post("/sessions/ann/commands/call", json!({ "name": "Ann", "phone": "5" })).await;
    assert_eq!((named.status, named.json()), (StatusCode::OK, Value::Null));
    assert_eq!(shop.paid("ann"), 70);
}

#[tokio::test]
async fn a_declared_error_is_422_or_what_is_said_and_changes_nothing() {
    let shop = Shop::with(options().status("Unaccepted", StatusCode::PAYMENT_REQUIRED), None);
    let declined = shop.post(PAY, json!({ "amount": 101, "card": "4111" })).await;
    assert_eq!((declined.status, declined.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "declared"));
    let json = declined.json();
    assert_eq!((&json["error"], &json["detail"]), (&json!("Declined"), &json!("only 100 is left")));
    let unaccepted = shop.post(PAY, json!({ "amount": 5, "card": "stolen" })).await;
    assert_eq!((unaccepted.status, &unaccepted.json()["error"]), (StatusCode::PAYMENT_REQUIRED, &json!("Unaccepted")));
    assert_eq!(shop.paid("ann"), 0);
}

#[tokio::test]
async fn a_rule_says_which_it_is_and_neither_where_it_stands_nor_what_is_redacted() {
    let shop = Shop::with(options().refused(StatusCode::CONFLICT), None);
    let refused = shop.post(PAY, json!({ "amount": 0, "card": "123" })).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "refused"));
    let json = refused.json();
    assert_eq!(json["detail"], "0 is no amount");
    let first = json!({ "rule": "amount min 1", "level": "B", "path": "amount", "action": "blocked", "id": "R1",
        "value": "0", "message": "0 is no amount" });
    assert_eq!(json["violations"][0], first);
    assert_eq!(json["violations"][1]["value"], "(redacted)");
    // Of the state nothing is told.
    shop.post(PAY, json!({ "amount": 90, "card": "4111" })).await;
    let much = shop.post(PAY, json!({ "amount": 90, "card": "4111" })).await;
    assert_eq!(much.json()["violations"][0]["rule"], "domain.paid max 150");
    for reply in [refused, much] {
        for secret in ["secret", "rules.yaml", "180", "123"] {
            assert!(!reply.text.contains(secret), "{secret}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn an_abort_is_422_and_an_interlock_503_until_it_is_reset() {
    let shop = Shop::new();
    shop.sessions.open("bob", Order::default()).unwrap();
    let aborted = shop.post(PAY, json!({ "amount": 13, "card": "4111" })).await;
    assert_eq!((aborted.status, aborted.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "aborted"));
    let latched = shop.post("/sessions/bob/commands/pay", json!({ "amount": 66, "card": "4111" })).await;
    assert_eq!((latched.status, latched.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "interlocked"));
    let halted = shop.post("/sessions/bob/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((halted.status, halted.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "interlocked"));
    // Nobody knows when it will be.
    assert!(!halted.headers.contains_key("retry-after") && !halted.text.contains("safe is open"));
    assert_eq!(shop.get("/status").await.json()["interlocked"], true);
    shop.sessions.reset_interlock("eve", "looked").unwrap();
    let added = shop.post("/sessions/bob/commands/add", json!({ "item": "pear" })).await;
    assert_eq!(added.status, StatusCode::OK);
    assert_eq!(shop.get("/status").await.json()["interlocked"], false);
}

#[tokio::test]
async fn what_is_not_opened_is_not_there() {
    let shop = Shop::new();
    for path in ["/sessions/ann/commands/refund", "/sessions/ann/commands/refnd", "/sessions/ann/commands/Pay"] {
        let unknown = shop.post(path, json!({})).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-process"), "{path}");
    }
    let unknown = shop.post("/sessions/eve/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-session"));
    let method = shop.get(PAY).await;
    assert_eq!((method.status, method.problem().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method"));
}

#[tokio::test]
async fn wrong_arguments_are_told_by_their_names() {
    let shop = Shop::new();
    for (body, argument) in [
        (json!({ "amount": 5 }), json!("card")),
        (json!({ "amount": 5, "card": "4111", "amuont": 1 }), json!("amuont")),
        (json!({ "amount": "five", "card": "4111" }), json!("amount")),
        (json!({ "amount": 5, "card": 41112222 }), json!("card")),
        (json!([5]), Value::Null),
        (json!("5"), Value::Null),
    ] {
        let wrong = shop.post(PAY, body.clone()).await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "arguments"), "{body}");
        assert_eq!(wrong.json()["argument"], argument);
        assert!(!wrong.text.contains("41112222"), "{}", wrong.text);
    }
    let sent = |kind: &'static str, body: &'static str| {
        shop.send(http::Request::post(PAY).header("content-type", kind).body(Body::from(body)).unwrap())
    };
    let broken = sent("application/json", "{\"amount\":").await;
    assert_eq!((broken.status, broken.problem().as_str()), (StatusCode::BAD_REQUEST, "malformed"));
    let form = sent("text/plain", "{}").await;
    assert_eq!((form.status, form.problem().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"));
    // What may be missing is.
    assert_eq!(shop.post("/sessions/ann/commands/add", json!({ "item": "fig", "note": null })).await.json(), 1);
    assert_eq!(shop.paid("ann"), 0);
}

#[tokio::test]
async fn what_is_not_done_in_time_is_504_and_rolled_back() {
    let shop = Shop::with(options().time(Duration::from_millis(50)), None);
    let late = shop.post("/sessions/ann/commands/hang", Value::Null).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::GATEWAY_TIMEOUT, "timed-out"));
    assert_eq!(shop.paid("ann"), 0);
}

#[tokio::test]
async fn what_a_panic_says_stays_here() {
    let shop = Shop::new();
    let burst = shop.post("/sessions/ann/commands/burst", Value::Null).await;
    assert_eq!((burst.status, burst.problem().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    assert!(!burst.text.contains("4711") && !burst.text.contains("burst"));
    let instance = burst.json()["instance"].as_str().unwrap().to_owned();
    assert!(instance.starts_with("urn:theus:occurrence:") && instance.len() == 37);
    let again = shop.post("/sessions/ann/commands/burst", Value::Null).await;
    assert_ne!(again.json()["instance"], instance);
}

#[tokio::test]
async fn under_a_key_a_command_is_run_once() {
    let store = MemoryStore::new();
    let shop = Shop::kept(&store);
    let body = json!({ "amount": 30, "card": "4111" });
    for key in ["8f2", "\"8f2\"", " 8f2"] {
        let paid = shop.keyed(PAY, key, body.clone()).await;
        assert_eq!((paid.status, paid.json()), (StatusCode::OK, json!(30)), "{key}");
    }
    assert_eq!(shop.keyed(PAY, "8f3", body.clone()).await.json(), 60);
    let other = shop.keyed(PAY, "8f2", json!({ "amount": 31, "card": "4111" })).await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "key-reused"));
    for key in ["", "\"\"", &"k".repeat(257)] {
        let wrong = shop.keyed(PAY, key, body.clone()).await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::BAD_REQUEST, "key"), "{key}");
    }
    let twice = post(PAY).header("idempotency-key", "a").header("idempotency-key", "b");
    let twice = shop.send(twice.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(twice.problem(), "key");
    assert_eq!(shop.paid("ann"), 60);
    // A failure leaves nothing under the key.
    let declined = shop.keyed(PAY, "8f4", json!({ "amount": 101, "card": "4111" })).await;
    assert_eq!(declined.problem(), "declared");
    // Without a store there is nothing to keep it in.
    let unkept = Shop::new().keyed(PAY, "8f2", body).await;
    assert_eq!((unkept.status, unkept.problem().as_str()), (StatusCode::NOT_IMPLEMENTED, "not-kept"));
}

#[tokio::test]
async fn a_session_that_is_over_is_409_and_a_service_that_ends_503() {
    let shop = Shop::new();
    let shipped = shop.post("/sessions/ann/events/CMD_SHIP", Value::Null).await;
    assert_eq!(shipped.json()["status"], "finished");
    let over = shop.post("/sessions/ann/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((over.status, over.problem().as_str()), (StatusCode::CONFLICT, "session-over"));
    shop.sessions.open("bob", Order::default()).unwrap();
    shop.sessions.shut_down(Duration::ZERO);
    let ending = shop.post("/sessions/bob/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((ending.status, ending.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "shutting-down"));
}

#[tokio::test]
async fn a_session_is_opened_once_where_that_is_open() {
    let put = |path: &str| http::Request::put(path).body(Body::empty()).unwrap();
    let closed = Shop::new().send(put("/sessions/new")).await;
    assert_eq!((closed.status, closed.problem().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method"));
    for store in [None, Some(MemoryStore::new())] {
        let open = options().open(|name| Order { items: vec![name.to_owned()], ..Order::default() });
        let shop = Shop::with(open, store.as_ref());
        let statuses = [shop.send(put("/sessions/new")).await.status, shop.send(put("/sessions/new")).await.status];
        assert_eq!(statuses, [StatusCode::CREATED, StatusCode::OK]);
        assert_eq!(shop.post("/sessions/new/commands/add", json!({ "item": "fig" })).await.json(), 2);
        assert_eq!(shop.send(put("/sessions/new")).await.json(), json!({ "session": "new" }));
        assert_eq!(shop.get("/sessions/new").await.json()["data"]["items"], json!(["new", "fig"]));
        assert_eq!(shop.send(put("/sessions/a%2Fb")).await.problem(), "name");
        let spec = oas3::from_json(shop.get("/openapi.json").await.text).unwrap();
        assert!(spec.paths.unwrap()["/sessions/{name}"].put.is_some());
    }
}

#[tokio::test]
async fn a_session_that_a_program_was_killed_at_beginning_is_there_when_it_is_said_to_be() {
    let store = MemoryStore::new();
    let shop = Shop::with(options().open(|_| Order::default()), Some(&store));
    // Its state is stored, and no workflow has begun on it.
    drop(shop.sessions.pool_engine().hydrate_or("half", Order::default).unwrap());
    assert_eq!(shop.get("/sessions/half").await.problem(), "unknown-session");
    let opened = shop.send(http::Request::put("/sessions/half").body(Body::empty()).unwrap()).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert_eq!(shop.post("/sessions/half/events/CMD_ADD", json!({ "item": "fig" })).await.json()["reply"]["items"], 1);
}

#[tokio::test]
async fn while_the_service_ends_a_session_that_only_the_store_has_is_not_said_to_be_none() {
    let store = MemoryStore::new();
    let (shop, other) = (Shop::again(&store), Shop::again(&store));
    other.sessions.open("ann", Order::default()).unwrap();
    assert_eq!(shop.get("/sessions/bob").await.problem(), "unknown-session");
    assert!(shop.sessions.shut_down(std::time::Duration::from_secs(10)));
    let ends = shop.get("/sessions/ann").await;
    assert_eq!((ends.status, ends.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "shutting-down"));
    assert_eq!(shop.post("/sessions/ann/events/CMD_ADD", json!({ "item": "fig" })).await.problem(), "shutting-down");
}

#[test]
fn options_that_say_what_is_not_there_are_refused() {
    let shop = Shop::new();
    let refused = |options| theus_axum::routes(shop.sessions.clone(), options).unwrap_err();
    let text = |options| refused(options).to_string();
    assert!(text(options().event("CMD_ADDD")).contains("did you mean `CMD_ADD`?"));
    assert!(text(options().event("EVT_CHAIN_DONE")).contains("has no use for it"));
    assert!(text(options().status("Declned", StatusCode::CONFLICT)).contains("did you mean `Declined`?"));
    assert_eq!(
        refused(options().refused(StatusCode::OK)),
        OptionsError::NoFailure { error: "refused".to_owned(), status: StatusCode::OK }
    );
    // The error is declared, by a command that is not open.
    assert!(text(Options::new().command::<Add>().status("Declined", StatusCode::CONFLICT)).contains("no command"));
    assert!(theus_axum::routes(shop.sessions.clone(), options().event("CMD_CALL").command::<Refund>()).is_ok());
    let bare = theus_core::Engine::builder(Order::default()).build().unwrap();
    let flow = "external: [CMD_A]\nstates: { A: { events: { CMD_A: B } }, B: { final: true } }";
    let sessions = theus_core::workflow::Sessions::of_text(&bare, "a.yaml", flow).unwrap().stepped(1).start().unwrap();
    let unregistered = theus_axum::routes(std::sync::Arc::new(sessions), Options::new().command::<Pay>()).unwrap_err();
    assert_eq!(unregistered, OptionsError::Unregistered { process: "pay" });
}
