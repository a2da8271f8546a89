//! What can be looked at.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde::Serializer;
use serde_json::{Value, json};
use theus_axum::Options;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::Sessions;
use tower::ServiceExt;

use crate::shop::{Shop, options};

#[tokio::test]
async fn the_state_is_the_data_zone_without_what_is_redacted() {
    let shop = Shop::new();
    shop.post("/sessions/ann/commands/pay", json!({ "amount": 70, "card": "4111" })).await;
    shop.post("/sessions/ann/commands/call", json!({ "name": "Ann", "phone": "555" })).await;
    let state = shop.get("/sessions/ann").await;
    let hidden = "(redacted)";
    let data = json!({ "paid": 70, "items": [], "card": hidden, "customer": { "name": "Ann", "phone": hidden } });
    let expected = json!({ "session": "ann", "status": "running", "states": ["OPEN"], "version": 2, "data": data });
    assert_eq!((state.status, state.json()), (StatusCode::OK, expected));
    assert_eq!(shop.get("/sessions/eve").await.problem(), "unknown-session");
}

#[tokio::test]
async fn a_file_that_says_what_is_redacted_says_it_to_nobody_outside() {
    let shop = Shop::with(options().event("CMD_SHOW").event("CMD_END"), None);
    shop.post("/sessions/ann/commands/pay", json!({ "amount": 70, "card": "4111" })).await;
    let shown = shop.post("/sessions/ann/events/CMD_SHOW", json!(null)).await;
    assert_eq!((shown.status, &shown.json()["reply"]), (StatusCode::OK, &json!("(redacted)")));
    let ended = shop.post("/sessions/ann/events/CMD_END", json!(null)).await;
    assert_eq!(ended.json()["status"], "finished");
    let state = shop.get("/sessions/ann").await;
    assert_eq!(state.json()["result"], "(redacted)");
    for reply in [shown, ended, state] {
        assert!(!reply.text.contains("4111"), "{}", reply.text);
    }
}

#[tokio::test]
async fn the_journal_is_there_where_it_is_opened_and_hides_what_is_redacted() {
    let shop = Shop::kept(&MemoryStore::new());
    for amount in [1, 2, 3] {
        shop.post("/sessions/ann/commands/pay", json!({ "amount": amount, "card": "4111" })).await;
    }
    let journal = shop.get("/sessions/ann/journal?from=2&most=1").await;
    let json = journal.json();
    assert_eq!(
        (journal.status, json["begins_after"].as_u64(), json["steps"].as_array().unwrap().len()),
        (StatusCode::OK, Some(0), 1)
    );
    let step = &json["steps"][0];
    assert_eq!((&step["step"], &step["process"]), (&json!(2), &json!("pay")));
    assert_eq!(step["arguments"], json!({ "amount": 2, "card": "(redacted)" }));
    assert_eq!(shop.get("/sessions/ann/journal").await.json()["steps"].as_array().unwrap().len(), 3);
    assert!(!shop.get("/sessions/ann/journal").await.text.contains("4111"));
    assert_eq!(shop.get("/sessions/eve/journal").await.problem(), "unknown-session");
    assert_eq!(shop.get("/sessions/ann/journal?form=2").await.problem(), "query");
    // In memory there is none; not opened, there is no such resource.
    let unkept = Shop::with(options().journal(), None).get("/sessions/ann/journal").await;
    assert_eq!((unkept.status, unkept.problem().as_str()), (StatusCode::NOT_IMPLEMENTED, "not-kept"));
    assert_eq!(Shop::new().get("/sessions/ann/journal").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_rules_are_explained_where_that_is_opened() {
    let shop = Shop::with(options().explain(), None);
    let arguments = "%7B%22amount%22%3A0%2C%22card%22%3A%224111%22%7D";
    let told = shop.get(&format!("/sessions/ann/explain?process=pay&arguments={arguments}")).await;
    let json = told.json();
    assert_eq!((told.status, &json["interlock"], &json["process"]), (StatusCode::OK, &json!(false), &json!("pay")));
    assert_eq!(json["rules"][0]["rule"], "amount min 1");
    assert_eq!(json["rules"][0]["would"], json!({ "violate": "blocked" }));
    assert!(!told.text.contains("rules.yaml") && !told.text.contains("4111"), "{}", told.text);
    assert_eq!(shop.get("/sessions/ann/explain?process=refund").await.problem(), "unknown-process");
    assert_eq!(shop.get("/sessions/ann/explain?process=pay").await.problem(), "arguments");
    assert_eq!(shop.get("/sessions/ann/explain?process=pay&arguments=%7B").await.problem(), "query");
    assert_eq!(Shop::new().get("/sessions/ann/explain?process=pay").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_status_is_of_all_sessions() {
    let shop = Shop::new();
    let status = shop.get("/status").await;
    let json = status.json();
    assert_eq!(
        (status.status, &json["workflow"], &json["sessions"]["open"]),
        (StatusCode::OK, &json!("orders"), &json!(1))
    );
    assert!(json["recipe"].is_string() && !status.text.contains("rules.yaml"));
}

/// The pool whose session goes on while its domain is being written down.
static GOES_ON: OnceLock<Arc<Sessions<Parcel>>> = OnceLock::new();

#[derive(Clone, Default, Context)]
struct Parcel {
    weight: Weight,
    is_sent: bool,
}

#[derive(Clone, Default, Deserialize)]
struct Weight(u32);

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(parcels) = GOES_ON.get() {
            parcels.emit("one", "CMD_SEND").unwrap();
            parcels.wait_for("one", "SENT", Duration::from_secs(10)).unwrap();
        }
        serializer.serialize_u32(self.0)
    }
}

#[process(outputs = [domain.is_sent])]
fn ship(ctx: Ctx<Parcel>) {
    ctx.domain.is_sent.set(true);
}

#[tokio::test]
async fn the_state_is_of_one_moment() {
    let engine = Engine::builder(Parcel::default()).process::<Ship>().build().unwrap();
    let flow = "{ external: [CMD_SEND], states: { HERE: { events: { CMD_SEND: { steps: ship, to: SENT } } }, SENT: { final: true } } }";
    let parcels = Arc::new(Sessions::of_text(&engine, "parcel.yaml", flow).unwrap().workers(1).start().unwrap());
    parcels.open("one", Parcel::default()).unwrap();
    let app = theus_axum::routes(Arc::clone(&parcels), Options::new()).unwrap();
    assert!(GOES_ON.set(Arc::clone(&parcels)).is_ok());
    let response = app.oneshot(Request::get("/sessions/one").body(Body::empty()).unwrap()).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let state: Value = serde_json::from_slice(&bytes).unwrap();
    // It has gone on since: nothing of that is told.
    let before = json!({ "session": "one", "status": "running", "states": ["HERE"], "version": 0, "data": { "weight": 0, "is_sent": false } });
    assert_eq!(state, before);
    assert_eq!(parcels.states("one").unwrap(), ["SENT"]);
}
