//! A payment server that fails: it says no, says nothing, says that it cannot and has done it all the same. But it keeps its books.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// No key fails more often than this: it is flaky, and not gone.
const MOST: u64 = 4;

/// How it fails. The same seed fails in the same way at the same keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flaws {
    /// Of a hundred requests so many are not answered as they should be.
    pub(crate) flaky: u8,
    /// Of a hundred payments so many are declined.
    pub(crate) declines: u8,
    pub(crate) seed: u64,
    /// How late it is when it is late.
    pub(crate) late: Duration,
}

/// What is done with one request.
enum Fate {
    Served,
    /// It has not even been read.
    Unavailable,
    /// It is done, and 503 is said.
    DoneAndDenied,
    /// It is done, and said too late.
    Late,
}

#[derive(Default, Serialize)]
struct Books {
    /// By their keys.
    payments: BTreeMap<String, Payment>,
    /// The receipt that each key has given back.
    refunds: BTreeMap<String, String>,
    /// How often each key was asked with.
    asked: BTreeMap<String, u64>,
}

#[derive(Clone, Serialize)]
struct Payment {
    amount: i64,
    /// None where it was declined.
    receipt: Option<String>,
    refunded: bool,
}

struct Server {
    flaws: Flaws,
    books: Mutex<Books>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    amount: i64,
    card: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    receipt: String,
}

type Answer = (StatusCode, Json<Value>);

/// Serves until the signal comes.
pub(crate) async fn serve(
    listener: TcpListener,
    flaws: Flaws,
    signal: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let server = Arc::new(Server { flaws, books: Mutex::default() });
    let app = Router::new()
        .route("/payments", post(pay))
        .route("/refunds", post(refund))
        .route("/books", get(books))
        .with_state(server);
    axum::serve(listener, app).with_graceful_shutdown(signal).await
}

async fn pay(State(server): State<Arc<Server>>, headers: HeaderMap, Json(asked): Json<Pay>) -> Answer {
    let Some(key) = key(&headers) else { return refused("no key") };
    let done = || {
        let is_declined =
            asked.card.ends_with("declined") || server.chance("declines", &key, 0) < server.flaws.declines;
        let receipt = (!is_declined).then(|| format!("R-{}", &blake3::hash(key.as_bytes()).to_hex()[..12]));
        let mut books = server.books();
        let new = Payment { amount: asked.amount, receipt, refunded: false };
        let payment = books.payments.entry(key.clone()).or_insert(new);
        match &payment.receipt {
            _ if payment.amount != asked.amount => refused("the key has paid another amount"),
            Some(receipt) => (StatusCode::OK, Json(json!({ "receipt": receipt }))),
            None => (StatusCode::PAYMENT_REQUIRED, Json(json!({ "error": "declined" }))),
        }
    };
    server.answer(&key, done).await
}

async fn refund(State(server): State<Arc<Server>>, headers: HeaderMap, Json(asked): Json<Refund>) -> Answer {
    let Some(key) = key(&headers) else { return refused("no key") };
    let done = || {
        let mut books = server.books();
        let paid = books.payments.values_mut().find(|payment| payment.receipt.as_ref() == Some(&asked.receipt));
        match paid {
            None => refused("no such receipt"),
            Some(payment) => {
                payment.refunded = true;
                books.refunds.insert(key.clone(), asked.receipt.clone());
                (StatusCode::OK, Json(json!({})))
            }
        }
    };
    server.answer(&key, done).await
}

/// What was paid and given back, for who wants to compare.
async fn books(State(server): State<Arc<Server>>) -> Json<Value> {
    Json(json!(&*server.books()))
}

impl Server {
    async fn answer(&self, key: &str, done: impl FnOnce() -> Answer) -> Answer {
        let unavailable = || (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": "not now" })));
        match self.fate(key) {
            Fate::Served => done(),
            Fate::Unavailable => unavailable(),
            Fate::DoneAndDenied => {
                let _ = done();
                unavailable()
            }
            Fate::Late => {
                let answer = done();
                tokio::time::sleep(self.flaws.late).await;
                answer
            }
        }
    }

    fn fate(&self, key: &str) -> Fate {
        let nth = {
            let mut books = self.books();
            let asked = books.asked.entry(key.to_owned()).or_default();
            *asked += 1;
            *asked
        };
        if nth > MOST || self.chance("fails", key, nth) >= self.flaws.flaky {
            return Fate::Served;
        }
        match self.chance("how", key, nth) % 3 {
            0 => Fate::Unavailable,
            1 => Fate::DoneAndDenied,
            _ => Fate::Late,
        }
    }

    /// From 0 to 99.
    fn chance(&self, what: &str, key: &str, nth: u64) -> u8 {
        let hash = blake3::hash(format!("{}/{what}/{nth}/{key}", self.flaws.seed).as_bytes());
        hash.as_bytes()[0] % 100
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("idempotency-key")?.to_str().ok()?.to_owned())
}

fn refused(why: &str) -> Answer {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": why })))
}
