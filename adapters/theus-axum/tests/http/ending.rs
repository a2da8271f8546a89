//! The end of a service in good order.

use std::time::Duration;

use serde_json::json;
use theus_core::store::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::served::{LONG, Served, parsed, request};
use crate::shop::{Order, Shop, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_serves_until_its_signal_and_ends_clean() {
    let served = Served::of(Shop::new(), |serve| serve).await;
    let (status, body) =
        parsed(&served.raw(request("POST", "/sessions/ann/commands/add", r#"{"item":"fig"}"#).as_bytes()).await);
    assert_eq!((status, body), (200, json!(1)));
    // A connection that is idle holds up nothing.
    let mut idle = served.open().await;
    idle.write_all(b"GET /status HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    crate::served::until(&mut idle, "\"workflow\"").await;
    let (at, ended) = (served.at, served.ended().await);
    assert!(ended.is_clean(), "{ended}");
    assert!(tokio::net::TcpStream::connect(at).await.is_err(), "no connection is taken any more");
    assert_eq!(timeout(LONG, idle.read(&mut [0; 16])).await.unwrap().unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_answered_and_what_is_not_done_is_told() {
    let shop = Shop::with(options().event("CMD_WORK").time(Duration::from_secs(60)), None);
    let mut served = Served::of(shop, |serve| serve.within(Duration::from_millis(1_500))).await;
    // It invokes what never ends.
    let mut waits = served.open().await;
    waits.write_all(request("POST", "/sessions/ann/events/CMD_WORK?wait=work", "").as_bytes()).await.unwrap();
    timeout(LONG, served.sessions.wait_for_async("ann", "WORKING")).await.unwrap().unwrap();
    served.stop();
    let mut answer = String::new();
    timeout(LONG, waits.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (status, body) = parsed(&answer);
    assert_eq!((status, &body["type"]), (503, &json!("urn:theus:problem:shutting-down")), "{answer}");
    let ended = served.ended().await;
    assert_eq!(ended.cut, 0, "{ended}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_does_not_end_is_cut_after_the_bound_and_rolled_back() {
    let shop = Shop::with(options().time(Duration::from_secs(60)), None);
    let served = Served::of(shop, |serve| serve.within(Duration::from_millis(200))).await;
    let mut hangs = served.open().await;
    hangs.write_all(request("POST", "/sessions/ann/commands/hang", "").as_bytes()).await.unwrap();
    // It has the session when another run sees that it is under way.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sessions = served.sessions.clone();
    let ended = served.ended().await;
    assert_eq!(ended.cut, 1, "{ended}");
    assert!(!ended.is_clean());
    assert_eq!(*sessions.engine("ann").unwrap().snapshot().unwrap().paid, 0);
    let mut nothing = String::new();
    drop(timeout(LONG, hangs.read_to_string(&mut nothing)).await.unwrap());
    assert_eq!(nothing, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_told_and_the_next_service_on_the_store_handles_it() {
    let store = MemoryStore::new();
    let served = Served::of(Shop::kept(&store), |serve| serve).await;
    served.sessions.open("bob", Order::default()).unwrap();
    served.sessions.pause("bob").unwrap();
    let sent = request("POST", "/sessions/bob/events/CMD_ADD?wait=no", r#"{"item":"fig"}"#);
    assert_eq!(parsed(&served.raw(sent.as_bytes()).await).0, 202);
    let sessions = served.sessions.clone();
    let ended = served.ended().await;
    assert_eq!(ended.waiting, [("bob".to_owned(), 1)], "{ended}");
    drop(sessions);
    // Its sessions are there: one of them is not opened again.
    let again = Shop::again(&store);
    assert!(again.sessions.wait_until_idle(LONG));
    assert_eq!(again.get("/sessions/bob").await.json()["data"]["items"], json!(["fig"]));
}
