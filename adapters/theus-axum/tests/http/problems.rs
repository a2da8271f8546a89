//! What each error of the core becomes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};
use theus_axum::{Kind, Problem};
use theus_core::RunError;
use theus_core::process::Halted;
use theus_core::signal::{EventName, SignalBus};
use theus_core::store::{Fault, MemoryStore, StoreError};
use theus_core::workflow::sessions::SessionError;

use crate::shop::Shop;

fn seen(problem: impl Into<Problem>) -> (u16, Option<Kind>, bool, Value) {
    let problem = problem.into();
    let (kind, json) = (problem.kind(), serde_json::to_value(&problem).unwrap());
    let response = problem.into_response();
    (response.status().as_u16(), kind, response.headers().contains_key("retry-after"), json)
}

fn is(problem: impl Into<Problem>, status: u16, kind: Kind, retry: bool) {
    let (is, of, retries, json) = seen(problem);
    assert_eq!((is, of, retries), (status, Some(kind), retry), "{json}");
    let text = json.to_string();
    assert!(!text.contains("/var/lib") && !text.contains("secret"), "{text}");
}

#[test]
fn what_a_store_says_stays_here() {
    let (store, reason, session) = (|| "/var/lib/desk.db".to_owned(), || "secret".to_owned(), || "secret".to_owned());
    let owner = reason;
    is(StoreError::Conflict { session: session(), expected: 1, found: 2 }, 409, Kind::Conflict, true);
    is(StoreError::Leased { session: session(), owner: owner() }, 409, Kind::Conflict, true);
    is(StoreError::Halted { reason: reason() }, 503, Kind::Interlocked, false);
    is(StoreError::Full { store: store(), reason: reason() }, 503, Kind::Storage, true);
    is(StoreError::ReadOnly { store: store(), reason: reason() }, 503, Kind::Storage, true);
    is(StoreError::Unavailable { store: store(), reason: reason() }, 503, Kind::Storage, true);
    is(StoreError::Io { store: store(), reason: reason() }, 503, Kind::Storage, true);
    is(
        StoreError::InDoubt { store: store(), session: session(), step: 3, reason: reason() },
        504,
        Kind::InDoubt,
        false,
    );
    is(StoreError::Corrupt { store: store(), place: reason(), reason: reason() }, 500, Kind::Internal, false);
    is(StoreError::Newer { store: store(), found: 9, known: 1 }, 500, Kind::Internal, false);
    is(StoreError::KeyReused { session: session(), key: reason() }, 422, Kind::KeyReused, false);
    is(StoreError::Exists { session: session() }, 409, Kind::SessionExists, false);
    is(StoreError::NoStore, 501, Kind::NotKept, false);
    is(
        RunError::<Unsaid>::Store(StoreError::Unavailable { store: store(), reason: reason() }),
        503,
        Kind::Storage,
        true,
    );
}

#[derive(Debug, thiserror::Error)]
#[error("unsaid")]
struct Unsaid;

#[test]
fn runs_and_sessions_have_their_statuses() {
    is(RunError::Process(Unsaid), 422, Kind::Declared, false);
    assert_eq!(seen(RunError::Process(Unsaid)).3["error"], "Unsaid");
    is(RunError::<Unsaid>::Conflict { process: "pay", attempts: 3 }, 409, Kind::Conflict, true);
    is(RunError::<Unsaid>::Halted(Halted { reason: "secret".into() }), 503, Kind::Interlocked, false);
    is(RunError::<Unsaid>::BusFull { process: "pay", capacity: 3 }, 503, Kind::Busy, true);
    is(RunError::<Unsaid>::Over { process: "pay" }, 409, Kind::SessionOver, false);
    is(RunError::<Unsaid>::Unregistered { process: "pay" }, 404, Kind::UnknownProcess, false);
    is(RunError::<Unsaid>::Nested { process: "pay" }, 500, Kind::Internal, false);
    let session = || "secret".to_owned();
    is(SessionError::Unknown { session: session() }, 404, Kind::UnknownSession, false);
    is(SessionError::Exists { session: session() }, 409, Kind::SessionExists, false);
    is(SessionError::Over { session: session() }, 409, Kind::SessionOver, false);
    is(SessionError::ShutDown, 503, Kind::ShuttingDown, false);
    is(SessionError::Nested { session: session() }, 500, Kind::Internal, false);
    is(SessionError::NoAnswer { session: session(), waited: Duration::from_secs(1) }, 504, Kind::NoAnswer, false);
    let emitted = |source| SessionError::Emit { session: session(), source };
    let full = SignalBus::new(0).emit("CMD_GO").unwrap_err();
    is(emitted(full), 503, Kind::Busy, true);
    is(emitted(EventName::parse("!").unwrap_err().into()), 404, Kind::UnknownEvent, false);
}

#[test]
fn a_problem_of_ones_own_has_its_members_and_not_those_of_the_standard() {
    let problem = Problem::of_type("https://shop.example/problems/closed", "The shop is closed", StatusCode::GONE)
        .detail("until Monday")
        .member("opens", "Monday")
        .member("status", 200)
        .retry_after(60);
    let (status, kind, retries, json) = seen(problem);
    assert_eq!((status, kind, retries), (410, None, true));
    let expected = json!({ "type": "https://shop.example/problems/closed", "title": "The shop is closed", "status": 410,
        "detail": "until Monday", "opens": "Monday" });
    assert_eq!(json, expected);
}

#[test]
fn each_kind_is_told_apart_by_its_type() {
    let types: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.uri()).collect();
    assert_eq!(types.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let (status, of, _, json) = seen(Problem::new(kind));
        assert_eq!((status, of), (kind.status().as_u16(), Some(kind)));
        assert_eq!((&json["type"], &json["title"]), (&json!(kind.uri()), &json!(kind.title())));
        assert!(status >= 400);
    }
}

/// What is logged, by all tests.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Fields<'a>(&'a mut String);

impl tracing::field::Visit for Fields<'_> {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{field}={value:?} "));
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().target() == "theus::http" {
            let mut text = String::new();
            event.record(&mut Fields(&mut text));
            self.0.lock().unwrap().push(text);
        }
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn what_a_store_says_is_logged_with_the_number_that_the_problem_carries() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let store = MemoryStore::new();
    let shop = Shop::kept(&store);
    assert!(shop.sessions.wait_until_idle(Duration::from_secs(10)));
    store.fail(store.calls(), Fault::Unavailable);
    store.fail(store.calls() + 1, Fault::Unavailable);
    let failed = shop.post("/sessions/ann/commands/add", json!({ "item": "pear" })).await;
    assert_eq!((failed.status, failed.problem().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "storage"));
    assert_eq!(failed.headers["retry-after"], "1");
    let instance = failed.json()["instance"].as_str().unwrap().to_owned();
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.iter().any(|line| line.contains(&instance) && line.contains("is not available")), "{logged:?}");
    assert!(!failed.text.contains("not available"));
}
