//! The workflow from every side, and the service by requests.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use {{crate_name}}::{Order, app, desk};
use serde_json::{Value, json};
use theus_core::prelude::*;
use theus_core::test::Walk;
use theus_sqlite::SqliteStore;
use tower::ServiceExt;

// Events at random, and time that passes at once.
#[test]
fn every_state_is_reached_and_nobody_pays_too_much() {
    let coverage = Walk::new(|clock| {
        let engine = desk::builder(Order::default()).build()?;
        Ok(WorkflowManager::from_checked(&engine, desk::ORDER)?.clock(clock))
    })
    .event(
        "CMD_ADD",
        |random| json!({ "item": "pear", "price": random.below(900) }),
    )
    .event("CMD_PAY", |_| Value::Null)
    .event("CMD_CANCEL", |_| Value::Null)
    .holds("what is paid is the total", |order: &Order| {
        order.paid == 0 || order.paid == order.total
    })
    .run(100, 1)
    .unwrap_or_else(|found| panic!("{found}"));
    assert!(coverage.is_whole(), "{coverage}");
}

async fn send(app: &axum::Router, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn an_order_is_begun_filled_and_paid_over_http() {
    let folder = std::env::temp_dir().join(format!("{{crate_name}}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (app, _orders) = app(SqliteStore::open(folder.join("orders.db")).unwrap()).unwrap();
    assert_eq!(
        send(&app, "PUT", "/sessions/order-1", json!({})).await.0,
        StatusCode::CREATED
    );
    let pear = json!({ "item": "pear", "price": 7 });
    let (status, answer) = send(&app, "POST", "/sessions/order-1/events/CMD_ADD", pear).await;
    assert_eq!(
        (status, &answer["reply"]["total"]),
        (StatusCode::OK, &json!(7))
    );
    let (_, paid) = send(&app, "POST", "/sessions/order-1/events/CMD_PAY", json!({})).await;
    assert_eq!(paid["states"], json!(["PAID"]));
    std::fs::remove_dir_all(folder).unwrap();
}
