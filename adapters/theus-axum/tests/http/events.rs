//! Events that are sent over HTTP.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use theus_core::store::MemoryStore;

use crate::shop::{Shop, options};

#[tokio::test]
async fn an_event_is_answered_with_what_has_come_of_it() {
    let shop = Shop::new();
    let added = shop.post("/sessions/ann/events/CMD_ADD", json!({ "item": "pear" })).await;
    assert_eq!(added.status, StatusCode::OK);
    let json = added.json();
    assert_eq!((&json["states"], &json["reply"]), (&json!(["OPEN"]), &json!({ "items": 1 })));
    // That a step has failed is an answer.
    let declined = shop.post("/sessions/ann/events/CMD_PAY", json!({ "amount": 101 })).await;
    let failure = json!({ "process": "pay", "error": "Declined", "message": "only 100 is left" });
    assert_eq!((declined.status, &declined.json()["failure"]), (StatusCode::OK, &failure));
    let refused = shop.post("/sessions/ann/events/CMD_PAY", json!({ "amount": 0 })).await;
    assert_eq!(refused.json()["violations"][0]["rule"], "amount min 1");
    assert!(!refused.text.contains("rules.yaml"));
    // What it brings along is not what the step takes: which value that was is told to nobody.
    for wrong in [json!({}), json!({ "amount": "secret" }), json!({ "amount": 1.5 }), Value::Null] {
        let failure = shop.post("/sessions/ann/events/CMD_PAY", wrong).await.json()["failure"].clone();
        assert_eq!(failure["process"], "pay");
        assert!(failure["message"].as_str().unwrap().contains("missing in what the event brings along"), "{failure}");
        assert!(!failure.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn what_is_not_waited_for_is_accepted() {
    let shop = Shop::new();
    let sent = shop.post("/sessions/ann/events/CMD_SHIP?wait=no", Value::Null).await;
    assert_eq!((sent.status, sent.text.as_str()), (StatusCode::ACCEPTED, ""));
    shop.is_at("ann", "SHIPPED").await;
    let over = shop.post("/sessions/ann/events/CMD_SHIP?wait=no", Value::Null).await;
    assert_eq!((over.status, over.problem().as_str()), (StatusCode::CONFLICT, "session-over"));
    let wrong = shop.post("/sessions/ann/events/CMD_SHIP?wait=long", Value::Null).await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::BAD_REQUEST, "query"));
}

#[tokio::test]
async fn what_states_have_invoked_is_waited_for_where_that_is_said() {
    let shop = Shop::with(options().event("CMD_WORK").event("CMD_STOP").time(Duration::from_millis(80)), None);
    let begun = shop.post("/sessions/ann/events/CMD_WORK", Value::Null).await;
    assert_eq!((begun.status, &begun.json()["states"]), (StatusCode::OK, &json!(["WORKING"])));
    let stopped = shop.post("/sessions/ann/events/CMD_STOP?wait=work", Value::Null).await;
    assert_eq!(stopped.json()["states"], json!(["OPEN"]));
    let late = shop.post("/sessions/ann/events/CMD_WORK?wait=work", Value::Null).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::GATEWAY_TIMEOUT, "no-answer"));
    shop.is_at("ann", "WORKING").await;
    let not_taken = shop.post("/sessions/ann/events/CMD_ADD", json!({ "item": "pear" })).await;
    assert_eq!((not_taken.status, not_taken.problem().as_str()), (StatusCode::CONFLICT, "not-taken"));
    assert_eq!(not_taken.json()["states"], json!(["WORKING"]));
}

#[tokio::test]
async fn only_what_is_external_is_open() {
    let shop = Shop::new();
    for event in ["CMD_CALL", "CMD_NONE", "EVT_CHAIN_DONE", "x", "CMD_ADD%20"] {
        let unknown = shop.post(&format!("/sessions/ann/events/{event}"), Value::Null).await;
        assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::NOT_FOUND, "unknown-event"), "{event}");
    }
    let closed = Shop::with(options().no_external().event("CMD_SHIP"), None);
    let unknown = closed.post("/sessions/ann/events/CMD_ADD", json!({ "item": "pear" })).await;
    assert_eq!(unknown.problem(), "unknown-event");
    assert_eq!(closed.post("/sessions/ann/events/CMD_SHIP", Value::Null).await.status, StatusCode::OK);
}

#[tokio::test]
async fn under_a_key_an_event_comes_once() {
    let shop = Shop::kept(&MemoryStore::new());
    let (path, body) = ("/sessions/ann/events/CMD_ADD?wait=no", json!({ "item": "pear" }));
    for _ in 0..3 {
        assert_eq!(shop.keyed(path, "k1", body.clone()).await.status, StatusCode::ACCEPTED);
    }
    assert!(shop.sessions.wait_until_idle(Duration::from_secs(10)));
    assert_eq!(shop.get("/sessions/ann").await.json()["data"]["items"], json!(["pear"]));
    let reused = shop.keyed(path, "k1", json!({ "item": "fig" })).await;
    assert_eq!((reused.status, reused.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "key-reused"));
    // Waited for, it is answered once: what is told again is the answer of then.
    let waited = shop.keyed("/sessions/ann/events/CMD_ADD", "k2", body.clone()).await;
    shop.post("/sessions/ann/events/CMD_ADD", json!({ "item": "fig" })).await;
    let again = shop.keyed("/sessions/ann/events/CMD_ADD", "k2", body.clone()).await;
    assert_eq!((waited.status, again.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!((&waited.json()["version"], &again.json()["repeated"]), (&again.json()["version"], &json!("kept")));
    assert_eq!(waited.json().get("repeated"), None);
    let reused = shop.keyed("/sessions/ann/events/CMD_ADD", "k2", json!({ "item": "plum" })).await;
    assert_eq!(reused.problem(), "key-reused");
    // One that was not waited for then is told where the session is now.
    let now = shop.keyed("/sessions/ann/events/CMD_ADD", "k1", body).await;
    assert_eq!((now.status, &now.json()["repeated"]), (StatusCode::OK, &json!("now")));
    assert_eq!(shop.get("/sessions/ann").await.json()["data"]["items"], json!(["pear", "pear", "fig"]));
}
