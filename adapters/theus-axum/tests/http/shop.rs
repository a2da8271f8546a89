//! What is served: a shop whose sessions are orders.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use theus_axum::Options;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::Sessions;
use tower::ServiceExt;

#[derive(Clone, Default, Context)]
pub(crate) struct Order {
    /// In cents.
    pub(crate) paid: i64,
    pub(crate) items: Vec<String>,
    #[context(redact)]
    pub(crate) card: String,
    #[context(nested)]
    pub(crate) customer: Customer,
    pub(crate) meta_note: String,
}

#[derive(Clone, Default, Context)]
pub(crate) struct Customer {
    pub(crate) name: String,
    #[context(redact)]
    pub(crate) phone: String,
}

#[derive(Debug, thiserror::Error, Serialize)]
#[error("only {left} is left")]
pub(crate) struct Declined {
    left: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("the card is not accepted")]
pub(crate) struct Unaccepted;

/// Pays some of the order.
#[process(inputs = [domain.paid], outputs = [domain.paid, domain.card], errors = [Declined, Unaccepted])]
pub(crate) fn pay(ctx: Ctx<Order>, amount: i64, #[redact] card: String) -> Result<i64, PayError> {
    if card == "stolen" {
        return Err(Unaccepted.into());
    }
    if amount > 100 {
        return Err(Declined { left: 100 }.into());
    }
    *ctx.domain.paid += amount;
    ctx.domain.card.set(card);
    Ok(*ctx.domain.paid)
}

#[process(inputs = [domain.items], outputs = [domain.items])]
pub(crate) fn add(ctx: Ctx<Order>, item: String, note: Option<String>) -> usize {
    let _ = note;
    ctx.domain.items.push(item);
    ctx.domain.items.len()
}

#[process(outputs = [domain.paid])]
pub(crate) async fn hang(ctx: Ctx<Order>) {
    ctx.domain.paid.set(-1);
    std::future::pending::<()>().await;
}

#[process(outputs = [domain.paid])]
pub(crate) fn burst(ctx: Ctx<Order>) {
    ctx.domain.paid.set(1);
    panic!("the safe's number is 4711");
}

#[process(outputs = [domain.customer.name, domain.customer.phone])]
pub(crate) fn call(ctx: Ctx<Order>, name: String, #[redact] phone: String) {
    ctx.domain.customer.name.set(name);
    ctx.domain.customer.phone.set(phone);
}

/// It is registered, and not opened.
#[process(outputs = [domain.paid])]
pub(crate) fn refund(ctx: Ctx<Order>) {
    ctx.domain.paid.set(0);
}

pub(crate) const RULES: &str = r#"
process_recipes:
  pay:
    inputs:
      - { field: amount, min: 1, level: B, message: "{value} is no amount", id: R1 }
      - { field: card, min_len: 4, level: B }
      - { field: amount, neq: 13, level: A }
      - { field: amount, neq: 66, level: S, message: "the safe is open" }
    outputs:
      - { field: domain.paid, max: 150, level: B }
"#;

pub(crate) const FLOW: &str = r#"
name: orders
external: [CMD_ADD, CMD_SHIP, CMD_PAY]
states:
  OPEN:
    reply: "${ {'items': size(domain.items)} }"
    events:
      CMD_ADD: { steps: { run: add, with: { item: "${ event.item }" } } }
      CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }", card: "none" } } }
      CMD_CALL: { steps: { run: call, with: { name: "${ event.name }", phone: "${ event.phone }" } } }
      CMD_BURST: { steps: burst }
      CMD_SHIP: SHIPPED
      CMD_WORK: WORKING
      CMD_SHOW: SHOWN
  SHOWN:
    reply: "${ domain.card }"
    events: { CMD_HIDE: OPEN, CMD_END: ENDED }
  ENDED: { final: true, result: "${ {'with': domain.card} }" }
  WORKING:
    invoke: hang
    events: { CMD_STOP: OPEN }
  SHIPPED: { final: true }
"#;

pub(crate) struct Shop {
    pub(crate) sessions: Arc<Sessions<Order>>,
    pub(crate) app: Router,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The end of a problem's type, of what is one in every respect.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        assert!(json["title"].is_string());
        json["type"].as_str().unwrap().strip_prefix("urn:theus:problem:").unwrap().to_owned()
    }
}

pub(crate) fn options() -> Options<Order> {
    Options::new().command::<Pay>().command::<Add>().command::<Hang>().command::<Burst>().command::<Call>()
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self::with(options(), None)
    }

    pub(crate) fn kept(store: &MemoryStore) -> Self {
        Self::with(options().journal(), Some(store))
    }

    /// On a store that has its sessions.
    pub(crate) fn again(store: &MemoryStore) -> Self {
        Self::opened(options(), Some(store))
    }

    pub(crate) fn with(options: Options<Order>, store: Option<&MemoryStore>) -> Self {
        let shop = Self::opened(options, store);
        shop.sessions.open("ann", Order::default()).unwrap();
        shop
    }

    fn opened(options: Options<Order>, store: Option<&MemoryStore>) -> Self {
        let builder = Engine::builder(Order::default())
            .process::<Pay>()
            .process::<Add>()
            .process::<Hang>()
            .process::<Burst>()
            .process::<Call>()
            .process::<Refund>();
        let builder = builder.recipe("secret/rules.yaml", RULES).unwrap();
        let engine = match store {
            Some(store) => builder.store(store.clone()).build().unwrap(),
            None => builder.build().unwrap(),
        };
        let sessions = Sessions::of_text(&engine, "orders.yaml", FLOW).unwrap().workers(1).start().unwrap();
        let sessions = Arc::new(sessions);
        let app = theus_axum::routes(Arc::clone(&sessions), options).unwrap();
        Self { sessions, app }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Reply { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(post(path).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn keyed(&self, path: &str, key: &str, body: Value) -> Reply {
        self.send(post(path).header("idempotency-key", key).body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) fn paid(&self, name: &str) -> i64 {
        *self.sessions.engine(name).unwrap().snapshot().unwrap().paid
    }

    pub(crate) async fn is_at(&self, name: &str, state: &str) {
        let waited = self.sessions.wait_for_async(name, state);
        tokio::time::timeout(Duration::from_secs(10), waited).await.unwrap().unwrap();
    }
}

pub(crate) fn post(path: &str) -> http::request::Builder {
    Request::post(path).header("content-type", "application/json")
}
