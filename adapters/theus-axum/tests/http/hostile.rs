//! What is sent by those who mean no good: refused, or harmless.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::json;
use theus_core::store::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::served::{LONG, Served, parsed, request};
use crate::shop::{Order, Shop, options};

#[tokio::test]
async fn names_that_are_tricks_are_refused_and_those_of_people_are_not() {
    let shop = Shop::kept(&MemoryStore::new());
    let tricks = [
        "..",
        ".",
        "%2E%2E",
        "..%2f..%2fetc%2fpasswd",
        "a%2Fb",
        "a%5Cb",
        "a%00",
        "a%0Ab",
        "a%0D%0AX:y",
        "%1B%5B31m",
        "%7F",
        "%E2%80%AEnna",
        "a%E2%80%8B",
        "%EF%BB%BFann",
        "%FF%FE",
        "%E2%80%A8",
        &"n".repeat(257),
    ];
    for trick in tricks {
        let reply = shop.get(&format!("/sessions/{trick}")).await;
        assert!(reply.status.is_client_error(), "{trick}: {} {}", reply.status, reply.text);
        assert!(matches!(reply.problem().as_str(), "name"), "{trick}");
        let post = shop.post(&format!("/sessions/{trick}/commands/add"), json!({ "item": "a" })).await;
        assert!(post.status.is_client_error(), "{trick}: {}", post.status);
    }
    assert_eq!(shop.get("/sessions//").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/sessions/ann/..").await.status, StatusCode::NOT_FOUND);
    // Each of these could be one, and is none.
    for name in [
        "%C3%A5sa",
        "%E6%B3%A8%E6%96%87",
        "a.b",
        "a..b",
        "a%20b",
        "%27%3B%20DROP%20TABLE%20session%3B--",
        "%F0%9F%8D%90",
        "%25s%25n",
        "$%7Bx%7D",
    ] {
        assert_eq!(shop.get(&format!("/sessions/{name}")).await.problem(), "unknown-session", "{name}");
    }
    shop.sessions.open("åsa; DROP", Order::default()).unwrap();
    assert_eq!(shop.get("/sessions/%C3%A5sa%3B%20DROP").await.json()["session"], "åsa; DROP");
    assert_eq!(shop.sessions.names().len(), 2, "nothing that was asked for was made");
}

#[tokio::test]
async fn what_is_deep_or_large_is_refused() {
    let shop = Shop::with(options(), None);
    let path = "/sessions/ann/events/CMD_ADD";
    let deep = |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    for (body, problem) in [
        (deep("[", "]", 10_000), "malformed"),
        (deep("{\"a\":", "}", 10_000), "malformed"),
        (format!("\"{}\"", "x".repeat(70_000)), "too-large"),
        ("{\"item\": \"\\ud800\"}".to_owned(), "malformed"),
        ("{\"item\": 1e999}".to_owned(), "malformed"),
        ("NaN".to_owned(), "malformed"),
        ("\u{feff}{}".to_owned(), "malformed"),
    ] {
        let reply = shop.send(crate::shop::post(path).body(body.clone().into()).unwrap()).await;
        assert_eq!(reply.problem(), problem, "{}", &body[..body.len().min(40)]);
    }
    // The same name twice: the last counts, in what is checked and in what is run.
    let twice = r#"{ "item": "pear", "item": "fig" }"#;
    shop.send(crate::shop::post("/sessions/ann/commands/add").body(twice.into()).unwrap()).await;
    let state = shop.get("/sessions/ann").await;
    assert_eq!(state.json()["data"]["items"], json!(["fig"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_megabytes_are_not_read() {
    let served = Served::of(Shop::new(), |serve| serve).await;
    let large = format!("{{\"item\":\"{}\"}}", "x".repeat(10 << 20));
    let path = "/sessions/ann/commands/add";
    // It is told by the length that it says, before it is read.
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        large.len()
    );
    let reply = served.raw(head.as_bytes()).await;
    assert_eq!((parsed(&reply).0, &parsed(&reply).1["type"]), (413, &json!("urn:theus:problem:too-large")));
    // And in pieces without a length it is not read to its end.
    let mut stream = served.open().await;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = format!("{:x}\r\n{}\r\n", 64 << 10, "x".repeat(64 << 10));
    let mut sent = 0;
    for _ in 0..160 {
        match timeout(LONG, stream.write_all(piece.as_bytes())).await.unwrap() {
            Ok(()) => sent += 1,
            Err(_) => break,
        }
    }
    assert!(sent < 160, "it was cut");
    assert_eq!(*served.sessions.engine("ann").unwrap().snapshot().unwrap().items, Vec::<String>::new());
    assert!(served.ended().await.is_done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_slowly_is_cut_and_holds_up_nobody() {
    let shop = Shop::with(options().time(Duration::from_millis(300)), None);
    let served = Served::of(shop, |serve| serve.head(Duration::from_millis(300)).connections(8)).await;
    let begin = Instant::now();
    // Heads that do not end: more than there is room for.
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut stream = served.open().await;
        stream.write_all(b"GET /status HTTP/1.1\r\nhost: a\r\nx-a: ").await.unwrap();
        slow.push(stream);
    }
    let (status, _) = parsed(&served.raw(request("GET", "/status", "").as_bytes()).await);
    assert_eq!(status, 200, "there is room again when they are cut");
    for mut stream in slow {
        let mut all = Vec::new();
        drop(timeout(LONG, stream.read_to_end(&mut all)).await.unwrap());
    }
    // A body that does not come.
    let mut stream = served.open().await;
    let head = "POST /sessions/ann/commands/add HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut all = String::new();
    timeout(LONG, stream.read_to_string(&mut all)).await.unwrap().unwrap();
    assert_eq!((parsed(&all).0, &parsed(&all).1["type"]), (504, &json!("urn:theus:problem:timed-out")));
    assert!(begin.elapsed() < LONG);
    assert!(served.ended().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let served = Served::of(Shop::new(), |serve| serve).await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"GET /a b c HTTP/1.1\r\n\r\n",
        b"POST /status HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    ] {
        let reply = served.raw(garbage).await;
        assert!(reply.is_empty() || parsed(&reply).0 >= 400, "{reply}");
    }
    let large = format!("GET /status HTTP/1.1\r\nhost: a\r\nx-a: {}\r\n\r\n", "x".repeat(1 << 20));
    let reply = served.raw(large.as_bytes()).await;
    assert!(reply.is_empty() || parsed(&reply).0 == 431, "{}", &reply[..reply.len().min(100)]);
    assert_eq!(parsed(&served.raw(request("GET", "/status", "").as_bytes()).await).0, 200);
    assert!(served.ended().await.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_there_is_room_for_is_refused_at_once() {
    let shop = std::sync::Arc::new(Shop::with(options().requests(2).time(Duration::from_secs(60)), None));
    shop.sessions.open("bob", Order::default()).unwrap();
    let hangs: Vec<_> = ["ann", "bob"]
        .map(|name| {
            let shop = std::sync::Arc::clone(&shop);
            // A look may have been there first.
            tokio::spawn(async move {
                while shop.post(&format!("/sessions/{name}/commands/hang"), json!(null)).await.problem() == "busy" {
                    tokio::task::yield_now().await;
                }
            })
        })
        .into();
    let refused = async {
        loop {
            let reply = shop.get("/status").await;
            if reply.status == StatusCode::SERVICE_UNAVAILABLE {
                return reply;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let refused = timeout(LONG, refused).await.unwrap();
    assert_eq!((refused.problem().as_str(), refused.headers["retry-after"].to_str().unwrap()), ("busy", "1"));
    // Who goes away makes room, and leaves nothing behind.
    hangs.iter().for_each(tokio::task::JoinHandle::abort);
    let served = async {
        while shop.get("/status").await.status != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(LONG, served).await.unwrap();
    assert_eq!((shop.paid("ann"), shop.paid("bob")), (0, 0));
}
