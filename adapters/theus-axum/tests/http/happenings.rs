//! What sessions do, as Server-Sent Events.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use theus_core::workflow::sessions::SessionError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::served::{LONG, Served, until};
use crate::shop::{Order, Shop, options};

fn looked_on() -> Shop {
    Shop::with(options().happenings(2), None)
}

/// The events in a stream: names and data.
fn events(text: &str) -> Vec<(String, Value)> {
    let of = |event: &str| {
        let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        Some((line("event: ")?, serde_json::from_str(&line("data: ")?).unwrap()))
    };
    text.split("\n\n").filter_map(of).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_session_does_is_told_as_it_happens_and_no_more_than_a_client_may_know() {
    let served = Served::of(looked_on(), |serve| serve).await;
    served.sessions.open("bob", Order::default()).unwrap();
    let mut one = served.open().await;
    one.write_all(b"GET /sessions/ann/happenings HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let head = until(&mut one, "\r\n\r\n").await.to_lowercase();
    assert!(head.contains("200 ok") && head.contains("content-type: text/event-stream"), "{head}");
    let mut all = served.open().await;
    all.write_all(b"GET /happenings HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    until(&mut all, "\r\n\r\n").await;
    served.sessions.emit("bob", "CMD_SHIP").unwrap();
    served.sessions.emit_with("ann", "CMD_PAY", json!({ "amount": 101 })).unwrap();
    served.sessions.emit("ann", "CMD_SHIP").unwrap();
    let told = until(&mut one, "finished").await;
    let kinds: Vec<String> = events(&told.replace('\r', "")).into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.contains(&"event".to_owned()) && kinds.contains(&"step".to_owned()), "{kinds:?}");
    for secret in ["bob", "only 100 is left", "orders.yaml"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    let told = until(&mut all, "\"session\":\"ann\"").await;
    assert!(told.contains("bob"));
    // Both places are taken.
    let busy = served.raw(b"GET /happenings HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert_eq!(crate::served::parsed(&busy).1["type"], "urn:theus:problem:busy");
    drop(one);
    let freed = async {
        loop {
            // The place is free when the service has seen that its client is gone.
            let reply =
                served.raw(b"GET /sessions/eve/happenings HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
            if crate::served::parsed(&reply).0 == 404 {
                return;
            }
        }
    };
    timeout(LONG, freed).await.unwrap();
    // Streams end with the service.
    let ended = served.ended().await;
    assert!(ended.is_clean(), "{ended}");
    drop(timeout(LONG, all.read_to_end(&mut Vec::new())).await.unwrap());
}

/// Seconds at rest; a busy machine takes a minute.
const FLOOD: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_slow_loses_the_oldest_and_is_told_so() {
    let served = Served::of(looked_on(), |serve| serve.within(Duration::from_secs(2))).await;
    // What is between takes little.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 << 10).unwrap();
    let mut slow = socket.connect(served.at).await.unwrap();
    slow.write_all(b"GET /happenings HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    until(&mut slow, "\r\n\r\n").await;
    // More than all that is between takes.
    let sessions = served.sessions.clone();
    let flood = tokio::task::spawn_blocking(move || {
        for _ in 0..60_000 {
            while let Err(SessionError::Emit { .. }) = sessions.emit_with("ann", "CMD_PAY", json!({ "amount": 0 })) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        assert!(sessions.wait_until_idle(FLOOD), "nobody held up the session");
    });
    timeout(FLOOD, flood).await.unwrap().unwrap();
    let told = until(&mut slow, "event: lost\ndata: {\"lost\":").await;
    assert!(told.contains("event: step"));
    // One that takes nothing any more is cut.
    let ended = served.ended().await;
    assert!(ended.is_done && ended.cut <= 1, "{ended}");
}

#[tokio::test]
async fn it_is_there_where_it_is_opened() {
    assert_eq!(Shop::new().get("/happenings").await.status, StatusCode::NOT_FOUND);
    let document = looked_on().get("/openapi.json").await;
    assert!(oas3::from_json(&document.text).unwrap().paths.unwrap().contains_key("/happenings"));
}
